/** What every message has in common: a bounded number of bytes that are UTF-8 text. */
import type { Result } from '../result.ts'
import { ok, refuse } from '../result.ts'

/**
 * No message from a device is larger. Room for the entries of one message (`core/messages/entries.ts`) with every character escaped, and for the
 * tally of some tens of thousands of codes.
 */
export const MAX_UP_BYTES = 1024 * 1024

/** No message to a device is larger: a receipt or an answer is below one kilobyte. */
export const MAX_DOWN_BYTES = 16 * 1024

/** The text of a message; refused if it is longer than `max` bytes or not UTF-8. */
export function payloadText(payload: Uint8Array, max: number, where: string): Result<string> {
  if (payload.length > max) {
    return refuse('message.size', where, `the message is longer than ${max} bytes`, NEXT)
  }
  const text = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('utf8')
  if (Buffer.from(text).equals(payload)) return ok(text)
  return refuse('message.text', where, 'the message is not UTF-8', NEXT)
}

/** What a person does about a message that cannot be read. */
export const NEXT = 'Look at the program that sent it: it is of another version or not one of ours.'
