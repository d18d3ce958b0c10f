/** The tamper latch of the light I/O board, as if written into memory that a restart does not touch. */
export class BoardLatch {
  #openings = 0
  #latched = 0
  #isStored = false

  /** How often any switch opened, ever. */
  get openings(): number {
    return this.#openings
  }

  /** Switches that opened since the latch was last ended. */
  get latched(): number {
    return this.#latched
  }

  /** Something was ever written. */
  get isStored(): boolean {
    return this.#isStored
  }

  /** These switches have just opened. */
  open(switches: number): void {
    if (switches === 0) return
    this.#openings += [...switches.toString(2)].filter((bit) => bit === '1').length
    this.#keep(this.#latched | switches)
  }

  /** Only who knows of all openings can end the latch, and only of what is closed. */
  acknowledge(openings: number, open: number): void {
    if (openings === this.#openings && (this.#latched & ~open) !== 0) this.#keep(this.#latched & open)
  }

  #keep(latched: number): void {
    this.#latched = latched
    this.#isStored = true
  }
}
