import { sha256 } from '../../../core/keys/hash.ts'
import type { Random } from '../../../core/ports.ts'

/** The same bytes for the same seed: SHA-256 of seed and counter. */
export function seededRandom(seed: number): Random {
  let counter = 0
  const next = () => {
    counter += 1
    return sha256(new TextEncoder().encode(`${seed}/${counter}`))
  }
  return {
    kind: 'seeded, not secret',
    bytes: (length) => {
      const blocks = Array.from({ length: Math.ceil(length / 32) }, next)
      return Uint8Array.from(blocks.flatMap((block) => [...block]).slice(0, length))
    },
  }
}

/** Bytes written in hexadecimal. */
export function hex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'hex'))
}
