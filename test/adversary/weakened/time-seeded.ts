/**
 * A generator of the kind that was in use in real machines: a linear congruential one seeded with the second of the day. For weakened builds, and for the
 * attacker who knows it.
 */
import type { Random } from '../../../core/ports.ts'

/** Constants of ANSI C's example `rand` (ISO/IEC 9899, 7.22.2.2). */
export function timeSeeded(second: number): Random {
  let state = second >>> 0
  return {
    kind: 'seeded, not secret',
    bytes: (length) =>
      Uint8Array.from({ length }, () => {
        state = (Math.imul(state, 1103515245) + 12345) >>> 0
        return (state >>> 16) & 0xff
      }),
  }
}
