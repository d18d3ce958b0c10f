/**
 * ECDSA and ECDH with P-256 (FIPS 186-5, NIST SP 800-56A), the keys of the cards and of whoever talks to them: ordinary Java cards
 * have no Ed25519. A public key is uncompressed, `04 || x || y`, 65 bytes.
 */
import { createECDH, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import type { Random } from '../ports.ts'

/** Order of the group (SP 800-186, 3.2.1.3). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

/** A private key of P-256, for one use: to agree on a secret, or to sign. */
export interface P256Key {
  readonly publicKey: Uint8Array
  /** The x coordinate of the shared point, 32 bytes (SP 800-56A, 5.7.1.2); undefined where `peer` is no point of the curve. */
  agree(peer: Uint8Array): Uint8Array | undefined
  /** ECDSA with SHA-256: `r || s`, 64 bytes, always. */
  sign(message: Uint8Array): Uint8Array
}

/** A fresh private key's 32 bytes, drawn uniformly from 1 to the group's order less one (FIPS 186-5, A.2.2). A secret. */
export function drawP256Scalar(random: Random): Uint8Array {
  for (;;) {
    const scalar = random.bytes(32)
    if (isP256Scalar(scalar)) return scalar
  }
}

/** Whether these are the 32 bytes of a private key. */
export function isP256Scalar(scalar: Uint8Array): boolean {
  const value = scalar.length === 32 ? BigInt(`0x${Buffer.from(scalar).toString('hex')}`) : 0n
  return value > 0n && value < ORDER
}

/** The key of a scalar. Throws when it is none ({@link isP256Scalar}). */
export function p256KeyFromScalar(scalar: Uint8Array): P256Key {
  if (!isP256Scalar(scalar)) throw new RangeError('this is no private key of P-256')
  const pair = createECDH('prime256v1')
  pair.setPrivateKey(scalar)
  const publicKey = Uint8Array.from(pair.getPublicKey())
  const d = Buffer.from(scalar).toString('base64url')
  const key = createPrivateKey({ key: { ...publicJwk(publicKey), d }, format: 'jwk' })
  return {
    publicKey,
    agree: (peer) => (isSoundP256Key(peer) ? Uint8Array.from(pair.computeSecret(peer)) : undefined),
    sign: (message) => Uint8Array.from(sign('sha256', message, { key, dsaEncoding: 'ieee-p1363' })),
  }
}

/**
 * Whether `signature`, `r || s`, is one of `publicKey` over `message`. Takes any bytes and never throws; a key that is no point of the curve
 * verifies nothing.
 * @param publicKey 65 bytes, uncompressed
 * @param signature 64 bytes, `r || s`
 */
export function verifyP256(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const key = importP256(publicKey)
  if (key === undefined || signature.length !== 64) return false
  return verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature)
}

/** Whether these are the 65 bytes of a point of the curve. */
export function isSoundP256Key(publicKey: Uint8Array): boolean {
  return importP256(publicKey) !== undefined
}

/** The key as node:crypto holds it; OpenSSL checks that the point lies on the curve (of prime order, so no small ones). */
function importP256(publicKey: Uint8Array): KeyObject | undefined {
  if (publicKey.length !== 65 || publicKey[0] !== 0x04) return undefined
  try {
    return createPublicKey({ key: publicJwk(publicKey), format: 'jwk' })
  } catch {
    return undefined
  }
}

function publicJwk(publicKey: Uint8Array) {
  const coordinate = (from: number) => Buffer.from(publicKey.subarray(from, from + 32)).toString('base64url')
  return { kty: 'EC', crv: 'P-256', x: coordinate(1), y: coordinate(33) }
}
