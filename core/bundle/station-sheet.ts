/**
 * The sheet of a station of which no device's own totals leave: the sum, and the journals and commitments that it is the sum of. The
 * station's reporting device, the first that the package lists there, makes it from the sealed tallies. A signed document `station-sheet`:
 *
 * ```
 * {"journals":[{"commitment":"<base64>","origin":"<journal>"}, …],"station":"<id>","tally":[…],"version":1,
 *  "without":["<device>", …]}                                  only where devices were declared dead
 * ```
 */
import { z } from 'zod'
import { openDocument, signDocument } from '../keys/signed-document.ts'
import type { Signer } from '../ports.ts'
import { ok, type Result, refuse } from '../result.ts'
import type { Json } from '../text/canonical-json.ts'

/** One journal of the sum: its name, and the commitment of its closing entry, base64. */
export interface SheetJournal {
  readonly origin: string
  readonly commitment: string
}

export interface StationSheet {
  readonly station: string
  /** Sorted by origin, one for every device of the station but those of `without`. */
  readonly journals: readonly SheetJournal[]
  /** Devices of the station that were declared dead, sorted. */
  readonly without: readonly string[]
  /** As `tallyJson` made it; checked against the definition by `parseTally`. */
  readonly tally: Json
}

const shape = z.strictObject({
  version: z.literal(1),
  station: z.string().min(1).max(64),
  journals: z
    .array(z.strictObject({ commitment: z.string().length(44), origin: z.string().min(1).max(256) }))
    .min(1)
    .max(64),
  tally: z.unknown(),
  without: z.array(z.string().min(1).max(64)).min(1).max(7).optional(),
})

/** Signs a sheet with the reporting device's message key. */
export function signStationSheet(
  { station, journals, tally, without }: StationSheet,
  signer: Signer,
): string {
  const listed = [...journals]
    .sort((a, b) => (a.origin < b.origin ? -1 : 1))
    .map(({ commitment, origin }) => ({ commitment, origin }))
  const dead = without.length === 0 ? {} : { without: without.toSorted() }
  return signDocument('station-sheet', { version: 1, station, journals: listed, tally, ...dead }, [signer])
}

/** Reads a sheet, signed by the reporting device's message key. A refusal `sheet.shape` names what is not one. */
export function openStationSheet(text: string, messageKey: Uint8Array, where: string): Result<StationSheet> {
  const opened = openDocument(text, { type: 'station-sheet', keys: [messageKey], where })
  return opened.ok ? readStationSheet(opened.value.payload, where) : opened
}

/** Reads the payload of a document `station-sheet`, for who opened it. */
export function readStationSheet(payload: unknown, where: string): Result<StationSheet> {
  const parsed = shape.safeParse(payload)
  const bad = (what: string) =>
    refuse('sheet.shape', where, what, 'Get it again from the reporting device of the station.')
  if (!parsed.success) return bad('this is not the sheet of a station')
  const { station, journals, tally, without = [] } = parsed.data
  if (!isAscending(journals.map(({ origin }) => origin)))
    return bad('its journals are not sorted, or one is there twice')
  if (!isAscending(without))
    return bad('the devices without which it is are not sorted, or one is there twice')
  return ok({ station, journals, tally: tally as Json, without })
}

function isAscending(texts: readonly string[]): boolean {
  return texts.every((text, i) => i === 0 || (texts[i - 1] ?? '') < text)
}
