/**
 * X.509 certificates of devices, centre and officers, signed by the election's authority with Ed25519. What its owner is and which keys
 * it has stands in one private extension, not critical, so that node:tls and any MQTT broker take the certificate as it is:
 *
 *     OID 2.25.134310754103820467110881438263300652469, value UTF8String of canonical JSON
 *     {"keys":{"<use>":"<base64 of an Ed25519 key>", …},"role":"<role>"}
 *
 * A certificate is read only if it is byte for byte what {@link issueCertificate} makes of its own content, so nothing stands in one
 * that is not looked at (`certificate-der.ts`).
 */
import { X509Certificate } from 'node:crypto'
import { AsnConvert } from '@peculiar/asn1-schema'
import { Certificate as AsnCertificate, type TBSCertificate } from '@peculiar/asn1-x509'
import type { Signer } from '../ports.ts'
import { ok, type Result, refuse, valueOrThrow } from '../result.ts'
import { readBody } from './certificate-der.ts'
import {
  authorityBody,
  type CertificateContent,
  certificateBody,
  ed25519Algorithm,
  toArrayBuffer,
} from './certificate-form.ts'
import { isSoundPublicKey, verifyEd25519 } from './ed25519.ts'
import { concatBytes, equalBytes, fromBase64, sha256, toBase64 } from './hash.ts'
import { isSoundP256Key } from './p256.ts'

const ROLES = [
  'device',
  'executive',
  'supervisory',
  'spare',
  'centre',
  'voter-card',
  'technician',
  'trustee',
  'auditor',
  'card-authority',
  'official',
] as const

/**
 * What the owner of a certificate is. `spare` is the sealed card that holds the third share of a station's day key; `card-authority` signs
 * what cards can read (`core/cards/terminal-certificate.ts`); two who are each an `official` give orders to devices (`core/messages/order.ts`).
 */
/** Whose certificate it is. */
export type Role = (typeof ROLES)[number]

/** What {@link readCertificate} vouches for. */
export interface Certificate {
  readonly subject: string
  readonly role: Role
  /** Ed25519 public keys, 32 bytes each, by their use: `log`, `message`, `witness` … */
  readonly keys: { readonly [use: string]: Uint8Array }
  /** The certificate's own key (TLS, or the card's), DER. */
  readonly publicKeySpki: Uint8Array
  /** The same: 32 bytes of Ed25519, or 65 bytes of P-256, uncompressed. */
  readonly publicKeyRaw: Uint8Array
  /** SHA-256 of the certificate. */
  readonly fingerprint: Uint8Array
}

/** These meet by TLS; their subject is the name that a client asks for. */
const TLS_ROLES: readonly string[] = ['device', 'centre']
const MAX_CERTIFICATE_BYTES = 4096

/** What stands in a certificate between its body and the signature: algorithm Ed25519, a BIT STRING of 64 whole bytes. */
const CERTIFICATE_TAIL = Buffer.from('300506032b6570034100', 'hex')
/** DER in front of the key in a SubjectPublicKeyInfo of Ed25519 (RFC 8410, 4) and P-256 (RFC 5480, 2.1.1, named curve), and in PKCS #8 (RFC 8410, 7). */
const ED25519_SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')
const P256_SPKI_PREFIX = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex')
const ED25519_PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')

/**
 * Issues a certificate. Throws on content that {@link readCertificate} would refuse, weak keys above all: whoever enrols checks them
 * first ({@link isSoundPublicKey}).
 * @param order.subject 1 to 64 characters; for `device` and `centre` a DNS name: a-z, 0-9, dot, dash
 * @param order.publicKeySpki DER, Ed25519 or P-256
 * @param order.keys base64 of 32-byte Ed25519 keys by use
 * @param order.serial 1 to 19 random bytes, not all zero
 * @param order.notBefore both ends belong to the time it is valid; fractions of a second are dropped
 * @returns DER
 */
export function issueCertificate(order: {
  readonly authority: Signer
  readonly authorityName: string
  readonly subject: string
  readonly publicKeySpki: Uint8Array
  readonly role: Role
  readonly keys?: Readonly<Record<string, string>>
  readonly serial: Uint8Array
  readonly notBefore: Date
  readonly notAfter: Date
}): Uint8Array {
  const { authority, ...rest } = order
  const content: CertificateContent = { ...rest, keys: order.keys ?? {} }
  const body = certificateBody(content, authority.publicKey, TLS_ROLES.includes(content.role))
  const der = signBody(body, authority)
  valueOrThrow(readCertificate(der, authority.publicKey, order.notBefore.getTime(), order.subject))
  return der
}

/**
 * The authority's own certificate, signed by itself, which TLS takes as `ca`. Nothing else reads it: everyone is given the authority's
 * public key. Parameters and result as for {@link issueCertificate}.
 */
