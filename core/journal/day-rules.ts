/** What may stand where in a day, as `docs/formats.md` has it: the rules that look at the day so far and change nothing. */
import { BATCH_SIZE, POOL_PLACES } from '../ballot-box/pool.ts'
import type { AcceptedOrder, Day, DeclaredDead } from './day.ts'
import type { Entry } from './entry.ts'

/** What may still happen to a device whose polls are closed for good. */
export const AFTER_THE_END: ReadonlySet<Entry['type']> = new Set([
  'report.printed',
  'device.started',
  'printer.trouble',
  'printer.paper_low',
  'line.lost',
  'line.restored',
  'medium.lost',
  'medium.restored',
  'tamper.opened',
  'tamper.counted',
  'power.changed',
  'temperature.changed',
  'slip.miscounted',
  'storage.changed',
  'storage.failed',
  'entries.left_out',
  'clock.jumped',
  'clock.checked',
  'officer.admitted',
  'officer.card_damaged',
  'officer.pin_wrong',
  'witness.alarm',
  'device.stopped',
  'device.declared_dead',
  'order.accepted',
])

/** What a device that had to stop never writes again. */
export const VOTING: ReadonlySet<Entry['type']> = new Set([
  'polls.opened',
  'polls.resumed',
  'ballot.cast',
  'batch.sealed',
  'polls.closed',
])

export const ONE_OFFICER =
  'two different officers are needed, each with a certificate and a role of their own'

/** Why two officers cannot declare this device dead now. That it is one of the station the auditor asks, who has the package. */
export function findDeclarationProblem(
  { polls, dead }: Pick<Day, 'polls' | 'dead'>,
  { device, by: [one, other] }: DeclaredDead,
): string | undefined {
  if (polls !== 'finished') return 'polls were not closed for good'
  if (one?.certificate === other?.certificate || one?.role === other?.role) return ONE_OFFICER
  return dead.some((entry) => entry.device === device) ? `${device} was declared dead before` : undefined
}

/** Why an order cannot be taken now. */
export function findOrderProblem(
  { polls, orders }: Pick<Day, 'polls' | 'orders'>,
  { number, do: what, until, policy, by: [one, other] }: AcceptedOrder,
): string | undefined {
  const last = orders.at(-1)?.number ?? 0
  if (number <= last) return `order ${number} after ${last}`
  if (one?.certificate === other?.certificate || one?.name === other?.name) return 'two officials are needed'
  if ((until !== undefined) !== (what === 'extend-hours')) return 'only longer hours have an end'
  if ((policy !== undefined) !== (what === 'reload-policy'))
    return 'only a new policy says how the centre is told'
  return polls === 'finished' && what !== 'send-logs' ? 'polls were already closed for good' : undefined
}

/** The order by which nobody votes here any more. */
export function lockOf({ orders }: Pick<Day, 'orders'>): AcceptedOrder | undefined {
  const last = orders.findLast(({ do: what }) => what === 'lock' || what === 'unlock')
  return last?.do === 'lock' ? last : undefined
}

/** Only the last batch leaves nothing waiting: the pool keeps 32 of 64 ballots when it seals a batch of 32. */
export function isLastBatchSealed({ polls, casts, sealed }: Day): boolean {
  return polls !== 'finished' && casts > 0 && sealed === casts
}

/** Batches sealed so far, those of the device whose place this one took included. */
export function batchCount({ adopted, batches }: Pick<Day, 'adopted' | 'batches'>): number {
  return (adopted?.batches ?? 0) + batches.length
}

/** Why a device cannot go on with what another one left. That it left just this, `adopt.ts` asks. */
export function findTakeoverProblem(
  day: Day,
  { casts, batches, pooled, executive, supervisory, technician }: Entry & { type: 'takeover' },
): string | undefined {
  if (day.size !== 1) return 'a journal takes over another in its second entry or never'
  if (new Set([executive, supervisory, technician]).size < 3)
    return 'two officers and a technician are needed, each with a certificate of their own'
  // A pool that sealed a batch of 32 keeps 32.
  const isPossible =
    pooled <= casts && (pooled === 0) === (casts === 0) && (batches === 0) === (pooled === casts)
  return isPossible
    ? undefined
    : `${casts} ballots, ${pooled} of them waiting and ${batches} batches cannot be`
}

/**
 * Why a batch cannot be sealed now. Pools are per ballot style and the journal names no style (`docs/decisions/0002`), so of the 64 ballots
 * of one style that a batch of 32 is drawn from it shows only that so many waited.
 */
export function findBatchProblem(
  day: Day,
  { batch, count }: Entry & { type: 'batch.sealed' },
): string | undefined {
  const waiting = day.casts - day.sealed
  if (day.polls === 'closed') return 'polls were not open'
  if (batch !== batchCount(day) + 1) return `batch ${batch} after ${batchCount(day)}`
  if (count === 0 || count > waiting) return `${count} ballots sealed but ${waiting} waited`
  // The last batch: whatever remained.
  if (count === waiting) return undefined
  if (count !== BATCH_SIZE) return `${count} ballots sealed: it is ${BATCH_SIZE} of them, or at closing all`
  if (waiting < POOL_PLACES) return `${count} ballots drawn from ${waiting}: fewer than ${POOL_PLACES} waited`
  return day.last.type === 'ballot.cast' ? undefined : 'no ballot was cast directly before'
}
