/** What leaves a device at the end of the day: its own totals, or sealed ones and the station's sheet. Two real devices, one real card between them. */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { openForStation, openSealedTally, sealTally } from '../../../core/bundle/sealed-tally.ts'
import { openStationSheet } from '../../../core/bundle/station-sheet.ts'
import { findTallyProblem } from '../../../core/election/check-tally.ts'
import { parseTally, type Tally } from '../../../core/election/tally.ts'
import { signerFromSeed } from '../../../core/keys/ed25519.ts'
import { fromBase64, sha256, toBase64 } from '../../../core/keys/hash.ts'
import { valueOrThrow } from '../../../core/result.ts'
import { meetNeighbours } from '../../../device-agent/ballot/polls/card-witness.ts'
import {
  contradictedIn,
  deadDevices,
  openDevices,
  type ReleaseParts,
  releasedDocument,
  releaseKnown,
} from '../../../device-agent/ballot/release.ts'
import { resumeStore, setUpStore } from '../../../device-agent/ballot/setup.ts'
import { DeviceStore } from '../../../device-agent/store/device-store.ts'
import { Medium } from '../../../device-agent/store/medium.ts'
import type { OfficerCard } from '../../../simulator/cards/officer-card.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import type { TestDevice } from '../../audit/fixtures.ts'
import { PROGRAM } from '../../fixtures/program.ts'
import { beginOn, imageOf, makeHome, newFolder, resumeOn } from '../store/device.ts'
import { cards, openHome } from '../store/home.ts'
import { officers, openPolls, station, Voters } from '../store/voting.ts'
import { CardBench } from './card-bench.ts'
import { exportBundle, settle } from './on-stick.ts'

/** Votes that a lying device adds to the first option at each cast; it commits to them as to any. */
const lie = vi.hoisted(() => ({ votes: 0 }))
vi.mock('../../../core/election/tally.ts', async (importOriginal) => {
  const real = await importOriginal<typeof import('../../../core/election/tally.ts')>()
  const addSelections: typeof real.addSelections = (...given) =>
    real.addSelections(...given).map((contest, i) => {
      const [first = 0, ...rest] = contest.options
      return i === 0 ? { ...contest, options: [first + lie.votes, ...rest] } : contest
    })
  return { ...real, addSelections }
})

const NOTHING = { wanted: [], impossible: [] }
const [first, second] = station.devices as [TestDevice, TestDevice]
const { definition } = station.electionPackage
const WANTED = { wanted: [second.id], impossible: [] }
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

  /** @param liesOfB votes that B adds to each ballot */
  constructor(castsOfA: number, castsOfB: number, liesOfB = 0) {
    this.card = cards.officer('executive')
    this.a = this.#device(first, castsOfA)
    lie.votes = liesOfB
    this.b = this.#device(second, castsOfB)
    lie.votes = 0
  }

  #device(device: TestDevice, casts: number): ReleaseParts {
    const home = openHome(makeHome(newFolder(), device, this.stick))
    const store = valueOrThrow(setUpStore(home, this.bench.clock, seededRandom(device.id), PROGRAM))
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
      const opened = await cards.openOfficer(reader)
      return meetNeighbours(opened, admitted, 'leaving', { home, store, clock })
    })
    expect(met).toEqual({ is: 'met' })
  }

  /** Round once: A, B, and A again. */
  async round(): Promise<void> {
    for (const parts of [this.a, this.b, this.a]) await this.show(parts)
  }

  /** The key with which A opens what its neighbours sealed for it. */
  get key(): Uint8Array {
    const { sheetKey } = this.a.store.totals ?? {}
    if (sheetKey === undefined) throw new Error('the reporting device has no key')
    return sheetKey
  }

  /** Where B's sealed tally lies once it is exported. */
  get sealedOfB(): string {
    return join(this.stick, second.id, 'sealed-tally.json')
  }

  /** A is started again. */
  restart(): ReleaseParts {
    this.a.store.close()
    open.splice(open.indexOf(this.a), 1)
    const again = {
      ...this.a,
      store: valueOrThrow(resumeStore(this.a.home, this.bench.clock, seededRandom('again'))),
    }
    open.push(again)
    return again
  }

  export(parts: ReleaseParts): readonly string[] {
    const folder = exportBundle(parts.home, parts.store)
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
  expect(settle(evening.a)).toEqual(NOTHING)
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
    expect(settle(parts)).toMatchObject({ wanted: [], results: { of: 'device', ballots } })
    expect(releasedDocument(parts)).toBe(parts.store.totals?.tally)
    expect(evening.export(parts)).toEqual(['tally.json'])
  }
  expect(traces(evening.a, key)).toEqual([])
})

