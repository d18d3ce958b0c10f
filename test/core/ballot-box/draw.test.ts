import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { shuffle, uniform } from '../../../core/ballot-box/draw.ts'
import type { Random } from '../../../core/ports.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'

const SEED = 'fair draws, 1405'

/** Pearson's statistic of counts that should all be equal. */
function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((sum, n) => sum + n, 0) / counts.length
  return counts.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0)
}

describe(`draws with the seed ${JSON.stringify(SEED)}`, () => {
  test('of a number favour none (chi-square, 9 degrees of freedom, below the 99.9 % point 27.88)', () => {
    const random = seededRandom(SEED)
    const counts = new Array<number>(10).fill(0)
    for (let i = 0; i < 20_000; i += 1) {
      const drawn = uniform(10, random)
      counts[drawn] = (counts[drawn] ?? 0) + 1
    }
    expect(chiSquare(counts)).toBeLessThan(27.88)
  })

  test('of an order favour none of the 24 (chi-square, 23 degrees of freedom, below the 99.9 % point 49.73)', () => {
    const random = seededRandom(SEED)
    const counts = new Map<string, number>()
    for (let i = 0; i < 24_000; i += 1) {
      const order = shuffle(['a', 'b', 'c', 'd'], random).join('')
      counts.set(order, (counts.get(order) ?? 0) + 1)
    }
    expect(counts.size).toBe(24)
    expect(chiSquare([...counts.values()])).toBeLessThan(49.73)
  })

  test('of 32 out of 64 take each place as often (chi-square, 63 degrees of freedom, below the 99.9 % point 103.44)', () => {
    const random = seededRandom(SEED)
    const places = Array.from({ length: 64 }, (_, i) => i)
    const counts = new Array<number>(64).fill(0)
    for (let i = 0; i < 2_000; i += 1) {
      for (const place of shuffle(places, random).slice(0, 32)) counts[place] = (counts[place] ?? 0) + 1
    }
    expect(chiSquare(counts)).toBeLessThan(103.44)
  })
})

test('a draw beyond the last whole multiple is thrown away', () => {
  // 2^32 = 3 * 1431655765 + 1, so of four bytes only FF FF FF FF would favour 0.
  const drawn = [Uint8Array.of(255, 255, 255, 255), Uint8Array.of(0, 0, 0, 5)]
  const random: Random = { kind: 'seeded, not secret', bytes: () => drawn.shift() ?? new Uint8Array(4) }
  expect(uniform(3, random)).toBe(2)
  expect(drawn).toHaveLength(0)
})

test('a shuffle loses nothing, adds nothing and leaves its input alone', () => {
  fc.assert(
    fc.property(fc.array(fc.nat()), fc.nat(), (items, seed) => {
      const before = [...items]
      const shuffled = shuffle(items, seededRandom(seed))
      expect(items).toEqual(before)
      expect(shuffled.toSorted((a, b) => a - b)).toEqual(before.toSorted((a, b) => a - b))
    }),
  )
})
