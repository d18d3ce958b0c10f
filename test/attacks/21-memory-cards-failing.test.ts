/**
 * Memory cards that fail on the day: the votes were on one card, and nobody heard of it before the evening. Here two media hold every vote before
 * it is acknowledged. Either may die or be pulled at any call of a day, and the second hang; the day goes on, everybody hears of it, and what was
 * acknowledged is counted once. That the first hangs ends the program: end-to-end/frozen-medium.test.ts.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { main as audit } from '../../audit/cli.ts'
import { uniform } from '../../core/ballot-box/draw.ts'
import { openTally } from '../../core/bundle/bundle.ts'
import { parseTally } from '../../core/election/tally.ts'
import { signerFromSeed } from '../../core/keys/ed25519.ts'
import { describeRefusal, valueOrThrow } from '../../core/result.ts'
import type { Json } from '../../core/text/canonical-json.ts'
import { cosign } from '../../core/tlog/cosignature.ts'
import type { DeviceStore } from '../../device-agent/store/device-store.ts'
import { absentMedium, type StoreMedium } from '../../device-agent/store/media.ts'
import { DEADLINES, WorkerMedium } from '../../device-agent/store/worker-medium.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { OPENING } from '../audit/fixtures.ts'
import { run } from '../audit/run.ts'
import { destroysKeyEarly } from '../crash/weakened.ts'
import { beginOn, imageOf, newFolder, resumeOn } from '../device-agent/store/device.ts'
import {
  dayKey,
  device,
  officers,
  openPolls,
  partsFor,
  station,
  Voters,
} from '../device-agent/store/voting.ts'
import { type Fault, failingFrom, HANG_MS } from './failing-media.ts'
import { type Build, realBuild, weakenedBuild } from './weakened/weaken.ts'
import { forgetsToTellLosses, takesAnyHistory, writesFirstMediumOnly } from './weakened/weakenings.ts'

const build = await realBuild()
const NEVER = Number.POSITIVE_INFINITY
const FAR = { first: NEVER, second: NEVER }
const NAMES = { first: 'a', second: 'b' } as const
type Place = keyof typeof NAMES
/** A medium that hangs is given up long before it wakes up; while it is opened, too, if it hangs then. */
const IMPATIENT_MS = HANG_MS / 4

const packageFile = join(newFolder(), 'package.json')
writeFileSync(packageFile, station.packageText)

/** Two fresh media, the first in this thread and the second in its own, with a fault from a call on. */
function faultyDevice(seed: string, fault: Fault, from: Readonly<Record<Place, number>>) {
  const begun = beginOn(build, 2, seed)
  begun.store.close()
  const [first = '', second = ''] = begun.folders
  const opened = valueOrThrow(build.Medium.open(first, seededRandom(`first of ${seed}`)))
  const failing = [
    `${second}?from=${from.second}&fault=${fault}`,
    new URL('./failing-thread.ts', import.meta.url),
  ] as const
  const [openMs, stepMs] = [from.second === 1 ? IMPATIENT_MS : DEADLINES.openMs, IMPATIENT_MS]
  const deadlines = fault === 'hangs' ? { openMs, stepMs } : DEADLINES
  const media = [
    failingFrom(opened, from.first, fault),
    failingFrom(new WorkerMedium(failing[0], deadlines, failing[1]), NEVER, fault),
  ] as const
  return { folders: [first, second] as const, media, parts: partsFor(media, seed) }
}

/** A day with a void slip and two ballots, and all that an evening writes and reads. @returns its store, with everybody who voted counted in `voters` */
function keepDay(of: Build, parts: ReturnType<typeof partsFor>, voters: Voters): DeviceStore {
  const store = valueOrThrow(of.DeviceStore.resume(parts))
  store.space.reserve()
  openPolls(store)
  store.setSlip('printing')
  store.countVoidSlip()
  store.space.renew()
  for (const _ of [1, 2]) {
    store.space.makeRoom()
    expect(store.space.ballotsLeft).toBeGreaterThan(0)
    store.setSlip('hanging')
    voters.vote(store)
    store.setSlip('none')
  }
  store.space.giveBack()
  store.closePolls(officers)
  const { size } = store.day
  const { name } = station.electionPackage.definition.witness
  const centre = { name, signer: station.witness, time: OPENING / 1000 }
  store.storeReceipt(size, cosign(store.checkpointAt(size) ?? '', centre))
  store.markTallyAnswered()
  store.settleSheet(undefined)
  expect([store.adopted, store.batches().size, store.receipt?.size]).toEqual([undefined, 1, size])
  return store
}

