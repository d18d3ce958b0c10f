/** Certificates of the centre and of cards. Devices ask for theirs (`enrolment.ts`). */
import type { Definition } from '../../core/election/definition.ts'
import { pollingNoon } from '../../core/election/polling-time.ts'
import { ed25519Spki, issueCertificate } from '../../core/keys/certificate.ts'
import { isSoundPublicKey } from '../../core/keys/ed25519.ts'
import { concatBytes, toBase64 } from '../../core/keys/hash.ts'
import { isSoundP256Key } from '../../core/keys/p256.ts'
import type { Random, Signer } from '../../core/ports.ts'
import { ok, type Result, refuse } from '../../core/result.ts'

/** Random bytes of a serial: at least 64 bits are asked for (CA/Browser Forum Baseline Requirements, 7.1), these are 128. */
const SERIAL_BYTES = 16

/** DER in front of a P-256 point in a SubjectPublicKeyInfo (RFC 5480, 2.1.1, named curve). */
const P256_SPKI_PREFIX = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex')

/** Who issues, and for how long. */
export interface Issuing {
  readonly authority: Signer
  readonly notBefore: Date
  readonly notAfter: Date
  readonly random: Random
}

/** Before and behind: rehearsals, and what is looked at afterwards over TLS. */
const VALIDITY_MS = 90 * 24 * 3_600_000

/**
 * For how long certificates of an election are issued: they hold on its polling day, by which devices judge them.
 * @param times and at each of these, milliseconds since 1970: TLS asks the real clock
 */
export function validity(
  definition: Definition,
  times: readonly number[],
): Pick<Issuing, 'notBefore' | 'notAfter'> {
  const noon = pollingNoon(definition)
  return {
    notBefore: new Date(Math.min(noon, ...times) - VALIDITY_MS),
    notAfter: new Date(Math.max(noon, ...times) + VALIDITY_MS),
  }
}

/** What a card's certificate says it is; `card-authority` is that of the key by which cards know terminals. */
export type CardRole =
  | 'executive'
  | 'supervisory'
  | 'spare'
  | 'voter-card'
  | 'technician'
  | 'trustee'
  | 'auditor'
  | 'card-authority'

/** What every certificate of one authority has in common, with a fresh serial. */
export function issuedBy(
  { authority, notBefore, notAfter, random }: Issuing,
  definition: Pick<Definition, 'authority'>,
) {
  const serial = random.bytes(SERIAL_BYTES)
  // DER takes a serial as signed: a clear first bit keeps it positive, a set second one keeps it from being zero.
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40
  return { authority, authorityName: definition.authority, serial, notBefore, notAfter }
}

/**
 * A card's certificate, which goes on the card, or the card authority's.
 * @param card.publicKey its P-256 key, 65 bytes uncompressed
 * @returns DER, or a refusal `card.weak-key`
 */
export function issueCardCertificate(
  card: { readonly subject: string; readonly role: CardRole; readonly publicKey: Uint8Array },
  definition: Definition,
  issuing: Issuing,
): Result<Uint8Array> {
  const { subject, role, publicKey } = card
  if (!isSoundP256Key(publicKey)) return weak('card.weak-key', `card of ${subject}`)
  const publicKeySpki = concatBytes(P256_SPKI_PREFIX, publicKey)
  return ok(issueCertificate({ ...issuedBy(issuing, definition), subject, role, publicKeySpki }))
}

/**
 * The centre's certificate.
 * @param centre.subject its host name
 * @param centre.tls Ed25519 public key for TLS, 32 bytes
 * @param centre.message Ed25519 public key that signs answers, 32 bytes
 * @returns DER, or a refusal `centre.weak-key`
 */
export function issueCentreCertificate(
  centre: { readonly subject: string; readonly tls: Uint8Array; readonly message: Uint8Array },
  definition: Pick<Definition, 'authority'>,
  issuing: Issuing,
): Result<Uint8Array> {
  const { subject, tls, message } = centre
  if (!isSoundPublicKey(tls) || !isSoundPublicKey(message)) return weak('centre.weak-key', subject)
  const publicKeySpki = ed25519Spki(tls)
  const keys = { message: toBase64(message) }
  return ok(
    issueCertificate({ ...issuedBy(issuing, definition), subject, role: 'centre', publicKeySpki, keys }),
  )
}

function weak(code: string, where: string) {
  return refuse(code, where, 'its key is weak or no key at all', 'Have a new key made and ask again.')
}
