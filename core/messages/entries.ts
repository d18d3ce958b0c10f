/**
 * Up, kind `entries`: a stretch of a device's journal with the checkpoint that covers it, and the certificate whose key signed it.
 * `{"certificate":"base64 DER","checkpoint":"note","entries":["…"],"from":n,"origin":"…","version":1}`
 */
import { z } from 'zod'
import { MAX_ENTRY_BYTES } from '../journal/entry.ts'
import { fromBase64, toBase64 } from '../keys/hash.ts'
import type { Result } from '../result.ts'
import { ok, refuse } from '../result.ts'
import { canonicalJson, parseCanonicalJson } from '../text/canonical-json.ts'
import { MAX_UP_BYTES, NEXT, payloadText } from './payload.ts'

/** One message holds so many entries at most. */
export const MAX_ENTRIES = 500

/** One message holds so many bytes of entries at most; escaped they take twice as much at worst. */
export const MAX_ENTRIES_BYTES = 256 * 1024

export interface EntriesMessage {
  readonly origin: string
  /** Number of the first entry; the checkpoint's size is `from` plus the number of entries. */
  readonly from: number
  /** Each entry's exact bytes. */
  readonly entries: readonly Uint8Array[]
  /** The signed note. */
  readonly checkpoint: string
  /** DER. */
  readonly certificate: Uint8Array
}

const shape = z.strictObject({
  version: z.literal(1),
  origin: z.string().min(1).max(256),
  from: z.int().min(0),
  entries: z.array(z.string().min(1).max(MAX_ENTRY_BYTES)).min(1).max(MAX_ENTRIES),
  checkpoint: z.string().min(1).max(16_384),
  certificate: z.base64().min(4).max(8_192),
})

/** The payload. Throws on a message that {@link parseEntriesMessage} would refuse: ours must not be. */
export function encodeEntriesMessage(message: EntriesMessage): Uint8Array {
  const { origin, from, checkpoint } = message
  const payload = Buffer.from(
    canonicalJson({
      version: 1,
      origin,
      from,
      checkpoint,
      entries: message.entries.map((entry) => Buffer.from(entry).toString('utf8')),
      certificate: toBase64(message.certificate),
    }),
  )
  const again = parseEntriesMessage(payload, 'own message')
  if (!again.ok) throw new Error(`a message of entries that no centre would read: ${again.error.what}`)
  return payload
}

/** Reads a payload. Nothing in it is verified yet: neither certificate nor checkpoint nor entries. */
export function parseEntriesMessage(payload: Uint8Array, where: string): Result<EntriesMessage> {
  const text = payloadText(payload, MAX_UP_BYTES, where)
  if (!text.ok) return text
  const json = parseCanonicalJson(text.value, where)
  if (!json.ok) return json
  const parsed = shape.safeParse(json.value)
  const certificate = parsed.success ? fromBase64(parsed.data.certificate) : undefined
  if (!parsed.success || certificate === undefined) {
    return refuse('message.entries', where, 'this is not a message of entries', NEXT)
  }
  const { origin, from, checkpoint } = parsed.data
  const entries = parsed.data.entries.map((entry): Uint8Array => Buffer.from(entry))
  const bytes = entries.reduce((sum, entry) => sum + entry.length, 0)
  if (bytes > MAX_ENTRIES_BYTES) {
    return refuse('message.entries-size', where, `more than ${MAX_ENTRIES_BYTES} bytes of entries`, NEXT)
  }
  return ok({ origin, from, entries, checkpoint, certificate })
}

/** How many of these entries, from the first on, fit into one message; at least one if there is any. */
export function entriesThatFit(entries: readonly Uint8Array[]): number {
  let bytes = 0
  for (const [index, entry] of entries.slice(0, MAX_ENTRIES).entries()) {
    bytes += entry.length
    if (bytes > MAX_ENTRIES_BYTES) return index
  }
  return Math.min(entries.length, MAX_ENTRIES)
}
