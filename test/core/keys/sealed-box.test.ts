import fc from 'fast-check'
import sodium from 'sodium-native'
import nacl from 'tweetnacl'
import { describe, expect, test } from 'vitest'
import { boxPublicKey, isSoundBoxKey, openBox, sealBox } from '../../../core/keys/sealed-box.ts'
import { hex, seededRandom } from './seeded-random.ts'

const secretKey = seededRandom(1).bytes(32)
const publicKey = boxPublicKey(secretKey)

describe('a sealed box', () => {
  test('made here opens with libsodium, and nothing of the message is lost', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(), (message, seed) => {
        const sealed = sealBox(message, publicKey, seededRandom(seed))
        expect(sealed).toHaveLength(message.length + sodium.crypto_box_SEALBYTES)
        expect(openBox(sealed, publicKey, secretKey)).toEqual(message)
      }),
      { numRuns: 30 },
    )
  })

  test('made by libsodium opens with tweetnacl and with ours', () => {
    const message = new TextEncoder().encode('یک رأی')
    const sealed = new Uint8Array(message.length + sodium.crypto_box_SEALBYTES)
    sodium.crypto_box_seal(sealed, message, publicKey)
    const nonce = new Uint8Array(24)
    sodium.crypto_generichash(nonce, Buffer.concat([sealed.slice(0, 32), publicKey]))
    expect(nacl.box.open(sealed.slice(32), nonce, sealed.slice(0, 32), secretKey)).toEqual(message)
    expect(openBox(sealed, publicKey, secretKey)).toEqual(message)
  })

  test('changed in any bit, cut short or sealed to another key does not open', () => {
    const sealed = sealBox(Uint8Array.of(1, 2, 3), publicKey, seededRandom(2))
    fc.assert(
      fc.property(fc.nat(sealed.length * 8 - 1), (bit) => {
        // X25519 ignores the top bit of a key, but the nonce does not.
        const bent = new Uint8Array(sealed)
        bent[bit >> 3] = (bent[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        expect(openBox(bent, publicKey, secretKey)).toBeUndefined()
      }),
    )
    for (let length = 0; length < sealed.length; length += 1) {
      expect(openBox(sealed.slice(0, length), publicKey, secretKey)).toBeUndefined()
    }
    const other = seededRandom(3).bytes(32)
    expect(openBox(sealed, boxPublicKey(other), other)).toBeUndefined()
  })

  test('is another one each time', () => {
    const random = seededRandom(4)
    expect(sealBox(Uint8Array.of(1), publicKey, random)).not.toEqual(
      sealBox(Uint8Array.of(1), publicKey, random),
    )
  })
})

describe('a key to seal to', () => {
  test('made from a secret is sound', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (secret) => {
        expect(isSoundBoxKey(boxPublicKey(secret))).toBe(true)
      }),
      { numRuns: 20 },
    )
  })

  // The points of low order on Curve25519 and its twist, with their other spellings (RFC 7748, 6.1; cr.yp.to/ecdh.html#validate).
  test.each([
    '0000000000000000000000000000000000000000000000000000000000000000',
    '0100000000000000000000000000000000000000000000000000000000000000',
    'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
    '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'cdeb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b880',
    '4c9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f11d7',
  ])('of low order is refused: %s', (key) => {
    expect(isSoundBoxKey(hex(key))).toBe(false)
  })

  test('spelt in another way or of another length is refused', () => {
    const topBit = new Uint8Array(publicKey)
    topBit[31] = (topBit[31] ?? 0) | 0x80
    expect(isSoundBoxKey(topBit)).toBe(false)
    expect(isSoundBoxKey(publicKey.slice(1))).toBe(false)
    // 9 + p is the base point once more.
    expect(isSoundBoxKey(hex(`f6${'ff'.repeat(30)}7f`))).toBe(false)
  })
})
