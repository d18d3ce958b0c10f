import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backoffMs, LARGEST_BOUND_MS } from '../../../device-agent/sync/backoff.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'

describe('the wait before the next connection', () => {
  it('lies between nothing and a bound that doubles up to a minute', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000 }), fc.nat(), (failures, seed) => {
        const wait = backoffMs(failures, seededRandom(seed))
        expect(Number.isInteger(wait)).toBe(true)
        expect(wait).toBeGreaterThanOrEqual(0)
        expect(wait).toBeLessThan(Math.min(LARGEST_BOUND_MS, 1_000 * 2 ** (failures - 1)))
      }),
    )
  })
})
