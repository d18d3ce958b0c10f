/** What must hold of two media after a crash: their device comes back with all that it had acknowledged, and its day goes on to right totals on both. */

import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { openTally } from '../../core/bundle/bundle.ts'
import { parseTally } from '../../core/election/tally.ts'
import { signerFromSeed } from '../../core/keys/ed25519.ts'
import { equalBytes, sha256 } from '../../core/keys/hash.ts'
import { describeRefusal, type Refusal, valueOrThrow } from '../../core/result.ts'
import type { Json } from '../../core/text/canonical-json.ts'
import { type DeviceHome, mediaFolders } from '../../device-agent/ballot/home.ts'
import { setUpStore } from '../../device-agent/ballot/setup.ts'
import { DeviceStore } from '../../device-agent/store/device-store.ts'
import { LEFT_BEHIND_FILE } from '../../device-agent/store/left-behind.ts'
import { type AllMedia, absentMedium } from '../../device-agent/store/media.ts'
import { Medium } from '../../device-agent/store/medium.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { neighbour } from '../device-agent/store/heads.ts'
import {
  clock,
  dayKey,
  officers,
  openPolls,
  partsFor,
  station,
  Voters,
} from '../device-agent/store/voting.ts'
import { PROGRAM } from '../fixtures/program.ts'
import { countOpened } from './open-ballots.ts'
import { type Known, knownAfter, NO_ROOM, scriptedDay } from './scripted-day.ts'
import type { OneMedium } from './strace.ts'

const PULLED: Refusal = {
  code: 'store.missing',
  where: 'the slot',
  what: 'it was pulled',
  next: 'Put it back.',
}
const PLACES = ['first', 'second'] as const
const placeOf = (gone: OneMedium | undefined) => (gone === undefined ? -1 : PLACES.indexOf(gone))

/** Of a device's two, those that are there. */
export function foldersLeft(home: DeviceHome, gone: OneMedium | undefined): readonly string[] {
  return mediaFolders(home).filter((_, i) => i !== placeOf(gone))
}

/** A device after a crash. */
interface Left {
  /** Its home; the media are in its folder. */
  readonly home: DeviceHome
  /** Steps that were acknowledged before; undefined if not even that it was set up. */
  readonly done: number | undefined
  readonly ballots: number
  readonly seed: string
  /** A medium that is not there: the other has to do. */
  readonly gone?: OneMedium | undefined
  /** Of a medium that was lost for good: the steps that it has. */
  readonly leftAt?: number | undefined
  /** It takes its room. */
  readonly takesRoom?: true | undefined
}

/** @returns what does not hold, in words; undefined if all does */
export function findBroken({ home, done, ballots, seed, gone, leftAt, takesRoom }: Left): string | undefined {
  const steps = scriptedDay(ballots)
  let store: DeviceStore | undefined
  try {
    if (done === undefined) setUpAgain(home, seed)
    const leftBehind = findLeftBehind(home, gone)
    if (leftBehind === 'begins') return 'one that was left behind begins a day'
    const acknowledged = (leftBehind === 'refused' ? leftAt : undefined) ?? done ?? 0
    store = valueOrThrow(DeviceStore.resume(partsFor(openMedia(home, gone), `judge of ${seed}`)))
    const found = knownBy(store)
    const possible = [knownAfter(steps, acknowledged), knownAfter(steps, acknowledged + 1)]
    if (!possible.some((known) => isDeepStrictEqual(known, found)))
      return `it knows ${JSON.stringify(found)}, and had acknowledged ${JSON.stringify(possible[0])}`
    return findBrokenAfter(store, found, home, { seed, gone, takesRoom })
  } catch (error) {
    return `the device does not come back: ${(error as Error).message}`
  } finally {
    store?.close()
  }
}

/** A technician whose set-up was interrupted does it again; where it was over, and only nobody was told, the device says so. */
function setUpAgain(home: DeviceHome, seed: string): void {
  const made = setUpStore(home, clock, seededRandom(`again ${seed}`), PROGRAM)
  if (made.ok) made.value.close()
  else if (made.error.code !== 'store.exists') throw new Error(describeRefusal(made.error))
}

/** Both in this thread: a thousand judges need no thousand threads. */
export function openMedia(home: DeviceHome, gone: OneMedium | undefined): AllMedia {
  const [first, second] = mediaFolders(home).map((folder, i) => {
    if (i === placeOf(gone)) return absentMedium(folder, PULLED)
    const opened = Medium.open(folder, seededRandom(folder))
    return opened.ok ? opened.value : absentMedium(folder, opened.error)
  })
  if (first === undefined || second === undefined) throw new Error('a home folder has two media')
  return [first, second]
}

