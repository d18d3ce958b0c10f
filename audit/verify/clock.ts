/**
 * What is odd about a device's clock. None of it breaks a rule, since clocks get set; whoever compares times with other evidence must know it.
 *
 * ```
 * went back      an entry says an earlier time than the one before it
 * outside        from polls.opened to polls.closed an entry is of another day than the polling day
 * ahead          an entry says a later time than the clock of somebody who had cosigned it by then: one of the two clocks was wrong
 * ```
 */
import type { Entry } from '../../core/journal/entry.ts'
import type { PollingDay } from './reference.ts'
import type { WitnessedHead } from './witnessed.ts'

/** Two good clocks differ by less. */
export const CLOCK_TOLERANCE_SECONDS = 300

/** Times of something, the first entry at which it was, and the largest step or difference. */
interface Steps {
  readonly entry: number
  readonly times: number
  readonly seconds: number
}

/** What a journal shows by itself. */
export interface OwnClock {
  readonly wentBack?: Steps
  readonly outside?: { readonly entry: number; readonly times: number }
  /** `at` of each entry. */
  readonly times: readonly string[]
}

/** An entry that was cosigned before it says it was written; the largest of that witness. */
export interface Ahead {
  readonly entry: number
  readonly seconds: number
  /** Device id, or undefined for the centre. */
  readonly witness?: string
}

export class ClockWatch {
  readonly #day: PollingDay | undefined
  readonly #times: string[] = []
  #wentBack: Steps | undefined
  #outside: { readonly entry: number; readonly times: number } | undefined
  #polling = false

  /** @param day without it no entry is outside */
  constructor(day: PollingDay | undefined) {
    this.#day = day
  }

  /** Takes the next entry. */
  take({ seq, at, type }: Entry): void {
    const before = this.#times.at(-1)
    this.#times.push(at)
    // The text form of times sorts as they do.
    if (before !== undefined && at < before) {
      const { entry, times, seconds } = this.#wentBack ?? { entry: seq, times: 0, seconds: 0 }
      const step = secondsOf(before) - secondsOf(at)
      this.#wentBack = { entry, times: times + 1, seconds: Math.max(seconds, step) }
    }
    if (type === 'polls.opened') this.#polling = true
    if (this.#polling && this.#day && (at < this.#day.from || at >= this.#day.until)) {
      const { entry, times } = this.#outside ?? { entry: seq, times: 0 }
      this.#outside = { entry, times: times + 1 }
    }
    if (type === 'polls.closed') this.#polling = false
  }

  /** What was seen so far. */
  seen(): OwnClock {
    return {
      ...(this.#wentBack !== undefined && { wentBack: this.#wentBack }),
      ...(this.#outside !== undefined && { outside: this.#outside }),
      times: this.#times,
    }
  }
}

/**
 * Where others' clocks say that this one was ahead, for each witness the largest difference, the centre first, then by device.
 * @param heads of this journal, wherever they were found
 */
export function aheadOf(times: readonly string[], heads: readonly WitnessedHead[]): readonly Ahead[] {
  const largest = new Map<string, Ahead>()
  for (const { size, cosigners } of heads) {
    const at = times[size - 1]
    if (at === undefined) continue
    for (const { owner = '', time } of cosigners) {
      const seconds = secondsOf(at) - time
      const known = largest.get(owner)
      if (seconds <= CLOCK_TOLERANCE_SECONDS || (known !== undefined && known.seconds >= seconds)) continue
      largest.set(owner, { entry: size - 1, seconds, ...(owner !== '' && { witness: owner }) })
    }
  }
  return [...largest].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, ahead]) => ahead)
}

function secondsOf(at: string): number {
  return Date.parse(at) / 1000
}
