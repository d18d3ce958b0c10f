/** A polling day of a store, step by step, and what must be known of it after each. The same for the program that is killed and for its judge. */
import { valueOrThrow } from '../../core/result.ts'
import { cosign } from '../../core/tlog/cosignature.ts'
import type { DeviceStore } from '../../device-agent/store/device-store.ts'
import type { SlipState } from '../../device-agent/store/medium.ts'
import { OPENING } from '../audit/fixtures.ts'
import { learned, seen } from '../device-agent/store/heads.ts'
import { dayKey, officers, openPolls, station, type Voters } from '../device-agent/store/voting.ts'

/** What a restarted device must know. */
export interface Known {
  readonly polls: 'closed' | 'open' | 'finished'
  readonly casts: number
  readonly voids: number
  readonly slip: SlipState
  /** Receipts of the centre: which entry the last one ends at. */
  readonly receipt: 'none' | 'opening' | 'closing'
  /** Size of the neighbour's head, and of the own that the neighbour cosigned; 0 for none. */
  readonly heads: readonly [neighbour: number, own: number]
  /** Whether the key for the station's sheet is still there. */
  readonly awaitsSheet: boolean
  /** Whether the centre has answered for the tally. */
  readonly isAnswered: boolean
}

/** One thing that the store does and returns from: then it is acknowledged. */
interface Step {
  readonly does: (store: DeviceStore, voters: Voters) => void
  readonly leaves: (before: Known) => Known
}

/** Exit code of a program whose day stopped at a step that threw. */
export const STOPPED = 3
/** Its word for why, where a medium is too full for a day. */
export const NO_ROOM = 'no room for a day'

export const BEGUN: Known = {
  polls: 'closed',
  casts: 0,
  voids: 0,
  slip: 'none',
  receipt: 'none',
  heads: [0, 0],
  awaitsSheet: false,
  isAnswered: false,
}

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
  leaves: (before) => ({ ...before, polls: 'finished', awaitsSheet: true }),
}
const receipted = (receipt: Known['receipt']): Step => ({
  does: (store) => {
    const { size } = store.day
    const { name } = station.electionPackage.definition.witness
    const cosigner = { name, signer: station.witness, time: OPENING / 1000 }
    store.storeReceipt(size, cosign(store.checkpointAt(size) ?? '', cosigner))
  },
  leaves: (before) => ({ ...before, receipt }),
})
/** The neighbour's head comes by on a card, and an own one that it has cosigned. */
const cardMet: Step = {
  does: (store) => store.station.keep([learned(NEIGHBOUR), seen(store, OWN)]),
  leaves: (before) => ({ ...before, heads: [NEIGHBOUR, OWN] }),
}
const sheetSettled: Step = {
  does: (store) => store.settleSheet(undefined),
  leaves: (before) => ({ ...before, awaitsSheet: false }),
}
const answered: Step = {
  does: (store) => store.markTallyAnswered(),
  leaves: (before) => ({ ...before, isAnswered: true }),
}

/** Sizes of the heads that come by. */
const [NEIGHBOUR, OWN] = [3, 2]
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
  return [
    opened,
    receipted('opening'),
    cardMet,
    ...voters.flat(),
    closed,
    receipted('closing'),
    sheetSettled,
    answered,
  ]
}

/** The same day on media on each of which its room is taken before the polls open, looked at before each step, and given back before they close. */
export function dayInRoom(ballots: number): readonly Step[] {
  return scriptedDay(ballots).map((step) => {
    if (step === opened) return after(takeRoom, step)
    return after((space) => (step === closed ? space.giveBack() : space.makeRoom()), step)
  })
}

function after(first: (space: DeviceStore['space']) => void, { does, leaves }: Step): Step {
  return {
    does: (store, voters) => {
      first(store.space)
      does(store, voters)
    },
    leaves,
  }
}

/** A medium that is too full for it opens no polls; one that only says so once, or breaks, stops nobody. */
function takeRoom(space: DeviceStore['space']): void {
  if (!space.reserve() && !space.reserve()) throw new Error(NO_ROOM)
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
export function restOfDay(ballots: number, takesRoom?: true): readonly Step['does'][] {
  const unlock: Step['does'] = (store) => {
    valueOrThrow(store.unlock(dayKey()))
    if (takesRoom) store.space.renew()
  }
  const rest = (takesRoom ? dayInRoom : scriptedDay)(ballots).slice(stepsBegun(ballots))
  return [unlock, ...rest.map(({ does }) => does), readForExport]
}

/** What `device-agent/ballot/export.ts` asks a store for. */
function readForExport(store: DeviceStore): void {
  store.batches()
  if (store.totals === undefined) throw new Error('a closed device without totals')
  if (store.adopted !== undefined) throw new Error('it took nothing over')
  store.receipt
}
