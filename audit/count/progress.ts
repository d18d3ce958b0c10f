/** How far a long audit is, on one line of a terminal that is written anew; where no person looks on, nothing. */
import type { StationOutcome } from './station-audit.ts'

/** Where the line is written: standard error. */
export interface ProgressStream {
  readonly isTTY?: boolean
  write(text: string): unknown
}

/** Fewer bundles are done before anybody looks. */
const BUNDLES_WORTH_A_LINE = 50
const ERASE_LINE = '\r\x1b[K'

export class Progress {
  readonly #stream: ProgressStream
  readonly #total: number
  readonly #shows: boolean
  #bundles = 0
  #spoiled = 0
  #shown = -1

  constructor(stream: ProgressStream, total: number) {
    this.#stream = stream
    this.#total = total
    this.#shows = stream.isTTY === true && total >= BUNDLES_WORTH_A_LINE
  }

  /** One more station is done. */
  took(bundles: number, { spoiled, findings }: StationOutcome): void {
    this.#bundles += bundles
    this.#spoiled += Math.max(spoiled.length, findings.length > 0 ? 1 : 0)
    const perMille = Math.floor((1000 * this.#bundles) / this.#total)
    if (!this.#shows || perMille === this.#shown) return
    this.#shown = perMille
    const percent = (perMille / 10).toFixed(1)
    const bad = this.#spoiled === 0 ? '' : `, ${this.#spoiled} do not hold`
    this.#stream.write(`${ERASE_LINE}${this.#bundles} of ${this.#total} bundles (${percent} %)${bad}`)
  }

  /** Takes the line away. */
  end(): void {
    if (this.#shows) this.#stream.write(ERASE_LINE)
  }
}
