import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededRandom, shuffled, uniform } from '../../simulator/seeded-random.ts'

describe('random numbers from a seed', () => {
  it('are the same for the same seed and others for another', () => {
    expect(seededRandom('a').bytes(100)).toEqual(seededRandom('a').bytes(100))
    expect(seededRandom('a').bytes(100)).not.toEqual(seededRandom('b').bytes(100))
    expect(seededRandom(7).bytes(8)).toEqual(seededRandom('7').bytes(8))
  })

  it('say that they are no secret', () => {
    expect(seededRandom(1).kind).toBe('seeded, not secret')
  })

  it('are SHA-256 of the hashed seed and a counter', () => {
    const seed = createHash('sha256').update('42').digest()
    const block = (n: number): Buffer =>
      createHash('sha256')
        .update(seed)
        .update(Buffer.from([0, 0, 0, 0, 0, 0, 0, n]))
        .digest()
    expect(Buffer.from(seededRandom(42).bytes(64))).toEqual(Buffer.concat([block(0), block(1)]))
  })

  it('do not depend on the pieces in which they are drawn', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.nat(70), { maxLength: 8 }), (seed, lengths) => {
        const inPieces = seededRandom(seed)
        const pieces = lengths.map((length) => inPieces.bytes(length))
        const total = lengths.reduce((sum, length) => sum + length, 0)
        expect(Buffer.concat(pieces)).toEqual(Buffer.from(seededRandom(seed).bytes(total)))
      }),
    )
  })

  it('spread evenly over a range', () => {
    const random = seededRandom('dice')
    const counts = new Array<number>(6).fill(0)
    for (let i = 0; i < 6000; i += 1) {
      const face = uniform(random, 6)
      counts[face] = (counts[face] ?? 0) + 1
    }
    // Six standard deviations of a binomial count of 1000.
    for (const count of counts)
      expect(Math.abs(count - 1000)).toBeLessThan(6 * Math.sqrt(6000 * (1 / 6) * (5 / 6)))
    expect(() => uniform(random, 0)).toThrow(RangeError)
  })

  it('shuffle without losing or doubling anything', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.nat(), (items, seed) => {
        const sorted = (list: readonly number[]): number[] => [...list].sort((a, b) => a - b)
        expect(sorted(shuffled(seededRandom(seed), items))).toEqual(sorted(items))
      }),
    )
  })
})
