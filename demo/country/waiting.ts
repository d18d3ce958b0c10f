/** Waiting for all devices at once: told while it goes on, and not for ever. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Loaders, Step } from './loaders.ts'
import type { Telling } from './telling.ts'

const NEWS_MS = 5_000
/** A device whose link failed often waits a minute before it tries again. */
const PATIENCE_MS = 120_000
const PATIENCE_A_DEVICE_MS = 20

/** How long a step took, or was waited for. */
export interface Waited extends Step {
  /** Whether it came to its end. */
  readonly isWhole: boolean
}

/**
 * Tells how far a step is while it goes on, and gives it up when patience ends.
 * @param extraMs beside what devices of that number are waited for anyway
 */
export async function watched(
  {
    telling,
    loaders,
    devices,
  }: { readonly telling: Telling; readonly loaders: Loaders; readonly devices: number },
  what: 'up' | 'answered',
  step: Promise<Step>,
  extraMs = 0,
): Promise<Waited> {
  const word = what === 'up' ? 'connected' : 'answered'
  const began = performance.now()
  const news = setInterval(() => telling.detail(`${loaders.progress[what]} of ${devices} ${word}`), NEWS_MS)
  const ended = new AbortController()
  const patience = pause(PATIENCE_MS + devices * PATIENCE_A_DEVICE_MS + extraMs, undefined, ended)
  try {
    const done = await Promise.race([step, patience.catch(() => undefined)])
    if (done !== undefined) return { ...done, isWhole: true }
    telling.detail(`given up: ${loaders.progress[what]} of ${devices} ${word}`)
    return { ms: performance.now() - began, refused: [], isWhole: false }
  } finally {
    ended.abort()
    clearInterval(news)
  }
}
