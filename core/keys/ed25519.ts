/**
 * Ed25519 (RFC 8032) by libsodium; verified behind one strict rule written out here, because libraries differ on signatures that no honest
 * signer makes, and two auditors must never differ. That it signs as tweetnacl, OpenSSL and Go do is tested.
 *
 * Accepted is a signature `R || S` by a key `A` only if
 *
 *     length      A has 32 bytes, the signature 64
 *     S           S < L, little-endian (RFC 8032, 5.1.7 step 1); else S + L would verify as well
 *     canonical   A and R encode y < p, and no negative zero (RFC 8032, 5.1.3)
 *     order       neither A nor R is one of the eight points of small order, the identity among them
 *     equation    [S]B = R + [k]A without cofactor (RFC 8032, 5.1.7 step 3), on the encodings as given
 */
import sodium from 'sodium-native'
import type { Signer } from '../ports.ts'

/** The field's prime, 2^255 - 19. */
const P = 2n ** 255n - 19n
/** The order of the base point (RFC 8032, 5.1). */
const L = 2n ** 252n + 27742317777372353535851937790883648493n
/** y of the points of order eight; the other pair has -y. */
const Y_ORDER_8 = 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd83d3d706a17c7n
/** y of every point of small order, whichever the sign of x: orders 1, 2, 4, 8, 8. */
const SMALL_ORDER_Y: readonly bigint[] = [1n, P - 1n, 0n, Y_ORDER_8, P - Y_ORDER_8]

/** A signer with the key of a seed (RFC 8032, 5.1.5). Throws unless the seed has 32 bytes. */
export function signerFromSeed(seed: Uint8Array): Signer {
  const publicKey = new Uint8Array(32)
  const secretKey = new Uint8Array(64)
  sodium.crypto_sign_seed_keypair(publicKey, secretKey, seed)
  return {
    publicKey,
    sign: (message) => {
      const signature = new Uint8Array(64)
      sodium.crypto_sign_detached(signature, message, secretKey)
      return signature
    },
  }
}

/** Whether a signature verifies: {@link verifyEd25519}, or one that remembers what it answered. */
export type VerifySignature = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean

/**
 * Whether `signature` is one of `publicKey` over `message` by the rule above. Takes any bytes and never throws.
 * @param publicKey 32 bytes
 * @param signature 64 bytes
 */
export function verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false
  if (littleEndian(signature.subarray(32)) >= L) return false
  if (!isCanonicalOfLargeOrder(publicKey) || !isCanonicalOfLargeOrder(signature.subarray(0, 32))) return false
  return sodium.crypto_sign_verify_detached(signature, message, publicKey)
}

/**
 * Whether a public key may be enrolled: 32 bytes, canonical, on the curve, in the subgroup of prime order (where every key made
 * from a seed lies). Never throws.
 */
export function isSoundPublicKey(publicKey: Uint8Array): boolean {
  if (publicKey.length !== 32 || !isCanonicalOfLargeOrder(publicKey)) return false
  return sodium.crypto_core_ed25519_is_valid_point(publicKey)
}

/** Whether 32 bytes encode y < p and none of the small-order y; those include both y with x = 0, and so every negative zero. */
function isCanonicalOfLargeOrder(point: Uint8Array): boolean {
  const y = littleEndian(point) & (2n ** 255n - 1n)
  return y < P && !SMALL_ORDER_Y.includes(y)
}

/** The number that 32 bytes write, lowest byte first. */
function littleEndian(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let value = 0n
  for (let offset = 24; offset >= 0; offset -= 8) value = (value << 64n) | view.getBigUint64(offset, true)
  return value
}
