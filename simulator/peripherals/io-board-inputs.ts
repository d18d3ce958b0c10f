/** Switches bounce: a level counts once four looks in a row, 5 ms apart, have found it. No look is taken while all are as they count. */
import type { Clock, Timer } from '../../core/ports.ts'

const LOOK_MS = 5
const LOOKS = 4
const BITS = 8

export class DebouncedInputs {
  readonly #clock: Clock
  readonly #read: () => number
  readonly #changed: (changed: number) => void
  readonly #found = new Array<number>(BITS).fill(0)
  #settled: number
  #timer: Timer | undefined

  /** @param changed is told which levels count otherwise now */
  constructor(clock: Clock, read: () => number, changed: (changed: number) => void) {
    this.#clock = clock
    this.#read = read
    this.#changed = changed
    this.#settled = read()
  }

  /** The levels that count. */
  get settled(): number {
    return this.#settled
  }

  /** The board begins anew: the levels count as they are. */
  restart(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#found.fill(0)
    this.#settled = this.#read()
  }

  /** A switch has moved. */
  moved(): void {
    if (this.#timer === undefined) this.#look()
  }

  #look(): void {
    this.#timer = undefined
    const otherwise = this.#read() ^ this.#settled
    let changed = 0
    for (let bit = 0; bit < BITS; bit += 1) {
      const looks = (otherwise >> bit) & 1 ? (this.#found[bit] ?? 0) + 1 : 0
      this.#found[bit] = looks % LOOKS
      if (looks === LOOKS) changed |= 1 << bit
    }
    this.#settled ^= changed
    if (otherwise !== changed) this.#timer = this.#clock.after(LOOK_MS, () => this.#look())
    if (changed !== 0) this.#changed(changed)
  }
}
