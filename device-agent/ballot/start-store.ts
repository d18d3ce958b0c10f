/**
 * The store at a start. Until the device runs nothing of it can show a failure, so what a medium answers here is a refusal like any other; and
 * where the disk is full, the room that is kept for votes is given back before people are told that there is nothing to vote on.
 */
import { parseEntry } from '../../core/journal/entry.ts'
import type { Clock, Random } from '../../core/ports.ts'
import type { Result } from '../../core/result.ts'
import { ok, valueOrThrow } from '../../core/result.ts'
import { setBackSince } from '../health/clock-watch.ts'
import type { Acknowledged, DeviceStore } from '../store/device-store.ts'
import { probeMedia } from '../store/probe.ts'
import { giveBackOn } from '../store/space.ts'
import { type DeviceHome, mediaFolders } from './home.ts'
import { pollsAtStart } from './polls/polls.ts'
import { refusedBy, resumeStore } from './setup.ts'

/** Whose store, and what it is taken up with. */
interface StartParts {
  readonly home: DeviceHome
  /** Of a spare that took over just now: its store, with the ballot box open. */
  readonly takenOver?: DeviceStore
  readonly clock: Clock
  readonly random: Random
}

/** Takes the store up, and writes what a start has to say before anything else. On a full disk once more, with all the room that there is. */
export function startStore(parts: StartParts): Result<DeviceStore> {
  const { home, takenOver, clock, random } = parts
  const started = sayRestart(
    parts,
    takenOver === undefined ? resumeStore(home, clock, random) : ok(takenOver),
  )
  if (started.ok || started.error.code !== 'store.full') return started
  return sayRestart(parts, takeUpAgain(parts))
}

/**
 * After a failure: the store as a start would find it, with all the room that there is.
 * @param acknowledged by this same program, if it ran
 */
export function takeUpAgain(
  { home, clock, random }: StartParts,
  acknowledged?: Acknowledged,
): Result<DeviceStore> {
  const folders = mediaFolders(home)
  const found = probeMedia(folders)
  giveBackOn(folders.filter((_, place) => found[place]?.is === 'answered'))
  return resumeStore(home, clock, random, found, acknowledged)
}

/** A clock that was set back is told. Polls that were open are paused until officers resume them, and the journal says why. */
function sayRestart({ home, clock }: StartParts, opened: Result<DeviceStore>): Result<DeviceStore> {
  if (!opened.ok) return opened
  const store = opened.value
  try {
    const jump = setBackSince(lastBefore(store), clock.now())
    if (jump !== undefined) store.append({ type: 'clock.jumped', ...jump })
    if (store.day.polls === 'open' && pollsAtStart(store.day, store.isUnlocked).is === 'paused')
      store.append({ type: 'polls.paused', reason: 'restart' })
    return opened
  } catch (error) {
    store.close()
    return refusedBy(home, error)
  }
}

/** When the last entry before this start was written. What became of a medium the start itself may have told already, so the latest of those counts. */
function lastBefore(store: DeviceStore): number {
  let latest = Number.NEGATIVE_INFINITY
  for (const [back, bytes] of store.entriesFrom(0).toReversed().entries()) {
    const { type, at } = valueOrThrow(parseEntry(bytes, store.day.size - 1 - back, 'journal'))
    latest = Math.max(latest, Date.parse(at))
    if (type !== 'medium.lost' && type !== 'medium.restored') break
  }
  return latest
}
