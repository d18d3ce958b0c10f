/**
 * How people are guided from a dead device to the spare in its place, as data. Three cards stand before it, each with its PIN: the executive's,
 * the supervisor's and the technician's; the media in the slot are the intent, so no keys are turned and nothing is pressed.
 *
 * ```
 *            ┌───────────────both media────────────────┐
 * waiting ───┤                                         ├─▶ admitting: three cards ─▶ taking ─▶ done
 *    ▲       └─one─▶ other ──the other, or pressed*────┘       │ a card knows better   │
 *    └──media out── refused ◀──────────────────────────────────┴───────────────────────┘
 * ```
 * *) but not where the one that was read was left behind.
 *
 * `step` is pure; the device's loop performs the effects. With a medium taken out all cards are forgotten until it is done; but while the
 * other one is waited for, the first may be taken out to make room for it.
 */
import { type CardInput, type CardStep, stepCard } from '../polls/card-dialogue.ts'
import type { TakeoverPeople } from './take-over.ts'

/** Whose cards are wanted, in any order. */
export type TakeoverRole = keyof TakeoverPeople
export const TAKEOVER_ROLES = [
  'executive',
  'supervisory',
  'technician',
] as const satisfies readonly TakeoverRole[]

/** Why it cannot be done; what is none of these is damage. */
export const TAKEOVER_REFUSALS = [
  'unreadable',
  'other-station',
  'other-package',
  'no-spare',
  'finished',
  'not-open',
  'stopped',
  'chained',
  'locked',
  'box-damaged',
  'boxes-damaged',
  'older',
  'forked',
  'already',
  'declared-dead',
  'same-medium',
  'storage',
  'interrupted',
  'damaged',
] as const
export type TakeoverRefusal = (typeof TAKEOVER_REFUSALS)[number]

/** What the media say, for people. */
export interface FoundDevice {
  readonly device: string
  readonly ballots: number
  /** Time of the last entry, milliseconds since 1970. */
  readonly lastAt: number
  /** Whether both were read, or one and officers say that the other is lost. */
  readonly media: 'both' | 'one'
  /** The one that was read says that it went on without the other. */
  readonly isOtherLost: boolean
  /** What was read says of itself that it was left behind: votes that counted are not on it, and nobody's word takes their place. */
  readonly isLeftBehind: boolean
  readonly slip: 'none' | 'recorded' | 'not-recorded'
}

export type Guide =
  | { readonly is: 'waiting' }
  /** One medium was read. @param why the one put in after it was not taken */
  | { readonly is: 'other'; readonly found: FoundDevice; readonly why?: TakeoverRefusal }
  | {
      readonly is: 'admitting'
      readonly found: FoundDevice
      readonly admitted: Partial<TakeoverPeople>
      readonly card: CardStep<TakeoverRole>
    }
  | { readonly is: 'taking'; readonly found: FoundDevice }
  | { readonly is: 'refused'; readonly why: TakeoverRefusal }
  | { readonly is: 'done' }

export type GuideInput =
  | CardInput<TakeoverRole>
  | { readonly is: 'card-removed' }
  /** A medium was put in and holds; of two that were read, they agree. */
  | { readonly is: 'medium-found'; readonly found: FoundDevice }
  | { readonly is: 'medium-removed' }
  | { readonly is: 'admitted'; readonly role: TakeoverRole; readonly certificate: string }
  /** A medium was put in and cannot be used; that another one was read stands. */
  | { readonly is: 'medium-refused'; readonly why: TakeoverRefusal }
  | { readonly is: 'refused'; readonly why: TakeoverRefusal }
  | { readonly is: 'taken-over' }

export type GuideEffect =
  | { readonly do: 'find-officer' }
  | { readonly do: 'admit'; readonly role: TakeoverRole; readonly pin: string }
  | { readonly do: 'take-over'; readonly people: TakeoverPeople }

export interface GuideStep {
  readonly state: Guide
  readonly effects: readonly GuideEffect[]
}

const INSERT = { is: 'insert' } as const

/** The next state and what is to be done. An input that means nothing in a state changes nothing. */
export function stepGuide(state: Guide, input: GuideInput): GuideStep {
  if (state.is === 'done') return to(state)
  if (input.is === 'refused') return to({ is: 'refused', why: input.why })
  // What is being written goes on from the copy that was read.
  if (state.is === 'taking') return input.is === 'taken-over' ? to({ is: 'done' }) : to(state)
  if (input.is === 'medium-found')
    return input.found.media === 'both' && !input.found.isLeftBehind
      ? admitting(input.found)
      : to({ is: 'other', found: input.found })
  if (input.is === 'medium-refused')
    return to(state.is === 'other' ? { ...state, why: input.why } : { is: 'refused', why: input.why })
  if (state.is === 'other') {
    const isWordGiven = input.is === 'pressed' && input.id === 'other-lost' && !state.found.isLeftBehind
    return isWordGiven ? admitting(state.found) : to(state)
  }
  if (input.is === 'medium-removed') return to({ is: 'waiting' })
  return state.is === 'admitting' ? stepAdmitting(state, input) : to(state)
}

function admitting(found: FoundDevice): GuideStep {
  return to({ is: 'admitting', found, admitted: {}, card: INSERT })
}

function stepAdmitting(state: Guide & { is: 'admitting' }, input: GuideInput): GuideStep {
  if (input.is === 'card-removed') {
    const { executive, supervisory, technician } = state.admitted
    if (executive === undefined || supervisory === undefined || technician === undefined)
      return to({ ...state, card: INSERT })
    const people = { executive, supervisory, technician }
    return to({ is: 'taking', found: state.found }, { do: 'take-over', people })
  }
  if (input.is === 'admitted') {
    if (state.card.is !== 'checking') return to(state)
    const admitted = { ...state.admitted, [input.role]: input.certificate }
    return to({ ...state, admitted, card: { is: 'take' } })
  }
  const next = stepCard<TakeoverRole, GuideEffect>(state.card, input, {
    refuse: (role) => (state.admitted[role] === undefined ? undefined : 'same-role'),
    send: (role, pin) => ({ do: 'admit', role, pin }),
  })
  return next === undefined ? to(state) : to({ ...state, card: next.card }, ...next.effects)
}

function to(state: Guide, ...effects: readonly GuideEffect[]): GuideStep {
  return { state, effects }
}
