/** Random numbers that come out the same from the same seed, so that a run can be repeated. Never for anything real. */
import { hash } from 'node:crypto'
import type { Random } from '../core/ports.ts'

/** Bytes of one block of the generator: one SHA-256. */
const BLOCK = 32

/**
 * A generator from a seed: block n is SHA-256(SHA-256(seed as text) || n as 64 bit big-endian). It calls itself
 * "seeded, not secret".
 */
export function seededRandom(seed: string | number): Random {
  const input = new Uint8Array(BLOCK + 8)
  input.set(hash('sha256', String(seed), 'buffer'))
  const counter = new DataView(input.buffer, BLOCK)
  let next = 0n
  let block: Uint8Array = new Uint8Array(0)
  return {
    kind: 'seeded, not secret',
    bytes(length: number): Uint8Array {
      const out = new Uint8Array(length)
      for (let filled = 0; filled < length; ) {
        if (block.length === 0) {
          counter.setBigUint64(0, next++)
          block = hash('sha256', input, 'buffer')
        }
        const taken = block.subarray(0, length - filled)
        out.set(taken, filled)
        block = block.subarray(taken.length)
        filled += taken.length
      }
      return out
    },
  }
}
