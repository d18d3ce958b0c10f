/**
 * How a device asks to be known by cards: for a certificate that they can read over a key of its own, which it proves to hold. The request is a
 * signed document of type `card-terminal`, signed by the device's message key:
 *
 * ```
 * {"device":"<id>","key":"<base64, 65 bytes of P-256>","proof":"<base64, 64 bytes of ECDSA over proofMessage>","version":1}
 * ```
 */
import { concatBytes, toBase64 } from '../keys/hash.ts'
import { p256KeyFromScalar } from '../keys/p256.ts'
import { signDocument } from '../keys/signed-document.ts'
import type { Signer } from '../ports.ts'

/** What a device sends to be known by cards. */
export function requestTerminal(device: string, scalar: Uint8Array, messageSigner: Signer): string {
  const key = p256KeyFromScalar(scalar)
  const proof = key.sign(proofMessage(device, key.publicKey))
  const payload = { device, key: toBase64(key.publicKey), proof: toBase64(proof), version: 1 }
  return signDocument('card-terminal', payload, [messageSigner])
}

/** What the key signs that is asked for. */
export function proofMessage(device: string, publicKey: Uint8Array): Uint8Array {
  return concatBytes(Buffer.from(`sandogh/v1/card-terminal-key\n${device}\n`), publicKey)
}
