/**
 * Up, kind `order-answer`: what a device says to an order, as canonical JSON
 *
 *     {"answer":"<signed document of type order-answer>","certificate":"base64 DER","version":1}
 *
 * with the device's message key. It names the message that is answered by its hash (`answer.ts`), and holds the program's log where that was asked for.
 */
import { z } from 'zod'
import { readCertificate } from '../keys/certificate.ts'
import { fromBase64, toBase64 } from '../keys/hash.ts'
import { openDocument, signDocument } from '../keys/signed-document.ts'
import type { Signer } from '../ports.ts'
import { ok, type Result, refuse } from '../result.ts'
import { canonicalJson, parseCanonicalJson } from '../text/canonical-json.ts'
import { MAX_UP_BYTES, NEXT, payloadText } from './payload.ts'

/** A log is no longer, UTF-16 units: escaped twice it still fits into a message. */
export const MAX_LOG = 64 * 1024

const shape = z.strictObject({
  version: z.literal(1),
  device: z.string().min(1).max(64),
  to: z.string().length(44),
  result: z.discriminatedUnion('is', [
    z.strictObject({
      is: z.literal('accepted'),
      number: z.int().min(1),
      log: z.string().max(MAX_LOG).optional(),
    }),
    z.strictObject({ is: z.literal('refused'), code: z.string().max(64), what: z.string().max(400) }),
  ]),
})
const envelope = z.strictObject({ version: z.literal(1), answer: z.string(), certificate: z.string() })

export type OrderAnswer = Readonly<Omit<z.infer<typeof shape>, 'version'>>

/** The payload of an answer. @param certificate of the device, DER */
export function signOrderAnswer(answer: OrderAnswer, signer: Signer, certificate: Uint8Array): Uint8Array {
  const { result } = answer
  const bounded =
    result.is === 'refused' ? { ...result, what: result.what.slice(0, 400).toWellFormed() } : result
  const document = signDocument('order-answer', { version: 1, ...answer, result: bounded }, [signer])
  return Buffer.from(canonicalJson({ version: 1, answer: document, certificate: toBase64(certificate) }))
}

/**
 * Reads an answer and verifies that it is the device's.
 * @param expected.device whose topic it came on
 * @param expected.authority the election authority's key, 32 bytes
 * @param expected.at the time by which certificates are judged
 */
export function openOrderAnswer(
  payload: Uint8Array,
  expected: { readonly device: string; readonly authority: Uint8Array; readonly at: number },
  where: string,
): Result<OrderAnswer> {
  const text = payloadText(payload, MAX_UP_BYTES, where)
  if (!text.ok) return text
  const json = parseCanonicalJson(text.value, where)
  if (!json.ok) return json
  const outer = envelope.safeParse(json.value)
  const der = outer.success ? fromBase64(outer.data.certificate) : undefined
  if (!outer.success || der === undefined) return notAnAnswer(where)
  const certificate = readCertificate(der, expected.authority, expected.at, where)
  if (!certificate.ok) return certificate
  const { subject, role, keys } = certificate.value
  const key = keys['message']
  if (role !== 'device' || subject !== expected.device || key === undefined) return notAnAnswer(where)
  const opened = openDocument(outer.data.answer, { type: 'order-answer', keys: [key], where })
  if (!opened.ok) return opened
  const parsed = shape.safeParse(opened.value.payload)
  if (!parsed.success || parsed.data.device !== expected.device) return notAnAnswer(where)
  const { version: _, ...answer } = parsed.data
  return ok(answer)
}

function notAnAnswer(where: string) {
  return refuse('message.order-answer', where, 'this is not the answer of that device to an order', NEXT)
}
