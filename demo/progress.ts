/** A plain line for each stage, and a bar while voters vote. On anything but a terminal the bar is left out. */
const BAR_WIDTH = 40

/** Tells a person how far the demonstration is. */
export class Progress {
  readonly #out: NodeJS.WriteStream
  #stage = 0

  constructor(out: NodeJS.WriteStream) {
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

  /** Draws the bar anew in its place; the last one ends the line. */
  bar(done: number, total: number, what: string): void {
    if (!this.#out.isTTY) return
    const filled = Math.round((done / total) * BAR_WIDTH)
    const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}`
    this.#out.write(`\r   ${bar} ${done}/${total} ${what}${done === total ? '\n' : ''}`)
  }
}