export function authorityCertificate(order: {
  readonly authority: Signer
  readonly authorityName: string
  readonly serial: Uint8Array
  readonly notBefore: Date
  readonly notAfter: Date
}): Uint8Array {
  const { authority, ...frame } = order
  return signBody(authorityBody(frame, authority.publicKey), authority)
}

/**
 * Reads a certificate and verifies the authority's signature, the form, the time and the keys in it.
 * @param authorityPublicKey Ed25519, 32 bytes
 * @param now milliseconds since 1970-01-01T00:00:00Z
 * @param where the file, card or line it came from
 * @returns a refusal `certificate.*`: `malformed` (not even the frame of one), `wrong-authority`, `form`, `content`, `not-yet`, `expired`
 */
export function readCertificate(
  der: Uint8Array,
  authorityPublicKey: Uint8Array,
  now: number,
  where: string,
): Result<Certificate> {
  const frame = frameOf(der)
  if (frame === undefined) return malformed(where)
  if (!verifyEd25519(authorityPublicKey, frame.body, frame.signature)) {
    return refuse(
      'certificate.wrong-authority',
      where,
      "the certificate is not signed by this election's authority, or was changed",
      'Use the card or device that was issued for this election.',
    )
  }
  const read = readContent(frame.body, authorityPublicKey, now, where, findWeakKey)
  if (!read.ok) return read
  const { subject, role, publicKeySpki } = read.value
  const keys = Object.entries(read.value.keys).map(([use, key]) => [use, fromBase64(key) ?? new Uint8Array()])
  return ok({
    subject,
    role: role as Role,
    keys: Object.fromEntries(keys),
    publicKeySpki,
    publicKeyRaw: rawKeyOf(publicKeySpki) ?? new Uint8Array(),
    fingerprint: sha256(der),
  })
}

/**
 * Who is at the other end of a TLS connection, for a server that accepts only certificates of the election's authority and has one of each of 32,000
 * clients to read: the same as {@link readCertificate} but for what TLS has just proved, the authority's signature and the owner's key by its
 * own, and for the keys of other uses, which are not told here.
 */
export function readTlsPeer(
  der: Uint8Array,
  authorityPublicKey: Uint8Array,
  now: number,
  where: string,
): Result<Pick<Certificate, 'subject' | 'role'>> {
  const frame = frameOf(der)
  if (frame === undefined) return malformed(where)
  const read = readContent(frame.body, authorityPublicKey, now, where, () => undefined)
  return read.ok ? ok({ subject: read.value.subject, role: read.value.role as Role }) : read
}

function malformed(where: string) {
  return refuse('certificate.malformed', where, 'this is not a certificate', 'Read it again from its source.')
}

/** The signed part: its form, what stands in it, and the time. @param findWeak what is wrong with its keys */
function readContent(
  body: Uint8Array,
  authorityPublicKey: Uint8Array,
  now: number,
  where: string,
  findWeak: (content: CertificateContent) => string | undefined,
): Result<CertificateContent> {
  const content = readBody(body, authorityPublicKey, (role) => TLS_ROLES.includes(role))
  const problem = content && (findProblem(content) ?? findWeak(content))
  if (content === undefined || problem !== undefined) {
    return refuse(
      problem === undefined ? 'certificate.form' : 'certificate.content',
      where,
      problem ?? 'the certificate has not the form of those issued for this election',
      'Have it issued again.',
    )
  }
  if (now < content.notBefore.getTime()) {
    return refuse('certificate.not-yet', where, 'the certificate is not valid yet', 'Check the clock.')
  }
  if (now > content.notAfter.getTime()) {
    return refuse(
      'certificate.expired',
      where,
      'the certificate is no longer valid',
      'Check the clock, then have a new certificate issued.',
    )
  }
  return ok(content)
}

/** Whether a certificate is over that Ed25519 key, whoever signed it: of the authority's own nobody looks at more. */
export function isCertificateOf(der: Uint8Array, key: Uint8Array): boolean {
  try {
    const spki = new X509Certificate(der).publicKey.export({ type: 'spki', format: 'der' })
    return equalBytes(spki, ed25519Spki(key))
  } catch {
    return false
  }
}

/** An Ed25519 public key (32 bytes) as SubjectPublicKeyInfo, DER. */
export function ed25519Spki(publicKey: Uint8Array): Uint8Array {
  return concatBytes(ED25519_SPKI_PREFIX, publicKey)
}

/** The Ed25519 private key of a 32-byte seed as PKCS #8, PEM: for node:tls. A secret. */
export function ed25519PrivateKeyPem(seed: Uint8Array): string {
  if (seed.length !== 32) throw new RangeError('an Ed25519 seed has 32 bytes')
  return pem('PRIVATE KEY', concatBytes(ED25519_PKCS8_PREFIX, seed))
}

/** A certificate as PEM: for node:tls. */
export function certificatePem(der: Uint8Array): string {
  return pem('CERTIFICATE', der)
}

