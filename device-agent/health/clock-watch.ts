/** Sees that the time of day was set while the program runs: it is held against the time that nobody can set. */
import type { Clock } from '../../core/ports.ts'

/** A good clock is corrected by less. */
const JUMP_MS = 5_000

export interface ClockJump {
  readonly way: 'forward' | 'back'
  readonly seconds: number
}

/** Guards how the two stood at the last look. */
export class ClockWatch {
  readonly #clock: Clock
  #apart: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#apart = clock.now() - clock.elapsed()
  }

  /** @returns how the time of day was set since the last look, if it was */
  look(): ClockJump | undefined {
    const apart = this.#clock.now() - this.#clock.elapsed()
    const by = apart - this.#apart
    this.#apart = apart
    if (Math.abs(by) < JUMP_MS) return undefined
    return { way: by > 0 ? 'forward' : 'back', seconds: Math.round(Math.abs(by) / 1000) }
  }
}
