/**
 * The sensor in the slot of the ballot box beside what the printer cut: a slip that was cut falls through, and nothing else does. A report may
 * fall or be taken by hand.
 */
import type { Clock, Timer } from '../../core/ports.ts'

/** What does not fit. */
export type SlipMiscount = 'not-seen' | 'uncalled'

/** A slip falls in a blink; the board tells it at once, or with one of its next two heartbeats. */
const SEEN_WITHIN_MS = 15_000
/** The board's count has three bytes of seven bits. */
const ROUND = 1 << 21

/** Guards the count of one board and the cut in hand. */
export class SlipWatch {
  readonly #clock: Clock
  readonly #miscounted: (what: SlipMiscount) => void
  readonly #seenToFall: () => void
  #count: number | undefined
  /** The last cut has its passing still to come. */
  #mayPass = false
  #deadline: Timer | undefined

  /** @param seenToFall the slip that was cut is in the box */
  constructor(clock: Clock, miscounted: (what: SlipMiscount) => void, seenToFall: () => void) {
    this.#clock = clock
    this.#miscounted = miscounted
    this.#seenToFall = seenToFall
  }

  /** Another board, or the same begun anew: its count is where it is. */
  boardChanged(): void {
    this.#count = undefined
    this.#stopWaiting()
  }

  /** What the board has counted. */
  counted(slips: number): void {
    const passed = this.#count === undefined ? 0 : (slips - this.#count + ROUND) % ROUND
    this.#count = slips
    for (let slip = 0; slip < passed; slip += 1) this.#pass()
  }

  /** The printer is being asked to cut. */
  cutting(): void {
    if (this.#deadline !== undefined) this.#miss()
    this.#mayPass = true
  }

  /** A voter's slip was cut, with the printer's proof; without a board nobody can look. */
  slipCut(): void {
    if (!this.#mayPass || this.#count === undefined) return
    this.#deadline = this.#clock.after(SEEN_WITHIN_MS, () => this.#miss())
  }

  close(): void {
    this.#stopWaiting()
  }

  #pass(): void {
    if (!this.#mayPass) {
      this.#miscounted('uncalled')
      return
    }
    this.#mayPass = false
    this.#stopWaiting()
    this.#seenToFall()
  }

  #miss(): void {
    this.#stopWaiting()
    this.#miscounted('not-seen')
  }

  #stopWaiting(): void {
    this.#deadline?.cancel()
    this.#deadline = undefined
  }
}