/** RFC 7468: lines of 64 characters. */
function pem(label: string, der: Uint8Array): string {
  const lines = toBase64(der).match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}

function signBody(tbsCertificate: TBSCertificate, authority: Signer): Uint8Array {
  const signature = authority.sign(new Uint8Array(AsnConvert.serialize(tbsCertificate)))
  return assemble(tbsCertificate, signature)
}

function assemble(tbsCertificate: TBSCertificate, signature: Uint8Array): Uint8Array {
  const signatureValue = toArrayBuffer(signature)
  const certificate = new AsnCertificate({
    tbsCertificate,
    signatureAlgorithm: ed25519Algorithm(),
    signatureValue,
  })
  return new Uint8Array(AsnConvert.serialize(certificate))
}

/**
 * The parts of a certificate, so that nothing of it is parsed before its signature is verified:
 *
 *     30 <length> || body: 30 <length> … || 30 05 06 03 2b 65 70 || 03 41 00 || signature (64)
 */
function frameOf(der: Uint8Array): { readonly body: Uint8Array; readonly signature: Uint8Array } | undefined {
  if (der.length > MAX_CERTIFICATE_BYTES) return undefined
  const content = contentOfSequence(der)
  const end = (content?.length ?? 0) - CERTIFICATE_TAIL.length - 64
  if (content === undefined || end < 0) return undefined
  const body = content.subarray(0, end)
  const tail = content.subarray(end, end + CERTIFICATE_TAIL.length)
  if (contentOfSequence(body) === undefined || !equalBytes(tail, CERTIFICATE_TAIL)) return undefined
  return { body, signature: content.subarray(-64) }
}

/** What stands in a DER SEQUENCE that fills these bytes; undefined if it does not, or its length has not the shortest form. */
function contentOfSequence(der: Uint8Array): Uint8Array | undefined {
  const headBytes = [2, 3, 4].find((bytes) => sequenceHead(der.length - bytes).length === bytes)
  if (headBytes === undefined) return undefined
  const head = sequenceHead(der.length - headBytes)
  return equalBytes(der.subarray(0, headBytes), head) ? der.subarray(headBytes) : undefined
}

/** Tag and length of a DER SEQUENCE of fewer than 65,536 bytes. */
function sequenceHead(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(0x30, length)
  if (length < 0x100) return Uint8Array.of(0x30, 0x81, length)
  return Uint8Array.of(0x30, 0x82, length >> 8, length & 0xff)
}

/** What is wrong with the content of a certificate but its keys, as a sentence. */
function findProblem({ authorityName, subject, role, keys, serial }: CertificateContent) {
  if (!isName(authorityName) || !isName(subject)) return 'a name is empty, too long or not plain text'
  if (!ROLES.some((known) => known === role)) return 'it is for an unknown role'
  if (TLS_ROLES.includes(role) && !/^[a-z0-9][a-z0-9.-]{0,62}$/.test(subject))
    return 'its subject is no host name'
  if (serial.length === 0 || serial.length > 20 || serial.every((byte) => byte === 0))
    return 'it has no serial'
  const uses = Object.keys(keys)
  if (uses.length > 16 || uses.some((use) => !/^[a-z][a-z0-9-]{0,31}$/.test(use)))
    return 'a use of a key is no word'
  return undefined
}

/** Which of its keys is weak, as a sentence. */
function findWeakKey({ publicKeySpki, keys }: CertificateContent): string | undefined {
  if (!isSoundOwnKey(publicKeySpki)) return 'its own key is weak'
  const weak = Object.entries(keys).find(([, key]) => !isSoundPublicKey(fromBase64(key) ?? new Uint8Array()))
  return weak && `the key for ${weak[0]} is no sound Ed25519 key`
}

/** 1 to 64 characters (X.520, ub-common-name; code points), no control characters. */
function isName(text: string): boolean {
  const length = [...text].length
  return length >= 1 && length <= 64 && text.isWellFormed() && !/\p{Cc}/u.test(text)
}

/** Whether a SubjectPublicKeyInfo holds a key of one of the two kinds, and a sound one. */
function isSoundOwnKey(spki: Uint8Array): boolean {
  const ed25519 = behindPrefix(spki, ED25519_SPKI_PREFIX)
  if (ed25519 !== undefined) return isSoundPublicKey(ed25519)
  const p256 = behindPrefix(spki, P256_SPKI_PREFIX)
  return p256 !== undefined && isSoundP256Key(p256)
}

/** The key in a SubjectPublicKeyInfo of one of the two kinds. */
function rawKeyOf(spki: Uint8Array): Uint8Array | undefined {
  return behindPrefix(spki, ED25519_SPKI_PREFIX) ?? behindPrefix(spki, P256_SPKI_PREFIX)
}

function behindPrefix(bytes: Uint8Array, prefix: Uint8Array): Uint8Array | undefined {
  return equalBytes(bytes.subarray(0, prefix.length), prefix) ? bytes.slice(prefix.length) : undefined
}
