/** Loads the device's program with some of its source changed: a weakened build is the real one but for the lines that it names. */
import { registerHooks } from 'node:module'
import type { Edit } from './builds.ts'

const OURS = new URL('../../../', import.meta.url).href
/** What can be weakened. */
const BENT = ['core', 'device-agent', 'fleet']

/**
 * From here on modules of `core`, `device-agent` and `fleet` come with the edits; must be called before any is loaded.
 * @returns a function that throws unless each edit was made exactly once: call it when all is loaded
 */
export function bendSource(edits: readonly Edit[]): () => void {
  const made = edits.map(() => 0)
  registerHooks({
    load(url, context, next) {
      const loaded = next(url, context)
      if (!BENT.some((area) => url.startsWith(`${OURS}${area}/`))) return loaded
      let source = Buffer.from(loaded.source as Uint8Array).toString()
      for (const [i, { text, instead }] of edits.entries()) {
        made[i] = (made[i] ?? 0) + source.split(text).length - 1
        source = source.replace(text, () => instead)
      }
      return { ...loaded, source }
    },
  })
  return () => {
    const missed = edits.find((_, i) => made[i] !== 1)
    if (missed !== undefined)
      throw new Error(
        `this text must stand in the source exactly once; write the weakened build anew: ${missed.text}`,
      )
  }
}
