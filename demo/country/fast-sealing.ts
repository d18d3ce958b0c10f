/**
 * Devices seal with tweetnacl, which is not the library that opens what they sealed (decision 14). A million ballots would take it an hour: where
 * a country is made, libsodium does the same sums, after it has shown that it gives the same bytes.
 */
import sodiumModule from 'sodium-native'
import nacl from 'tweetnacl'
import { equalBytes } from '../../core/keys/hash.ts'

/** What of libsodium only this file calls. */
interface Sealing {
  crypto_box_easy(
    box: Uint8Array,
    message: Uint8Array,
    nonce: Uint8Array,
    publicKey: Uint8Array,
    secretKey: Uint8Array,
  ): void
  crypto_secretbox_easy(box: Uint8Array, message: Uint8Array, nonce: Uint8Array, key: Uint8Array): void
  crypto_scalarmult_base(publicKey: Uint8Array, secretKey: Uint8Array): void
}
const sodium = sodiumModule as unknown as Sealing
const TAG_BYTES = 16

/** From now on this process seals by libsodium. Throws if the two libraries differ. */
export function sealFast(): void {
  const [key, other] = [new Uint8Array(32).fill(7), nacl.scalarMult.base(new Uint8Array(32).fill(9))]
  const nonce = new Uint8Array(24).fill(3)
  const message = new Uint8Array(1_000).map((_, i) => i)
  const parts = () => [
    nacl.scalarMult.base(key),
    nacl.box(message, nonce, other, key),
    nacl.secretbox(message, nonce, key),
  ]
  const slow = parts()
  nacl.scalarMult.base = (secretKey) => {
    const publicKey = new Uint8Array(32)
    sodium.crypto_scalarmult_base(publicKey, secretKey)
    return publicKey
  }
  nacl.box = Object.assign(
    (text: Uint8Array, at: Uint8Array, publicKey: Uint8Array, secretKey: Uint8Array) => {
      const box = new Uint8Array(text.length + TAG_BYTES)
      sodium.crypto_box_easy(box, text, at, publicKey, secretKey)
      return box
    },
    nacl.box,
  )
  nacl.secretbox = Object.assign((text: Uint8Array, at: Uint8Array, secretKey: Uint8Array) => {
    const box = new Uint8Array(text.length + TAG_BYTES)
    sodium.crypto_secretbox_easy(box, text, at, secretKey)
    return box
  }, nacl.secretbox)
  if (!parts().every((part, i) => equalBytes(part, slow[i] as Uint8Array)))
    throw new Error('libsodium does not seal as tweetnacl does')
}
