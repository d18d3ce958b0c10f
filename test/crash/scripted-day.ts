/** A polling day of a store, step by step, and what must be known of it after each. The same for the program that is killed and for its judge. */
import { valueOrThrow } from '../../core/result.ts'
import type { DeviceStore } from '../../device-agent/store/device-store.ts'
import type { SlipState } from '../../device-agent/store/medium.ts'
import { dayKey, officers, openPolls, type Voters } from '../device-agent/store/voting.ts'

/** What a restarted device must know. */
export interface Known {
  readonly polls: 'closed' | 'open' | 'finished'
  readonly casts: number
  readonly voids: number
  readonly slip: SlipState
}

/** One thing that the store does and returns from: then it is acknowledged. */
interface Step {
  readonly does: (store: DeviceStore, voters: Voters) => void
  readonly leaves: (before: Known) => Known
}

/** Exit code of a program whose day stopped at a step that threw. */
export const STOPPED = 3

export const BEGUN: Known = { polls: 'closed', casts: 0, voids: 0, slip: 'none' }

const slip = (state: SlipState): Step => ({
  does: (store) => store.setSlip(state),
  leaves: (before) => ({ ...before, slip: state }),
})
const cast: Step = {
  does: (store, voters) => voters.vote(store),
  leaves: (before) => ({ ...before, casts: before.casts + 1, slip: 'accepted' }),
}
const voided: Step = {
  does: (store) => store.countVoidSlip(),
  leaves: (before) => ({ ...before, voids: before.voids + 1, slip: 'none' }),
}
const opened: Step = {
  does: (store) => openPolls(store),
  leaves: (before) => ({ ...before, polls: 'open' }),
}
const closed: Step = {
  does: (store) => store.closePolls(officers),
  leaves: (before) => ({ ...before, polls: 'finished' }),
}

/** Every fifth voter's first slip is printed void. */
const VOID_EVERY = 5

/** The steps of a day with so many ballots. */
export function scriptedDay(ballots: number): readonly Step[] {
  const voters = Array.from({ length: ballots }, (_, i) => [
    ...(i % VOID_EVERY === VOID_EVERY - 1 ? [slip('printing'), slip('hanging'), slip('void'), voided] : []),
    slip('printing'),
    slip('hanging'),
    cast,
    slip('none'),
  ])
  return [opened, ...voters.flat(), closed]
}

/** What is known after that many of the steps. */
export function knownAfter(steps: readonly Step[], done: number): Known {
  return steps.slice(0, done).reduce((known, step) => step.leaves(known), BEGUN)
}

/** How many steps there are up to the last ballot but one, this with them: while it is cast the device is killed (`begun-day.ts`). */
export function stepsBegun(ballots: number): number {
  const steps = scriptedDay(ballots)
  return steps.lastIndexOf(cast, steps.lastIndexOf(cast) - 1) + 1
}

/** The rest of a day that was begun: after a restart it leaves what the whole day leaves. */
export function restOfDay(ballots: number): readonly Step['does'][] {
  const rest = scriptedDay(ballots).slice(stepsBegun(ballots))
  return [(store) => valueOrThrow(store.unlock(dayKey())), ...rest.map(({ does }) => does), readForExport]
}

/** What `device-agent/ballot/export.ts` asks a store for. */
function readForExport(store: DeviceStore): void {
  store.batches()
  if (store.totals === undefined) throw new Error('a closed device without totals')
  if (store.adopted !== undefined) throw new Error('it took nothing over')
  store.receipt
}