describe('where a device was declared dead', () => {
  const by = (['executive', 'supervisory'] as const).map((role) => ({
    role,
    certificate: toBase64(sha256(Buffer.from(role))),
  }))
  const declare = ({ store }: ReleaseParts, device: string) =>
    store.append({ type: 'device.declared_dead', device, by })

  test.each([
    [40, 'device', ['tally.json']],
    [5, 'station', ['sealed-tally.json', 'station-sheet.json']],
  ] as const)(
    'the others leave as if it were none of the station, of %i ballots by the rule for small ones',
    (casts, release, files) => {
      const evening = new Evening(casts, 33)
      declare(evening.a, second.id)
      expect(openDevices(evening.a)).toEqual([])
      expect(releaseKnown(evening.a)).toBe(release)
      expect(settle(evening.a)).toMatchObject({
        wanted: [],
        results: { of: release, ballots: casts, without: [second.id] },
      })
      expect(evening.export(evening.a)).toEqual(files)
    },
  )

  test('and closed, nothing leaves whoever knows of both, and the minutes say that there are two accounts of it', async () => {
    const evening = new Evening(40, 5)
    declare(evening.a, second.id)
    await evening.show(evening.b)
    expect(releaseKnown(evening.a)).toBe('device')
    await evening.show(evening.a)
    expect(contradictedIn(evening.a)).toEqual([second.id])
    expect(releasedDocument(evening.a)).toBeUndefined()
    expect(settle(evening.a)).toEqual(NOTHING)
    const alarm = { type: 'witness.alarm', device: second.id, alarm: 'closed-after-all' }
    expect(evening.a.store.day.alarms).toMatchObject([alarm])
    await evening.show(evening.b)
    expect(deadDevices(evening.b)).toEqual([second.id])
    expect(releasedDocument(evening.b)).toBeUndefined()
    // It is closed: it goes on handing out what it has.
    expect(evening.b.store.day.stopped).toBeUndefined()
    await evening.show(evening.a)
    expect(evening.a.store.day.alarms).toHaveLength(1)
  })
})

