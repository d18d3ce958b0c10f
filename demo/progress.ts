/** A plain line for each stage, and a bar while voters vote; on anything but a terminal, a line for each quarter of them. */
const BAR_WIDTH = 40

/** Where the lines go: standard output, or a test. */
type Output = Pick<NodeJS.WriteStream, 'isTTY'> & { write(text: string): boolean }

/** Tells a person how far the demonstration is. */
export class Progress {
  readonly #out: Output
  #stage = 0

  constructor(out: Output) {
    this.#out = out
  }

  /** A new stage begins. */
  stage(text: string): void {
    this.#stage += 1
    this.line(`${this.#stage}. ${text}`)
  }

  /** A detail of the stage. */
  detail(text: string): void {
    this.line(`   ${text}`)
  }

  line(text: string): void {
    this.#out.write(`${text}\n`)
  }

  /** Draws the bar anew in its place; the last one ends the line. To be called with each number from 1 to `total`. */
  bar(done: number, total: number, what: string): void {
    if (!this.#out.isTTY) {
      if (Math.floor((4 * done) / total) > Math.floor((4 * (done - 1)) / total)) {
        this.detail(`${done}/${total} ${what}`)
      }
      return
    }
    const filled = Math.round((done / total) * BAR_WIDTH)
    const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}`
    this.#out.write(`\r   ${bar} ${done}/${total} ${what}${done === total ? '\n' : ''}`)
  }
}
