/** What people bring from a printed page of results: the codes as read, or what they typed. It becomes the very document that the device signed. */

import { deviceNamedIn } from '../../core/bundle/names.ts'
import type { Definition } from '../../core/election/definition.ts'
import { placeOf } from '../../core/election/place.ts'
import { tallyJson } from '../../core/election/tally.ts'
import { toBase64 } from '../../core/keys/hash.ts'
import { openDocument, putTogether } from '../../core/keys/signed-document.ts'
import { joinCodes } from '../../core/printed/code-parts.ts'
import { decodePrintedTotals } from '../../core/printed/printed-totals.ts'
import type { TypedTotals } from '../../core/printed/typed-totals.ts'
import { ok, type Result, refuse } from '../../core/result.ts'
import type { Json } from '../../core/text/canonical-json.ts'
import type { HeldJournal } from '../store/store.ts'
import type { BroughtTotals } from './read-stick.ts'

/** Totals and the head beside them, of each page whose codes these are. */
export interface BroughtPage {
  readonly totals: BroughtTotals
  /** The signed checkpoint of the journal of the device that printed. */
  readonly note: string
}

/** @param texts of codes, of any pages and in any order */
export function readPages(definition: Definition, texts: readonly string[]): Result<readonly BroughtPage[]> {
  const pages = joinCodes(texts, 'codes')
  if (!pages.ok) return pages
  const brought: BroughtPage[] = []
  for (const bytes of pages.value) {
    const printed = decodePrintedTotals(definition, bytes, 'codes')
    if (!printed.ok) return printed
    const { document, note } = printed.value
    const printedBy = deviceNamedIn(note.split('\n')[0] ?? '') ?? 'nobody'
    const where = `printed results of ${printedBy}`
    brought.push({ totals: { where, payload: Buffer.from(document) }, note })
  }
  return ok(brought)
}

/**
 * The document that stands behind typed figures: with them and what the centre holds of the station it is put together, and one of its journals'
 * keys has to have signed it.
 * @returns a refusal `typed.journal` where the closing is not held yet, `typed.signature` where no device signed this
 */
export function documentOf(
  definition: Definition,
  typed: TypedTotals,
  journals: readonly HeldJournal[],
  where: string,
): Result<BroughtTotals> {
  const closed = journals.filter(({ closing }) => closing !== undefined)
  const station = definition.stations.find(({ id }) => id === typed.id)
  const own = closed.filter((journal) =>
    typed.of === 'device'
      ? journal.device === typed.id
      : station !== undefined && placeOfHeld(definition, journal, journals)?.station === station.id,
  )
  if (own.length === 0) {
    const what = `no closed journal of ${typed.of} ${typed.id} is held, so that nobody can say whose signature this is`
    return refuse('typed.journal', where, what, 'Bring its journal first, on the memory stick.')
  }
  const tally = tallyJson(definition, typed.tally)
  for (const signer of own) {
    const { type, payload } = payloadOf(definition, typed, tally, signer, own, journals)
    const { messageKey: key } = signer
    const document = putTogether(type, payload, [{ key, signature: typed.signature }])
    if (openDocument(document, { type, keys: [key], where }).ok)
      return ok({ where, payload: Buffer.from(document) })
  }
  const what = `no device of this ${typed.of} signed these figures`
  return refuse(
    'typed.signature',
    where,
    what,
    'Check the id, and what the page says of devices that it is without.',
  )
}

function payloadOf(
  definition: Definition,
  { of, id, salt, without }: TypedTotals,
  tally: Json,
  signer: HeldJournal,
  own: readonly HeldJournal[],
  journals: readonly HeldJournal[],
): { readonly type: string; readonly payload: Json } {
  if (of === 'device') {
    const salted = { version: 1, origin: signer.origin, salt: toBase64(salt ?? new Uint8Array()), tally }
    return { type: 'tally', payload: salted }
  }
  const counted = own
    .filter((journal) => !without.includes(placeOfHeld(definition, journal, journals)?.device ?? ''))
    .map(({ origin, closing }) => ({ commitment: closing?.commitment ?? '', origin }))
    .sort((a, b) => (a.origin < b.origin ? -1 : 1))
  const sheet = { version: 1, station: id, journals: counted, tally }
  return { type: 'station-sheet', payload: without.length === 0 ? sheet : { ...sheet, without } }
}

function placeOfHeld(
  definition: Definition,
  { device, takeover }: HeldJournal,
  journals: readonly HeldJournal[],
) {
  const taken = journals.find(({ origin }) => origin === takeover?.origin)?.device
  const place = placeOf(definition, device, taken ?? (takeover && deviceNamedIn(takeover.origin)))
  return place && { station: place.station.id, device: place.device }
}
