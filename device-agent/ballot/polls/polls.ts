/**
 * The polls of one device as data: who may open, resume and close them, and what is printed on the way. Two different officers'
 * cards, each with its PIN, and both key switches stand before every step (VVSG 2.0, 11.3: two factors). `step` is pure; the
 * device's loop performs the effects.
 *
 * ```
 * closed ──keys──▶ admitting(opening) ─▶ reporting-zero ─▶ open ──keys──▶ admitting(closing) ─▶ closing ─▶ reporting-minutes ─▶ finished ⇄ reporting-totals
 *                                       tamper, restart, touch drift ▼   ▲ admitting(resuming)
 *                                                                  paused
 * finished ─▶ choosing-dead ─▶ admitting(declaring) ─▶ reporting-minutes
 * open ──keys, but an order keeps the polls open──▶ kept-open ──keys──▶ open
 * any of them ──somebody holds another history of this device──▶ stopped, for good
 * any of them ──storage or program failed──▶ failed, until the program is started again
 * ```
 */
import type { Day } from '../../../core/journal/day.ts'
import type { StorageFault } from '../../store/storage-fault.ts'
import type { LongerHours } from '../orders/hours.ts'
import type { LastVote } from '../screens/view.ts'
import type { PrinterTrouble } from '../session/session.ts'
import { type CardStep, stepCard } from './card-dialogue.ts'

/** Whose card it is. */
export type OfficerRole = 'executive' | 'supervisory' | 'spare'

/** What two officers are being admitted for. */
export type Purpose = 'opening' | 'resuming' | 'closing' | 'declaring'

/** Why voting is stopped until two officers resume it. */
export type PauseReason = 'restart' | 'tamper' | 'touch-drift'

/** Why an officer's card was not taken. */
export type OfficerRefusal =
  | 'unreadable'
  | 'not-an-officer-card'
  | 'forged'
  | 'other-station'
  | 'dead'
  | 'same-role'
  | 'not-wanted'
  | 'cards-differ'
  | 'no-share'
  | 'start-with-this'
  | 'no-share-today'
  | 'not-dead'

export interface Admitted {
  readonly role: OfficerRole
  /** Base64 of SHA-256 of the officer's certificate. */
  readonly certificate: string
}

export type Polls =
  /** `noRoom`: there was none for a day's votes when somebody wanted to open. */
  | { readonly is: 'closed'; readonly noRoom?: true }
  | {
      readonly is: 'admitting'
      readonly purpose: Purpose
      readonly admitted: readonly Admitted[]
      /** The day key was drawn just now, so the spare card must take its share too. */
      readonly spareWanted: boolean
      readonly card: CardStep
      /** Set while resuming. */
      readonly paused?: PauseReason
      /** Set while declaring a device dead. */
      readonly dead?: string
    }
  | { readonly is: 'reporting-zero'; readonly by: readonly Admitted[]; readonly trouble?: PrinterTrouble }
  | { readonly is: 'open' }
  /** `box`: today's ballot box did not open with the cards tried last, because they are others or because it is damaged. */
  | { readonly is: 'paused'; readonly why: PauseReason; readonly box?: 'locked' | 'damaged' }
  /** The ballot box is unlocked with the cards' day key and a slip that still hangs is settled. */
  | { readonly is: 'resuming'; readonly by: readonly Admitted[]; readonly trouble?: PrinterTrouble }
  /** An order keeps the polls open, and somebody wanted to close them. */
  | ({ readonly is: 'kept-open' } & LongerHours)
  | { readonly is: 'closing'; readonly by: readonly Admitted[] }
  | { readonly is: 'reporting-minutes'; readonly trouble?: PrinterTrouble }
  | { readonly is: 'reporting-totals'; readonly trouble?: PrinterTrouble }
  /**
   * The day key is forgotten here; officers' cards put in now learn so, and take the word to the other devices. `wanted`: devices whose bundle the
   * station's sheet waits for; `impossible`: those whose totals cannot be, so that no sheet is made.
   */
  | {
      readonly is: 'finished'
      readonly card: FinishedStep
      readonly wanted: readonly string[]
      readonly impossible: readonly string[]
      /** Devices of the station that are not known to be closed: one of them may be declared dead. */
      readonly open: readonly string[]
    }
  /** Officers choose the device that is dead, and are asked once more. */
  | { readonly is: 'choosing-dead'; readonly open: readonly string[]; readonly chosen?: string }
  /** This device was set back, or there are two of it. */
  | { readonly is: 'stopped'; readonly why: StopReason }
  /** Nothing can be written down here before the program is started again. `unknown`: the last vote may count or not. */
  | { readonly is: 'failed'; readonly what: Failure; readonly vote: LastVote | 'unknown' }

