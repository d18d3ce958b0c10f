/** The operating system's random numbers, for shuffling what is opened. The one place of the audit that draws any. */
import { randomFillSync } from 'node:crypto'
import type { Random } from '../core/ports.ts'

/** Asking the system costs as much for four bytes as for these. */
export const BLOCK_BYTES = 4096

/** Random bytes of the operating system, each given out once. */
export function systemRandom(): Random {
  return { kind: 'system', bytes: inBlocks(randomFillSync) }
}

/**
 * Bytes as they are asked for, from a source that is asked in blocks; what is left of a block and is too little is thrown away.
 * @param fill overwrites all that it is given with random bytes
 */
export function inBlocks(fill: (bytes: Uint8Array) => void): Random['bytes'] {
  const block = new Uint8Array(BLOCK_BYTES)
  let used = BLOCK_BYTES
  return (length) => {
    if (length > BLOCK_BYTES) {
      const bytes = new Uint8Array(length)
      fill(bytes)
      return bytes
    }
    if (used + length > BLOCK_BYTES) {
      fill(block)
      used = 0
    }
    used += length
    return block.slice(used - length, used)
  }
}
