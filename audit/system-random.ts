/** The operating system's random numbers, for shuffling what is opened. The one place of the audit that draws any. */
import { randomBytes } from 'node:crypto'
import type { Random } from '../core/ports.ts'

/** Random bytes of the operating system. */
export function systemRandom(): Random {
  return { kind: 'system', bytes: (length) => new Uint8Array(randomBytes(length)) }
}