/** What failed: the storage, or our own code. */
export type Failure = StorageFault | 'program'

/** Why nobody may vote on a device any more (event `device.stopped`). */
export type StopReason = NonNullable<Day['stopped']>

/** Where the dialogue with a card stands after the end of the day. */
export type FinishedStep =
  | CardStep
  /** Every device of the station is closed: the card has forgotten its share of the day key. */
  | { readonly is: 'erased' }
  /** The card must see these devices closed first. */
  | { readonly is: 'carried'; readonly open: readonly string[] }

export type PollsInput =
  /** Both key switches are on, or no longer both. */
  | { readonly is: 'keys'; readonly on: boolean }
  | { readonly is: 'card-inserted' }
  | { readonly is: 'card-removed' }
  | { readonly is: 'officer-found'; readonly role: OfficerRole }
  | { readonly is: 'officer-refused'; readonly why: OfficerRefusal }
  | { readonly is: 'pin-wrong'; readonly triesLeft: number }
  /** PIN right, certificate right, share of the day key read, or drawn and written. */
  | { readonly is: 'officer-admitted'; readonly admitted: Admitted; readonly drawn: boolean }
  | { readonly is: 'share-erased' }
  | { readonly is: 'heads-carried'; readonly open: readonly string[] }
  | { readonly is: 'stopped'; readonly why: StopReason }
  | { readonly is: 'failed'; readonly what: Failure; readonly vote: LastVote | 'unknown' }
  /** What of the totals may leave is decided; `due`: a page is to be printed. */
  | {
      readonly is: 'totals-settled'
      readonly due: boolean
      readonly wanted: readonly string[]
      readonly impossible: readonly string[]
      readonly open: readonly string[]
    }
  | { readonly is: 'pressed'; readonly id: string }
  | { readonly is: 'report-printed' }
  | { readonly is: 'report-failed'; readonly trouble: PrinterTrouble }
  | { readonly is: 'polls-opened' }
  | { readonly is: 'polls-resumed' }
  /** The key of these cards is another one. */
  | { readonly is: 'box-locked' }
  /** The cards are right, the storage is not. */
  | { readonly is: 'box-damaged' }
  | { readonly is: 'polls-closed' }
  /** The polls may not be closed yet. */
  | ({ readonly is: 'kept-open' } & LongerHours)
  | { readonly is: 'tampered' }
  /** The polls cannot be opened: a day's votes would not fit. */
  | { readonly is: 'no-room' }
  /** Touches land beside the keys. */
  | { readonly is: 'touch-drifted' }

export type PollsEffect =
  | { readonly do: 'find-officer' }
  | {
      readonly do: 'admit-officer'
      readonly purpose: Purpose
      readonly role: OfficerRole
      readonly pin: string
      /** Done with this card, the second one. */
      readonly declare?: { readonly device: string; readonly beside: Admitted }
    }
  | { readonly do: 'take-leave'; readonly role: OfficerRole; readonly pin: string }
  | { readonly do: 'print-zero-report' }
  | { readonly do: 'open-polls'; readonly by: readonly Admitted[] }
  | { readonly do: 'resume-polls'; readonly by: readonly Admitted[] }
  | { readonly do: 'close-polls'; readonly by: readonly Admitted[] }
  | { readonly do: 'print-minutes' }
  | { readonly do: 'settle-totals' }
  | { readonly do: 'print-totals' }
  | { readonly do: 'pause'; readonly why: PauseReason }

