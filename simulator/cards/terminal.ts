/** What a card makes of a terminal's certificate (docs/card.md): who may write what, in a form that a card can read and verify. */
import { createPublicKey, hash, verify } from 'node:crypto'

/** A terminal that proved itself. */
export interface Terminal {
  readonly role: 'check-in' | 'ballot-device'
  /** SHA-256 of the station's id, in hexadecimal digits. */
  readonly station: string
  /** Its key, in hexadecimal digits. */
  readonly publicKey: string
}

const ROLES = ['check-in', 'ballot-device'] as const

/**
 * Verifies a certificate, tag by tag in the order that docs/card.md draws.
 * @param authority the card authority's key, written at personalisation
 * @returns undefined where it is anything else than a certificate of that authority
 */
export function readTerminal(certificate: Uint8Array, authority: Uint8Array): Terminal | undefined {
  const [outer, ...behind] = elements(certificate) ?? []
  if (outer?.tag !== '7f21' || behind.length > 0) return undefined
  const fields = elements(outer.value) ?? []
  if (fields.map(({ tag }) => tag).join() !== '93,42,5f20,95,5f24,53,7f49,5f37') return undefined
  const [, issuer, subject, usage, , rights, key, signature] = fields
  if (!issuer || !subject || !usage || !rights || !key || !signature) return undefined
  const [point, curve, ...more] = elements(key.value) ?? []
  if (point?.tag !== 'b0' || curve?.tag !== 'f0' || toHex(curve.value) !== '00' || more.length > 0)
    return undefined
  const isNamed = toHex(issuer.value) === nameOf(authority) && toHex(subject.value) === nameOf(point.value)
  const role = ROLES[(rights.value[0] ?? 0) - 1]
  if (!isNamed || role === undefined || rights.value.length !== 33 || toHex(usage.value) !== '0080')
    return undefined
  const signed = outer.value.subarray(0, signature.from)
  if (!isSignedBy(authority, signed, signature.value)) return undefined
  return { role, station: toHex(rights.value.subarray(1)), publicKey: toHex(point.value) }
}

interface Element {
  readonly tag: string
  readonly value: Uint8Array
  /** Where its tag stands. */
  readonly from: number
}

/** BER-TLV: one after another to the end; undefined where they do not fill the bytes. */
function elements(bytes: Uint8Array): readonly Element[] | undefined {
  const found: Element[] = []
  let at = 0
  while (at < bytes.length) {
    const from = at
    const tagBytes = ((bytes[at] ?? 0) & 0x1f) === 0x1f ? 2 : 1
    const tag = toHex(bytes.subarray(at, at + tagBytes))
    at += tagBytes
    const isLong = bytes[at] === 0x81
    const length = bytes[at + (isLong ? 1 : 0)] ?? 0x80
    if (!isLong && length > 0x7f) return undefined
    at += isLong ? 2 : 1
    if (at + length > bytes.length) return undefined
    found.push({ tag, value: bytes.subarray(at, at + length), from })
    at += length
  }
  return found
}

function isSignedBy(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const coordinate = (from: number) => Buffer.from(publicKey.subarray(from, from + 32)).toString('base64url')
  const key = createPublicKey({
    format: 'jwk',
    key: { kty: 'EC', crv: 'P-256', x: coordinate(1), y: coordinate(33) },
  })
  return signature.length === 64 && verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature)
}

/** How a certificate names a key. */
function nameOf(publicKey: Uint8Array): string {
  return hash('sha256', publicKey).slice(0, 16)
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
