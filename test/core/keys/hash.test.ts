import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  concatBytes,
  equalBytes,
  fromBase64,
  hkdfSha256,
  hmacSha256,
  sha256,
  toBase64,
  toHex,
} from '../../../core/keys/hash.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)

describe('hashes give what their standards print', () => {
  test('SHA-256 of "abc" (FIPS 180-2, appendix B.1), in one part or several', () => {
    const digest = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
    expect(toHex(sha256(utf8('abc')))).toBe(digest)
    expect(toHex(sha256(utf8('a'), utf8(''), utf8('bc')))).toBe(digest)
  })

  test('HMAC-SHA-256 (RFC 4231, test case 2)', () => {
    expect(toHex(hmacSha256(utf8('Jefe'), utf8('what do ya want for nothing?')))).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    )
  })

  test('HKDF-SHA-256 without salt and info (RFC 5869, test case 3)', () => {
    expect(toHex(hkdfSha256(new Uint8Array(22).fill(0x0b), '', 42))).toBe(
      '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
    )
  })

  test('a key derived for one use differs from that for another, whether the use is text or bytes', () => {
    const secret = new Uint8Array(32).fill(7)
    expect(hkdfSha256(secret, 'spent')).toEqual(hkdfSha256(secret, utf8('spent')))
    expect(hkdfSha256(secret, 'spent')).not.toEqual(hkdfSha256(secret, 'pool'))
    expect(hkdfSha256(secret, 'spent')).toHaveLength(32)
  })
})

describe('base64 has one spelling', () => {
  test('what is written is read back', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(fromBase64(toBase64(bytes))).toEqual(bytes)
      }),
    )
  })

  test('whatever text decodes is the text that would have been written', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const bytes = fromBase64(text)
        if (bytes !== undefined) expect(toBase64(bytes)).toBe(text)
      }),
    )
  })

  test.each(['QQ', 'QQ=', 'QR==', 'QQ==\n', ' QQ==', 'Q Q==', '-_-_', 'QQ==QQ==', '='])(
    'refuses %j',
    (text) => {
      expect(fromBase64(text)).toBeUndefined()
    },
  )

  test('a part of a larger buffer is written alone', () => {
    expect(toBase64(Uint8Array.of(1, 65, 2).subarray(1, 2))).toBe('QQ==')
    expect(toHex(Uint8Array.of(1, 65, 2).subarray(1, 2))).toBe('41')
  })
})

test('bytes are equal when every byte and the length are', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
      expect(equalBytes(a, new Uint8Array(a))).toBe(true)
      expect(equalBytes(a, b)).toBe(toHex(a) === toHex(b))
      expect(equalBytes(a, concatBytes(a, Uint8Array.of(0)))).toBe(false)
    }),
  )
})
