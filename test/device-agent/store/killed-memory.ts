/** A process that remembers a neighbour's head and ends itself by `kill -9` before any card has it: `node killed-memory.ts <folder>`. */
import { witnessNameOf } from '../../../core/bundle/names.ts'
import { signerFromSeed } from '../../../core/keys/ed25519.ts'
import { sha256, toBase64 } from '../../../core/keys/hash.ts'
import { valueOrThrow } from '../../../core/result.ts'
import { signCheckpoint } from '../../../core/tlog/checkpoint.ts'
import { addSignatureLine, cosign } from '../../../core/tlog/cosignature.ts'
import { leafHash, rootOf } from '../../../core/tlog/tree.ts'
import { DeviceStore } from '../../../device-agent/store/device-store.ts'
import { Medium } from '../../../device-agent/store/medium.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { VirtualClock } from '../../../simulator/virtual-clock.ts'
import { makeStation, OPENING, type TestDevice } from '../../audit/fixtures.ts'
import { PROGRAM } from '../../fixtures/program.ts'

// The station of device.ts, which only a test can import.
const { authority, electionPackage, devices } = makeStation('store', { casts: [0, 0] })
const [device, neighbour] = devices as [TestDevice, TestDevice]
const random = seededRandom('killed memory')
const row = {
  origin: device.origin,
  package: toBase64(electionPackage.hash),
  certificate: device.certificate,
}
const witnessSigner = signerFromSeed(device.keys.witness)
const store = DeviceStore.begin(
  {
    media: [valueOrThrow(Medium.create(process.argv[2] ?? '', row, random))],
    electionPackage,
    logSigner: signerFromSeed(device.keys.log),
    messageSigner: signerFromSeed(device.keys.message),
    witnessSigner,
    authorityKey: authority.publicKey,
    clock: new VirtualClock(OPENING),
    random,
  },
  {
    version: 1,
    origin: row.origin,
    certificate: toBase64(sha256(device.certificate)),
    package: row.package,
    software: 'sandogh test',
    program: PROGRAM,
    random: 'seeded, not secret',
  },
)
const size = 4
const root = rootOf(neighbour.entries.slice(0, size).map(leafHash))
const note = signCheckpoint({ origin: neighbour.origin, size, root }, signerFromSeed(neighbour.keys.log))
const name = witnessNameOf(electionPackage.definition, device.id)
const line = cosign(note, { name, signer: witnessSigner, time: OPENING / 1000 })
store.station.keep([{ certificate: neighbour.certificate, note: addSignatureLine(note, line), proofs: [] }])
process.kill(process.pid, 'SIGKILL')
