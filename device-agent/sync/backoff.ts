/**
 * Full jitter: the wait before another attempt is drawn uniformly between nothing and a bound that doubles, so that 32,000 devices that
 * lost their link at once do not come back at once (M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
 */
import type { Random } from '../../core/ports.ts'

/** Bound of the first wait, milliseconds. */
const FIRST_BOUND_MS = 1_000
/** No bound is larger, milliseconds. */
export const LARGEST_BOUND_MS = 60_000

/** Milliseconds to wait, whole, before the attempt that follows `failures` failed ones (1 or more). */
export function backoffMs(failures: number, random: Random): number {
  const bound = Math.min(LARGEST_BOUND_MS, FIRST_BOUND_MS * 2 ** (failures - 1))
  const bytes = random.bytes(4)
  const drawn = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0)
  return Math.floor((drawn / 2 ** 32) * bound)
}
