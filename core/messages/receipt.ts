/**
 * Down, kind `receipt`: the centre's cosignature on a device's checkpoint. It states that the centre durably holds every entry below
 * that size. `{"cosignature":"— … line","origin":"…","size":n,"version":1}`
 */
import { z } from 'zod'
import type { Result } from '../result.ts'
import { ok, refuse } from '../result.ts'
import { canonicalJson, parseCanonicalJson } from '../text/canonical-json.ts'
import { MAX_DOWN_BYTES, NEXT, payloadText } from './payload.ts'

export interface Receipt {
  readonly origin: string
  readonly size: number
  /** Signature line without line feed; counts only once it is verified on the device's own checkpoint of that size. */
  readonly cosignature: string
}

const shape = z.strictObject({
  version: z.literal(1),
  origin: z.string().min(1).max(256),
  size: z.int().min(1),
  cosignature: z
    .string()
    .min(1)
    .max(1_024)
    .refine((line) => !line.includes('\n')),
})

/** The payload of a receipt. */
export function encodeReceipt({ origin, size, cosignature }: Receipt): Uint8Array {
  return Buffer.from(canonicalJson({ version: 1, origin, size, cosignature }))
}

/** Reads a payload; the cosignature is not verified yet. */
export function parseReceipt(payload: Uint8Array, where: string): Result<Receipt> {
  const text = payloadText(payload, MAX_DOWN_BYTES, where)
  if (!text.ok) return text
  const json = parseCanonicalJson(text.value, where)
  if (!json.ok) return json
  const parsed = shape.safeParse(json.value)
  if (!parsed.success) return refuse('message.receipt', where, 'this is not a receipt', NEXT)
  const { origin, size, cosignature } = parsed.data
  return ok({ origin, size, cosignature })
}
