/**
 * Up, kind `tally`: totals, as one of two signed documents. Where every device of a station has enough ballots (`releaseOf` in
 * `core/bundle/sealed-tally.ts`) each sends its own `tally`, the very one of its bundle (`core/bundle/bundle.ts` makes and opens it); else
 * the station's reporting device sends the `station-sheet` (`core/bundle/station-sheet.ts`). Whose key must have signed follows from the
 * journals named.
 */
import { z } from 'zod'
import type { SheetJournal } from '../bundle/station-sheet.ts'
import { type OpenedByNamedKeys, peekToOpen } from '../keys/signed-document.ts'
import type { Result } from '../result.ts'
import { ok, refuse } from '../result.ts'
import { MAX_UP_BYTES, NEXT, payloadText } from './payload.ts'

/** A device's own tally, **unverified**. */
export interface DeviceTallyMessage {
  readonly of: 'device'
  /** The signed document. */
  readonly document: string
  readonly origin: string
  /** Opens the document by the keys that it names. */
  readonly open: () => OpenedByNamedKeys
}

/** The sheet of a station, **unverified**. */
export interface SheetMessage {
  readonly of: 'station'
  /** The signed document. */
  readonly document: string
  readonly station: string
  /** At least one, and no more than a sheet may list. */
  readonly journals: readonly SheetJournal[]
  /** Opens the document by the keys that it names. */
  readonly open: () => OpenedByNamedKeys
}

const origin = z.string().min(1).max(256)
const hash = z.string().length(44)

const deviceShape = z.strictObject({ version: z.literal(1), origin, salt: hash, tally: z.unknown() })
const stationShape = z.strictObject({
  version: z.literal(1),
  station: z.string().min(1).max(64),
  journals: z
    .array(z.strictObject({ commitment: hash, origin }))
    .min(1)
    .max(64),
  tally: z.unknown(),
  without: z.array(z.string().min(1).max(64)).min(1).max(7).optional(),
})

/**
 * Which of the two a payload is and the journals it names, **unverified**: find their keys, then open the document with the one that counts.
 * @returns a refusal `message.*` or `document.*` for anything that is neither
 */
export function peekTallyMessage(
  payload: Uint8Array,
  where: string,
): Result<DeviceTallyMessage | SheetMessage> {
  const text = payloadText(payload, MAX_UP_BYTES, where)
  if (!text.ok) return text
  const document = text.value
  const own = peekToOpen(document, 'tally', where)
  if (own.ok) {
    const parsed = deviceShape.safeParse(own.value.payload)
    if (parsed.success)
      return ok({ of: 'device', document, origin: parsed.data.origin, open: own.value.openByNamedKeys })
    return refuse('message.tally', where, 'this is not a released tally', NEXT)
  }
  if (own.error.code !== 'document.type') return own
  const sheet = peekToOpen(document, 'station-sheet', where)
  if (!sheet.ok) return sheet
  const parsed = stationShape.safeParse(sheet.value.payload)
  if (!parsed.success) return refuse('message.tally', where, 'this is not the sheet of a station', NEXT)
  const { station, journals } = parsed.data
  return ok({ of: 'station', document, station, journals, open: sheet.value.openByNamedKeys })
}
