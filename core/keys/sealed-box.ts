/**
 * Sealed boxes, byte for byte those of libsodium's `crypto_box_seal`: anyone seals to a public key, only its owner opens, and the
 * sealer keeps nothing with which to open again.
 *
 *     ephemeral X25519 public key (32) || Poly1305 tag (16) || XSalsa20 ciphertext (as long as the message)
 *     nonce = BLAKE2b-24(ephemeral public key || recipient's public key), not stored
 *
 * The device seals with tweetnacl and noble; who counts opens with libsodium. Neither end can be wrong alone.
 */
import { blake2b } from '@noble/hashes/blake2.js'
import sodium from 'sodium-native'
import nacl from 'tweetnacl'
import type { Random } from '../ports.ts'
import { concatBytes } from './hash.ts'

/** Bytes that sealing adds to a message. */
export const SEALED_BOX_OVERHEAD = 48

/** The field's prime of X25519, 2^255 - 19, little-endian. */
const PRIME = Uint8Array.from([0xed, ...new Array<number>(30).fill(0xff), 0x7f])

/**
 * Seals a message. Throws unless the recipient's key has 32 bytes; a weak key is not looked for here but once, in the package
 * ({@link isSoundBoxKey}).
 * @param random gives the 32 bytes of the ephemeral secret key, which is overwritten before this returns
 * @returns 48 bytes more than the message
 */
export function sealBox(message: Uint8Array, recipientPublicKey: Uint8Array, random: Random): Uint8Array {
  const secretKey = random.bytes(32)
  const publicKey = nacl.scalarMult.base(secretKey)
  const nonce = blake2b(concatBytes(publicKey, recipientPublicKey), { dkLen: 24 })
  const box = nacl.box(message, nonce, recipientPublicKey, secretKey)
  secretKey.fill(0)
  return concatBytes(publicKey, box)
}

/**
 * Opens a sealed box; undefined if it was sealed to another key, changed, or is no sealed box. Throws unless both keys have 32 bytes.
 */
export function openBox(
  sealed: Uint8Array,
  publicKey: Uint8Array,
  secretKey: Uint8Array,
): Uint8Array | undefined {
  if (sealed.length < SEALED_BOX_OVERHEAD) return undefined
  const message = new Uint8Array(sealed.length - SEALED_BOX_OVERHEAD)
  return sodium.crypto_box_seal_open(message, sealed, publicKey, secretKey) ? message : undefined
}

/** The X25519 public key (RFC 7748) of a 32-byte secret key. */
export function boxPublicKey(secretKey: Uint8Array): Uint8Array {
  const publicKey = new Uint8Array(32)
  sodium.crypto_scalarmult_base(publicKey, secretKey)
  return publicKey
}

/**
 * Whether ballots may be sealed to this key: 32 bytes, u < p, and not of low order. With a key of low order the shared secret is
 * zero (RFC 7748, 6.1), and everybody could open every ballot.
 */
export function isSoundBoxKey(publicKey: Uint8Array): boolean {
  if (publicKey.length !== 32 || !isBelowPrime(publicKey)) return false
  // Clamping turns the scalar 0 into 2^254: it takes every point whose order divides eight to zero, and no other, as the orders of
  // all others have a large odd factor.
  const shared = nacl.scalarMult(new Uint8Array(32), publicKey)
  return shared.some((byte) => byte !== 0)
}

/** Whether 32 little-endian bytes are less than the prime; the top bit, which X25519 would ignore, must be clear. */
function isBelowPrime(bytes: Uint8Array): boolean {
  for (let i = 31; i >= 0; i -= 1) {
    const difference = (bytes[i] ?? 0) - (PRIME[i] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return false
}
