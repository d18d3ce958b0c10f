/** The steps of a slip: printed, compared, voided, held by a printer that fails, settled by two officers. Pure. */
import type { Ballot } from '../../../core/election/ballot.ts'
import { choosing } from './choosing.ts'
import type { AfterVoid, HeldAt, Session, SessionEffect, SessionInput, SessionStep } from './session.ts'
import { endWithoutVote, START_INACTIVITY, stay, to } from './step.ts'

export function printSlip(ballot: Ballot, ...before: readonly SessionEffect[]): SessionStep {
  return to({ is: 'printing', ballot, cardGone: false }, ...before, { do: 'print-slip', ballot })
}

export function voidSlip(
  ballot: Ballot,
  afterwards: AfterVoid,
  ...before: readonly SessionEffect[]
): SessionStep {
  return to({ is: 'voiding', ballot, afterwards }, ...before, { do: 'void-slip' })
}

/** No slip hangs and nothing is recorded: the card is given free. */
export function release(): SessionStep {
  return to({ is: 'releasing' }, { do: 'release-card' })
}

export function stepPrinting(state: Session & { is: 'printing' }, input: SessionInput): SessionStep {
  const { ballot, cardGone } = state
  if (input.is === 'print-progress') return to({ ...state, secondsLeft: input.secondsLeft })
  if (input.is === 'slip-indeterminate' || (input.is === 'slip-printed' && cardGone)) {
    return voidSlip(ballot, cardGone ? 'ended' : 'choosing')
  }
  if (input.is === 'slip-printed') return to(comparing(ballot), START_INACTIVITY)
  if (input.is === 'slip-refused' && cardGone) return endWithoutVote()
  return stepTrouble(state, input, { step: 'printing', ballot })
}

export function stepVoiding(state: Session & { is: 'voiding' }, input: SessionInput): SessionStep {
  if (input.is !== 'slip-voided') {
    return stepTrouble(state, input, { step: 'voiding', ballot: state.ballot, afterwards: state.afterwards })
  }
  switch (state.afterwards) {
    case 'choosing':
      return to(
        choosing({ ballot: state.ballot, repeated: [] }, '', { is: 'slip-cancelled' }),
        START_INACTIVITY,
      )
    case 'releasing':
      return release()
    case 'ended':
      return endWithoutVote()
  }
}

export function stepTrouble(state: Session, input: SessionInput, at: HeldAt): SessionStep {
  if (input.is !== 'slip-refused' && input.is !== 'slip-indeterminate') return stay(state)
  return to({ is: 'held', trouble: input.trouble, at })
}

export function stepRetry(at: HeldAt): SessionStep {
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
export function stepSettled(state: Session): SessionStep {
  if (state.is === 'comparing') return endWithoutVote()
  if (state.is !== 'held') return stay(state)
  switch (state.at.step) {
    case 'printing':
      return stay(state)
    case 'voiding':
      return endWithoutVote()
    case 'dropping':
      return state.at.cardGone
        ? to({ is: 'idle' })
        : to({ is: 'dropping', cardGone: false }, { do: 'mark-card' })
  }
}

function comparing(ballot: Ballot): Session {
  return { is: 'comparing', ballot, first: 0, seen: 0, alert: false }
}
