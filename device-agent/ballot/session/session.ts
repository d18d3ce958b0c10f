/**
 * One voter's session as data: from a card put in to a card taken out. `step` is pure; the device's loop performs the effects and
 * brings their outcomes back as inputs. A peripheral's fault never takes a voter's choices away, and nothing but `record` casts.
 *
 * ```
 * idle → reading → choosing ⇄ reviewing → printing → comparing → recording → dropping → thanks → idle
 *             ↘ refused        ↑              ↘ held ↙    ↘ voiding → (choosing | refused | ended-without-vote)
 * ```
 *
 * Whoever pulls the card before the vote is recorded comes to `ended-without-vote`, which says so, and from there to `idle`.
 */
import type { Ballot, ChoiceProblem } from '../../../core/election/ballot.ts'
import type { Contest } from '../../../core/election/definition.ts'
import { choosing, pressWhileChoosing } from './choosing.ts'

/** Without a touch for this long the voter is asked whether they are still there (VVSG 2.0, 5.2: 2 to 5 minutes). */
export const INACTIVITY_MS = 150_000
/** The question stands this long (20 to 45 s), then the session ends. */
export const ALERT_MS = 30_000
/** That nothing was recorded stands on the screen this long, unless a card comes in before. */
export const ENDED_MS = 10_000

/** Why a card opens no session. The screen says what to do for each. */
export type CardRefusal =
  | 'unreadable'
  | 'not-a-voter-card'
  | 'forged'
  | 'other-election'
  | 'other-station'
  | 'other-day'
  | 'unknown-style'
  | 'claimed-elsewhere'
  | 'already-used'
  | 'blank'

/** What the screen says beside the choices. */
export type Notice =
  | { readonly is: 'added'; readonly contest: number; readonly position: number }
  | { readonly is: 'problem'; readonly problem: ChoiceProblem }
  | { readonly is: 'slip-cancelled' }

/** What stands between the voter and the next step until a poll worker has mended it. */
export type PrinterTrouble = 'paper-out' | 'cover-open' | 'error' | 'hot' | 'broken' | 'silent'

interface Making {
  readonly ballot: Ballot
  /** Digits typed so far of the next code. */
  readonly entry: string
  readonly notice?: Notice
  /** The voter is asked whether they are still there. */
  readonly alert: boolean
}

export type Session =
  | { readonly is: 'idle' }
  | { readonly is: 'reading' }
  | { readonly is: 'refused'; readonly why: CardRefusal | 'inactive' }
  | ({ readonly is: 'choosing' } & Making)
  | {
      readonly is: 'reviewing'
      readonly ballot: Ballot
      readonly finishPressed: boolean
      readonly alert: boolean
    }
  | {
      readonly is: 'printing'
      readonly ballot: Ballot
      readonly cardGone: boolean
      /** By the bytes that are still to go: the same for every slip of a package. Absent until the printer is told to print. */
      readonly secondsLeft?: number
    }
  | { readonly is: 'comparing'; readonly ballot: Ballot; readonly alert: boolean }
  | { readonly is: 'voiding'; readonly ballot: Ballot; readonly afterwards: AfterVoid }
  | { readonly is: 'recording'; readonly cardGone: boolean }
  /** The vote counts; the slip is cut and the card marked. */
  | { readonly is: 'dropping'; readonly cardGone: boolean }
  | { readonly is: 'held'; readonly trouble: PrinterTrouble; readonly at: HeldAt }
  | { readonly is: 'thanks' }
  /** The card was taken out before anything was recorded. */
  | { readonly is: 'ended-without-vote' }

/** Where a cancelled slip leads: on with the same voter, out with their card, or the card is gone already. */
export type AfterVoid = 'choosing' | 'refused' | 'ended'

/** The step that waits for the printer; `dropping` comes after the vote was recorded. */
export type HeldAt =
  /** Refused before a byte was sent: no slip hangs. */
  | { readonly step: 'printing'; readonly ballot: Ballot }
  | { readonly step: 'voiding'; readonly ballot: Ballot; readonly afterwards: AfterVoid }
  | { readonly step: 'dropping'; readonly cardGone: boolean }

export type SessionInput =
  | { readonly is: 'card-inserted' }
  | { readonly is: 'card-accepted' }
  | { readonly is: 'card-refused'; readonly why: CardRefusal }
  | { readonly is: 'card-removed' }
  /** The id of a pressed element of the screen that was painted. */
  | { readonly is: 'pressed'; readonly id: string }
  | { readonly is: 'print-progress'; readonly secondsLeft: number }
  | { readonly is: 'slip-printed' }
  | { readonly is: 'slip-refused'; readonly trouble: PrinterTrouble }
  /** Bytes went out and no proof of printing came back: the slip may or may not hang. */
  | { readonly is: 'slip-indeterminate'; readonly trouble: PrinterTrouble }
  | { readonly is: 'slip-voided' }
  | { readonly is: 'recorded' }
  | { readonly is: 'slip-dropped' }
  /** Two officers resumed the polls and whatever slip hung was dropped, or printed void and dropped, before that. */
  | { readonly is: 'slip-settled' }
  | { readonly is: 'card-marked' }
  | { readonly is: 'timed-out' }

