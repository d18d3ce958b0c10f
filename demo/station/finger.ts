/** A finger on a virtual touchscreen that a mouse leads: it stays as long as the mouse is down, but never shorter than a panel notices. */
import type { Clock, Timer } from '../../core/ports.ts'
import type { VirtualTouchscreen } from '../../simulator/peripherals/touchscreen.ts'

/** Two reports of the controller: a mouse, or a program that clicks, may be faster than any finger. */
const SHORTEST_MS = 45

/** One finger. */
export class Finger {
  readonly #touchscreen: VirtualTouchscreen
  readonly #clock: Clock
  /** Whoever put it down; undefined while it is up. */
  #owner: object | undefined
  #since = 0
  #lifting: Timer | undefined

  constructor(touchscreen: VirtualTouchscreen, clock: Clock) {
    this.#touchscreen = touchscreen
    this.#clock = clock
  }

  /** Throws when a finger is down already. */
  down(owner: object, x: number, y: number): void {
    this.#touchscreen.down(x, y)
    this.#owner = owner
    this.#since = this.#clock.now()
  }

  /** Slides; nothing happens for whoever has not put it down, or has lifted it. */
  move(owner: object, x: number, y: number): void {
    if (this.#owner === owner && this.#lifting === undefined) this.#touchscreen.move(x, y)
  }

  /** Lifts it; nothing happens for whoever has not put it down. */
  up(owner: object): void {
    if (this.#owner !== owner || this.#lifting !== undefined) return
    const left = Math.max(0, SHORTEST_MS - (this.#clock.now() - this.#since))
    this.#lifting = this.#clock.after(left, () => {
      this.#lifting = undefined
      this.#owner = undefined
      void this.#touchscreen.up()
    })
  }
}
