/**
 * Which places of which stations have more than one account, or one that no device would write. The centre does not decide which account is true, by who
 * came first or otherwise: nothing of such a place is counted until people have decided. All of it follows from what is held, so nobody has to
 * have read an alarm.
 */
import { deviceNamedIn } from '../../core/bundle/names.ts'
import { toBase64 } from '../../core/keys/hash.ts'
import { frontierRoot } from '../../core/tlog/tree.ts'
import type { HeldJournal } from '../store/store.ts'

/** What is wrong with a place, in words. */
export const DISPUTES = {
  'two-histories': 'its device signed what contradicts its journal, or the spare that took its place',
  'second-journal': 'its device, or the spare in its place, has two journals',
  'illegal-day': 'its journal tells a day that no device could have had',
  'went-on': 'its device went on after a spare took its place',
  'other-history': 'a spare took over another history than its device has',
  'taken-over-twice': 'two spares took it',
  closed: 'its device closed though a spare took its place',
  'not-dead': 'its device closed though it was declared dead',
  'second-sheet': 'its device signed two sheets that differ',
} as const
export type Dispute = keyof typeof DISPUTES

/** What is asked of a journal. */
export type JournalFacts = Pick<
  HeldJournal,
  'origin' | 'device' | 'frontier' | 'takeover' | 'closing' | 'illegal' | 'dead'
>

/**
 * The disputes of each place that has any, by the device whose place it is; those among several devices of a station are the result's to find.
 * @param forks how many contradicting checkpoints are held, by journal
 */
export function findDisputes(
  journals: readonly JournalFacts[],
  forks: ReadonlyMap<string, number>,
): ReadonlyMap<string, readonly Dispute[]> {
  const found = new Map<string, Dispute[]>()
  const add = (place: string, dispute: Dispute) => {
    const known = found.get(place) ?? []
    if (!known.includes(dispute)) found.set(place, [...known, dispute])
  }
  const byOrigin = new Map(journals.map((journal) => [journal.origin, journal]))
  const byDevice = Map.groupBy(journals, ({ device }) => device)
  const spares = Map.groupBy(
    journals.filter(({ takeover }) => takeover !== undefined),
    placeNamedBy,
  )
  for (const journal of journals) {
    const { origin, device, takeover, illegal } = journal
    const place = placeNamedBy(journal)
    if ((forks.get(origin) ?? 0) > 0) add(place, 'two-histories')
    if ((byDevice.get(device) ?? []).length > 1) add(place, 'second-journal')
    if (illegal !== undefined) add(place, 'illegal-day')
    if (takeover === undefined) continue
    const others = byDevice.get(place) ?? []
    if (others.some((other) => other.origin !== takeover.origin)) add(place, 'second-journal')
    const taken = byOrigin.get(takeover.origin)
    const contradiction = taken && findContradiction(taken, takeover)
    if (contradiction !== undefined) add(place, contradiction)
    if ((spares.get(place) ?? []).length > 1) add(place, 'taken-over-twice')
  }
  return found
}

/** Whose place a journal says that it is of. A spare's second entry was held against the package when it came, and is again where the definition is at hand. */
export function placeNamedBy({ device, takeover }: Pick<JournalFacts, 'device' | 'takeover'>): string {
  return (takeover && deviceNamedIn(takeover.origin)) ?? device
}

/** How a journal contradicts the spare that took it over, as far as it is held. */
function findContradiction(
  { frontier, closing }: JournalFacts,
  { size, root }: NonNullable<JournalFacts['takeover']>,
): Dispute | undefined {
  if (frontier.size > size) return 'went-on'
  if (frontier.size === size && toBase64(frontierRoot(frontier)) !== root) return 'other-history'
  return closing === undefined ? undefined : 'closed'
}
