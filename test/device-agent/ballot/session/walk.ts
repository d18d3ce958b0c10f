/**
 * Random sessions: whatever a voter, a card and a printer can do, in any order. Outcomes come only for effects that were asked
 * for, each once, but as late as they like.
 */
import fc from 'fast-check'
import type { Contest } from '../../../../core/election/definition.ts'
import {
  type CardRefusal,
  type PrinterTrouble,
  type Session,
  type SessionEffect,
  type SessionInput,
  type SessionRules,
  stepSession,
} from '../../../../device-agent/ballot/session/session.ts'
import { ONE_PAGE } from '../../../../ui/voter-screens/view.ts'
import { listsContest, testCode } from '../../../fixtures/definition.ts'

export const TROUBLES: readonly PrinterTrouble[] = [
  'paper-out',
  'cover-open',
  'error',
  'hot',
  'broken',
  'silent',
]
export const REFUSALS: readonly CardRefusal[] = [
  'unreadable',
  'not-a-voter-card',
  'forged',
  'other-election',
  'other-station',
  'other-day',
  'unknown-style',
  'claimed-elsewhere',
  'already-used',
  'blank',
]

export const RULES: SessionRules = { contests: [listsContest], codeLength: 3 }
export const IDLE: Session = { is: 'idle' }

/** One step that was taken. */
export interface Taken {
  readonly before: Session
  readonly input: SessionInput
  readonly state: Session
  readonly effects: readonly SessionEffect[]
}

/** What is outside the machine: a card in the reader or not, effects that have no outcome yet. */
interface World {
  readonly cardIn: boolean
  readonly pending: readonly SessionEffect[]
}

/** A press on a screen whose list is on one page. */
export function press(id: string): SessionInput {
  return { is: 'pressed', id, page: ONE_PAGE }
}

/** Presses of a whole code. */
export function type(code: string): readonly SessionInput[] {
  return [...code].map((digit) => press(`digit-${digit}`))
}

/** Ids that some screen of a session has, and two that none has. */
export function buttonsOf(contests: readonly Contest[]): readonly string[] {
  const codes = contests.flatMap(({ candidates }) => candidates.slice(0, 4).map(({ code }) => code))
  return [
    ...Array.from({ length: 10 }, (_, digit) => `digit-${digit}`),
    ...codes.flatMap((code) => [`remove-${code}`, `pick-${code}`]),
    ...['find', 'letter-م', 'letter-space', 'erase', 'pick-901', 'close-find', 'go-on', 'remove-901'],
    ...['page-next', 'page-previous'],
    ...['correct', 'blank', 'review', 'back', 'finish', 'accept', 'reject', 'retry', 'leave', 'still-here'],
    ...['record', 'digit-10'],
  ]
}

/** What may come back for an effect. */
export function outcomesOf(effect: SessionEffect): readonly SessionInput[] {
  const failures: readonly SessionInput[] = [
    ...TROUBLES.map((trouble): SessionInput => ({ is: 'slip-refused', trouble })),
    ...TROUBLES.map((trouble): SessionInput => ({ is: 'slip-indeterminate', trouble })),
  ]
  switch (effect.do) {
    case 'read-card':
      return [{ is: 'card-accepted' }, ...REFUSALS.map((why): SessionInput => ({ is: 'card-refused', why }))]
    case 'print-slip':
      return [{ is: 'slip-printed' }, ...failures]
    case 'void-slip':
      return [{ is: 'slip-voided' }, ...failures]
    case 'record':
      return [{ is: 'recorded' }]
    case 'drop-slip':
      return [{ is: 'slip-dropped' }, ...failures]
    case 'release-card':
      return [{ is: 'card-released' }, { is: 'card-kept' }]
    case 'mark-card':
      return [{ is: 'card-marked' }]
    case 'start-timer':
    case 'stop-timer':
      return []
  }
}

/** The button that brings a session on from a state, so that walks get anywhere. */
function forward(state: Session): readonly SessionInput[] {
  switch (state.is) {
    case 'choosing':
      return [...type(testCode(3)), ...['review', 'review', 'review', 'blank', 'find'].map(press)]
    case 'members':
      return [press('go-on')]
    case 'finding':
      return ['pick-901', 'close-find', 'close-find'].map(press)
    case 'reviewing':
      return ['finish', 'finish', 'finish', 'back'].map(press)
    case 'comparing':
      return ['accept', 'accept', 'reject'].map(press)
    case 'held':
      return ['retry', 'retry', 'leave'].map(press)
    default:
      return []
  }
}

/** Steps that a list of random numbers leads through. */
export function walk(numbers: readonly number[]): readonly Taken[] {
  const steps: Taken[] = []
  let state: Session = IDLE
  let world: World = { cardIn: false, pending: [] }
  for (const number of numbers) {
    const [first] = world.pending
    const answers = first === undefined ? [] : outcomesOf(first)
    const usual = [...answers.slice(0, 1), ...forward(state), ...(world.cardIn ? [] : [cardIn])]
    const anything: readonly SessionInput[] = [
      ...answers,
      ...(world.cardIn ? [cardOut] : [cardIn]),
      { is: 'timed-out' },
      ...buttonsOf(RULES.contests).map(press),
    ]
    const choices = number % 4 === 0 || usual.length === 0 ? anything : usual
    const input = choices[Math.floor(number / 4) % choices.length]
    if (input === undefined) throw new Error('nothing can happen')
    const { state: after, effects } = stepSession(RULES, state, input)
    steps.push({ before: state, input, state: after, effects })
    state = after
    world = next(world, input, answers.includes(input), effects)
  }
  return steps
}

/** Numbers for {@link walk}. */
export const numbers = fc.array(fc.nat({ max: 100_000 }), { maxLength: 120, size: 'max' })

const cardIn: SessionInput = { is: 'card-inserted' }
const cardOut: SessionInput = { is: 'card-removed' }

function next(
  world: World,
  input: SessionInput,
  answered: boolean,
  effects: readonly SessionEffect[],
): World {
  const moved = input.is === 'card-inserted' || input.is === 'card-removed'
  return {
    cardIn: moved ? input.is === 'card-inserted' : world.cardIn,
    pending: [
      ...world.pending.slice(answered ? 1 : 0),
      ...effects.filter((effect) => outcomesOf(effect).length > 0),
    ],
  }
}
