/** The head of a virtual printer: rows that wait for it, and the pace at which it puts them on the paper. */
import type { Clock } from '../../core/ports.ts'
import type { HangingPaper, PaperRow } from './printer-paper.ts'

/** 150 mm a second at 8 dots a millimetre. */
const ROWS_PER_MS = 1.2

export class PrintHead {
  readonly #clock: Clock
  readonly #paper: HangingPaper
  #rows: PaperRow[] = []
  /** Since when the head has been at the first of the rows. */
  #since = 0

  constructor(clock: Clock, paper: HangingPaper) {
    this.#clock = clock
    this.#paper = paper
  }

  /** How many rows wait. */
  get waiting(): number {
    return this.#rows.length
  }

  add(rows: readonly PaperRow[]): void {
    if (this.#rows.length === 0) this.#since = this.#clock.elapsed()
    for (const row of rows) this.#rows.push(row)
  }

  /** Puts on paper what it has passed by now. */
  settle(): void {
    if (this.#rows.length === 0) return
    // A hair short of a row counts as the row: milliseconds since 1970 leave little behind the point.
    const passed = Math.floor((this.#clock.elapsed() - this.#since) * ROWS_PER_MS + 0.01)
    const printed = this.#rows.splice(0, passed)
    this.#since += printed.length / ROWS_PER_MS
    for (const row of printed) this.#paper.print(row)
  }

  /** How long until no more than so many rows wait. */
  msUntil(left: number): number {
    const rows = this.#rows.length - Math.min(left, this.#rows.length)
    return Math.max(0, this.#since + rows / ROWS_PER_MS - this.#clock.elapsed())
  }

  /** It has stood still until now. */
  resume(): void {
    this.#since = this.#clock.elapsed()
  }

  forget(): void {
    this.#rows = []
  }
}
