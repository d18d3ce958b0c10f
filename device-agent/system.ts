/** The real clock and the operating system's random numbers: what a device in service runs on. */
import { randomBytes } from 'node:crypto'
import type { Clock, Random } from '../core/ports.ts'

/** Wall-clock time and real timers. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms)
    return { cancel: () => clearTimeout(timer) }
  },
}

/** The operating system's generator. */
export const systemRandom: Random = {
  kind: 'system',
  bytes: (length) => new Uint8Array(randomBytes(length)),
}
