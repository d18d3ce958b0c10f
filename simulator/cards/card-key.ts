/**
 * The keys inside a card: P-256, made from the card's own random numbers, and only their public halves ever leave. One pair signs, the
 * other agrees on the keys of secure channels and is vouched for by the first; for each channel there is a fresh pair beside.
 */
import { createECDH, createPrivateKey, sign } from 'node:crypto'
import type { Random } from '../../core/ports.ts'

/** Order of the group of P-256 (FIPS 186-5, SP 800-186, section 3.2.1.3). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
const AGREEMENT_CONTEXT = Buffer.from('sandogh/v1/card-agreement', 'ascii')

/** A pair that signs. */
export interface SignatureKey {
  /** 65 bytes, `04 || x || y`. */
  readonly publicKey: Uint8Array
  /** ECDSA with SHA-256 over the message: r and s, 64 bytes (IEEE P1363). */
  sign(message: Uint8Array): Uint8Array
}

/** A pair that agrees on a secret. */
export interface AgreementKey {
  /** 65 bytes, `04 || x || y`. */
  readonly publicKey: Uint8Array
  /** ECDH: x of the shared point, 32 bytes. Throws where the other is no point of the curve. */
  agree(other: Uint8Array): Uint8Array
}

/** All keys of a card. */
export interface CardKey extends SignatureKey {
  readonly agreement: AgreementKey
  /** Object 0103: the agreement pair's public half and the signature pair's word that both are of one card. */
  readonly vouched: Uint8Array
  /** A fresh pair for one channel. */
  fresh(): AgreementKey
}

/** A card's keys, drawn as the card would: uniformly from 1 to the group's order less one. */
export function makeCardKey(random: Random): CardKey {
  const signature = cardKeyFromScalar(drawScalar(random))
  const agreement = agreementKey(drawScalar(random))
  const vouching = signature.sign(Buffer.concat([AGREEMENT_CONTEXT, agreement.publicKey]))
  return {
    ...signature,
    agreement,
    vouched: Uint8Array.from([...agreement.publicKey, ...vouching]),
    fresh: () => agreementKey(drawScalar(random)),
  }
}

function drawScalar(random: Random): Uint8Array {
  for (;;) {
    const scalar = random.bytes(32)
    const value = BigInt(`0x${Buffer.from(scalar).toString('hex')}`)
    if (value > 0n && value < ORDER) return scalar
  }
}

/** The signature pair of a scalar of 32 bytes. Throws when it is no scalar of P-256. */
export function cardKeyFromScalar(scalar: Uint8Array): SignatureKey {
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

/** The agreement pair of a scalar of 32 bytes. Throws when it is no scalar of P-256. */
export function agreementKey(scalar: Uint8Array): AgreementKey {
  const pair = createECDH('prime256v1')
  pair.setPrivateKey(scalar)
  return {
    publicKey: Uint8Array.from(pair.getPublicKey()),
    agree: (other) => Uint8Array.from(pair.computeSecret(other)),
  }
}
