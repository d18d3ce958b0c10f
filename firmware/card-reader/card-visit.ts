/** A card from being put in to being taken out, and how long it may keep its reader: one that answers a byte now and then is a card that cannot be read, not a reader that is lost. */
import type { Clock } from '../../core/ports.ts'

/** One command to its end, whatever the card sends meanwhile. */
const LONGEST_COMMAND_MS = 30_000
/** A good card needs less for a command, with the card's own signature and 200 bytes at 10,753 bit/s. */
const USUAL_COMMAND_MS = 2_000
/** All commands together may need so much more than that. */
const SPARE_MS = 30_000

/** One visit. Guards the account of its time. */
export class CardVisit {
  readonly #clock: Clock
  #spareMs = SPARE_MS

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Does one command.
   * @param work is given what the card has left, milliseconds; nothing more is sent to it when that is zero or less
   */
  async during<T>(work: (leftMs: () => number) => Promise<T>): Promise<T> {
    const begun = this.#clock.now()
    const passed = () => this.#clock.now() - begun
    const allowed = Math.min(LONGEST_COMMAND_MS, USUAL_COMMAND_MS + this.#spareMs)
    try {
      return await work(() => allowed - passed())
    } finally {
      this.#spareMs = Math.min(SPARE_MS, this.#spareMs + USUAL_COMMAND_MS - passed())
    }
  }
}
