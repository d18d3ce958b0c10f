/** The operating system's random numbers, for shuffling what is opened. The one place of the audit that draws any. */
import { randomFillSync } from 'node:crypto'
import type { Random } from '../core/ports.ts'

/** Asking the system costs as much for four bytes as for these. */
const BLOCK_BYTES = 4096

/** Random bytes of the operating system, each given out once. */
export function systemRandom(): Random {
  const block = new Uint8Array(BLOCK_BYTES)
  let used = BLOCK_BYTES
  const bytes = (length: number): Uint8Array => {
    if (length > BLOCK_BYTES) return randomFillSync(new Uint8Array(length))
    if (used + length > BLOCK_BYTES) {
      randomFillSync(block)
      used = 0
    }
    used += length
    return block.slice(used - length, used)
  }
  return { kind: 'system', bytes }
}