/** What the journal says of media. */
function told(store: DeviceStore): readonly string[] {
  return store
    .entriesFrom(0)
    .map((bytes) => JSON.parse(Buffer.from(bytes).toString('utf8')))
    .filter(({ type }) => type.startsWith('medium.'))
    .map(({ type, medium, why }) => [type, medium, why].filter(Boolean).join(' '))
}

function countOf(store: DeviceStore): unknown {
  const { publicKey } = signerFromSeed(device.keys.message)
  const released = valueOrThrow(openTally(store.totals?.tally ?? '', publicKey, ''))
  const { definition } = station.electionPackage
  const tally = valueOrThrow(parseTally(definition, released.tally as Json, ''))
  return tally.map(({ blank, valid, options }) => [blank, valid, ...options])
}

async function auditOf(folder: string): Promise<string> {
  const { exitCode, out } = await run(audit, 'verify', join(folder, 'ballots.db'), '--package', packageFile)
  return exitCode === 0 || exitCode === 3 ? 'holds' : out
}

/** How many calls a whole day makes on each medium. */
function callsOfADay(): Readonly<Record<Place, number>> {
  const { media, parts } = faultyDevice('calls', 'fails', FAR)
  keepDay(build, parts, new Voters('calls')).close()
  const [first, second] = media.map((medium) => medium.calls()) as [number, number]
  return { first, second }
}

const calls = callsOfADay()
const seed = process.env['SEED'] ?? String(Date.now() % 1_000_000)
/** All calls are tried by a few runs. */
const STRIDE = 4
const offset = uniform(STRIDE, seededRandom(seed))

/** A day in which one medium meets a fault from its n-th call on, and what is left of it. */
async function faultyDay(place: Place, fault: Fault, n: number) {
  const seed = `${place} ${fault} ${n}`
  const { folders, parts } = faultyDevice(seed, fault, { ...FAR, [place]: n })
  const voters = new Voters(seed)
  const store = keepDay(build, parts, voters)
  const words = told(store)
  const { casts, voids, lostMedia } = store.day
  const counted = countOf(store)
  store.close()
  // One that hung wakes up, and may still do what it was asked for last.
  if (fault === 'hangs') await new Promise((resolve) => setTimeout(resolve, 2 * HANG_MS))
  const [kept, lost] = place === 'first' ? [folders[1], folders[0]] : folders
  return { voters, words, casts, voids, lostMedia, counted, kept, lost, folders }
}

/** The medium is not there, as when it was pulled. */
function pulled(folder: string): StoreMedium {
  const opened = build.Medium.open(join(folder, 'pulled'), seededRandom('pulled'))
  if (opened.ok) throw new Error('it is there')
  return absentMedium(folder, opened.error)
}

async function expectWholeDay(place: Place, fault: Fault, n: number): Promise<void> {
  const day = await faultyDay(place, fault, n)
  const name = NAMES[place]
  const why = { fails: 'failed', hangs: 'silent' }[fault]
  const lost = `medium.lost ${name} ${why}`
  expect({ n, ...day }).toMatchObject({ casts: 2, voids: 1, lostMedia: [name], words: [lost] })
  expect(day.counted).toEqual(day.voters.shadow)
  expect(await auditOf(day.kept)).toBe('holds')
  // It was pulled for good: the others know it already, and say nothing twice.
  const alone = valueOrThrow(build.Medium.open(imageOf(day.kept), seededRandom('alone')))
  const gone = pulled(day.lost)
  const without = partsFor(place === 'first' ? [gone, alone] : [alone, gone], 'without')
  const again = valueOrThrow(build.DeviceStore.resume(without))
  expect([again.day.casts, told(again)]).toEqual([2, [lost]])
  again.close()
  // It is there again: it catches up, no vote is there twice, and it alone would do.
  const both = valueOrThrow(resumeOn(build, day.folders))
  expect(both.day).toMatchObject({ casts: 2, lostMedia: [] })
  expect(countOf(both)).toEqual(day.voters.shadow)
  both.close()
  expect(await auditOf(day.lost)).toBe('holds')
  const caughtUp = valueOrThrow(resumeOn(build, [day.lost]))
  expect(countOf(caughtUp)).toEqual(day.voters.shadow)
  caughtUp.close()
}

describe.each(['first', 'second'] as const)(`the %s medium (SEED=${seed})`, (place) => {
  test('dies or is pulled at any call of a day: every fourth, from one by lot', async () => {
    expect(calls[place]).toBeGreaterThan(20)
    for (let n = 1 + offset; n <= calls[place]; n += STRIDE) await expectWholeDay(place, 'fails', n)
  })
})

