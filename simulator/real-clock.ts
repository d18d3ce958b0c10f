/** Real time, for virtual peripherals that other programs talk to. */
import type { Clock } from '../core/ports.ts'

/** Wall-clock time and real timers. */
export const realClock: Clock = {
  now: () => Date.now(),
  elapsed: () => Math.floor(performance.now()),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms)
    return { cancel: () => clearTimeout(timer) }
  },
}
