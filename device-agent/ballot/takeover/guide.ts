/**
 * How people are guided from a dead device to the spare in its place, as data. Three cards stand before it, each with its PIN: the executive's,
 * the supervisor's and the technician's; the medium in the slot is the intent, so no keys are turned.
 *
 * ```
 * waiting ──medium──▶ admitting: three cards ─▶ confirm ──pressed──▶ taking ─▶ done
 *    ▲                    │ a card knows better      │                  │
 *    └──medium out── refused ◀───────────────────────┴──────────────────┘
 * ```
 * `step` is pure; the device's loop performs the effects. With the medium taken out everything is forgotten until it is done.
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
  'older',
  'forked',
  'already',
  'declared-dead',
  'damaged',
] as const
export type TakeoverRefusal = (typeof TAKEOVER_REFUSALS)[number]

/** What the medium says, for people. */
export interface FoundDevice {
  readonly device: string
  readonly ballots: number
  readonly slip: 'none' | 'recorded' | 'not-recorded'
}

export type Guide =
  | { readonly is: 'waiting' }
  | {
      readonly is: 'admitting'
      readonly found: FoundDevice
      readonly admitted: Partial<TakeoverPeople>
      readonly card: CardStep<TakeoverRole>
    }
  | { readonly is: 'confirm'; readonly found: FoundDevice; readonly people: TakeoverPeople }
  | { readonly is: 'taking'; readonly found: FoundDevice }
  | { readonly is: 'refused'; readonly why: TakeoverRefusal }
  | { readonly is: 'done' }

export type GuideInput =
  | CardInput<TakeoverRole>
  | { readonly is: 'card-removed' }
  /** A medium was put in and holds. */
  | { readonly is: 'medium-found'; readonly found: FoundDevice }
  | { readonly is: 'medium-removed' }
  | { readonly is: 'admitted'; readonly role: TakeoverRole; readonly certificate: string }
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
  // What is being written goes on from the copy that was read.
  if (input.is === 'medium-removed' && state.is !== 'taking') return to({ is: 'waiting' })
  if (input.is === 'refused') return to({ is: 'refused', why: input.why })
  switch (state.is) {
    case 'waiting':
    case 'refused':
      return input.is === 'medium-found'
        ? to({ is: 'admitting', found: input.found, admitted: {}, card: INSERT })
        : to(state)
    case 'admitting':
      return stepAdmitting(state, input)
    case 'confirm': {
      const { found, people } = state
      return input.is === 'pressed' && input.id === 'go-on'
        ? to({ is: 'taking', found }, { do: 'take-over', people })
        : to(state)
    }
    case 'taking':
      return input.is === 'taken-over' ? to({ is: 'done' }) : to(state)
  }
}

function stepAdmitting(state: Guide & { is: 'admitting' }, input: GuideInput): GuideStep {
  if (input.is === 'card-removed') {
    const { executive, supervisory, technician } = state.admitted
    if (executive === undefined || supervisory === undefined || technician === undefined)
      return to({ ...state, card: INSERT })
    return to({ is: 'confirm', found: state.found, people: { executive, supervisory, technician } })
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
