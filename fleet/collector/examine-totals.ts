/** A message of totals by itself: a device's own tally, or the sheet of its station; who signed it, and what it says. */
import { commitTally, SALT_BYTES } from '../../core/ballot-box/commitment.ts'
import { readReleasedTally } from '../../core/bundle/bundle.ts'
import { deviceNamedIn } from '../../core/bundle/names.ts'
import { readStationSheet, type SheetJournal, type StationSheet } from '../../core/bundle/station-sheet.ts'
import { findTallyProblem } from '../../core/election/check-tally.ts'
import type { Definition } from '../../core/election/definition.ts'
import { parseTally, type Tally } from '../../core/election/tally.ts'
import { equalBytes, toBase64 } from '../../core/keys/hash.ts'
import type { OpenedByNamedKeys } from '../../core/keys/signed-document.ts'
import { peekTallyMessage } from '../../core/messages/tally.ts'
import { fail, ok, type Refusal, type Result, refuse } from '../../core/result.ts'
import type { Json } from '../../core/text/canonical-json.ts'
import type { Ground } from './desk.ts'
import { type Refused, refused } from './examine.ts'

/** A document whose signature holds, and the key that made it: whether that is the journal's is not known yet. */
type SignedBy<T> = Result<T & { readonly key: Uint8Array }>

export interface ExaminedTally {
  readonly is: 'tally'
  /** The signed document. */
  readonly document: string
  readonly origin: string
  readonly signed: SignedBy<{
    readonly counts: Result<Tally>
    /** To which a closing entry has to commit, base64; empty if these are no counts. */
    readonly commitment: string
  }>
  readonly alsoOf: readonly string[]
}

export interface ExaminedSheet {
  readonly is: 'sheet'
  readonly document: string
  readonly station: string
  readonly journals: readonly SheetJournal[]
  readonly signed: SignedBy<{ readonly sheet: StationSheet; readonly counts: Result<Tally> }>
  readonly alsoOf: readonly string[]
}

export function examineTotals(
  { package: { definition }, stations }: Ground,
  device: string,
  payload: Uint8Array,
): Refused | ExaminedTally | ExaminedSheet {
  const message = peekTallyMessage(payload, `tally of ${device}`)
  if (!message.ok) return refused('malformed', device, message.error)
  const { document, open } = message.value
  if (message.value.of === 'device') {
    const { origin } = message.value
    const owner = deviceNamedIn(origin)
    const signed = readTally(definition, open(), `tally of ${device}`)
    return { is: 'tally', document, origin, signed, alsoOf: owner === undefined ? [] : [owner] }
  }
  const { station, journals } = message.value
  const first = stations.station(station)?.devices[0]
  const signed = readSheet(definition, open(), `sheet of ${station} from ${device}`)
  return { is: 'sheet', document, station, journals, signed, alsoOf: first === undefined ? [] : [first] }
}

function readTally(
  definition: Definition,
  opened: OpenedByNamedKeys,
  where: string,
): ExaminedTally['signed'] {
  if (!opened.ok) return opened
  const released = readReleasedTally(opened.value.payload, where)
  if (!released.ok) return released
  const { salt, tally } = released.value
  const counts = parseTally(definition, tally as Json, where)
  const isCommitted = counts.ok && salt.length === SALT_BYTES
  const commitment = isCommitted ? toBase64(commitTally(definition, counts.value, salt)) : ''
  return byOne(opened.value.keys, { counts, commitment }, where)
}

function readSheet(
  definition: Definition,
  opened: OpenedByNamedKeys,
  where: string,
): ExaminedSheet['signed'] {
  if (!opened.ok) return opened
  const sheet = readStationSheet(opened.value.payload, where)
  if (!sheet.ok) return sheet
  const counts = parseTally(definition, sheet.value.tally, where)
  return byOne(opened.value.keys, { sheet: sheet.value, counts }, where)
}

function byOne<T>(
  [key, ...others]: readonly Uint8Array[],
  signed: T,
  where: string,
): Result<T & { readonly key: Uint8Array }> {
  if (key !== undefined && others.length === 0) return ok({ ...signed, key })
  return refuse('document.signature-count', where, 'it has not one signature alone', WRONG_KEY)
}

const WRONG_KEY = 'Find out which device has this certificate.'

/** What a document says, if the journal's own key signed it. */
export function signedWith<T>(signed: SignedBy<T>, messageKey: Uint8Array, where: string): SignedBy<T> {
  if (!signed.ok) return signed
  if (equalBytes(signed.value.key, messageKey)) return signed
  const what = 'it is signed by another key than that of the journal it names'
  return refuse('document.wrong-key', where, what, WRONG_KEY)
}

/**
 * The counts of so many ballots.
 * @param casts ballots that the closing entries name
 * @returns a refusal `tally.shape`, or `tally.arithmetic` if that many ballots cannot add up to it
 */
export function countsOf(
  definition: Definition,
  counts: Result<Tally>,
  casts: number,
  where: string,
): Result<Tally> {
  if (!counts.ok) return counts
  const what = findTallyProblem(definition, counts.value, casts)
  if (what === undefined) return counts
  const next = 'Keep the device as evidence and open its ballots.'
  return fail<Refusal>({ code: 'tally.arithmetic', where, what, next })
}
