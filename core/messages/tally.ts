/**
 * Up, kind `tally`: a device's released tally, the very signed document `tally` of its bundle (`core/bundle/bundle.ts` makes and opens
 * it). Whose key must have signed it follows from the origin it names.
 */
import { z } from 'zod'
import { peekDocument } from '../keys/signed-document.ts'
import type { Result } from '../result.ts'
import { ok, refuse } from '../result.ts'
import { MAX_UP_BYTES, NEXT, payloadText } from './payload.ts'

const named = z.object({ origin: z.string().min(1).max(256) })

/** The document of a payload and the origin it names, **unverified**: find that origin's key, then open the document with it. */
export function peekTallyMessage(
  payload: Uint8Array,
  where: string,
): Result<{ readonly document: string; readonly origin: string }> {
  const text = payloadText(payload, MAX_UP_BYTES, where)
  if (!text.ok) return text
  const peeked = peekDocument(text.value, 'tally', where)
  if (!peeked.ok) return peeked
  const parsed = named.safeParse(peeked.value)
  if (!parsed.success) return refuse('message.tally', where, 'this is not a released tally', NEXT)
  return ok({ document: text.value, origin: parsed.data.origin })
}