export interface PollsStep {
  readonly state: Polls
  readonly effects: readonly PollsEffect[]
}

type Admitting = Polls & { is: 'admitting' }

const INSERT: CardStep = { is: 'insert' }
const FINISHED: Polls = { is: 'finished', card: INSERT, wanted: [], impossible: [], open: [] }

/**
 * Where the journal says that a device stands when it starts. After a restart nobody votes until two officers resume.
 * @param isUnlocked the ballot box is open already: a spare took over just now, with the officers' cards
 */
export function pollsAtStart(
  { polls, minutes, stopped, tampered }: Pick<Day, 'polls' | 'minutes' | 'stopped' | 'tampered'>,
  isUnlocked = false,
): Polls {
  if (stopped !== undefined) return { is: 'stopped', why: stopped }
  switch (polls) {
    case 'closed':
      return { is: 'closed' }
    case 'open':
    case 'paused':
      if (isUnlocked && polls === 'open' && !tampered) return { is: 'open' }
      return { is: 'paused', why: tampered ? 'tamper' : 'restart' }
    case 'finished':
      return minutes ? FINISHED : { is: 'reporting-minutes' }
  }
}

/** The next state and what is to be done. An input that means nothing in a state changes nothing. */
export function stepPolls(state: Polls, input: PollsInput): PollsStep {
  if (input.is === 'failed') return to(input)
  if (input.is === 'stopped') return to({ is: 'stopped', why: input.why })
  switch (state.is) {
    case 'closed':
      // The case was opened while the polls were just being opened.
      if (input.is === 'polls-opened')
        return to({ is: 'paused', why: 'tamper' }, { do: 'pause', why: 'tamper' })
      if (input.is === 'no-room') return to({ is: 'closed', noRoom: true })
      return input.is === 'keys' && input.on ? to(admitting('opening')) : stay(state)
    case 'open':
      if (input.is === 'tampered') return to({ is: 'paused', why: 'tamper' }, { do: 'pause', why: 'tamper' })
      if (input.is === 'touch-drifted')
        return to({ is: 'paused', why: 'touch-drift' }, { do: 'pause', why: 'touch-drift' })
      if (input.is === 'kept-open') return to(input)
      return input.is === 'keys' && input.on ? to(admitting('closing')) : stay(state)
    case 'kept-open':
      if (input.is === 'tampered') return to({ is: 'paused', why: 'tamper' }, { do: 'pause', why: 'tamper' })
      return input.is === 'keys' ? to({ is: 'open' }) : stay(state)
    case 'paused':
      if (input.is === 'tampered') return to({ is: 'paused', why: 'tamper' })
      if (input.is === 'polls-resumed') return to(state, { do: 'pause', why: state.why })
      return input.is === 'keys' && input.on ? to(admitting('resuming', state.why)) : stay(state)
    case 'admitting':
      return stepAdmitting(state, input)
    case 'reporting-zero':
      if (input.is === 'tampered') return to({ is: 'closed' })
      if (input.is === 'report-printed') return to(state, { do: 'open-polls', by: state.by })
      if (input.is === 'polls-opened') return to({ is: 'open' })
      return stepReport(state, input, { do: 'print-zero-report' })
    case 'resuming':
      if (input.is === 'tampered') return to({ is: 'paused', why: 'tamper' })
      if (input.is === 'polls-resumed') return to({ is: 'open' })
      if (input.is === 'box-locked') return to({ is: 'paused', why: 'restart', box: 'locked' })
      if (input.is === 'box-damaged') return to({ is: 'paused', why: 'restart', box: 'damaged' })
      return stepReport(state, input, { do: 'resume-polls', by: state.by })
    case 'closing':
      // The order came while the officers were being admitted.
      if (input.is === 'kept-open') return to(input)
      return input.is === 'polls-closed'
        ? to({ is: 'reporting-minutes' }, { do: 'print-minutes' })
        : stay(state)
    case 'reporting-minutes':
      if (input.is === 'report-printed') return to(FINISHED, { do: 'settle-totals' })
      return stepReport(state, input, { do: 'print-minutes' })
    case 'reporting-totals':
      if (input.is === 'report-printed') return to(FINISHED)
      return stepReport(state, input, { do: 'print-totals' })
    case 'finished':
      return stepFinished(state, input)
    case 'choosing-dead':
      return stepChoosingDead(state, input)
    case 'stopped':
    case 'failed':
      return stay(state)
  }
}

