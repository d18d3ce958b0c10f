/** A process that remembers a neighbour's head and ends itself by `kill -9` before any card has it: `node killed-memory.ts <folder>`. */
import { witnessNameOf } from '../../../core/bundle/names.ts'
import { signerFromSeed } from '../../../core/keys/ed25519.ts'
import { valueOrThrow } from '../../../core/result.ts'
import { signCheckpoint } from '../../../core/tlog/checkpoint.ts'
import { addSignatureLine, cosign } from '../../../core/tlog/cosignature.ts'
import { leafHash, rootOf } from '../../../core/tlog/tree.ts'
import { DeviceStore } from '../../../device-agent/store/device-store.ts'
import { Medium } from '../../../device-agent/store/medium.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { OPENING, type TestDevice } from '../../audit/fixtures.ts'
import { device, deviceRow, opening, partsFor, station } from './voting.ts'

const neighbour = station.devices[1] as TestDevice
const seed = 'killed memory'
const medium = valueOrThrow(Medium.create(process.argv[2] ?? '', deviceRow, seededRandom(seed)))
const parts = partsFor([medium], seed)
const store = DeviceStore.begin(parts, opening)
const size = 4
const root = rootOf(neighbour.entries.slice(0, size).map(leafHash))
const note = signCheckpoint({ origin: neighbour.origin, size, root }, signerFromSeed(neighbour.keys.log))
const name = witnessNameOf(station.electionPackage.definition, device.id)
const line = cosign(note, { name, signer: parts.witnessSigner, time: OPENING / 1000 })
store.station.keep([{ certificate: neighbour.certificate, note: addSignatureLine(note, line), proofs: [] }])
process.kill(process.pid, 'SIGKILL')
