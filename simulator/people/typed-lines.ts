/** Lines that somebody types, or that a file or a pipe gives in their place. What is longer than any line that means something is not kept. */

/** The longest of what hands can do has some thirty characters, the path of a file some hundreds. */
export const LONGEST_LINE = 1_000

/** Guards one thing: that no more of a line is kept than that. */
export class TypedLines {
  readonly #line: (line: string) => void
  readonly #tooLong: () => void
  #kept = ''
  #isTooLong = false

  /**
   * @param line is called with each line, without its end
   * @param tooLong is called once for each line that is longer than {@link LONGEST_LINE} characters; nothing of it is a line
   */
  constructor(line: (line: string) => void, tooLong: () => void) {
    this.#line = line
    this.#tooLong = tooLong
  }

  /** More of it. */
  take(text: string): void {
    const [rest = '', ...begun] = text.split('\n')
    this.#keep(rest)
    for (const next of begun) {
      this.end()
      this.#keep(next)
    }
  }

  /** There is no more: a last line need not have an end. */
  end(): void {
    const line = this.#kept.replace(/\r$/, '')
    const isLine = !this.#isTooLong && line !== ''
    this.#kept = ''
    this.#isTooLong = false
    if (isLine) this.#line(line)
  }

  #keep(text: string): void {
    if (this.#isTooLong) return
    this.#isTooLong = this.#kept.length + text.length > LONGEST_LINE
    this.#kept = this.#isTooLong ? '' : this.#kept + text
    if (this.#isTooLong) this.#tooLong()
  }
}
