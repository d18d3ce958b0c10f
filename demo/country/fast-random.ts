/** Random numbers from a seed, a gigabyte in seconds: what the key slots of a country are overwritten with takes so much. */
import { createCipheriv, hash } from 'node:crypto'
import type { Random } from '../../core/ports.ts'

const ZEROS = new Uint8Array(16_384)

/** The key stream of ChaCha20 under SHA-256 of the seed. */
export function fastSeededRandom(seed: string): Random {
  const cipher = createCipheriv('chacha20', hash('sha256', seed, 'buffer'), new Uint8Array(16))
  let block: Uint8Array = new Uint8Array()
  return {
    kind: 'seeded, not secret',
    bytes: (length) => {
      const out = new Uint8Array(length)
      for (let filled = 0; filled < length; ) {
        if (block.length === 0) block = cipher.update(ZEROS)
        const taken = block.subarray(0, length - filled)
        out.set(taken, filled)
        block = block.subarray(taken.length)
        filled += taken.length
      }
      return out
    },
  }
}
