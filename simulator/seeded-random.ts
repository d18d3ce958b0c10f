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

/** A whole number from 0 to n - 1, each as likely. `n` is from 1 to 2^32. */
export function uniform(random: Random, n: number): number {
  if (!Number.isInteger(n) || n < 1 || n > 2 ** 32) throw new RangeError(`no uniform number below ${n}`)
  // Values past the last whole multiple of n would favour small numbers: draw again.
  const limit = 2 ** 32 - (2 ** 32 % n)
  for (;;) {
    const bytes = random.bytes(4)
    const value = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)
    if (value < limit) return value % n
  }
}

/** A new array with the same items in an order drawn uniformly (Fisher and Yates). */
export function shuffled<T>(random: Random, items: readonly T[]): T[] {
  const out = [...items]
  for (let i = out.length - 1; i > 0; i -= 1) {
    const j = uniform(random, i + 1)
    const moved = out[i] as T
    out[i] = out[j] as T
    out[j] = moved
  }
  return out
}