/** Who is still to come before the purpose may be carried out. */
export function wantedRoles(state: Admitting): readonly OfficerRole[] {
  const has = (role: OfficerRole) => state.admitted.some((admitted) => admitted.role === role)
  const anyTwo = state.purpose === 'resuming'
  if (anyTwo)
    return state.admitted.length >= 2
      ? []
      : (['executive', 'supervisory', 'spare'] as const).filter((r) => !has(r))
  const wanted: readonly OfficerRole[] = state.spareWanted
    ? ['executive', 'supervisory', 'spare']
    : ['executive', 'supervisory']
  return wanted.filter((role) => !has(role))
}

function stepAdmitting(state: Admitting, input: PollsInput): PollsStep {
  if (state.purpose === 'declaring') {
    // Nobody votes here any more, so neither keys nor case change anything; what the second card has done cannot be taken back.
    if (input.is === 'keys' || input.is === 'tampered') return stay(state)
    if (input.is === 'pressed' && input.id === 'back' && mayTurnBack(state))
      return to(FINISHED, { do: 'settle-totals' })
  }
  switch (input.is) {
    case 'keys':
      return input.on ? stay(state) : to(cancelled(state))
    case 'tampered':
      if (state.purpose === 'opening') return to({ is: 'closed' })
      if (state.purpose === 'resuming') return to({ is: 'paused', why: 'tamper' })
      return to({ is: 'paused', why: 'tamper' }, { do: 'pause', why: 'tamper' })
    case 'card-removed':
      return wantedRoles(state).length > 0 ? to({ ...state, card: INSERT }) : carryOut(state)
    case 'officer-admitted':
      if (state.card.is !== 'checking') return stay(state)
      return to({
        ...state,
        admitted: [...state.admitted, input.admitted],
        spareWanted: state.spareWanted || input.drawn,
        card: { is: 'take' },
      })
    default: {
      const { purpose, dead: device, admitted } = state
      const [beside] = admitted
      const declare = device !== undefined && beside !== undefined ? { declare: { device, beside } } : {}
      const next = stepCard<OfficerRole, PollsEffect>(state.card, input, {
        refuse: (role) => unwanted(state, role),
        send: (role, pin) => ({ do: 'admit-officer', purpose, role, pin, ...declare }),
      })
      return next === undefined ? stay(state) : to({ ...state, card: next.card }, ...next.effects)
    }
  }
}

/** While no card is being asked, and none took the word away. */
export function mayTurnBack({ card, admitted }: Pick<Admitting, 'card' | 'admitted'>): boolean {
  return card.is !== 'checking' && admitted.length < 2
}

/** Why a card of that officer is not taken now, if it is not. */
function unwanted(state: Admitting, role: OfficerRole): OfficerRefusal | undefined {
  if (state.admitted.some((admitted) => admitted.role === role)) return 'same-role'
  return wantedRoles(state).includes(role) ? undefined : 'not-wanted'
}

