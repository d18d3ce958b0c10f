/** What leaves a device at the end of the day: its own totals, or sealed ones and the station's sheet. Two real devices, one real card between them. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { openStationSheet } from '../../../core/bundle/station-sheet.ts'
import { parseTally } from '../../../core/election/tally.ts'
import { signerFromSeed } from '../../../core/keys/ed25519.ts'
import { sha256, toBase64 } from '../../../core/keys/hash.ts'
import { valueOrThrow } from '../../../core/result.ts'
import { exportBundle } from '../../../device-agent/ballot/export.ts'
import { meetNeighbours } from '../../../device-agent/ballot/polls/card-witness.ts'
import {
  openDevices,
  type ReleaseParts,
  releasedDocument,
  releaseKnown,
  settleRelease,
} from '../../../device-agent/ballot/release.ts'
import { resumeStore, setUpStore } from '../../../device-agent/ballot/setup.ts'
import { openCard } from '../../../firmware/card-reader/card.ts'
import { issueOfficerCertificate } from '../../../provisioning/enrolment/certificates.ts'
import { makeCardKey } from '../../../simulator/cards/card-key.ts'
import { OfficerCard } from '../../../simulator/cards/officer-card.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import type { TestDevice } from '../../audit/fixtures.ts'
import { makeHome, newFolder, officers, openHome, openPolls, station, Voters } from '../store/device.ts'
import { CardBench } from './card-bench.ts'

const PIN = '20260619'
const [first, second] = station.devices as [TestDevice, TestDevice]
const { definition } = station.electionPackage
const open: ReleaseParts[] = []
afterEach(() => {
  for (const { store } of open.splice(0)) store.close()
})

/** A station at the end of the day: both devices closed, nothing told to each other, one memory stick. */
class Evening {
  readonly bench = new CardBench()
  readonly stick = newFolder()
  readonly voters = new Voters(this.stick)
  readonly card: OfficerCard
  readonly a: ReleaseParts
  readonly b: ReleaseParts

  constructor(castsOfA: number, castsOfB: number) {
    const random = seededRandom('evening')
    const key = makeCardKey(random)
    const certificate = valueOrThrow(
      issueOfficerCertificate(
        { subject: 's-1/executive', role: 'executive', publicKey: key.publicKey },
        definition,
        {
          authority: station.authority,
          notBefore: new Date('2026-06-01T00:00:00Z'),
          notAfter: new Date('2026-07-01T00:00:00Z'),
          random,
        },
      ),
    )
    this.card = new OfficerCard({ kind: 'executive', certificate, pin: PIN, key })
    this.a = this.#device(first, castsOfA)
    this.b = this.#device(second, castsOfB)
  }

  #device(device: TestDevice, casts: number): ReleaseParts {
    const home = openHome(makeHome(newFolder(), device, this.stick))
    const store = valueOrThrow(setUpStore(home, this.bench.clock, seededRandom(device.id)))
    openPolls(store)
    for (let i = 0; i < casts; i += 1) this.voters.vote(store)
    store.closePolls(officers)
    const messageSigner = signerFromSeed(device.keys.message)
    const parts = { home, store, clock: this.bench.clock, messageSigner }
    open.push(parts)
    return parts
  }

  /** The officer shows the card to a device. */
  async show({ home, store, clock }: ReleaseParts): Promise<void> {
    const admitted = { role: 'executive' as const, certificate: toBase64(sha256()) }
    const met = await this.bench.during(this.card, async (reader) => {
      const opened = await openCard(reader)
      if (!opened.ok || opened.value.kind === 'voter') throw new Error('an officer shows a card')
      await opened.value.verifyPin(PIN)
      return meetNeighbours(opened.value, admitted, 'leaving', { home, store, clock })
    })
    expect(met).toEqual({ is: 'met' })
  }

  /** Round once: A, B, and A again. */
  async round(): Promise<void> {
    for (const parts of [this.a, this.b, this.a]) await this.show(parts)
  }

  export(parts: ReleaseParts): readonly string[] {
    const folder = exportBundle(parts.home, parts.store, parts.messageSigner)
    return readdirSync(folder).filter((name) => /tally|sheet/.test(name))
  }
}

