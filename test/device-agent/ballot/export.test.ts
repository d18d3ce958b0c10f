import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { main as audit } from '../../../audit/cli.ts'
import { signerFromSeed } from '../../../core/keys/ed25519.ts'
import { valueOrThrow } from '../../../core/result.ts'
import { cosign } from '../../../core/tlog/cosignature.ts'
import { bundleFiles } from '../../../device-agent/ballot/export.ts'
import type { DeviceHome } from '../../../device-agent/ballot/home.ts'
import { setUpStore } from '../../../device-agent/ballot/setup.ts'
import { MemoryStick } from '../../../device-agent/ballot/stick.ts'
import type { DeviceStore } from '../../../device-agent/store/device-store.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { OPENING } from '../../audit/fixtures.ts'
import { run } from '../../audit/run.ts'
import { PROGRAM } from '../../fixtures/program.ts'
import { makeHome } from '../store/device.ts'
import { openHome } from '../store/home.ts'
import { clock, dayKey, device, officers, openPolls, station, Voters } from '../store/voting.ts'

const FILES = [
  'batches.jsonl',
  'checkpoint',
  'cosigned.json',
  'device-certificate.der',
  'journal.jsonl',
  'leaves.bin',
  'manifest.json',
  'package.json',
  'sealed-tally.json',
  'spent-tags.json',
]
const messageSigner = signerFromSeed(device.keys.message)
let home: DeviceHome
let store: DeviceStore
let voters: Voters

beforeAll(() => {
  home = openHome(makeHome())
  store = valueOrThrow(setUpStore(home, clock, seededRandom('export'), PROGRAM))
  openPolls(store)
  voters = new Voters('export')
  while (voters.nonces.length < 70) voters.vote(store)
  store.closePolls(officers)
  store.append({ type: 'report.printed', report: 'minutes' })
})

/** Whether any file of the bundle holds these bytes, as they are or in base64 or hexadecimal. */
function leaks(folder: string, secret: Uint8Array): boolean {
  const bytes = Buffer.from(secret)
  const forms = [bytes, Buffer.from(bytes.toString('base64')), Buffer.from(bytes.toString('hex'))]
  return readdirSync(folder).some((name) => {
    const file = readFileSync(join(folder, name))
    return forms.some((form) => file.includes(form))
  })
}

/** As the program writes it. @returns the folder */
function written(): Promise<string> {
  const stick = new MemoryStick(home.config.bundles, () => () => {})
  return stick.writeBundle(home.config.device, bundleFiles(home, store, messageSigner))
}

describe('a bundle', () => {
  test('holds the files of the format, and the audit takes it', async () => {
    const folder = await written()
    expect(readdirSync(folder).sort()).toEqual(FILES)
    const verified = await run(audit, 'verify', folder)
    // It holds; its station's check-in is not there.
    expect([verified.exitCode, verified.err]).toEqual([3, ''])
  })

  test('holds no nonce, no day key and no key of the device', async () => {
    const folder = await written()
    const { log, message, tls } = home.seeds
    for (const secret of [...voters.nonces, dayKey(), log, message, tls])
      expect(leaks(folder, secret)).toBe(false)
  })

  test('written again is the same, byte for byte, and nothing of a torn one before is left', async () => {
    const folder = await written()
    const read = () => readdirSync(folder).map((name) => readFileSync(join(folder, name), 'base64'))
    const before = read()
    mkdirSync(`${folder}.part`)
    writeFileSync(join(`${folder}.part`, 'journal.jsonl'), 'torn')
    writeFileSync(join(folder, 'stray'), 'not of the format')
    await written()
    expect(read()).toEqual(before)
    expect(readdirSync(home.config.bundles)).toEqual([device.id])
  })

  test("carries the centre's receipt once it covers the whole journal", async () => {
    const { size } = store.day
    const { name } = station.electionPackage.definition.witness
    const receipt = cosign(store.checkpointAt(size) ?? '', {
      name,
      signer: station.witness,
      time: OPENING / 1000,
    })
    store.storeReceipt(size, receipt)
    const folder = await written()
    expect(readFileSync(join(folder, 'checkpoint'), 'utf8')).toContain(receipt)
    expect((await run(audit, 'verify', folder)).exitCode).toBe(3)
  })
})
