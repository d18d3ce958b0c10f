/** One way of a serial line whose bytes come out at its pace: one byte time behind the other, a few at once as a UART's interrupt gives them. */

/** How long bytes gather before they are taken. */
const GATHER_MS = 5
/** The most that are taken at once, however late: less than a receiver keeps free for what comes behind its XOFF. */
const MOST_AT_ONCE = 64
/** How much of a delay is made good again. */
const MOST_LATE_MS = 20

const NOTHING = new Uint8Array(0)

export class Wire {
  #bytes: Uint8Array = NOTHING
  /** When the first of the bytes began. */
  #since = 0

  get isEmpty(): boolean {
    return this.#bytes.length === 0
  }

  /** Bytes go on the wire behind those that are on it. */
  put(bytes: Uint8Array, now: number): void {
    if (this.isEmpty) this.#since = now
    this.#bytes = this.isEmpty ? Uint8Array.from(bytes) : Buffer.concat([this.#bytes, bytes])
  }

  /** Those that have come through by now. */
  take(now: number, msPerByte: number): Uint8Array {
    // A clock that was set back, or a program that was held up for long.
    this.#since = Math.min(now, Math.max(this.#since, now - MOST_LATE_MS - MOST_AT_ONCE * msPerByte))
    const passed = Math.floor((now - this.#since) / msPerByte)
    const taken = this.#bytes.subarray(0, Math.min(passed, MOST_AT_ONCE))
    this.#bytes = this.#bytes.subarray(taken.length)
    this.#since += taken.length * msPerByte
    return taken
  }

  /** How long until some can be taken; never, if there are none. */
  wait(now: number, msPerByte: number): number {
    if (this.isEmpty) return Number.POSITIVE_INFINITY
    const all = this.#since + this.#bytes.length * msPerByte - now
    return Math.max(0, Math.min(all, Math.max(GATHER_MS, msPerByte)))
  }

  /** The sender stands still: what is on the wire begins anew. */
  hold(now: number): void {
    this.#since = now
  }

  /** Nothing is on the wire any more. */
  clear(): void {
    this.#bytes = NOTHING
  }
}
