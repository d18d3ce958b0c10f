/** What a process of the centre runs on: the real clock, a log of lines on standard error, and signals that end it. */
import { pino } from 'pino'
import type { Clock, Logger } from '../core/ports.ts'

/** Wall-clock time and real timers. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms)
    return { cancel: () => clearTimeout(timer) }
  },
}

/** Standard output is for what a command answers. */
export function processLogger(): Logger {
  return pino({ base: null }, pino.destination({ dest: 2, sync: true }))
}

/** Resolves when this process is asked to end. */
export function askedToEnd(): Promise<unknown> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, resolve)
  })
}
