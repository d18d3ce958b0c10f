/**
 * ECDSA with P-256 and SHA-256 (FIPS 186-5), the signature of the cards: ordinary Java cards have no Ed25519.
 * A signature is `r || s`, 32 bytes each; a public key is uncompressed, `04 || x || y`, 65 bytes.
 */
import { createPublicKey, type KeyObject, verify } from 'node:crypto'

/**
 * Whether `signature` is one of `publicKey` over `message`. Takes any bytes and never throws; a key that is no point of the curve
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
