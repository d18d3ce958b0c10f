import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isSoundP256Key, verifyP256 } from '../../../core/keys/p256.ts'
import { makeCardKey } from '../../../simulator/cards/card-key.ts'
import { hex, seededRandom } from './seeded-random.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)
/** RFC 6979, A.2.5: key, and signature with SHA-256. */
const PUBLIC =
  '0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299'
const SAMPLE =
  'efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8'

describe('P-256', () => {
  test('the published key and signature hold (RFC 6979, A.2.5)', () => {
    expect(verifyP256(hex(PUBLIC), utf8('sample'), hex(SAMPLE))).toBe(true)
    expect(verifyP256(hex(PUBLIC), utf8('test'), hex(SAMPLE))).toBe(false)
  })

  test('a signature verifies, and no longer with any bit changed', () => {
    const signer = makeCardKey(seededRandom(1))
    fc.assert(
      fc.property(fc.uint8Array(), fc.nat(64 * 8 - 1), (message, bit) => {
        const signature = signer.sign(message)
        expect(signature).toHaveLength(64)
        expect(verifyP256(signer.publicKey, message, signature)).toBe(true)
        signature[bit >> 3] = (signature[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        expect(verifyP256(signer.publicKey, message, signature)).toBe(false)
      }),
      { numRuns: 30 },
    )
  })

  test('a key that is no point of the curve, compressed or of another length verifies nothing', () => {
    const key = hex(PUBLIC)
    const off = new Uint8Array(key)
    off[64] = (off[64] ?? 0) ^ 1
    const compressed = Uint8Array.of(0x03, ...key.slice(1, 33))
    for (const bad of [off, compressed, key.slice(1), new Uint8Array(65), new Uint8Array(0)]) {
      expect(isSoundP256Key(bad)).toBe(false)
      expect(verifyP256(bad, utf8('sample'), hex(SAMPLE))).toBe(false)
    }
    expect(isSoundP256Key(key)).toBe(true)
  })

  test('signatures of zeros, of other lengths and any bytes are refused without throwing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        expect(verifyP256(hex(PUBLIC), utf8('sample'), bytes)).toBe(false)
      }),
    )
    expect(verifyP256(hex(PUBLIC), utf8('sample'), new Uint8Array(64))).toBe(false)
  })
})
