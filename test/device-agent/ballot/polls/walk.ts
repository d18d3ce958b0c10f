/** Random polling days: officers, cards, PINs, keys, a printer and a screwdriver. Outcomes come only for effects that were asked for. */
import fc from 'fast-check'
import {
  type Admitted,
  type OfficerRefusal,
  type OfficerRole,
  type Polls,
  type PollsEffect,
  type PollsInput,
  stepPolls,
} from '../../../../device-agent/ballot/polls/polls.ts'
import { TROUBLES } from '../session/walk.ts'

export const ROLES: readonly OfficerRole[] = ['executive', 'supervisory', 'spare']
export const OFFICER_REFUSALS: readonly OfficerRefusal[] = [
  'unreadable',
  'not-an-officer-card',
  'forged',
  'dead',
  'same-role',
  'not-wanted',
  'cards-differ',
  'no-share',
  'start-with-this',
  'no-share-today',
  'other-station',
  'not-dead',
]
/** An order that keeps the polls open. */
export const KEPT_OPEN = {
  is: 'kept-open',
  until: Date.UTC(2026, 5, 19, 17, 30),
  number: 4,
  by: ['one', 'two'],
} as const
export const CLOSED: Polls = { is: 'closed' }

/** One step that was taken. */
export interface Taken {
  readonly before: Polls
  readonly input: PollsInput
  readonly state: Polls
  readonly effects: readonly PollsEffect[]
}

export function press(id: string): PollsInput {
  return { is: 'pressed', id }
}

export function admittedAs(role: OfficerRole): Admitted {
  return { role, certificate: `certificate of ${role}` }
}

/** What may come back for an effect. */
export function outcomesOf(effect: PollsEffect): readonly PollsInput[] {
  const failures: readonly PollsInput[] = TROUBLES.map((trouble) => ({ is: 'report-failed', trouble }))
  const refusals: readonly PollsInput[] = OFFICER_REFUSALS.map((why) => ({ is: 'officer-refused', why }))
  switch (effect.do) {
    case 'find-officer':
      return [...ROLES.map((role): PollsInput => ({ is: 'officer-found', role })), ...refusals]
    case 'admit-officer': {
      const admitted = admittedAs(effect.role)
      return [
        { is: 'officer-admitted', admitted, drawn: false },
        ...(effect.purpose === 'opening' ? [{ is: 'officer-admitted', admitted, drawn: true } as const] : []),
        { is: 'pin-wrong', triesLeft: 3 },
        ...refusals,
      ]
    }
    case 'take-leave':
      return [
        { is: 'share-erased' },
        { is: 'heads-carried', open: ['d-02'] },
        { is: 'pin-wrong', triesLeft: 2 },
        ...refusals,
      ]
    case 'print-zero-report':
    case 'print-minutes':
    case 'print-totals':
      return [{ is: 'report-printed' }, ...failures]
    case 'open-polls':
      return [{ is: 'polls-opened' }]
    case 'resume-polls':
      return [{ is: 'polls-resumed' }, { is: 'box-locked' }, { is: 'box-damaged' }, ...failures]
    case 'settle-totals':
      return [
        { is: 'totals-settled', due: false, wanted: [], impossible: [], open: [] },
        { is: 'totals-settled', due: false, wanted: ['d-02'], impossible: [], open: [] },
        { is: 'totals-settled', due: true, wanted: [], impossible: [], open: [] },
        { is: 'totals-settled', due: false, wanted: [], impossible: [], open: ['d-02', 'd-03'] },
        { is: 'totals-settled', due: false, wanted: [], impossible: ['d-02'], open: [] },
      ]
    case 'close-polls':
      return [{ is: 'polls-closed' }, KEPT_OPEN]
    case 'pause':
      return []
  }
}

export const BUTTONS: readonly string[] = [
  ...Array.from({ length: 10 }, (_, digit) => `digit-${digit}`),
  'correct',
  'retry',
  'finish',
  'declare-dead',
  'dead-d-02',
  'confirm-dead',
  'back',
]

/** What brings a day on from a state. */
function forward(state: Polls): readonly PollsInput[] {
  switch (state.is) {
    case 'closed':
    case 'open':
    case 'paused':
      return [{ is: 'keys', on: true }]
    case 'admitting':
      return cardForward(state.card.is)
    case 'finished':
      return cardForward(state.card.is)
    case 'reporting-zero':
    case 'resuming':
    case 'reporting-minutes':
    case 'reporting-totals':
      return state.trouble === undefined ? [] : [press('retry')]
    case 'choosing-dead':
      return state.chosen === undefined
        ? state.open.map((id) => press(`dead-${id}`))
        : [press('confirm-dead')]
    case 'kept-open':
      return [{ is: 'keys', on: false }]
    case 'closing':
    case 'stopped':
    case 'failed':
      return []
  }
}

function cardForward(card: string): readonly PollsInput[] {
  if (card === 'insert') return [{ is: 'card-inserted' }]
  if (card === 'pin') return [press('digit-1'), press('digit-7')]
  return card === 'take' || card === 'refused' || card === 'erased' || card === 'carried'
    ? [{ is: 'card-removed' }]
    : []
}

/** Steps that a list of random numbers leads through. */
export function walk(numbers: readonly number[], from: Polls = CLOSED): readonly Taken[] {
  const steps: Taken[] = []
  let state = from
  let pending: readonly PollsEffect[] = []
  for (const number of numbers) {
    const [first] = pending
    const answers = first === undefined ? [] : outcomesOf(first)
    const usual = answers.length > 0 ? answers.slice(0, 3) : forward(state)
    const anything: readonly PollsInput[] = [
      ...answers,
      { is: 'keys', on: true },
      { is: 'keys', on: false },
      { is: 'card-inserted' },
      { is: 'card-removed' },
      { is: 'tampered' },
      { is: 'touch-drifted' },
      KEPT_OPEN,
      ...BUTTONS.map(press),
    ]
    const choices = number % 24 === 0 || usual.length === 0 ? anything : usual
    const input = choices[Math.floor(number / 24) % choices.length]
    if (input === undefined) throw new Error('nothing can happen')
    const { state: after, effects } = stepPolls(state, input)
    steps.push({ before: state, input, state: after, effects })
    state = after
    pending = [
      ...pending.slice(answers.includes(input) ? 1 : 0),
      ...effects.filter((effect) => outcomesOf(effect).length > 0),
    ]
  }
  return steps
}

/** Numbers for {@link walk}. */
export const numbers = fc.array(fc.nat({ max: 1_000_000 }), { maxLength: 250, size: 'max' })
