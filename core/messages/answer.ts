/**
 * Down, kind `answer`: what the centre says to a message, as a signed document of type `answer` with the payload
 * `{"have":n,"result":"stored","to":"<base64 SHA-256 of the message answered>","version":1}`, and with `resend`, where the centre holds what the
 * message contradicts or does not know of, `"held":"<a checkpoint that the device signed>"`: the centre's word alone stops no device.
 */
import { z } from 'zod'
import { sha256, toBase64 } from '../keys/hash.ts'
import { openDocument, signDocument } from '../keys/signed-document.ts'
import type { Signer } from '../ports.ts'
import type { Result } from '../result.ts'
import { ok, refuse } from '../result.ts'
import { MAX_DOWN_BYTES, NEXT, payloadText } from './payload.ts'

/** Of a checkpoint that an answer can show. */
export const MAX_HELD_CHARS = 4_096

export interface Answer {
  /** {@link messageHash} of the payload that is answered. */
  readonly to: string
  /** How many entries of the journal the centre holds. */
  readonly have: number
  /** `stored`, `refused`: of a tally. `resend`: entries are missing at the centre; send from number `have` on. */
  readonly result: 'stored' | 'refused' | 'resend'
  /** The checkpoint of `have` entries, signed by the device itself; unverified. */
  readonly held?: string
}

const shape = z.strictObject({
  version: z.literal(1),
  to: z.string().length(44),
  have: z.int().min(0),
  result: z.enum(['stored', 'refused', 'resend']),
  held: z.string().max(MAX_HELD_CHARS).optional(),
})

/** What an answer names the message by: SHA-256 of its payload, base64. */
export function messageHash(payload: Uint8Array): string {
  return toBase64(sha256(payload))
}

/** The payload of an answer, signed by the centre's message key. */
export function signAnswer({ to, have, result, held }: Answer, centre: Signer): Uint8Array {
  const payload = { version: 1, to, have, result, ...(held !== undefined && { held }) }
  return Buffer.from(signDocument('answer', payload, [centre]))
}

/** Reads an answer and verifies the centre's signature. Whether it answers what was asked is the caller's to see. */
export function openAnswer(payload: Uint8Array, centreMessageKey: Uint8Array, where: string): Result<Answer> {
  const text = payloadText(payload, MAX_DOWN_BYTES, where)
  if (!text.ok) return text
  const opened = openDocument(text.value, { type: 'answer', keys: [centreMessageKey], where })
  if (!opened.ok) return opened
  const parsed = shape.safeParse(opened.value.payload)
  if (!parsed.success) return refuse('message.answer', where, 'this is not an answer of the centre', NEXT)
  const { to, have, result, held } = parsed.data
  return ok({ to, have, result, ...(held !== undefined && { held }) })
}