/** The day goes on: the next voter votes, the polls close, and the count is that of everybody who voted. */
export function findBrokenAfter(
  store: DeviceStore,
  found: Pick<Known, 'polls' | 'casts'>,
  home: DeviceHome,
  { seed, gone, takesRoom }: Pick<Left, 'seed' | 'gone' | 'takesRoom'>,
): string | undefined {
  const voters = new Voters(seed)
  for (let before = 0; before < found.casts; before += 1) voters.vote({ cast: () => undefined })
  if (found.polls === 'closed') {
    if (takesRoom && !store.space.reserve()) return NO_ROOM
    openPolls(store)
  }
  if (found.polls === 'open') {
    valueOrThrow(store.unlock(dayKey()))
    if (takesRoom) store.space.renew()
  }
  if (found.polls !== 'finished') {
    if (!voters.nonces.every((nonce) => store.isSpent(nonce)))
      return 'an authorization that was used counts as unused'
    voters.vote(store)
    store.closePolls(officers)
  }
  const keys = foldersLeft(home, gone).map(readableKeys)
  if (keys.some((count) => count > 0)) return `${keys.join(' and ')} keys of the pool are left after closing`
  if (gone === undefined && store.day.lostMedia.length > 0)
    return `medium ${store.day.lostMedia.join()} has not caught up`
  const { definition } = station.electionPackage
  const { publicKey } = signerFromSeed(home.seeds.message)
  const released = valueOrThrow(openTally(store.totals?.tally ?? '', publicKey, home.folder))
  const tally = valueOrThrow(parseTally(definition, released.tally as Json, home.folder))
  const counted = tally.map(({ blank, valid, options }) => [blank, valid, ...options])
  if (!isDeepStrictEqual(counted, voters.shadow)) return 'the totals are not what the voters meant'
  return isDeepStrictEqual(countOpened(store), voters.shadow)
    ? undefined
    : 'the ballots are not what the voters meant'
}

/**
 * A medium that was left behind begins no day alone. What it holds must be sound all the same, for whoever examines it: so its mark is taken away, and
 * it is judged as every other.
 * @returns what a start makes of it; undefined of one that is not alone, or was not left behind
 */
function findLeftBehind(home: DeviceHome, gone: OneMedium | undefined): 'begins' | 'refused' | undefined {
  const [folder = '', ...others] = foldersLeft(home, gone)
  const mark = join(folder, LEFT_BEHIND_FILE)
  if (others.length > 0 || !existsSync(mark)) return undefined
  const { size } = JSON.parse(readFileSync(mark, 'utf8')) as { size: number }
  if (size <= journalSize(folder)) return undefined
  const media = openMedia(home, gone)
  const refused = DeviceStore.resume(partsFor(media, 'left behind'))
  for (const medium of media) medium.close()
  if (refused.ok || refused.error.code !== 'store.left-behind') return 'begins'
  rmSync(mark)
  return 'refused'
}

function journalSize(folder: string): number {
  const medium = valueOrThrow(Medium.open(folder, seededRandom(folder)))
  const { journal } = valueOrThrow(medium.records())
  medium.close()
  return journal.length
}

function knownBy(store: DeviceStore): Known {
  const { polls, casts, voids } = store.day
  const { neighbours, cosignedSizes } = store.station
  const { totals } = store
  return {
    polls: polls as Known['polls'],
    casts,
    voids,
    slip: store.slip,
    receipt: receiptOf(store),
    heads: [neighbours.get(neighbour.id)?.size ?? 0, cosignedSizes[0] ?? 0],
    awaitsSheet: totals?.sheetKey !== undefined,
    isAnswered: totals?.answered ?? false,
  }
}

function receiptOf(store: DeviceStore): Known['receipt'] {
  const { receipt } = store
  if (receipt === undefined) return 'none'
  // The loss of a medium on which the closing failed is told after it.
  const received = store.entriesFrom(0).slice(0, receipt.size)
  return received.some((entry) => Buffer.from(entry).includes('"polls.closed"')) ? 'closing' : 'opening'
}

/** How many places of the slot file hold a key that is whole (device-agent/store/slots.ts). */
function readableKeys(folder: string): number {
  const file = readFileSync(join(folder, 'slots.bin'))
  return [0, 4096].filter((at) => {
    const checksum = sha256(Buffer.concat([Buffer.from('sandogh/v1/slot'), file.subarray(at, at + 32)]))
    return equalBytes(checksum, file.subarray(at + 32, at + 64))
  }).length
}
