/** What a run says while it goes on: to the terminal, with the time since it began. */

/** Every figure of this simulation bears these words. */
export const CAVEAT = 'simulated, loopback, two cores'

/** Tells a person how far the run is. */
export class Telling {
  readonly #write: (text: string) => void
  readonly #began = performance.now()
  #stage = 0

  constructor(write: (text: string) => void) {
    this.#write = write
  }

  /** A new stage begins. */
  stage(text: string): void {
    this.#stage += 1
    this.line(`${this.#stage}. ${text}`)
  }

  /** A detail of the stage. */
  detail(text: string): void {
    const at = ((performance.now() - this.#began) / 1_000).toFixed(1)
    this.line(`   ${at.padStart(6)} s  ${text}`)
  }

  line(text: string): void {
    this.#write(`${text}\n`)
  }

  /** How long it is since a moment of this process, in words. */
  seconds(since: number): string {
    return `${((performance.now() - since) / 1_000).toFixed(1)} s`
  }
}