test('where one device has fewer, only the station leaves: the reporting device adds up what it finds on the stick', async () => {
  const evening = new Evening(40, 31)
  const key = evening.a.store.totals?.sheetKey ?? new Uint8Array(32)
  expect(evening.b.store.totals?.sheetKey).toBeUndefined()
  await evening.round()
  // B's bundle is not on the stick yet, then it is another one's, then it is its own.
  expect(settle(evening.a)).toEqual(WANTED)
  expect(releasedDocument(evening.a)).toBeUndefined()
  expect(evening.export(evening.b)).toEqual(['sealed-tally.json'])
  const file = join(evening.stick, second.id, 'sealed-tally.json')
  const own = readFileSync(file, 'utf8')
  writeFileSync(file, evening.a.store.totals?.sealed ?? '')
  expect(settle(evening.a)).toEqual(WANTED)
  // Whatever letter it begins with, another.
  writeFileSync(
    file,
    own.replace(/"station":"(.)/, (_, letter) => `"station":"${letter === 'A' ? 'B' : 'A'}`),
  )
  expect(settle(evening.a)).toEqual(WANTED)
  writeFileSync(file, own)
  const settled = settle(evening.a)
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
  expect([settle(evening.b), releasedDocument(evening.b)]).toEqual([NOTHING, undefined])
})

test('a device that is started again knows all of it as before', async () => {
  const evening = new Evening(33, 4)
  await evening.round()
  evening.export(evening.b)
  settle(evening.a)
  const before = releasedDocument(evening.a)
  const again = evening.restart()
  expect(openDevices(again)).toEqual([])
  expect(releasedDocument(again)).toBe(before)
  expect(settle(again).results).toMatchObject({ of: 'station', ballots: 37 })
})

describe('what a neighbour brings on the stick', () => {
  test('if it cannot be, is named: nothing is signed, and the key stays until a sheet is made', async () => {
    const evening = new Evening(40, 5, 800_000)
    await evening.round()
    evening.export(evening.b)
    const { key } = evening
    expect(settle(evening.a)).toEqual({ wanted: [], impossible: [second.id] })
    expect(releasedDocument(evening.a)).toBeUndefined()
    expect(evening.export(evening.a)).toEqual(['sealed-tally.json'])
    const again = evening.restart()
    expect(settle(again)).toEqual({ wanted: [], impossible: [second.id] })
    expect(again.store.totals?.sheetKey).toEqual(key)
  })

  test('if it is another one than that of the closing entry, is not taken, though the device signed it and ballots could give it', async () => {
    const evening = new Evening(40, 31)
    await evening.round()
    evening.export(evening.b)
    const { key, sealedOfB } = evening
    const messageKey = evening.b.messageSigner.publicKey
    const own = readFileSync(sealedOfB, 'utf8')
    const sealed = valueOrThrow(openSealedTally(own, { definition, messageKey }, 'sealed'))
    const committed = openForStation(definition, sealed, key)
    const electionKey = fromBase64(definition.constituency.electionKey)
    if (committed === undefined || electionKey === undefined) throw new Error('a tally that does not open')
    const other: Tally = committed.tally.map((contest) => ({
      ...contest,
      options: contest.options.toReversed(),
    }))
    expect(other).not.toEqual(committed.tally)
    expect(findTallyProblem(definition, other, 31)).toBeUndefined()
    const { origin } = evening.b.store
    const keys = { stationKey: key, electionKey }
    const forged = { ...committed, tally: other, origin }
    writeFileSync(sealedOfB, sealTally(forged, keys, evening.b.messageSigner, seededRandom('forged')))
    expect(settle(evening.a)).toEqual(WANTED)
    expect(evening.key).toEqual(key)
    writeFileSync(sealedOfB, own)
    expect(settle(evening.a)).toMatchObject({ ...NOTHING, results: { ballots: 71 } })
  })

  test('if it is a pipe, a link, a folder or far too large, is not read, and nothing waits for it', async () => {
    const evening = new Evening(40, 31)
    await evening.round()
    evening.export(evening.b)
    const { sealedOfB } = evening
    const own = readFileSync(sealedOfB)
    const elsewhere = join(newFolder(), 'sealed-tally.json')
    writeFileSync(elsewhere, own)
    for (const put of [
      () => symlinkSync('/dev/zero', sealedOfB),
      () => symlinkSync(elsewhere, sealedOfB),
      () => symlinkSync(evening.stick, sealedOfB),
      () => writeFileSync(sealedOfB, Buffer.alloc(4 * 1024 * 1024 + 1, own)),
      () => execFileSync('mkfifo', [sealedOfB]),
    ]) {
      rmSync(sealedOfB)
      put()
      expect(settle(evening.a)).toEqual(WANTED)
    }
    rmSync(sealedOfB)
    writeFileSync(sealedOfB, own)
    expect(settle(evening.a)).toMatchObject(NOTHING)
  })
})

describe('the key for the sheet', () => {
  afterEach(() => vi.restoreAllMocks())

  test('is gone after the next start where the power was cut before the write-ahead log was emptied', async () => {
    const evening = new Evening(33, 4)
    await evening.round()
    evening.export(evening.b)
    const { key } = evening
    const { pragma } = Database.prototype
    let image: string | undefined
    vi.spyOn(Database.prototype, 'pragma').mockImplementation(function (this: Database.Database, ...given) {
      if (given[0] === 'wal_checkpoint(TRUNCATE)') image ??= imageOf(evening.a.home.folder)
      return pragma.apply(this, given)
    })
    settle(evening.a)
    vi.restoreAllMocks()
    const home = openHome(image ?? '')
    expect(traces({ ...evening.a, home }, key)).toEqual(['ballots.db-wal'])
    const store = valueOrThrow(resumeStore(home, evening.bench.clock, seededRandom('cut')))
    const again = { ...evening.a, home, store }
    open.push(again)
    expect(store.totals?.sheetKey).toBeUndefined()
    expect(traces(again, key)).toEqual([])
    expect(releasedDocument(again)).toBe(releasedDocument(evening.a))
  })

  test.each(['a sheet', undefined])(
    'is gone from every medium after the next start where the power was cut between two (%s)',
    (sheet) => {
      const { folders, store } = beginOn({ DeviceStore, Medium }, 2, `cut between, ${sheet}`)
      openPolls(store)
      store.closePolls(officers)
      const key = Buffer.from(store.totals?.sheetKey ?? '')
      const [, second] = folders as [string, string]
      const { settleSheet } = Medium.prototype
      let images: readonly string[] = []
      vi.spyOn(Medium.prototype, 'settleSheet').mockImplementation(function (this: Medium, made) {
        if (this.folder === second) images = folders.map(imageOf)
        settleSheet.call(this, made)
      })
      store.settleSheet(sheet)
      vi.restoreAllMocks()
      store.close()
      const left = (of: readonly string[]) =>
        of.flatMap((folder) =>
          readdirSync(folder).filter((name) => readFileSync(join(folder, name)).includes(key)),
        )
      expect(left(images)).not.toEqual([])
      // Whichever is named first.
      for (const order of [images, images.toReversed()]) {
        const copies = order.map(imageOf)
        const again = valueOrThrow(resumeOn({ DeviceStore, Medium }, copies))
        expect(again.totals?.sheetKey).toBeUndefined()
        expect(again.totals?.sheet).toBe(sheet)
        expect(left(copies)).toEqual([])
        again.close()
      }
    },
  )
})
