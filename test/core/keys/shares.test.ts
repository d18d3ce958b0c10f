import fc from 'fast-check'
import { combine, split } from 'shamir-secret-sharing'
import { describe, expect, test } from 'vitest'
import { concatBytes } from '../../../core/keys/hash.ts'
import { combineShares, recoverShare, splitSecret } from '../../../core/keys/shares.ts'
import { valueOrThrow } from '../../../core/result.ts'
import { seededRandom } from './seeded-random.ts'

const secrets = fc.uint8Array({ minLength: 1, maxLength: 40 })
const sharings = fc
  .tuple(fc.integer({ min: 2, max: 7 }), fc.nat(5))
  .map(([threshold, more]) => ({ threshold, count: threshold + more }))

/** The other library writes the number behind the share, we before it. */
const numberLast = (share: Uint8Array) => concatBytes(share.subarray(1), share.subarray(0, 1))
const numberFirst = (share: Uint8Array) => concatBytes(share.subarray(-1), share.subarray(0, -1))

describe('trustees', () => {
  test('as many as needed rebuild the secret, whichever they are and in any order', () => {
    fc.assert(
      fc.property(
        secrets,
        sharings,
        fc.nat(),
        fc.infiniteStream(fc.nat()),
        (secret, sharing, seed, order) => {
          const shares = splitSecret(secret, sharing, seededRandom(seed))
          expect(shares.map(([number]) => number)).toEqual(shares.map((_, i) => i + 1))
          const shuffled = shares
            .map((share) => ({ share, key: order.next().value ?? 0 }))
            .sort((a, b) => a.key - b.key)
            .map(({ share }) => share)
          expect(valueOrThrow(combineShares(shuffled.slice(0, sharing.threshold)))).toEqual(secret)
          expect(valueOrThrow(combineShares(shuffled))).toEqual(secret)
        },
      ),
    )
  })

  test('one fewer than needed rebuild something else', () => {
    const secret = seededRandom(0).bytes(32)
    fc.assert(
      fc.property(sharings, fc.nat(), (sharing, seed) => {
        fc.pre(sharing.threshold > 2)
        const shares = splitSecret(secret, sharing, seededRandom(seed))
        expect(valueOrThrow(combineShares(shares.slice(0, sharing.threshold - 1)))).not.toEqual(secret)
      }),
    )
  })

  test('one fewer than needed could belong to every secret: some last share completes each', () => {
    const [share] = splitSecret(Uint8Array.of(42), { threshold: 2, count: 2 }, seededRandom(5))
    const reachable = Array.from({ length: 256 }, (_, y) =>
      valueOrThrow(combineShares([share ?? Uint8Array.of(), Uint8Array.of(2, y)])),
    )
    expect(new Set(reachable.map(([byte]) => byte)).size).toBe(256)
  })

  test('a false share gives a false secret, so the answer is compared with what is published', () => {
    const secret = seededRandom(6).bytes(32)
    const shares = splitSecret(secret, { threshold: 3, count: 5 }, seededRandom(7))
    const bent = Uint8Array.from(shares[1] ?? [], (byte, i) => (i === 9 ? byte ^ 1 : byte))
    expect(valueOrThrow(combineShares([...shares.slice(2), bent]))).not.toEqual(secret)
  })
})

describe('another implementation', () => {
  test('combines our shares', async () => {
    await fc.assert(
      fc.asyncProperty(secrets, sharings, fc.nat(), async (secret, sharing, seed) => {
        const shares = splitSecret(secret, sharing, seededRandom(seed)).slice(0, sharing.threshold)
        expect(await combine(shares.map(numberLast))).toEqual(secret)
      }),
    )
  })

  test('makes shares that we combine', async () => {
    await fc.assert(
      fc.asyncProperty(secrets, sharings, async (secret, { threshold, count }) => {
        const shares = await split(new Uint8Array(secret), count, threshold)
        expect(valueOrThrow(combineShares(shares.map(numberFirst).slice(-threshold)))).toEqual(secret)
      }),
    )
  })
})

describe('coefficients', () => {
  test('come from the random source and from nowhere else', () => {
    const secret = Uint8Array.of(1, 2, 3)
    const sharing = { threshold: 3, count: 4 }
    expect(splitSecret(secret, sharing, seededRandom(1))).toEqual(
      splitSecret(secret, sharing, seededRandom(1)),
    )
    expect(splitSecret(secret, sharing, seededRandom(1))).not.toEqual(
      splitSecret(secret, sharing, seededRandom(2)),
    )
    const zeros = { kind: 'seeded, not secret', bytes: (length: number) => new Uint8Array(length) } as const
    expect(splitSecret(secret, sharing, zeros)).toEqual([1, 2, 3, 4].map((x) => Uint8Array.of(x, 1, 2, 3)))
  })

  test('are (threshold - 1) bytes for each byte of the secret', () => {
    let drawn = 0
    const counting = {
      kind: 'seeded, not secret',
      bytes: (length: number) => {
        drawn += length
        return new Uint8Array(length)
      },
    } as const
    splitSecret(new Uint8Array(32), { threshold: 3, count: 5 }, counting)
    expect(drawn).toBe(64)
  })
})

describe('shares that cannot be right are refused', () => {
  const shares = splitSecret(Uint8Array.of(9, 9), { threshold: 2, count: 3 }, seededRandom(8))
  const [first = Uint8Array.of(), second = Uint8Array.of()] = shares
  test.each([
    ['none', [], 'shares.count'],
    ['one alone', [first], 'shares.count'],
    ['the same twice', [first, second, first], 'shares.duplicate'],
    ['number zero', [first, Uint8Array.of(0, 1, 1)], 'shares.zero'],
    ['a shorter one', [first, second.slice(0, 2)], 'shares.length'],
    ['a number without share', [Uint8Array.of(1), Uint8Array.of(2)], 'shares.length'],
    ['empty ones', [Uint8Array.of(), Uint8Array.of()], 'shares.length'],
  ])('%s', (_, given, code) => {
    expect(combineShares(given)).toMatchObject({ ok: false, error: { code } })
  })

  test('and a splitting that makes no sense throws', () => {
    for (const [threshold, count] of [
      [1, 3],
      [4, 3],
      [2, 256],
      [2.5, 3],
    ] as const) {
      expect(() => splitSecret(Uint8Array.of(1), { threshold, count }, seededRandom(9))).toThrow(RangeError)
    }
    expect(() => splitSecret(Uint8Array.of(), { threshold: 2, count: 3 }, seededRandom(9))).toThrow(
      RangeError,
    )
  })
})

test('a share that was lost comes back from as many others as the threshold', () => {
  const secret = seededRandom(21).bytes(33)
  const shares = splitSecret(secret, { threshold: 3, count: 5 }, seededRandom(22))
  const [first, second, third, fourth] = shares as [Uint8Array, Uint8Array, Uint8Array, Uint8Array]
  expect(recoverShare([first, third, fourth], 2)).toEqual({ ok: true, value: second })
  expect(recoverShare([first, third], 2)).not.toEqual({ ok: true, value: second })
})
