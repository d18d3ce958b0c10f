/** The key pair inside a card: P-256, made from the card's own random numbers, and only its public half ever leaves. */
import { createECDH, createPrivateKey, sign } from 'node:crypto'
import type { Random } from '../../core/ports.ts'

/** Order of the group of P-256 (FIPS 186-5, SP 800-186, section 3.2.1.3). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

/** A card's key. */
export interface CardKey {
  /** 65 bytes, `04 || x || y`. */
  readonly publicKey: Uint8Array
  /** ECDSA with SHA-256 over the message: r and s, 64 bytes (IEEE P1363). */
  sign(message: Uint8Array): Uint8Array
}

/** A fresh key, its scalar drawn uniformly from 1 to the group's order less one. */
export function makeCardKey(random: Random): CardKey {
  for (;;) {
    const scalar = random.bytes(32)
    const value = BigInt(`0x${Buffer.from(scalar).toString('hex')}`)
    if (value > 0n && value < ORDER) return cardKeyFromScalar(scalar)
  }
}

/** The key of a scalar of 32 bytes, for a card that is personalised with a key made outside. Throws when it is no scalar of P-256. */
export function cardKeyFromScalar(scalar: Uint8Array): CardKey {
  const pair = createECDH('prime256v1')
  pair.setPrivateKey(scalar)
  const publicKey = Uint8Array.from(pair.getPublicKey())
  const key = createPrivateKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      d: Buffer.from(scalar).toString('base64url'),
      x: Buffer.from(publicKey.subarray(1, 33)).toString('base64url'),
      y: Buffer.from(publicKey.subarray(33)).toString('base64url'),
    },
  })
  return {
    publicKey,
    sign: (message) => Uint8Array.from(sign('sha256', message, { key, dsaEncoding: 'ieee-p1363' })),
  }
}
