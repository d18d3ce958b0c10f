/** Whether something that hears a babbling line keeps what it hears: the heap after a collection, before and after a minute of it. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect } from 'vitest'
import type { ManualClock } from './manual-clock.ts'
import type { ScriptedLine } from './scripted-line.ts'

const PIECE_MS = 20
/** In 20 ms at 115200 8N1, the fastest of the lines. */
const PIECE_BYTES = 230
/** What collector and compiler leave behind by themselves; a minute's bytes are nearly three times as many. */
const ALLOWED_BYTES = 256 * 1024

/**
 * Babbles for a minute at line rate and looks.
 * @param voice so many bytes of what is babbled
 * @param eachSecond what else is done meanwhile
 */
export async function leavesMemoryFlat(parts: {
  readonly line: ScriptedLine
  readonly clock: ManualClock
  readonly voice: (length: number) => Uint8Array
  readonly eachSecond?: () => void
}): Promise<void> {
  const { line, clock, voice, eachSecond } = parts
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const babble = async (seconds: number) => {
    for (let passed = 0; passed < seconds * 1000; passed += PIECE_MS) {
      if (passed % 1000 === 0) eachSecond?.()
      line.say(voice(PIECE_BYTES))
      await clock.advance(PIECE_MS)
    }
    line.written.length = 0
    collect()
    return process.memoryUsage().heapUsed
  }
  const before = await babble(10)
  const after = await babble(60)
  expect(after - before).toBeLessThan(ALLOWED_BYTES)
}
