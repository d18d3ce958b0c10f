/**
 * Shamir's secret sharing over GF(2^8) with the polynomial of AES, x^8 + x^4 + x^3 + x + 1 (0x11b), each byte of the secret on its
 * own: byte = f(0), where f has random coefficients and the degree threshold - 1.
 *
 *     share = number of the share, 1 to 255 (1 byte) || f(number) for each byte of the secret
 *
 * Threshold shares give the secret; fewer say nothing about it. Nothing in a share tells whether it is a true one, so whoever
 * rebuilds a key compares it, or a hash of each share, with what was published. No table is looked up and no branch taken by a secret value.
 */
import type { Random } from '../ports.ts'
import { ok, type Result, refuse } from '../result.ts'
import { concatBytes } from './hash.ts'

/**
 * Splits a secret. Throws unless it has a byte or more and 2 <= threshold <= count <= 255.
 * @param random gives the coefficients: (threshold - 1) bytes for each byte of the secret
 * @returns `count` shares, numbered from 1, each a byte longer than the secret
 */
export function splitSecret(
  secret: Uint8Array,
  { threshold, count }: { readonly threshold: number; readonly count: number },
  random: Random,
): Uint8Array[] {
  if (secret.length === 0) throw new RangeError('an empty secret')
  if (!Number.isInteger(threshold) || !Number.isInteger(count)) throw new RangeError('not whole numbers')
  if (threshold < 2 || threshold > count || count > 255)
    throw new RangeError(`${threshold} of ${count} shares`)
  const coefficients = Array.from({ length: threshold - 1 }, () => random.bytes(secret.length))
  return Array.from({ length: count }, (_, i) => {
    const x = i + 1
    // Horner: (...(c_t-1 * x + c_t-2) * x + ...) * x + secret.
    const y = Uint8Array.from(secret, (byte, at) =>
      add(
        multiply(
          coefficients.reduceRight((sum, row) => add(multiply(sum, x), row[at] ?? 0), 0),
          x,
        ),
        byte,
      ),
    )
    return concatBytes(Uint8Array.of(x), y)
  })
}

/**
 * Rebuilds the secret from two or more shares of one splitting. With fewer than the threshold, or with a false share among them, the
 * answer is a wrong secret and not a refusal: compare it with what is published.
 */
export function combineShares(shares: readonly Uint8Array[]): Result<Uint8Array> {
  const problem = findProblem(shares)
  if (problem !== undefined) {
    return refuse(problem.code, problem.where, problem.what, 'Read the shares again from their cards.')
  }
  const numbers = shares.map(([number = 0]) => number)
  const weights = numbers.map((number, i) => weightAtZero(number, numbers.toSpliced(i, 1)))
  const secret = new Uint8Array((shares[0]?.length ?? 0) - 1)
  for (const [i, share] of shares.entries()) {
    const weight = weights[i] ?? 0
    for (let at = 0; at < secret.length; at += 1) {
      secret[at] = add(secret[at] ?? 0, multiply(share[at + 1] ?? 0, weight))
    }
  }
  return ok(secret)
}

/**
 * One more share of the same splitting, from as many as its threshold: for a card that did not get its own. From fewer, or with a false one
 * among them, a wrong share.
 * @param number of the share wanted, 1 to 255, not one of those given
 */
export function recoverShare(shares: readonly Uint8Array[], number: number): Result<Uint8Array> {
  // f(number) is g(0) for g(x) = f(x + number): the same shares under moved numbers. Addition is its own reverse.
  const moved = shares.map((share) => concatBytes(Uint8Array.of((share[0] ?? 0) ^ number), share.subarray(1)))
  const value = combineShares(moved)
  return value.ok ? ok(concatBytes(Uint8Array.of(number), value.value)) : value
}

/** What is wrong with a set of shares as such; positions count from 1. */
function findProblem(shares: readonly Uint8Array[]) {
  if (shares.length < 2 || shares.length > 255) {
    return { code: 'shares.count', where: 'the shares', what: `${shares.length} shares cannot be combined` }
  }
  const seen = new Set<number>()
  for (const [i, share] of shares.entries()) {
    const where = `share ${i + 1} of those given`
    const number = share[0] ?? 0
    if (share.length < 2 || share.length !== shares[0]?.length) {
      return { code: 'shares.length', where, what: 'its length is not that of a share of this secret' }
    }
    if (number === 0) return { code: 'shares.zero', where, what: 'it bears the number 0, which no share has' }
    if (seen.has(number)) {
      return { code: 'shares.duplicate', where, what: `a share number ${number} was already given` }
    }
    seen.add(number)
  }
  return undefined
}

/** Lagrange's weight of one share at x = 0: the product over the others of other / (other - own); subtraction is addition here. */
function weightAtZero(own: number, others: readonly number[]): number {
  return others.reduce((weight, other) => multiply(weight, multiply(other, invert(add(other, own)))), 1)
}

/** Sum in GF(2^8). */
function add(a: number, b: number): number {
  return a ^ b
}

/** Product in GF(2^8), the same steps whatever the values. */
function multiply(a: number, b: number): number {
  let product = 0
  let shifted = a
  for (let bit = 0; bit < 8; bit += 1) {
    product ^= shifted & -((b >> bit) & 1)
    shifted = ((shifted << 1) ^ (0x11b & -(shifted >> 7))) & 0xff
  }
  return product
}

/** Inverse in GF(2^8): a^254, as a^255 = 1 for every a but 0. */
function invert(a: number): number {
  let power = a
  let inverse = 1
  for (let bit = 1; bit < 8; bit += 1) {
    power = multiply(power, power)
    inverse = multiply(inverse, power)
  }
  return inverse
}