/** All wanted cards were admitted and the last one was taken out. */
function carryOut(state: Admitting): PollsStep {
  switch (state.purpose) {
    case 'opening':
      return to({ is: 'reporting-zero', by: state.admitted }, { do: 'print-zero-report' })
    case 'resuming':
      return to({ is: 'resuming', by: state.admitted }, { do: 'resume-polls', by: state.admitted })
    case 'closing':
      return to({ is: 'closing', by: state.admitted }, { do: 'close-polls', by: state.admitted })
    case 'declaring':
      return to({ is: 'reporting-minutes' }, { do: 'print-minutes' })
  }
}

/** Keys turned back: nothing happens. */
function cancelled(state: Admitting): Polls {
  switch (state.purpose) {
    case 'opening':
      return { is: 'closed' }
    case 'closing':
      return { is: 'open' }
    case 'resuming':
      return { is: 'paused', why: state.paused ?? 'restart' }
    case 'declaring':
      return FINISHED
  }
}

function stepReport(
  state: Polls & { is: 'reporting-zero' | 'resuming' | 'reporting-minutes' | 'reporting-totals' },
  input: PollsInput,
  again: PollsEffect,
): PollsStep {
  if (input.is === 'report-failed') return to({ ...state, trouble: input.trouble })
  if (input.is === 'pressed' && input.id === 'retry' && state.trouble !== undefined) {
    const { trouble: _, ...printing } = state
    return to(printing, again)
  }
  return stay(state)
}

/** After the end, an officer's card takes leave: it carries this device's last head on, and forgets its share once all are closed. */
function stepFinished(state: Polls & { is: 'finished' }, input: PollsInput): PollsStep {
  if (input.is === 'card-removed') return to({ ...state, card: INSERT }, { do: 'settle-totals' })
  // While a card is in, nothing is printed: when it is taken out, the totals are settled once more.
  if (input.is === 'totals-settled') {
    const { due, wanted, impossible, open } = input
    if (!due || state.card.is !== 'insert') return to({ ...state, wanted, impossible, open })
    return to({ is: 'reporting-totals' }, { do: 'print-totals' })
  }
  if (input.is === 'share-erased' || input.is === 'heads-carried') {
    if (state.card.is !== 'checking') return stay(state)
    const card: FinishedStep =
      input.is === 'share-erased' ? { is: 'erased' } : { is: 'carried', open: input.open }
    return to({ ...state, card })
  }
  if (input.is === 'pressed' && input.id === 'declare-dead' && mayDeclare(state))
    return to({ is: 'choosing-dead', open: state.open })
  const next = stepCard<OfficerRole, PollsEffect>(state.card, input, {
    refuse: () => undefined,
    send: (role, pin) => ({ do: 'take-leave', role, pin }),
  })
  return next === undefined ? stay(state) : to({ ...state, card: next.card }, ...next.effects)
}

/** Whether a device may be declared dead now: one is not known to be closed, and no card is in. */
export function mayDeclare({ card, open }: Pick<Polls & { is: 'finished' }, 'card' | 'open'>): boolean {
  return card.is === 'insert' && open.length > 0
}

/** One press names the device, a second one is the officers' word; then their cards. */
function stepChoosingDead(state: Polls & { is: 'choosing-dead' }, input: PollsInput): PollsStep {
  if (input.is !== 'pressed') return stay(state)
  const { open, chosen } = state
  if (chosen === undefined) {
    if (input.id === 'back') return to(FINISHED, { do: 'settle-totals' })
    const device = open.find((id) => input.id === `dead-${id}`)
    return device === undefined ? stay(state) : to({ ...state, chosen: device })
  }
  if (input.id === 'back') return to({ is: 'choosing-dead', open })
  return input.id === 'confirm-dead' ? to({ ...admitting('declaring'), dead: chosen }) : stay(state)
}

function admitting(purpose: Purpose, paused?: PauseReason): Admitting {
  return {
    is: 'admitting',
    purpose,
    admitted: [],
    spareWanted: false,
    card: INSERT,
    ...(paused && { paused }),
  }
}

function to(state: Polls, ...effects: readonly PollsEffect[]): PollsStep {
  return { state, effects }
}

function stay(state: Polls): PollsStep {
  return { state, effects: [] }
}
