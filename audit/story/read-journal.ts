/** A journal read for its story: to the first entry that is none or cannot stand there, whether anybody vouches for it or not. */
import { type Day, DayReplay } from '../../core/journal/day.ts'
import { type Entry, MAX_ENTRY_BYTES, parseEntry } from '../../core/journal/entry.ts'
import { type Refusal, refuse } from '../../core/result.ts'
import { type DayStory, StoryTeller } from './day-story.ts'
import { type PollingWindow, windowInUtc } from './polling-window.ts'

/** How far a journal could be read. */
export interface ReadJournal {
  readonly window: PollingWindow
  /** Absent if not even the first entry could be read. */
  readonly story?: DayStory
  /** Why it was not read on. */
  readonly stopped?: Refusal
}

/**
 * Reads a journal as far as it is one.
 * @param where the file, for what stopped it
 * @param window the polling day; if no package tells it, the day on which the journal says that polls opened, in UTC
 */
export function readJournal(bytes: Uint8Array, where: string, window?: PollingWindow): ReadJournal {
  const day = window ?? windowInUtc(dayOf(bytes, where))
  const reading: Reading = { stopped: undefined }
  let teller: StoryTeller | undefined
  let last: Day | undefined
  for (const { entry, day: after } of legalEntries(bytes, where, reading)) {
    if (entry.type === 'journal.opened') teller = new StoryTeller(entry, after, day)
    else teller?.take(entry, after)
    last = after
  }
  return {
    window: day,
    ...(teller !== undefined && last !== undefined && { story: teller.story(last) }),
    ...(reading.stopped !== undefined && { stopped: reading.stopped }),
  }
}

interface Reading {
  stopped: Refusal | undefined
}

/** The entries of a day that is legal so far. The day goes on changing with each. */
function* legalEntries(
  bytes: Uint8Array,
  where: string,
  reading: Reading,
): Generator<{ readonly entry: Entry; readonly day: Day }> {
  const replay = new DayReplay(where)
  let start = 0
  for (let seq = 0; start < bytes.length; seq += 1) {
    const place = `${where} entry ${seq}`
    const end = bytes.indexOf(0x0a, start)
    if (end === -1 || end - start > MAX_ENTRY_BYTES) {
      const next = 'Get the bundle again from the device or its memory stick.'
      const cut = refuse('journal.line', place, 'a line that does not end or is too long', next)
      reading.stopped = cut.error
      return
    }
    const entry = parseEntry(bytes.subarray(start, end), seq, place)
    if (!entry.ok) {
      reading.stopped = { ...entry.error, where: place }
      return
    }
    reading.stopped = replay.take(entry.value)
    const day = reading.stopped === undefined ? replay.day() : undefined
    if (day?.ok !== true) return
    yield { entry: entry.value, day: day.value }
    start = end + 1
  }
}

/** When polls opened, or the journal did. */
function dayOf(bytes: Uint8Array, where: string): string {
  let first: string | undefined
  for (const { entry } of legalEntries(bytes, where, { stopped: undefined })) {
    first ??= entry.at
    if (entry.type === 'polls.opened') return entry.at
  }
  return first ?? '1970-01-01T00:00:00Z'
}
