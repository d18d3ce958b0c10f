/** What an office's commands run on: the operating system's random numbers and its clock. */
import { randomBytes } from 'node:crypto'
import type { Random } from '../core/ports.ts'

/** The operating system's generator. */
export const systemRandom: Random = {
  kind: 'system',
  bytes: (length) => new Uint8Array(randomBytes(length)),
}

/** Milliseconds since 1970. */
export function now(): number {
  return Date.now()
}
