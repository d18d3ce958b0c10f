/** The timer of a SmartSet controller: it tells the host that so much time has passed, once or again and again (manual, page 84). */
import type { Clock, Timer } from '../../core/ports.ts'
import type { TouchSettings } from './touch-settings.ts'

/** The controller's clock: delays, intervals and its timer count in these. */
export const TICK_MS = 10

export class TouchTimer {
  readonly #clock: Clock
  readonly #onExpiry: (isContinuous: boolean) => void
  #running: { readonly timer: Timer; readonly ends: number } | undefined

  constructor(clock: Clock, onExpiry: (isContinuous: boolean) => void) {
    this.#clock = clock
    this.#onExpiry = onExpiry
  }

  /** Ticks until it expires; 0 when it does not run. */
  get left(): number {
    return this.#running === undefined ? 0 : Math.ceil((this.#running.ends - this.#clock.elapsed()) / TICK_MS)
  }

  /** Starts afresh if it is on, else stops. */
  set({ isOn, isContinuous, interval }: TouchSettings['timer']): void {
    this.#running?.timer.cancel()
    this.#running = undefined
    if (!isOn) return
    // With no interval it says so as often as its line lets it.
    const ms = TICK_MS * Math.max(1, interval)
    const expire = (): void => {
      this.#running = undefined
      this.#onExpiry(isContinuous)
      if (isContinuous) this.set({ isOn, isContinuous, interval })
    }
    this.#running = { timer: this.#clock.after(ms, expire), ends: this.#clock.elapsed() + ms }
  }
}
