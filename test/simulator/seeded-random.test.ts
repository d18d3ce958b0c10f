import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../simulator/seeded-random.ts'

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
})
