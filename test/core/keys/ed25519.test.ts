import fc from 'fast-check'
import nacl from 'tweetnacl'
import { describe, expect, test } from 'vitest'
import { isSoundPublicKey, signerFromSeed, verifyEd25519 } from '../../../core/keys/ed25519.ts'
import { concatBytes, sha256, toHex } from '../../../core/keys/hash.ts'
import { hex } from './seeded-random.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)
const L = 2n ** 252n + 27742317777372353535851937790883648493n
const P = 2n ** 255n - 19n

/** 32 bytes, lowest first; `sign` goes to the top bit. */
function encode(value: bigint, sign = 0n): Uint8Array {
  const text = (value | (sign << 255n)).toString(16).padStart(64, '0')
  return hex(text).reverse()
}
function decode(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(new Uint8Array(bytes).reverse())}`)
}

/** RFC 8032, 7.1, tests 1 to 3. */
const VECTORS = [
  {
    seed: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    key: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    message: '',
    signature:
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  },
  {
    seed: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    key: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    message: '72',
    signature:
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  },
  {
    seed: 'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    key: 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    message: 'af82',
    signature:
      '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  },
]

/** y of the points of order eight (computed below, not copied from the code). */
const Y8 = orderEightY()
/** All eight points of small order in canonical form. */
const SMALL_ORDER = [
  encode(1n),
  encode(P - 1n),
  encode(0n),
  encode(0n, 1n),
  encode(Y8),
  encode(Y8, 1n),
  encode(P - Y8),
  encode(P - Y8, 1n),
]
/** Other spellings of them: negative zero, y of p or more. */
const SMALL_ORDER_MISSPELT = [
  encode(1n, 1n),
  encode(P - 1n, 1n),
  encode(P),
  encode(P, 1n),
  encode(P + 1n),
  encode(P + 1n, 1n),
]

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  for (let e = exponent, b = base % P; e > 0n; e >>= 1n, b = (b * b) % P)
    if (e & 1n) result = (result * b) % P
  return result
}
function squareRoot(value: bigint): bigint | undefined {
  const root = power(value, (P + 3n) / 8n)
  for (const candidate of [root, (root * power(2n, (P - 1n) / 4n)) % P]) {
    if ((candidate * candidate - value) % P === 0n) return candidate
  }
  return undefined
}
/** A point of order eight doubles to one with y = 0, where y^2 = -x^2; with the curve's equation d y^4 + 2 y^2 - 1 = 0. */
function orderEightY(): bigint {
  const d = (P - ((121665n * power(121666n, P - 2n)) % P)) % P
  const rootOfDiscriminant = squareRoot((1n + d) % P) ?? 0n
  for (const sign of [rootOfDiscriminant, P - rootOfDiscriminant]) {
    const y = squareRoot(((P - 1n + sign) * power(d, P - 2n)) % P)
    if (y !== undefined && y !== 0n) return y
  }
  throw new Error('no point of order eight')
}

const signer = signerFromSeed(sha256(utf8('a test')))
const message = utf8('what was signed')
const signature = signer.sign(message)

describe('honest signatures', () => {
  test.each(VECTORS)('RFC 8032 vector with message "$message" is made and verified', (vector) => {
    const own = signerFromSeed(hex(vector.seed))
    expect(toHex(own.publicKey)).toBe(vector.key)
    expect(toHex(own.sign(hex(vector.message)))).toBe(vector.signature)
    expect(verifyEd25519(hex(vector.key), hex(vector.message), hex(vector.signature))).toBe(true)
    expect(isSoundPublicKey(hex(vector.key))).toBe(true)
  })

  test('are those that tweetnacl makes of the same seed and message', () => {
    const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 })
    fc.assert(
      fc.property(seeds, fc.uint8Array(), (seed, text) => {
        const own = signerFromSeed(seed)
        const other = nacl.sign.keyPair.fromSeed(seed)
        expect(own.publicKey).toEqual(other.publicKey)
        expect(own.sign(text)).toEqual(nacl.sign.detached(text, other.secretKey))
      }),
      { numRuns: 40 },
    )
  })

  test('verify, and stop verifying with any one bit changed anywhere', () => {
    const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 })
    fc.assert(
      fc.property(seeds, fc.uint8Array({ minLength: 1 }), fc.nat(), (seed, text, at) => {
        const { publicKey, sign } = signerFromSeed(seed)
        const parts = [publicKey, text, sign(text)] as const
        expect(verifyEd25519(...parts)).toBe(true)
        const whole = concatBytes(...parts)
        const bit = at % (whole.length * 8)
        whole[bit >> 3] = (whole[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        const end = 32 + text.length
        expect(verifyEd25519(whole.slice(0, 32), whole.slice(32, end), whole.slice(end))).toBe(false)
      }),
      { numRuns: 40 },
    )
  })
})

describe('signatures on which verifiers differ are refused', () => {
  test('S + L, which tweetnacl accepts', () => {
    const s = decode(signature.slice(32))
    const malleable = concatBytes(signature.slice(0, 32), encode(s + L))
    expect(nacl.sign.detached.verify(message, malleable, signer.publicKey)).toBe(true)
    expect(verifyEd25519(signer.publicKey, message, malleable)).toBe(false)
  })

  test('S of L and of the largest number', () => {
    for (const s of [L, 2n ** 256n - 1n]) {
      expect(verifyEd25519(signer.publicKey, message, concatBytes(signature.slice(0, 32), encode(s)))).toBe(
        false,
      )
    }
  })

  test('the identity as key signs every message for tweetnacl, none for us', () => {
    const forged = concatBytes(encode(1n), encode(0n))
    expect(nacl.sign.detached.verify(message, forged, encode(1n))).toBe(true)
    expect(verifyEd25519(encode(1n), message, forged)).toBe(false)
  })

  test('identity R under a sound key, which tweetnacl accepts', () => {
    // The owner of a key can choose r = 0: then R is the identity and S = k * a.
    const seed = sha256(utf8('r of zero'))
    const hash = nacl.hash(seed).slice(0, 32)
    hash[0] = (hash[0] ?? 0) & 0xf8
    hash[31] = ((hash[31] ?? 0) & 0x7f) | 0x40
    const { publicKey } = signerFromSeed(seed)
    const k = decode(nacl.hash(concatBytes(encode(1n), publicKey, message))) % L
    const crafted = concatBytes(encode(1n), encode((k * decode(hash)) % L))
    expect(nacl.sign.detached.verify(message, crafted, publicKey)).toBe(true)
    expect(verifyEd25519(publicKey, message, crafted)).toBe(false)
  })

  test.each([...SMALL_ORDER, ...SMALL_ORDER_MISSPELT].map((point) => [toHex(point), point] as const))(
    '%s as key or as R',
    (_, point) => {
      expect(isSoundPublicKey(point)).toBe(false)
      for (const s of [0n, 1n]) {
        for (let i = 0; i < 16; i += 1) {
          expect(verifyEd25519(point, Uint8Array.of(i), concatBytes(encode(1n), encode(s)))).toBe(false)
          expect(verifyEd25519(point, Uint8Array.of(i), concatBytes(point, encode(s)))).toBe(false)
        }
      }
      expect(verifyEd25519(signer.publicKey, message, concatBytes(point, signature.slice(32)))).toBe(false)
    },
  )

  test('a small-order key of order eight signs one message in eight for tweetnacl', () => {
    const point = encode(Y8)
    const forged = concatBytes(encode(1n), encode(0n))
    const accepted = Array.from({ length: 200 }, (_, i) => Uint8Array.of(i)).filter((text) =>
      nacl.sign.detached.verify(text, forged, point),
    )
    expect(accepted.length).toBeGreaterThan(0)
    expect(accepted.some((text) => verifyEd25519(point, text, forged))).toBe(false)
  })

  test('every encoding with y of p or more', () => {
    for (let y = P; y < 2n ** 255n; y += 1n) {
      for (const sign of [0n, 1n]) {
        expect(isSoundPublicKey(encode(y, sign))).toBe(false)
        expect(verifyEd25519(encode(y, sign), message, signature)).toBe(false)
      }
    }
  })

  test('wrong lengths, without throwing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.uint8Array({ maxLength: 80 }), (key, text) => {
        expect(verifyEd25519(key, message, text)).toBe(false)
        expect(isSoundPublicKey(key.length === 32 ? key.slice(1) : key)).toBe(false)
      }),
    )
  })

  test('a key with a part of small order is not enrolled', () => {
    // A sound key plus the point of order two, (0, -1): both coordinates change sign.
    const y = decode(signer.publicKey) & (2n ** 255n - 1n)
    const sign = decode(signer.publicKey) >> 255n
    expect(isSoundPublicKey(signer.publicKey)).toBe(true)
    expect(isSoundPublicKey(encode(P - y, 1n - sign))).toBe(false)
  })
})
