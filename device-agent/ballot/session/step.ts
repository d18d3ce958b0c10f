/** What a step of a session is put together from: the next state, and the one timer. */
import type { Session, SessionEffect, SessionStep } from './session.ts'

/** Without a touch for this long the voter is asked whether they are still there (VVSG 2.0, 5.2: 2 to 5 minutes). */
export const INACTIVITY_MS = 150_000
/** The question stands this long (20 to 45 s), then the session ends. */
export const ALERT_MS = 30_000
/** That nothing was recorded stands on the screen this long, unless a card comes in before. */
export const ENDED_MS = 10_000

export const START_INACTIVITY: SessionEffect = { do: 'start-timer', ms: INACTIVITY_MS }
export const START_ALERT: SessionEffect = { do: 'start-timer', ms: ALERT_MS }
export const STOP_TIMER: SessionEffect = { do: 'stop-timer' }

export function to(state: Session, ...effects: readonly SessionEffect[]): SessionStep {
  return { state, effects }
}

export function stay(state: Session): SessionStep {
  return { state, effects: [] }
}

/** The card is out and nothing was recorded: the voter is told so for a while. */
export function endWithoutVote(): SessionStep {
  return to({ is: 'ended-without-vote' }, { do: 'start-timer', ms: ENDED_MS })
}
