/**
 * Down, kind `order`: what officials of the election office want of a device, as canonical JSON
 *
 *     {"certificates":["base64 DER",…],"order":"<signed document of type order>","version":1}
 *
 * with one certificate a signature, in their order. An order counts only with the signatures of two officials, whose certificates the election's
 * authority issued; with one it is a draft. It names whom it is for, has a number that only grows, and is good for a time.
 */
import { z } from 'zod'
import { tellingPolicy } from '../journal/catalogue.ts'
import { fromBase64, sha256, toBase64 } from '../keys/hash.ts'
import { addSignature, openByNamedKeys, signDocument } from '../keys/signed-document.ts'
import type { Signer } from '../ports.ts'
import { ok, type Result, refuse } from '../result.ts'
import { canonicalJson, type Json, parseCanonicalJson } from '../text/canonical-json.ts'
import { utcSecond } from '../text/utc-second.ts'
import { MAX_DOWN_BYTES, NEXT, payloadText } from './payload.ts'

const identifier = z.string().regex(/^[a-z0-9][a-z0-9.-]{0,63}$/)
const time = z.string().refine((text) => utcSecond(text) !== undefined)

/** What a device can be ordered to do; each has its effect in `device-agent/ballot/orders`. */
const order = z.discriminatedUnion('do', [
  /** Polls are not closed before this time. */
  z.strictObject({ do: z.literal('extend-hours'), until: time }),
  /** The last lines of the program's own log. */
  z.strictObject({ do: z.literal('send-logs') }),
  /** Whoever votes there now is the last, until it is unlocked. */
  z.strictObject({ do: z.literal('lock') }),
  z.strictObject({ do: z.literal('unlock') }),
  /** The device tells the centre as this says from now on, whatever it was set up with. */
  z.strictObject({ do: z.literal('reload-policy'), policy: tellingPolicy }),
])

const content = z.strictObject({
  version: z.literal(1),
  election: identifier,
  to: z.union([
    z.strictObject({ device: identifier }),
    z.strictObject({ station: identifier }),
    z.literal('all'),
  ]),
  number: z.int().min(1),
  issued: time,
  expires: time,
  order,
})
const envelope = z.strictObject({
  version: z.literal(1),
  order: z.string(),
  certificates: z.array(z.string()).min(1).max(2),
})

/** What is ordered. */
export type Command = Readonly<z.infer<typeof order>>

/** What an order says. Times are UTC to the second, as in journals. */
export type OrderContent = Readonly<Omit<z.infer<typeof content>, 'version'>>

/** An order as it was read; each signature verifies by the key it names, and **whose keys these are nobody has asked yet**. */
export interface ReadOrder {
  readonly content: OrderContent
  /** SHA-256 of the canonical payload, base64: names the order whoever signed it. */
  readonly hash: string
  /** The signed document. */
  readonly document: string
  /** The keys that signed, in order. */
  readonly keys: readonly Uint8Array[]
  /** DER, one a signature. */
  readonly certificates: readonly Uint8Array[]
}

/** Who orders: an official's key and the certificate that the authority issued for it. */
export interface Official {
  readonly signer: Signer
  /** DER. */
  readonly certificate: Uint8Array
}

/** An order with the signature of the first official: a draft, which no device takes. Throws on content that {@link readOrder} would refuse. */
export function draftOrder(said: OrderContent, official: Official): Uint8Array {
  const payload: Json = { version: 1, ...said }
  const document = signDocument('order', payload, [official.signer])
  const draft = encode(document, [official.certificate])
  const again = readOrder(draft, 'own draft')
  if (!again.ok) throw new RangeError(`an order that no device would read: ${again.error.what}`)
  return draft
}

/** The draft with the signature of the second official. Whether the two are two people {@link checkOrder} asks. */
export function countersignOrder(draft: ReadOrder, official: Official, where: string): Result<Uint8Array> {
  const document = addSignature(draft.document, 'order', official.signer, where)
  return document.ok ? ok(encode(document.value, [...draft.certificates, official.certificate])) : document
}

function encode(document: string, certificates: readonly Uint8Array[]): Uint8Array {
  const payload = { version: 1, order: document, certificates: certificates.map(toBase64) }
  return Buffer.from(canonicalJson(payload))
}

/** Reads an order or a draft, and verifies each signature by the key that it names. */
export function readOrder(payload: Uint8Array, where: string): Result<ReadOrder> {
  const text = payloadText(payload, MAX_DOWN_BYTES, where)
  if (!text.ok) return text
  const json = parseCanonicalJson(text.value, where)
  if (!json.ok) return json
  const outer = envelope.safeParse(json.value)
  const certificates = outer.success ? outer.data.certificates.map(fromBase64) : []
  if (!outer.success || certificates.some((der) => der === undefined)) return notAnOrder(where)
  const opened = openByNamedKeys(outer.data.order, 'order', where)
  if (!opened.ok) return opened
  const parsed = content.safeParse(opened.value.payload)
  const { keys, payloadHash } = opened.value
  if (!parsed.success || keys.length !== certificates.length) return notAnOrder(where)
  const { version: _, ...said } = parsed.data
  return ok({
    content: said,
    hash: toBase64(payloadHash),
    document: outer.data.order,
    keys,
    certificates: certificates.filter((der) => der !== undefined),
  })
}

/** What a certificate is named by in journals. */
export function fingerprint(der: Uint8Array): string {
  return toBase64(sha256(der))
}

function notAnOrder(where: string) {
  return refuse('message.order', where, 'this is not an order to devices', NEXT)
}
