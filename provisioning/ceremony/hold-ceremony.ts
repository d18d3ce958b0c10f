/**
 * The key ceremony: a constituency's election key is made and at once divided among trustees. Held offline, with an even number of
 * eyes; afterwards the secret key exists nowhere until enough trustees come together.
 */
import { sha256, toBase64 } from '../../core/keys/hash.ts'
import { boxPublicKey } from '../../core/keys/sealed-box.ts'
import { splitSecret } from '../../core/keys/shares.ts'
import type { Random } from '../../core/ports.ts'

/** What a ceremony leaves. The first three stand in the package, each share goes to one trustee. */
export interface Ceremony {
  /** X25519 public key, base64. */
  readonly electionKey: string
  readonly threshold: number
  /** Base64 of SHA-256 of each share, by number. */
  readonly shareHashes: readonly string[]
  /** Secret: 33 bytes each, numbered from 1. */
  readonly shares: readonly Uint8Array[]
}

/**
 * Makes an election key and divides it. Throws unless 2 <= threshold <= trustees <= 20.
 * @param order.threshold how many trustees open the count
 * @param order.trustees how many there are
 */
export function holdCeremony(order: {
  readonly threshold: number
  readonly trustees: number
  readonly random: Random
}): Ceremony {
  const { threshold, trustees, random } = order
  if (trustees > 20) throw new RangeError('a package holds the hashes of 20 shares at most')
  const secret = random.bytes(32)
  const shares = splitSecret(secret, { threshold, count: trustees }, random)
  const electionKey = toBase64(boxPublicKey(secret))
  secret.fill(0)
  return { electionKey, threshold, shareHashes: shares.map((share) => toBase64(sha256(share))), shares }
}