test(`the second medium stops answering at any call of a day, and wakes up when nobody waits any more: every fourth, from one by lot (SEED=${seed})`, async () => {
  const all = Array.from({ length: calls.second }, (_, i) => i + 1)
  // The days follow one another; their media are waited for together until they have woken up.
  await Promise.all(all.filter((n) => n % STRIDE === offset).map((n) => expectWholeDay('second', 'hangs', n)))
})

/** After each vote: what the other medium alone knows if this one is gone from now on. */
function knownAlone(of: Build, place: Place): readonly (readonly [acknowledged: number, known: number])[] {
  const { folders, store } = beginOn(of, 2, `alone ${place}`)
  const voters = new Voters(`alone ${place}`)
  const other = folders[place === 'first' ? 1 : 0] ?? ''
  openPolls(store)
  const known = [1, 2, 3].map((casts) => {
    voters.vote(store)
    const alone = resumeOn(build, [imageOf(other)])
    if (!alone.ok) return [casts, -1] as const
    const opened = alone.value.unlock(dayKey())
    const counted = opened.ok ? alone.value.day.casts : -1
    alone.value.close()
    return [casts, counted] as const
  })
  store.close()
  return known
}

describe('what was acknowledged', () => {
  const ALL = [
    [1, 1],
    [2, 2],
    [3, 3],
  ]

  test.each(['first', 'second'] as const)('is on the other medium when the %s is gone', (place) => {
    expect(knownAlone(build, place)).toEqual(ALL)
  })

  test('would be lost with the first, were a vote acknowledged before the second has it', async () => {
    expect(knownAlone(await weakenedBuild([writesFirstMediumOnly]), 'first')).not.toEqual(ALL)
  })
})

/** The first medium was pulled; then a vote does not get onto the second. What a restart opens. */
function afterBoth(of: Build): string {
  const { folders, store } = beginOn(of, 2, 'both')
  const voters = new Voters('both')
  openPolls(store)
  voters.vote(store)
  store.close()
  const [, second = ''] = folders
  const refusing = { commits: true }
  const medium = valueOrThrow(of.Medium.open(second, seededRandom('both')))
  const commit = medium.commit.bind(medium)
  medium.commit = (change) => {
    if (!refusing.commits) throw Object.assign(new Error('full'), { code: 'SQLITE_FULL' })
    commit(change)
  }
  const again = valueOrThrow(of.DeviceStore.resume(partsFor([pulled(second), medium], 'both')))
  valueOrThrow(again.unlock(dayKey()))
  refusing.commits = false
  expect(() => voters.vote(again)).toThrow('full')
  again.close()
  const last = valueOrThrow(build.Medium.open(second, seededRandom('last')))
  const restarted = valueOrThrow(build.DeviceStore.resume(partsFor([pulled(second), last], 'last')))
  const opened = restarted.unlock(dayKey())
  restarted.close()
  return opened.ok ? `opens with ${restarted.day.casts}` : describeRefusal(opened.error)
}

test('a vote that gets onto no medium takes none with it that was there before', async () => {
  expect(afterBoth(build)).toBe('opens with 1')
  expect(afterBoth(await weakenedBuild([destroysKeyEarly]))).toContain('cannot be opened')
})

/** The same device went on from one state on two media, one vote on each. */
function twoHistories(of: Build): string {
  const { folders, store } = beginOn(of, 2, 'histories')
  openPolls(store)
  store.close()
  for (const [i, folder] of folders.entries()) {
    const alone = valueOrThrow(resumeOn(of, [folder]))
    valueOrThrow(alone.unlock(dayKey()))
    new Voters(`history ${i}`).vote(alone)
    if (i === 0) alone.setSlip('none')
    alone.append({ type: 'tamper.opened', switch: i === 0 ? 'seal' : 'chassis' })
    alone.close()
  }
  const before = folders.map((folder) => readFileSync(join(folder, 'ballots.db')))
  const both = resumeOn(of, folders)
  if (!both.ok) {
    // Neither was touched: whoever examines them finds both.
    expect(folders.map((folder) => readFileSync(join(folder, 'ballots.db')))).toEqual(before)
    return describeRefusal(both.error)
  }
  both.value.close()
  return 'starts'
}

test('two media with two histories stop the device, and nobody’s vote is written over', async () => {
  const said = twoHistories(build)
  expect(said).toContain('another history of this device')
  expect(said).toContain('call a technician')
  expect(twoHistories(await weakenedBuild([takesAnyHistory]))).toBe('starts')
})

test('a build that does not write a loss down leaves everybody in the belief that there are two', async () => {
  const weakened = await weakenedBuild([forgetsToTellLosses])
  const { parts } = faultyDevice('untold', 'fails', { ...FAR, second: 12 })
  const store = keepDay(weakened, parts, new Voters('untold'))
  expect([store.day.lostMedia, told(store)]).toEqual([[], []])
  store.close()
})
