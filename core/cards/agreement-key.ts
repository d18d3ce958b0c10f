/** How a card's signature key vouches for the key with which the card agrees on channels (docs/card.md). */
import { concatBytes } from '../keys/hash.ts'

/** The exact bytes that the signature key signs; its key is 65 bytes. */
export function agreementKeyMessage(agreementKey: Uint8Array): Uint8Array {
  return concatBytes(new TextEncoder().encode('sandogh/v1/card-agreement'), agreementKey)
}
