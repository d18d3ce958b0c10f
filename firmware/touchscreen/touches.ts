/** The loop around the gesture machine: packets in, touches out, and a tick while anything is on the glass. */
import type { Clock, Timer } from '../../core/ports.ts'
import type { TouchEvent } from './codec.ts'
import { type Gesture, type GestureEvent, type GestureInput, stepGesture, TICK_MS } from './gesture.ts'

/** The touches of one touchscreen, whichever line it is on at the moment. */
export class Touches {
  readonly #clock: Clock
  readonly #told: (event: GestureEvent) => void
  #state: Gesture = { is: 'up' }
  #timer: Timer | undefined

  constructor(clock: Clock, told: (event: GestureEvent) => void) {
    this.#clock = clock
    this.#told = told
  }

  /** Takes what the driver read. */
  take(touch: TouchEvent): void {
    this.#step({ is: 'touch', touch })
  }

  /** The line is gone, or the screen with it: what is on the glass counts for nothing. */
  reset(): void {
    const { is } = this.#state
    this.#timer?.cancel()
    this.#timer = undefined
    this.#state = { is: 'up' }
    if (is === 'stuck') this.#told({ is: 'freed' })
  }

  #step(input: GestureInput): void {
    const { state, event } = stepGesture(this.#state, input)
    this.#state = state
    if (state.is === 'up') {
      this.#timer?.cancel()
      this.#timer = undefined
    } else {
      this.#timer ??= this.#clock.after(TICK_MS, () => {
        this.#timer = undefined
        this.#step({ is: 'tick' })
      })
    }
    if (event !== undefined) this.#told(event)
  }
}
