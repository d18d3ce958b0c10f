/** Sees that the time of day was set. While the program runs it is held against the time that nobody can set, at a start against the journal. */
import type { Clock } from '../../core/ports.ts'

/** A good clock is corrected by less. */
const JUMP_MS = 5_000

export interface ClockJump {
  readonly way: 'forward' | 'back'
  readonly seconds: number
}

/**
 * How the time of day was set back over a restart, if it was. That it was set forward nobody can know: the device may have been off as long.
 * @param last when the last entry before this start was written
 */
export function setBackSince(last: number, now: number): ClockJump | undefined {
  return last - now < JUMP_MS ? undefined : { way: 'back', seconds: Math.round((last - now) / 1000) }
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