export type SessionEffect =
  /** Authenticate the card, check its authorization and claim it for this device. */
  | { readonly do: 'read-card' }
  | { readonly do: 'print-slip'; readonly ballot: Ballot }
  | { readonly do: 'void-slip' }
  /** The one transaction that casts the ballot. */
  | { readonly do: 'record'; readonly ballot: Ballot }
  | { readonly do: 'drop-slip' }
  /** Mark the card spent and erase its authorization. */
  | { readonly do: 'mark-card' }
  /** (Re)starts the one timer of the session; it ends in `timed-out`. */
  | { readonly do: 'start-timer'; readonly ms: number }
  | { readonly do: 'stop-timer' }

export interface SessionStep {
  readonly state: Session
  readonly effects: readonly SessionEffect[]
}

/** What a session needs to know of the election. */
export interface SessionRules {
  /** Contests of the voter's ballot style. */
  readonly contests: readonly Contest[]
  readonly codeLength: number
}

const IDLE: Session = { is: 'idle' }
const START_INACTIVITY: SessionEffect = { do: 'start-timer', ms: INACTIVITY_MS }
const STOP_TIMER: SessionEffect = { do: 'stop-timer' }

/** The next state and what is to be done. An input that means nothing in a state changes nothing. */
export function stepSession(rules: SessionRules, state: Session, input: SessionInput): SessionStep {
  if (input.is === 'timed-out') return stepTimeout(state)
  if (input.is === 'card-removed') return stepCardRemoved(state)
  if (input.is === 'slip-settled') return stepSettled(state)
  switch (state.is) {
    case 'idle':
      return input.is === 'card-inserted' ? to({ is: 'reading' }, { do: 'read-card' }) : stay(state)
    case 'ended-without-vote':
      return input.is === 'card-inserted'
        ? to({ is: 'reading' }, STOP_TIMER, { do: 'read-card' })
        : stay(state)
    case 'reading':
      if (input.is === 'card-accepted') return to(choosing(rules.contests.map(() => [])), START_INACTIVITY)
      return input.is === 'card-refused' ? to({ is: 'refused', why: input.why }) : stay(state)
    case 'choosing':
      return input.is === 'pressed' ? stepChoosing(rules, state, input.id) : stay(state)
    case 'reviewing':
      return input.is === 'pressed' ? stepReviewing(state, input.id) : stay(state)
    case 'printing':
      return stepPrinting(state, input)
    case 'comparing':
      return input.is === 'pressed' ? stepComparing(state, input.id) : stay(state)
    case 'voiding':
      return stepVoiding(state, input)
    case 'recording':
      return input.is === 'recorded' ? to({ ...state, is: 'dropping' }, { do: 'drop-slip' }) : stay(state)
    case 'dropping':
      if (input.is === 'slip-dropped') return state.cardGone ? to(IDLE) : to(state, { do: 'mark-card' })
      if (input.is === 'card-marked') return to(state.cardGone ? IDLE : { is: 'thanks' })
      return stepTrouble(state, input, { step: 'dropping', cardGone: state.cardGone })
    case 'held':
      return input.is === 'pressed' && input.id === 'retry' ? stepRetry(state.at) : stay(state)
    case 'thanks':
    case 'refused':
      return stay(state)
  }
}

function stepChoosing(rules: SessionRules, state: Session & { is: 'choosing' }, id: string): SessionStep {
  const next = pressWhileChoosing(rules, state, id)
  return next === state ? stay(state) : to(next, START_INACTIVITY)
}

/** The finish key is pressed twice: the second press is the voter's word that nothing is missing. */
function stepReviewing(state: Session & { is: 'reviewing' }, id: string): SessionStep {
  switch (id) {
    case 'back':
      return to(choosing(state.ballot), START_INACTIVITY)
    case 'still-here':
      return to({ ...state, alert: false }, START_INACTIVITY)
    case 'finish':
      if (!state.finishPressed) return to({ ...state, finishPressed: true, alert: false }, START_INACTIVITY)
      return printSlip(state.ballot, STOP_TIMER)
    default:
      return stay(state)
  }
}

function stepPrinting(state: Session & { is: 'printing' }, input: SessionInput): SessionStep {
  const { ballot, cardGone } = state
  if (input.is === 'print-progress') return to({ ...state, secondsLeft: input.secondsLeft })
  if (input.is === 'slip-indeterminate' || (input.is === 'slip-printed' && cardGone)) {
    return voidSlip(ballot, cardGone ? 'ended' : 'choosing')
  }
  if (input.is === 'slip-printed') return to({ is: 'comparing', ballot, alert: false }, START_INACTIVITY)
  if (input.is === 'slip-refused' && cardGone) return endWithoutVote()
  return stepTrouble(state, input, { step: 'printing', ballot })
}

