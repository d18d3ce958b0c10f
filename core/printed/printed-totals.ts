/**
 * What the codes of a page of results hold: a device's tally or its station's sheet, signed, and the checkpoint of the journal of the device that
 * printed it. Counts stand by their position in the package, so that 2,700 candidates are some 3 KB, and the signed document is put together again
 * from them, byte by byte.
 *
 * ```
 * 01                                    version
 * 01 | 02                               a device's tally | a station's sheet
 * text                                  origin of the journal           (text: its length in one byte, then ASCII)
 * size(4) root(32) line(68)             its checkpoint: size big-endian, key ID and signature of the note's line
 * key(32) signature(64)                 of the document
 * 01: salt(32)
 * 02: text                              the station
 *     n(1), n x (text commitment(32))   journals
 *     m(1), m x text                    devices declared dead
 * counts                                of each contest valid, blank, each option by its position: LEB128
 * ```
 */
import { SALT_BYTES } from '../ballot-box/commitment.ts'
import { readReleasedTally } from '../bundle/bundle.ts'
import { readStationSheet, type SheetJournal } from '../bundle/station-sheet.ts'
import type { Definition } from '../election/definition.ts'
import { parseTally, type Tally, tallyJson } from '../election/tally.ts'
import { concatBytes, equalBytes, fromBase64, toBase64 } from '../keys/hash.ts'
import { putTogether, takeApart } from '../keys/signed-document.ts'
import { ok, type Result, refuse, valueOrThrow } from '../result.ts'
import type { Json } from '../text/canonical-json.ts'
import { parseCheckpoint } from '../tlog/checkpoint.ts'
import { parseNote } from '../tlog/note.ts'
import { ByteReader, counted, number32, shortText } from './byte-reader.ts'

const VERSION = 1
const OF_DEVICE = 1
const OF_STATION = 2
const HASH_BYTES = 32
const SIGNATURE_BYTES = 64
const LINE_BYTES = 68

/** What a printed page of results brings, **unverified**. */
export interface PrintedTotals {
  /** The signed document, `tally` or `station-sheet`. */
  readonly document: string
  /** The signed checkpoint of the journal of the device that printed. */
  readonly note: string
}

/** Throws on a document or a note that the device's own program did not make. */
export function encodePrintedTotals(definition: Definition, { document, note }: PrintedTotals): Uint8Array {
  const read = valueOrThrow(parseNote(note))
  const { origin, size, root } = valueOrThrow(parseCheckpoint(read.text))
  const [line] = read.signatures
  if (line === undefined) throw new Error('a checkpoint that nobody signed')
  const head = [shortText(origin), number32(size), root, line.keyId, line.signature]
  const own = takeApart(document, 'tally', 'own totals')
  if (own.ok) {
    const { salt, tally } = valueOrThrow(readReleasedTally(own.value.payload, 'own totals'))
    const counts = encodeCounts(valueOrThrow(parseTally(definition, tally as Json, 'own totals')))
    return concatBytes(Uint8Array.of(VERSION, OF_DEVICE), ...head, ...signatureOf(own.value), salt, counts)
  }
  const sheet = valueOrThrow(takeApart(document, 'station-sheet', 'own sheet'))
  const { station, journals, without, tally } = valueOrThrow(readStationSheet(sheet.payload, 'own sheet'))
  return concatBytes(
    Uint8Array.of(VERSION, OF_STATION),
    ...head,
    ...signatureOf(sheet),
    shortText(station),
    Uint8Array.of(journals.length),
    ...journals.flatMap(({ origin: of, commitment }) => [shortText(of), bytesOf(commitment)]),
    Uint8Array.of(without.length),
    ...without.map(shortText),
    encodeCounts(valueOrThrow(parseTally(definition, tally, 'own sheet'))),
  )
}

/**
 * Reads {@link encodePrintedTotals} back.
 * @returns a refusal `printed.form` for bytes of another form or another election
 */
export function decodePrintedTotals(
  definition: Definition,
  bytes: Uint8Array,
  where: string,
): Result<PrintedTotals> {
  const totals = read(definition, new ByteReader(bytes))
  // One spelling only: what would be written otherwise is not ours.
  if (totals !== undefined && isSpelled(definition, totals, bytes)) return ok(totals)
  const next = 'Check that the page is of this election, and take its photographs again.'
  return refuse('printed.form', where, 'these codes hold no results of this election', next)
}

function isSpelled(definition: Definition, totals: PrintedTotals, bytes: Uint8Array): boolean {
  try {
    return equalBytes(encodePrintedTotals(definition, totals), bytes)
  } catch {
    return false
  }
}

function read(definition: Definition, reader: ByteReader): PrintedTotals | undefined {
  const [version, kind] = [reader.byte(), reader.byte()]
  if (version !== VERSION || (kind !== OF_DEVICE && kind !== OF_STATION)) return undefined
  const origin = reader.text()
  const size = reader.number32()
  const root = toBase64(reader.bytes(HASH_BYTES))
  const note = `${origin}\n${size}\n${root}\n\n— ${origin} ${toBase64(reader.bytes(LINE_BYTES))}\n`
  const signature = { key: reader.bytes(HASH_BYTES), signature: reader.bytes(SIGNATURE_BYTES) }
  let payload: Record<string, Json>
  if (kind === OF_DEVICE) payload = { version: 1, origin, salt: toBase64(reader.bytes(SALT_BYTES)) }
  else {
    const station = reader.text()
    const journals = reader.list((): SheetJournal => {
      const of = reader.text()
      return { origin: of, commitment: toBase64(reader.bytes(HASH_BYTES)) }
    })
    const without = reader.list(() => reader.text())
    payload = {
      version: 1,
      station,
      journals: journals.map((journal) => ({ ...journal })),
      ...(without.length > 0 && { without }),
    }
  }
  const tally = definition.contests.map((contest) => ({
    valid: reader.count(),
    blank: reader.count(),
    options: [...contest.candidates, ...contest.lists].map(() => reader.count()),
  }))
  if (!reader.isAtEnd) return undefined
  const type = kind === OF_DEVICE ? 'tally' : 'station-sheet'
  return {
    note,
    document: putTogether(type, { ...payload, tally: tallyJson(definition, tally) }, [signature]),
  }
}

function signatureOf({
  signatures,
}: {
  readonly signatures: readonly { readonly key: Uint8Array; readonly signature: Uint8Array }[]
}): readonly Uint8Array[] {
  const [only, ...others] = signatures
  if (only === undefined || others.length > 0) throw new Error('totals that one key signed')
  return [only.key, only.signature]
}

function encodeCounts(tally: Tally): Uint8Array {
  return concatBytes(...tally.flatMap(({ valid, blank, options }) => [valid, blank, ...options].map(counted)))
}

function bytesOf(base64: string): Uint8Array {
  const bytes = fromBase64(base64)
  if (bytes === undefined) throw new Error('no base64')
  return bytes
}
