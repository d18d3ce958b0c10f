/**
 * One voter's session as data: from a card put in to a card taken out. `step` is pure; the device's loop performs the effects and
 * brings their outcomes back as inputs. A peripheral's fault never takes a voter's choices away, and nothing but `record` casts.
 *
 * ```
 * idle → reading → choosing ⇄ reviewing → printing → comparing → recording → dropping → thanks → idle
 *     ↘ refused   ⇅      ⇅     ↑              ↘ held ↙    ↘ voiding → (choosing | releasing | ended-without-vote)
 *              finding  members                   ↘ releasing → refused
 * ```
 *
 * Whoever pulls the card before the vote is recorded comes to `ended-without-vote`, which says so, and from there to `idle`: the card stays
 * claimed by this device. Who waits too long, or will not wait for a printer, leaves with a card that was released.
 */
import type { Ballot, ChoiceProblem } from '../../../core/election/ballot.ts'
import type { Contest } from '../../../core/election/definition.ts'
import { isAllSeen, type Page, seenWith } from '../../../ui/voter-screens/view.ts'
import { blank, choosing, pressWhileMaking, turnedTo } from './choosing.ts'
import {
  printSlip,
  release,
  stepPrinting,
  stepRetry,
  stepSettled,
  stepTrouble,
  stepVoiding,
  voidSlip,
} from './slip.ts'
import { endWithoutVote, START_ALERT, START_INACTIVITY, STOP_TIMER, stay, to } from './step.ts'

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
  | { readonly is: 'removed'; readonly contest: number; readonly position: number }
  | { readonly is: 'slip-cancelled' }

/** What stands between the voter and the next step until a poll worker has mended it. */
export type PrinterTrouble = 'paper-out' | 'cover-open' | 'error' | 'hot' | 'broken' | 'silent'

/** What a voter has made so far. */
export interface Made {
  readonly ballot: Ballot
  /** Codes that were chosen again while they were chosen already. */
  readonly repeated: readonly string[]
}

/** A list of which a page is shown, by the position of the first thing on it, so that the size of the text may change. */
interface Listed {
  readonly first: number
  /** The voter is asked whether they are still there. */
  readonly alert: boolean
}

/** What is read before it goes on: so many things from the first on stood on the pages before. */
interface Read extends Listed {
  readonly seen: number
}

export type Session =
  | { readonly is: 'idle' }
  | { readonly is: 'reading' }
  /** After `released` any device of the station takes the card; after `kept` this one, because it could not be released. */
  | { readonly is: 'refused'; readonly why: CardRefusal | 'released' | 'kept' }
  /** Nothing is recorded and no slip hangs: the card is given free. */
  | { readonly is: 'releasing' }
  | ({
      readonly is: 'choosing'
      /** Digits typed so far of the next code. */
      readonly entry: string
      readonly notice?: Notice
    } & Made &
      Listed)
  /** A list was chosen: its members. */
  | ({ readonly is: 'members'; readonly contest: number; readonly position: number } & Made & Listed)
  /** Looking for a name; what was typed of a code waits. */
  | ({ readonly is: 'finding'; readonly query: string; readonly entry: string } & Made & Listed)
  | ({ readonly is: 'reviewing'; readonly finishPressed: boolean } & Made & Read)
  | {
      readonly is: 'printing'
      readonly ballot: Ballot
      readonly cardGone: boolean
      /** By the bytes that are still to go: the same for every slip of a package. Absent until the printer is told to print. */
      readonly secondsLeft?: number
    }
  | ({ readonly is: 'comparing'; readonly ballot: Ballot } & Read)
  | { readonly is: 'voiding'; readonly ballot: Ballot; readonly afterwards: AfterVoid }
  | { readonly is: 'recording'; readonly cardGone: boolean }
  /** The vote counts; the slip is cut and the card marked. */
  | { readonly is: 'dropping'; readonly cardGone: boolean }
  | { readonly is: 'held'; readonly trouble: PrinterTrouble; readonly at: HeldAt }
  | { readonly is: 'thanks' }
  /** The card was taken out before anything was recorded. */
  | { readonly is: 'ended-without-vote' }

/** Where a cancelled slip leads: on with the same voter, out with their card given free, or the card is gone already. */
export type AfterVoid = 'choosing' | 'releasing' | 'ended'

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
  | { readonly is: 'card-released' }
  /** The card did not say that it is released. */
  | { readonly is: 'card-kept' }
  /** The id of a pressed element of the screen that was painted, and which part of its list that showed. */
  | { readonly is: 'pressed'; readonly id: string; readonly page: Page }
  /** Somebody did something else: moved the focus, chose another size of text. */
  | { readonly is: 'touched' }
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
  /** Take this device's claim off the card, for which nothing was recorded here. */
  | { readonly do: 'release-card' }
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

