/** What a closed journal that the centre holds says of totals: the closing entry, the day behind it, and how many ballots there are to count. */
import { findTallyProblem } from '../../core/election/check-tally.ts'
import { parseTally, type Tally } from '../../core/election/tally.ts'
import { type Day, replayDay } from '../../core/journal/day.ts'
import { type Entry, parseEntry } from '../../core/journal/entry.ts'
import { ok, type Result, refuse, valueOrThrow } from '../../core/result.ts'
import type { Json } from '../../core/text/canonical-json.ts'
import type { HeldJournal } from '../store/store.ts'
import type { Desk } from './desk.ts'

export type Closing = Entry & { readonly type: 'polls.closed' }

/** The closing entry, looked for from the end, where it stands; undefined if it is not held yet. */
export function findClosing(
  desk: Pick<Desk, 'store'>,
  { origin, frontier }: HeldJournal,
): Closing | undefined {
  for (let seq = frontier.size - 1; seq >= 0; seq -= 1) {
    const [bytes] = desk.store.entries(origin, seq, seq + 1)
    const entry = bytes === undefined ? undefined : parseEntry(bytes, seq, origin)
    if (!entry?.ok) throw new Error(`entry ${seq} of ${origin} was stored and cannot be read`)
    if (entry.value.type === 'polls.closed') return entry.value
  }
  return undefined
}

/** A tally counts only behind a legal day: opened, voted, closed once. */
export function checkDay(desk: Desk, { origin, frontier }: HeldJournal, where: string): Result<Day> {
  const entries = desk.store
    .entries(origin, 0, frontier.size)
    .map((bytes, seq) => parseEntry(bytes, seq, where))
  return replayDay(entries.map(valueOrThrow), where)
}

/**
 * Reads counts of so many ballots.
 * @param casts ballots that the closing entries name
 * @returns a refusal `tally.shape`, or `tally.arithmetic` if that many ballots cannot add up to it
 */
export function readCounts(desk: Desk, counts: unknown, casts: number, where: string): Result<Tally> {
  const { definition } = desk.package
  const tally = parseTally(definition, counts as Json, where)
  if (!tally.ok) return tally
  const problem = findTallyProblem(definition, tally.value, casts)
  if (problem === undefined) return ok(tally.value)
  return refuse('tally.arithmetic', where, problem, 'Keep the device as evidence and open its ballots.')
}
