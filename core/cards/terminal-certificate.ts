/**
 * The certificate by which a ballot device or a check-in desk proves to a card what it may do there. A card can read neither X.509 nor
 * Ed25519, so it is a card-verifiable one (GlobalPlatform Card Specification, Amendment F), signed by the election's card
 * authority with P-256:
 *
 *     7F21 L  93 10 serial
 *             42 08 card authority: first bytes of SHA-256 of its public key
 *             5F20 08 subject: first bytes of SHA-256 of its public key
 *             95 02 00 80 for key agreement alone
 *             5F24 04 last day, YYYYMMDD as four bytes of decimal digits
 *             53 21 role (1 check-in desk, 2 ballot device), SHA-256 of the station's id
 *             7F49 46 B0 41 public key, F0 01 00 P-256
 *             5F37 40 signature, r and s, over all that stands before it
 */
import { concatBytes, equalBytes, sha256 } from '../keys/hash.ts'
import { isSoundP256Key, type P256Key, verifyP256 } from '../keys/p256.ts'
import { ok, type Result, refuse } from '../result.ts'

/** What a terminal may do with a card: a desk issues voters' cards; a device claims, releases and spends them, and writes officers' cards. */
export type TerminalRole = 'check-in' | 'ballot-device'

/** What a terminal's certificate says. */
export interface TerminalCertificate {
  readonly role: TerminalRole
  /** P-256, 65 bytes. */
  readonly publicKey: Uint8Array
}

const ROLE_BYTE = { 'check-in': 1, 'ballot-device': 2 } as const
export const TERMINAL_SERIAL_BYTES = 16
const ID_BYTES = 8

/** How a card knows a station. */
export function stationHash(station: string): Uint8Array {
  return sha256(Buffer.from(station))
}

/**
 * Issues a certificate. Throws on a key that is no point of the curve: whoever enrols checks it first.
 * @param order.serial 16 random bytes
 * @param order.lastDay a card has no clock and does not look at it; the terminal does, when it starts
 */
export function issueTerminalCertificate(order: {
  readonly authority: P256Key
  readonly serial: Uint8Array
  readonly role: TerminalRole
  readonly station: string
  readonly publicKey: Uint8Array
  readonly lastDay: Date
}): Uint8Array {
  const { authority, publicKey } = order
  if (!isSoundP256Key(publicKey)) throw new RangeError('a terminal without a key')
  const body = bodyOf({ ...order, authorityKey: authority.publicKey, lastDay: dayBytes(order.lastDay) })
  return tlv(0x7f21, body, tlv(0x5f37, authority.sign(body)))
}

/**
 * Reads a terminal's own certificate, as it does when it starts: the same that a card will look at, and the last day beside.
 * @param expected.authorityKey the card authority's, P-256
 * @returns a refusal `terminal.certificate`
 */
export function readTerminalCertificate(
  bytes: Uint8Array,
  expected: { readonly authorityKey: Uint8Array; readonly role: TerminalRole; readonly station: string },
  nowMs: number,
  where: string,
): Result<TerminalCertificate> {
  const { authorityKey, role, station } = expected
  // Every field has its place and size behind 7F21 81 L: what stands there is put together again and must give the same bytes.
  const at = 4
  const serial = bytes.slice(at + 2, at + 2 + TERMINAL_SERIAL_BYTES)
  const lastDay = bytes.slice(at + 46, at + 50)
  const publicKey = bytes.slice(at + 90, at + 155)
  const body = bodyOf({ authorityKey, serial, role, station, publicKey, lastDay })
  const signature = bytes.slice(at + body.length + 3)
  if (!isSoundP256Key(publicKey) || !equalBytes(tlv(0x7f21, body, tlv(0x5f37, signature)), bytes)) {
    return misfit(where, `this is no certificate of a ${role} of station ${station} for cards`)
  }
  if (!verifyP256(authorityKey, body, signature))
    return misfit(where, 'it is not signed by the card authority of this election')
  if (Buffer.compare(lastDay, dayBytes(new Date(nowMs))) < 0) return misfit(where, 'it is no longer valid')
  return ok({ role, publicKey })
}

function bodyOf(parts: {
  readonly authorityKey: Uint8Array
  readonly serial: Uint8Array
  readonly role: TerminalRole
  readonly station: string
  readonly publicKey: Uint8Array
  readonly lastDay: Uint8Array
}): Uint8Array {
  const { authorityKey, serial, role, station, publicKey, lastDay } = parts
  return concatBytes(
    tlv(0x93, serial),
    tlv(0x42, sha256(authorityKey).subarray(0, ID_BYTES)),
    tlv(0x5f20, sha256(publicKey).subarray(0, ID_BYTES)),
    tlv(0x95, Uint8Array.of(0x00, 0x80)),
    tlv(0x5f24, lastDay),
    tlv(0x53, Uint8Array.of(ROLE_BYTE[role]), stationHash(station)),
    tlv(0x7f49, tlv(0xb0, publicKey), tlv(0xf0, Uint8Array.of(0))),
  )
}

/** `2026-06-19` as 20 26 06 19. */
function dayBytes(day: Date): Uint8Array {
  return Uint8Array.from(Buffer.from(day.toISOString().slice(0, 10).replaceAll('-', ''), 'hex'))
}

/** Tag of one or two bytes, length of one or two (BER-TLV, ISO 7816-4, 5.2.2), value. */
function tlv(tag: number, ...values: readonly Uint8Array[]): Uint8Array {
  const value = concatBytes(...values)
  const head = tag > 0xff ? [tag >> 8, tag & 0xff] : [tag]
  const length = value.length < 0x80 ? [value.length] : [0x81, value.length]
  return concatBytes(Uint8Array.from([...head, ...length]), value)
}

function misfit(where: string, what: string) {
  return refuse('terminal.certificate', where, what, 'Have it issued again for this station.')
}
