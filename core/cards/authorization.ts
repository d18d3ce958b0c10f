/**
 * An authorization: the right to cast one ballot, written on a voter card by the check-in. It names no person, no time and no
 * serial. Two keys sign it, the executive terminal's and the supervisor's, so that one stolen key stuffs no ballots.
 */
import { z } from 'zod'
import type { Definition } from '../election/definition.ts'
import { contestsOfStyle } from '../election/definition.ts'
import { fromBase64, toBase64 } from '../keys/hash.ts'
import { openDocument, peekDocument, signDocument } from '../keys/signed-document.ts'
import type { Signer } from '../ports.ts'
import type { Result } from '../result.ts'
import { fail, ok } from '../result.ts'

/** Random bytes that make one authorization different from all others. */
export const NONCE_BYTES = 16
/** A P-256 public key, uncompressed: 04, x, y. */
const CARD_KEY_BYTES = 65

export interface Authorization {
  /** SHA-256 of the election package it is good for. */
  readonly packageHash: Uint8Array
  readonly station: string
  readonly style: string
  /** The polling day, `2026-06-19`. */
  readonly day: string
  readonly nonce: Uint8Array
  /** Public key of the card that carries it: a copy on another card proves nothing. */
  readonly cardKey: Uint8Array
}

type AuthorizationProblem = 'forged' | 'other-election' | 'other-station' | 'other-day' | 'unknown-style'

const shape = z.strictObject({
  version: z.literal(1),
  package: z.base64().length(44),
  station: z.string().max(64),
  style: z.string().max(64),
  day: z.iso.date(),
  nonce: z.base64().length(24),
  cardKey: z.base64().length(88),
})

/** The bytes to be written on the card: a signed document of type `authorization`. */
export function signAuthorization(
  authorization: Authorization,
  signers: { readonly executive: Signer; readonly supervisory: Signer },
): Uint8Array {
  const { packageHash, station, style, day, nonce, cardKey } = authorization
  const payload = {
    version: 1,
    package: toBase64(packageHash),
    station,
    style,
    day,
    nonce: toBase64(nonce),
    cardKey: toBase64(cardKey),
  }
  return Buffer.from(signDocument('authorization', payload, [signers.executive, signers.supervisory]))
}

/**
 * Reads an authorization for use at one station of one election.
 * @param bytes what stood on the card
 * @param expected the package (definition and hash) and station of the device that reads it
 */
export function openAuthorization(
  bytes: Uint8Array,
  expected: { readonly definition: Definition; readonly packageHash: Uint8Array; readonly station: string },
): Result<Authorization, AuthorizationProblem> {
  const { definition, packageHash, station } = expected
  const text = Buffer.from(bytes).toString('utf8')
  const peeked = peekDocument(text, 'authorization', 'authorization on the card')
  const parsed = peeked.ok ? shape.safeParse(peeked.value) : undefined
  if (!parsed?.success) return fail('forged')
  const { package: given, day, style } = parsed.data
  if (given !== toBase64(packageHash)) return fail('other-election')
  if (parsed.data.station !== station) return fail('other-station')
  const keys = definition.stations.find(({ id }) => id === station)?.authorizationKeys
  const executive = fromBase64(keys?.executive ?? '')
  const supervisory = fromBase64(keys?.supervisory ?? '')
  if (executive === undefined || supervisory === undefined) return fail('other-station')
  const opened = openDocument(text, {
    type: 'authorization',
    keys: [executive, supervisory],
    where: 'authorization on the card',
  })
  if (!opened.ok) return fail('forged')
  if (day !== definition.pollingDay) return fail('other-day')
  if (contestsOfStyle(definition, style) === undefined) return fail('unknown-style')
  const nonce = fromBase64(parsed.data.nonce)
  const cardKey = fromBase64(parsed.data.cardKey)
  if (nonce?.length !== NONCE_BYTES || cardKey?.length !== CARD_KEY_BYTES) return fail('forged')
  return ok({ packageHash, station, style, day, nonce, cardKey })
}
