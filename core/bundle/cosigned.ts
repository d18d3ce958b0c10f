/**
 * `cosigned.json` of a bundle: what the devices of a station saw of each other. Canonical JSON:
 *
 *     {"certificates":["<base64 DER>",…],"notes":["<signed note>",…],"version":1}
 *
 * The notes are checkpoints, each signed by the device whose journal it is and with one or more cosignatures: heads of this device that its
 * neighbours cosigned, and heads of neighbours that this device cosigned. They stand sorted by origin, size and text, the certificates of
 * the devices they need by their base64; nothing is there twice. Nothing is verified here: `audit/verify/witnessed.ts` does that.
 */
import { z } from 'zod'
import { fromBase64, toBase64 } from '../keys/hash.ts'
import { ok, type Result, refuse, valueOrThrow } from '../result.ts'
import { canonicalJson, parseCanonicalBytes } from '../text/canonical-json.ts'
import { type Checkpoint, parseCheckpoint } from '../tlog/checkpoint.ts'
import { parseNote, type SignatureLine } from '../tlog/note.ts'

export const MAX_CERTIFICATES = 64
export const MAX_NOTES = 1024
/** Larger files are refused unread: no file of a bundle is larger. */
const MAX_BYTES = 64 * 1024 * 1024

/** A checkpoint with cosignatures, taken apart by its form alone. */
export interface CosignedNote extends Checkpoint {
  /** The whole signed note. */
  readonly note: string
  /** What is signed. */
  readonly text: string
  /** Not verified. */
  readonly signatures: readonly SignatureLine[]
}

/** What stands in `cosigned.json`; nothing in it is verified. */
export interface Cosigned {
  /** DER, sorted. */
  readonly certificates: readonly Uint8Array[]
  /** Sorted by origin, size, text. */
  readonly notes: readonly CosignedNote[]
}

const shape = z.strictObject({
  version: z.literal(1),
  certificates: z.array(z.string().min(1)).max(MAX_CERTIFICATES),
  notes: z.array(z.string()).max(MAX_NOTES),
})

/**
 * The file's bytes, from certificates and notes in any order; what is given twice is written once. Throws on what {@link parseCosigned}
 * would refuse: a note that is no cosigned checkpoint, or too many.
 * @param content.certificates DER, of devices of the same station
 */
export function formatCosigned(content: {
  readonly certificates: readonly Uint8Array[]
  readonly notes: readonly string[]
}): Uint8Array {
  const certificates = [...new Set(content.certificates.map(toBase64))].sort()
  const notes = [...new Set(content.notes)].map((note) => valueOrThrow(readNote(note, 'cosigned note')))
  const texts = notes.sort(compareNotes).map(({ note }) => note)
  const bytes = Buffer.from(canonicalJson({ version: 1, certificates, notes: texts }))
  valueOrThrow(parseCosigned(bytes, 'cosigned.json'))
  return bytes
}

/**
 * Reads the file's form.
 * @returns a refusal that names certificate or note, counted from 0: `json.*`, `note.*`, `checkpoint.*` or `cosigned.*`: `shape`, `order`,
 *   `no-cosignature`
 */
export function parseCosigned(bytes: Uint8Array, where: string): Result<Cosigned> {
  if (bytes.length > MAX_BYTES) return bad('cosigned.shape', where, 'it is too large')
  const json = parseCanonicalBytes(bytes, where)
  if (!json.ok) return json
  const parsed = shape.safeParse(json.value)
  if (!parsed.success)
    return bad('cosigned.shape', where, 'it is no list of at most 64 certificates and 1,024 cosigned heads')
  const certificates: Uint8Array[] = []
  for (const [i, encoded] of parsed.data.certificates.entries()) {
    const place = `${where} certificate ${i}`
    const der = fromBase64(encoded)
    if (der === undefined) return bad('cosigned.shape', place, 'it is not in base64')
    const before = parsed.data.certificates[i - 1]
    if (before !== undefined && before >= encoded) return bad('cosigned.order', place, OUT_OF_ORDER)
    certificates.push(der)
  }
  const notes: CosignedNote[] = []
  for (const [i, given] of parsed.data.notes.entries()) {
    const place = `${where} note ${i}`
    const note = readNote(given, place)
    if (!note.ok) return note
    const before = notes.at(-1)
    if (before !== undefined && compareNotes(before, note.value) >= 0)
      return bad('cosigned.order', place, OUT_OF_ORDER)
    notes.push(note.value)
  }
  return ok({ certificates, notes })
}

const OUT_OF_ORDER = 'it stands in the wrong place or twice'

function readNote(note: string, where: string): Result<CosignedNote> {
  const parsed = parseNote(note)
  if (!parsed.ok) return { ok: false, error: { ...parsed.error, where } }
  const checkpoint = parseCheckpoint(parsed.value.text)
  if (!checkpoint.ok) return { ok: false, error: { ...checkpoint.error, where } }
  if (parsed.value.signatures.length < 2)
    return bad(
      'cosigned.no-cosignature',
      where,
      'it has no cosignature beside the signature of the journal itself',
    )
  return ok({ ...checkpoint.value, note, ...parsed.value })
}

function compareNotes(a: CosignedNote, b: CosignedNote): number {
  return compareTexts(a.origin, b.origin) || a.size - b.size || compareTexts(a.note, b.note)
}

/** By UTF-16 code units, as canonical JSON sorts keys. */
function compareTexts(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

function bad(code: string, where: string, what: string) {
  return refuse(code, where, what, 'Get the bundle again from the device or its memory stick.')
}