/** What is left of a device's key for the sheet anywhere on its medium. */
function traces({ home }: ReleaseParts, key: Uint8Array): readonly string[] {
  const folder = join(home.folder, 'medium-a')
  return readdirSync(folder).filter((name) => readFileSync(join(folder, name)).includes(Buffer.from(key)))
}

test('nothing but the sealed tally leaves before every device is known to be closed', async () => {
  const evening = new Evening(40, 33)
  expect(openDevices(evening.a)).toEqual([second.id])
  expect(releasedDocument(evening.a)).toBeUndefined()
  expect(settleRelease(evening.a)).toEqual({ wanted: [] })
  expect(evening.export(evening.a)).toEqual(['sealed-tally.json'])
  await evening.show(evening.a)
  expect(releasedDocument(evening.a)).toBeUndefined()
})

test('where every device has 32 ballots or more, each releases its own and the key to the sealed ones is forgotten', async () => {
  const evening = new Evening(32, 33)
  const key = evening.a.store.totals?.sheetKey ?? new Uint8Array(32)
  expect(traces(evening.a, key).length).toBeGreaterThan(0)
  await evening.round()
  for (const [parts, ballots] of [
    [evening.a, 32],
    [evening.b, 33],
  ] as const) {
    expect(releaseKnown(parts)).toBe('device')
    expect(settleRelease(parts)).toMatchObject({ wanted: [], results: { of: 'device', ballots } })
    expect(releasedDocument(parts)).toBe(parts.store.totals?.tally)
    expect(evening.export(parts)).toEqual(['tally.json'])
  }
  expect(traces(evening.a, key)).toEqual([])
})

test('where one device has fewer, only the station leaves: the reporting device adds up what it finds on the stick', async () => {
  const evening = new Evening(40, 31)
  const key = evening.a.store.totals?.sheetKey ?? new Uint8Array(32)
  expect(evening.b.store.totals?.sheetKey).toBeUndefined()
  await evening.round()
  // B's bundle is not on the stick yet, then it is another one's, then it is its own.
  expect(settleRelease(evening.a)).toEqual({ wanted: [second.id] })
  expect(releasedDocument(evening.a)).toBeUndefined()
  expect(evening.export(evening.b)).toEqual(['sealed-tally.json'])
  const file = join(evening.stick, second.id, 'sealed-tally.json')
  const own = readFileSync(file, 'utf8')
  writeFileSync(file, evening.a.store.totals?.sealed ?? '')
  expect(settleRelease(evening.a)).toEqual({ wanted: [second.id] })
  writeFileSync(file, own.replace(/"station":"./, '"station":"/'))
  expect(settleRelease(evening.a)).toEqual({ wanted: [second.id] })
  writeFileSync(file, own)
  const settled = settleRelease(evening.a)
  expect(settled).toMatchObject({ wanted: [], results: { of: 'station', ballots: 71 } })
  expect(evening.export(evening.a)).toEqual(['sealed-tally.json', 'station-sheet.json'])
  const sheet = valueOrThrow(
    openStationSheet(releasedDocument(evening.a) ?? '', evening.a.messageSigner.publicKey, 'sheet'),
  )
  const tally = valueOrThrow(parseTally(definition, sheet.tally, 'sheet'))
  expect(tally.map(({ blank, valid, options }) => [blank, valid, ...options])).toEqual(evening.voters.shadow)
  expect(settled.results?.tally).toEqual(tally)
  expect(traces(evening.a, key)).toEqual([])
  // The other device releases nothing, however often it is asked.
  expect([settleRelease(evening.b), releasedDocument(evening.b)]).toEqual([{ wanted: [] }, undefined])
})

test('a device that is started again knows all of it as before', async () => {
  const evening = new Evening(33, 4)
  await evening.round()
  evening.export(evening.b)
  settleRelease(evening.a)
  const before = releasedDocument(evening.a)
  evening.a.store.close()
  const store = valueOrThrow(resumeStore(evening.a.home, evening.bench.clock, seededRandom('again')))
  open.push({ ...evening.a, store })
  open.splice(open.indexOf(evening.a), 1)
  const again = { ...evening.a, store }
  expect(openDevices(again)).toEqual([])
  expect(releasedDocument(again)).toBe(before)
  expect(settleRelease(again).results).toMatchObject({ of: 'station', ballots: 37 })
})
