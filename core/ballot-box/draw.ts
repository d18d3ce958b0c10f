/** Fair draws: every subset and every order is equally likely, given fair random bytes. */
import type { Random } from '../ports.ts'

/** A new array with the items in uniformly random order (Fisher and Yates). */
export function shuffle<T>(items: readonly T[], random: Random): T[] {
  const shuffled = [...items]
  for (let last = shuffled.length - 1; last > 0; last -= 1) {
    const other = uniform(last + 1, random)
    const item = shuffled[last] as T
    shuffled[last] = shuffled[other] as T
    shuffled[other] = item
  }
  return shuffled
}

/** A whole number from 0 to `bound` - 1, each equally likely: a draw that would favour some is thrown away. */
export function uniform(bound: number, random: Random): number {
  const range = 2 ** 32
  const limit = range - (range % bound)
  for (;;) {
    const bytes = random.bytes(4)
    const value = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)
    if (value < limit) return value % bound
  }
}
