/** Waiting for all devices at once: told while it goes on, and not for ever. */
import { setTimeout as pause } from 'node:timers/promises'
import { LARGEST_BOUND_MS } from '../../device-agent/sync/backoff.ts'
import type { Loaders, Step } from './loaders.ts'
import type { Telling } from './telling.ts'

const NEWS_MS = 5_000
/**
 * So long nobody more was heard of, and nobody will be. A device whose link failed often waits up to a minute before it tries again; on a
 * computer that has too much to do its next connection may fail as well, and the one after it.
 */
const PATIENCE_MS = 3.5 * LARGEST_BOUND_MS
const LOOK_MS = 500

/** How long a step took, or was waited for. */
export interface Waited extends Step {
  /** Whether it came to its end. */
  readonly isWhole: boolean
}

/**
 * Tells how far a step is while it goes on, and gives it up when patience ends: when no more devices than before were heard of for a long time, however
 * many there are.
 */
export async function watched(
  {
    telling,
    loaders,
    devices,
  }: { readonly telling: Telling; readonly loaders: Loaders; readonly devices: number },
  what: 'up' | 'answered',
  step: Promise<Step>,
): Promise<Waited> {
  const word = what === 'up' ? 'connected' : 'answered'
  const began = performance.now()
  const news = setInterval(() => telling.detail(`${loaders.progress[what]} of ${devices} ${word}`), NEWS_MS)
  const ended = new AbortController()
  let mostUp = 0
  const heardOf = () => {
    mostUp = Math.max(mostUp, loaders.progress.up)
    // A link that flaps goes up and down for ever.
    return what === 'up' ? mostUp : loaders.progress.answered
  }
  const patience = standstill(heardOf, ended.signal)
  try {
    const done = await Promise.race([step, patience])
    if (done !== undefined) return { ...done, isWhole: true }
    telling.detail(`given up: ${loaders.progress[what]} of ${devices} ${word}`)
    return { ms: performance.now() - began, refused: [], isWhole: false }
  } finally {
    ended.abort()
    clearInterval(news)
  }
}

/** Resolves when a number has not changed for as long as patience lasts, or once nobody waits for that any more. */
async function standstill(count: () => number, signal: AbortSignal): Promise<undefined> {
  let last = count()
  let since = performance.now()
  while (!signal.aborted && performance.now() - since < PATIENCE_MS) {
    await pause(LOOK_MS, undefined, { signal }).catch(() => undefined)
    if (count() === last) continue
    last = count()
    since = performance.now()
  }
}
