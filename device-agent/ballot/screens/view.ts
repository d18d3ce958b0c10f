/** What a screen is a function of. */
import type { Contest, Definition } from '../../../core/election/definition.ts'
import type { Language } from '../../../ui/strings.ts'
import type { PeripheralName } from '../peripherals.ts'
import type { Polls } from '../polls/polls.ts'
import type { Session } from '../session/session.ts'

export interface View {
  readonly definition: Definition
  /** Contests of the voter's ballot style; empty while no card is accepted. */
  readonly contests: readonly Contest[]
  readonly polls: Polls
  /** Shown only while the polls are open. */
  readonly session: Session
  /** Peripherals that do not answer. */
  readonly missing: readonly PeripheralName[]
}

/** A view of one state in one language. */
export interface ViewOf<S> {
  readonly definition: Definition
  readonly contests: readonly Contest[]
  readonly state: S
  readonly language: Language
}