function stepComparing(state: Session & { is: 'comparing' }, id: string): SessionStep {
  switch (id) {
    case 'accept':
      return to({ is: 'recording', cardGone: false }, STOP_TIMER, { do: 'record', ballot: state.ballot })
    case 'reject':
      return voidSlip(state.ballot, 'choosing', STOP_TIMER)
    case 'still-here':
      return to({ ...state, alert: false }, START_INACTIVITY)
    default:
      return stay(state)
  }
}

function stepVoiding(state: Session & { is: 'voiding' }, input: SessionInput): SessionStep {
  if (input.is !== 'slip-voided') {
    return stepTrouble(state, input, { step: 'voiding', ballot: state.ballot, afterwards: state.afterwards })
  }
  switch (state.afterwards) {
    case 'choosing':
      return to(choosing(state.ballot, '', { is: 'slip-cancelled' }), START_INACTIVITY)
    case 'refused':
      return to({ is: 'refused', why: 'inactive' })
    case 'ended':
      return endWithoutVote()
  }
}

function stepTrouble(state: Session, input: SessionInput, at: HeldAt): SessionStep {
  if (input.is !== 'slip-refused' && input.is !== 'slip-indeterminate') return stay(state)
  return to({ is: 'held', trouble: input.trouble, at })
}

function stepRetry(at: HeldAt): SessionStep {
  switch (at.step) {
    case 'printing':
      return printSlip(at.ballot)
    case 'voiding':
      return voidSlip(at.ballot, at.afterwards)
    case 'dropping':
      return to({ is: 'dropping', cardGone: at.cardGone }, { do: 'drop-slip' })
  }
}

/** What a session that waited before a hanging slip finds once officers have dealt with it. */
function stepSettled(state: Session): SessionStep {
  if (state.is === 'comparing') return endWithoutVote()
  if (state.is !== 'held') return stay(state)
  switch (state.at.step) {
    case 'printing':
      return stay(state)
    case 'voiding':
      return endWithoutVote()
    case 'dropping':
      return state.at.cardGone ? to(IDLE) : to({ is: 'dropping', cardGone: false }, { do: 'mark-card' })
  }
}

/** A card pulled early ends the session without a vote; the claim on it stays, so the voter may come back to this device. */
function stepCardRemoved(state: Session): SessionStep {
  switch (state.is) {
    case 'idle':
    case 'ended-without-vote':
      return stay(state)
    case 'choosing':
    case 'reviewing':
      return endWithoutVote()
    case 'printing':
    case 'recording':
    case 'dropping':
      return to({ ...state, cardGone: true })
    case 'comparing':
      return voidSlip(state.ballot, 'ended', STOP_TIMER)
    case 'voiding':
      return to({ ...state, afterwards: 'ended' })
    case 'held':
      return stepHeldCardRemoved(state)
    default:
      return to(IDLE, STOP_TIMER)
  }
}

function stepHeldCardRemoved(state: Session & { is: 'held' }): SessionStep {
  switch (state.at.step) {
    case 'printing':
      return endWithoutVote()
    case 'voiding':
      return to({ ...state, at: { ...state.at, afterwards: 'ended' } })
    case 'dropping':
      return to({ ...state, at: { ...state.at, cardGone: true } })
  }
}

function stepTimeout(state: Session): SessionStep {
  if (state.is === 'choosing' || state.is === 'reviewing' || state.is === 'comparing') {
    if (!state.alert) return to({ ...state, alert: true }, { do: 'start-timer', ms: ALERT_MS })
    if (state.is === 'comparing') return voidSlip(state.ballot, 'refused')
    return to({ is: 'refused', why: 'inactive' })
  }
  return state.is === 'ended-without-vote' ? to(IDLE) : stay(state)
}

/** The card is out and nothing was recorded: the voter is told so for a while. */
function endWithoutVote(): SessionStep {
  return to({ is: 'ended-without-vote' }, { do: 'start-timer', ms: ENDED_MS })
}

function printSlip(ballot: Ballot, ...before: readonly SessionEffect[]): SessionStep {
  return to({ is: 'printing', ballot, cardGone: false }, ...before, { do: 'print-slip', ballot })
}

function voidSlip(ballot: Ballot, afterwards: AfterVoid, ...before: readonly SessionEffect[]): SessionStep {
  return to({ is: 'voiding', ballot, afterwards }, ...before, { do: 'void-slip' })
}

function to(state: Session, ...effects: readonly SessionEffect[]): SessionStep {
  return { state, effects }
}

function stay(state: Session): SessionStep {
  return { state, effects: [] }
}
