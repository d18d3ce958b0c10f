import type { Clock, Timer } from '../../core/ports.ts'

/** A clock that the test moves by hand. */
export class ManualClock implements Clock {
  #now = 0
  readonly #timers = new Set<{ due: number; callback: () => void }>()

  /** How many timers run. */
  get running(): number {
    return this.#timers.size
  }

  now(): number {
    return this.#now
  }

  elapsed(): number {
    return this.#now
  }

  after(ms: number, callback: () => void): Timer {
    const timer = { due: this.#now + ms, callback }
    this.#timers.add(timer)
    return { cancel: () => this.#timers.delete(timer) }
  }

  /** Moves time by `ms`, firing what falls due, and lets every promise that this settles run on. */
  async advance(ms: number): Promise<void> {
    await turn()
    this.#now += ms
    for (const timer of [...this.#timers]) {
      if (timer.due > this.#now || !this.#timers.delete(timer)) continue
      timer.callback()
    }
    await turn()
  }
}

/** One turn of the event loop: all that is waiting on promises has run. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