/** The next state and what is to be done. An input that means nothing in a state changes nothing. */
export function stepSession(rules: SessionRules, state: Session, input: SessionInput): SessionStep {
  if (input.is === 'timed-out') return stepTimeout(state)
  if (input.is === 'card-removed') return stepCardRemoved(state)
  if (input.is === 'slip-settled') return stepSettled(state)
  if (input.is === 'touched')
    return 'alert' in state ? to(state, state.alert ? START_ALERT : START_INACTIVITY) : stay(state)
  switch (state.is) {
    case 'idle':
      return input.is === 'card-inserted' ? to({ is: 'reading' }, { do: 'read-card' }) : stay(state)
    case 'ended-without-vote':
      return input.is === 'card-inserted'
        ? to({ is: 'reading' }, STOP_TIMER, { do: 'read-card' })
        : stay(state)
    case 'reading':
      if (input.is === 'card-accepted') return to(choosing(blank(rules.contests)), START_INACTIVITY)
      return input.is === 'card-refused' ? to({ is: 'refused', why: input.why }) : stay(state)
    case 'releasing':
      if (input.is === 'card-released') return to({ is: 'refused', why: 'released' })
      return input.is === 'card-kept' ? to({ is: 'refused', why: 'kept' }) : stay(state)
    case 'choosing':
    case 'members':
    case 'finding':
      return input.is === 'pressed' ? stepMaking(rules, state, input) : stay(state)
    case 'reviewing':
      return input.is === 'pressed' ? stepReviewing(state, input) : stay(state)
    case 'printing':
      return stepPrinting(state, input)
    case 'comparing':
      return input.is === 'pressed' ? stepComparing(state, input) : stay(state)
    case 'voiding':
      return stepVoiding(state, input)
    case 'recording':
      return input.is === 'recorded' ? to({ ...state, is: 'dropping' }, { do: 'drop-slip' }) : stay(state)
    case 'dropping':
      if (input.is === 'slip-dropped') return state.cardGone ? to(IDLE) : to(state, { do: 'mark-card' })
      if (input.is === 'card-marked') return to(state.cardGone ? IDLE : { is: 'thanks' })
      return stepTrouble(state, input, { step: 'dropping', cardGone: state.cardGone })
    case 'held':
      if (input.is !== 'pressed') return stay(state)
      if (input.id === 'leave' && state.at.step === 'printing') return release()
      return input.id === 'retry' ? stepRetry(state.at) : stay(state)
    case 'thanks':
    case 'refused':
      return stay(state)
  }
}

type Press = SessionInput & { readonly is: 'pressed' }

function stepMaking(
  rules: SessionRules,
  state: Session & { is: 'choosing' | 'members' | 'finding' },
  { id, page }: Press,
): SessionStep {
  const next = pressWhileMaking(rules, state, id, page)
  return next === state ? stay(state) : to(next, START_INACTIVITY)
}

/** The finish key is pressed twice, and not before all pages were shown: the second press is the voter's word that nothing is missing. */
function stepReviewing(state: Session & { is: 'reviewing' }, press: Press): SessionStep {
  const leafed = stepReading(state, press)
  if (leafed !== undefined) return leafed
  if (press.id === 'back') return to(choosing(state), START_INACTIVITY)
  if (press.id !== 'finish' || !isAllSeen(state.seen, press.page)) return stay(state)
  if (!state.finishPressed) return to({ ...state, finishPressed: true, alert: false }, START_INACTIVITY)
  return printSlip(state.ballot, STOP_TIMER)
}

/** What review and comparison have in common: another page, with what was shown until now, and the answer to the question. */
function stepReading(
  state: Session & { is: 'reviewing' | 'comparing' },
  { id, page }: Press,
): SessionStep | undefined {
  if (id === 'still-here') return to({ ...state, alert: false }, START_INACTIVITY)
  const first = turnedTo(id, page)
  if (first === undefined) return undefined
  return to({ ...state, first, seen: seenWith(state.seen, page), alert: false }, START_INACTIVITY)
}

function stepComparing(state: Session & { is: 'comparing' }, press: Press): SessionStep {
  const leafed = stepReading(state, press)
  if (leafed !== undefined) return leafed
  if (press.id === 'reject') return voidSlip(state.ballot, 'choosing', STOP_TIMER)
  if (press.id !== 'accept' || !isAllSeen(state.seen, press.page)) return stay(state)
  return to({ is: 'recording', cardGone: false }, STOP_TIMER, { do: 'record', ballot: state.ballot })
}

/** A card pulled early ends the session without a vote; the claim on it stays, so the voter may come back to this device. */
function stepCardRemoved(state: Session): SessionStep {
  switch (state.is) {
    case 'idle':
    case 'ended-without-vote':
      return stay(state)
    case 'choosing':
    case 'members':
    case 'finding':
    case 'reviewing':
    case 'releasing':
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
  if ('alert' in state) {
    if (!state.alert) return to({ ...state, alert: true }, START_ALERT)
    return state.is === 'comparing' ? voidSlip(state.ballot, 'releasing') : release()
  }
  return state.is === 'ended-without-vote' ? to(IDLE) : stay(state)
}
