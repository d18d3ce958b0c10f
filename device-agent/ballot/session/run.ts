/** Runs the voters' sessions of one device, one after another: takes inputs, has effects performed, brings their outcomes back. */
import { type Contest, contestsOfStyle, type Definition } from '../../../core/election/definition.ts'
import type { Clock, Timer } from '../../../core/ports.ts'
import type { SessionPerformer } from './perform.ts'
import {
  type Session,
  type SessionEffect,
  type SessionInput,
  type SessionRules,
  stepSession,
} from './session.ts'

interface RunParts {
  readonly definition: Definition
  readonly clock: Clock
  readonly performer: SessionPerformer
  /** Whatever comes back later is taken under the loop's own guard. */
  readonly guard: (action: () => void) => void
  readonly fatal: (error: unknown) => void
  /** The session took a step. */
  readonly stepped: (before: Session, after: Session) => void
}

/** Guards the session in hand and its one timer. */
export class SessionRun {
  readonly #parts: RunParts
  #state: Session = { is: 'idle' }
  #timer: Timer | undefined

  constructor(parts: RunParts) {
    this.#parts = parts
  }

  get state(): Session {
    return this.#state
  }

  /** Nobody votes at the moment: a card that comes in begins a session. */
  get isFree(): boolean {
    return isFree(this.#state)
  }

  /** Contests of the voter's ballot style; none while no card is accepted. */
  get contests(): readonly Contest[] {
    const { definition, performer } = this.#parts
    const { style } = performer
    return style === undefined ? [] : (contestsOfStyle(definition, style) ?? [])
  }

  step(input: SessionInput): void {
    const before = this.#state
    const { state, effects } = stepSession(this.#rules(), before, input)
    this.#state = state
    for (const effect of effects) this.#perform(effect)
    if (isFree(state) || state.is === 'refused' || state.is === 'thanks') this.#parts.performer.forget()
    this.#parts.stepped(before, state)
  }

  close(): void {
    this.#timer?.cancel()
  }

  #rules(): SessionRules {
    const { contests } = this
    return { contests, codeLength: contests[0]?.candidates[0]?.code.length ?? 0 }
  }

  #perform(effect: SessionEffect): void {
    const { clock, guard, performer, fatal } = this.#parts
    switch (effect.do) {
      case 'start-timer':
        this.#timer?.cancel()
        this.#timer = clock.after(effect.ms, () => guard(() => this.step({ is: 'timed-out' })))
        return
      case 'stop-timer':
        this.#timer?.cancel()
        return
      default:
        performer.perform(effect).then((input) => guard(() => input !== undefined && this.step(input)), fatal)
    }
  }
}

function isFree({ is }: Session): boolean {
  return is === 'idle' || is === 'ended-without-vote'
}
