/**
 * What leaves a device: a folder of files, each listed in a manifest that the device signs. `docs/formats.md` describes every byte.
 * Here are the names and forms; reading and writing folders is the caller's.
 */
import { z } from 'zod'
import { SALT_BYTES } from '../ballot-box/commitment.ts'
import { MAX_ENTRY_BYTES } from '../journal/entry.ts'
import { fromBase64, sha256, toBase64 } from '../keys/hash.ts'
import { openDocument, signDocument } from '../keys/signed-document.ts'
import type { Signer } from '../ports.ts'
import type { Result } from '../result.ts'
import { ok, refuse } from '../result.ts'
import { canonicalJson, parseCanonicalBytes } from '../text/canonical-json.ts'

/** The files that every bundle has beside `manifest.json`. */
export const BUNDLE_FILES = [
  'package.json',
  'device-certificate.der',
  'journal.jsonl',
  'leaves.bin',
  'checkpoint',
  'batches.jsonl',
  'spent-tags.json',
  'cosigned.json',
] as const

/** A bundle has exactly one of these: the device's tally as released, or sealed where its station has a device of few ballots. */
export const TALLY_FILES = ['tally.json', 'sealed-tally.json'] as const

/** Only the bundle of a station's reporting device may have it: the sum of the station. */
export const SHEET_FILE = 'station-sheet.json'

/** Only the bundle of a spare has them, all three: what it took over of the device in whose place it voted. */
export const ADOPTED_FILES = [
  'taken-over-certificate.der',
  'taken-over-checkpoint',
  'taken-over-journal.jsonl',
] as const

export type BundleFile =
  | (typeof BUNDLE_FILES)[number]
  | (typeof TALLY_FILES)[number]
  | (typeof ADOPTED_FILES)[number]
  | typeof SHEET_FILE
export type BundleFiles = ReadonlyMap<BundleFile, Uint8Array>

/** No file of a bundle is larger. */
export const MAX_FILE_BYTES = 64 * 1024 * 1024

/** Bytes of a leaf hash in `leaves.bin`. */
const LEAF_BYTES = 32
const NEXT = 'Get the bundle again from the device or its memory stick.'

const manifestShape = z.strictObject({
  version: z.literal(1),
  origin: z.string().max(256),
  files: z.array(z.strictObject({ name: z.string(), size: z.int().min(0), sha256: z.string().length(44) })),
})

const batchShape = z.strictObject({ batch: z.int().min(1), sealed: z.array(z.string()).max(100_000) })

const tallyShape = z.strictObject({
  version: z.literal(1),
  origin: z.string().max(256),
  salt: z.string().length(44),
  tally: z.unknown(),
})

/** The signed list of a bundle's files, as `manifest.json`. */
export function signManifest(origin: string, files: BundleFiles, signer: Signer): string {
  const listed = [...files].map(([name, bytes]) => ({
    name,
    size: bytes.length,
    sha256: toBase64(sha256(bytes)),
  }))
  listed.sort((a, b) => (a.name < b.name ? -1 : 1))
  return signDocument('manifest', { version: 1, origin, files: listed }, [signer])
}

export interface Manifest {
  readonly origin: string
  readonly files: ReadonlyMap<string, { readonly size: number; readonly sha256: string }>
}

/** Reads `manifest.json`, signed by the device's message key. */
export function openManifest(text: string, messageKey: Uint8Array, where: string): Result<Manifest> {
  const opened = openDocument(text, { type: 'manifest', keys: [messageKey], where })
  if (!opened.ok) return opened
  const parsed = manifestShape.safeParse(opened.value.payload)
  if (!parsed.success) return refuse('bundle.manifest', where, 'this is not a manifest', NEXT)
  const files = new Map(parsed.data.files.map(({ name, size, sha256 }) => [name, { size, sha256 }]))
  if (files.size !== parsed.data.files.length)
    return refuse('bundle.manifest', where, 'it lists a file twice', NEXT)
  return ok({ origin: parsed.data.origin, files })
}

/** `journal.jsonl`: each entry's bytes and a line feed. */
export function formatJournal(entries: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(entries.flatMap((entry) => [entry, Buffer.from('\n')]))
}

/**
 * Cuts `journal.jsonl` into entries; their content is not looked at.
 * @param most so many are kept: 64 MiB of line feeds are more entries than there is memory for
 */
export function splitJournal(bytes: Uint8Array, where: string, most: number): Result<readonly Uint8Array[]> {
  const entries: Uint8Array[] = []
  let [start, count] = [0, 0]
  while (start < bytes.length) {
    const end = bytes.indexOf(0x0a, start)
    if (end === -1 || end - start > MAX_ENTRY_BYTES) {
      return refuse(
        'journal.line',
        `${where} entry ${count}`,
        'a line that does not end or is too long',
        NEXT,
      )
    }
    if (count < most) entries.push(bytes.subarray(start, end))
    count += 1
    start = end + 1
  }
  return ok(entries)
}

/** `leaves.bin`: the RFC 6962 leaf hash of each entry, 32 bytes each, so that a changed entry can be named. */
export function formatLeaves(leaves: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(leaves)
}

/** Cuts `leaves.bin`. */
export function splitLeaves(bytes: Uint8Array, where: string): Result<readonly Uint8Array[]> {
  if (bytes.length % LEAF_BYTES !== 0)
    return refuse('leaves.size', where, 'not a whole number of leaf hashes', NEXT)
  return ok(
    Array.from({ length: bytes.length / LEAF_BYTES }, (_, i) =>
      bytes.subarray(i * LEAF_BYTES, (i + 1) * LEAF_BYTES),
    ),
  )
}

/** `batches.jsonl`: a line `{"batch":1,"sealed":["base64",…]}` a batch, ballots sorted by their bytes. */
export function formatBatches(batches: ReadonlyMap<number, readonly Uint8Array[]>): Uint8Array {
  const lines = [...batches].map(([batch, ballots]) =>
    canonicalJson({ batch, sealed: ballots.map(toBase64) }),
  )
  return Buffer.from(lines.map((line) => `${line}\n`).join(''))
}

/** Reads `batches.jsonl`. */
export function parseBatches(
  bytes: Uint8Array,
  where: string,
): Result<ReadonlyMap<number, readonly Uint8Array[]>> {
  return parseBatchTexts(bytes, where, (texts) => {
    const sealed = texts.map(fromBase64)
    return sealed.includes(undefined) ? undefined : (sealed as Uint8Array[])
  })
}

/**
 * Reads `batches.jsonl` and makes of each batch what is wanted of it.
 * @param make from the texts of its ballots; undefined if one of them is not base64
 */
export function parseBatchTexts<Batch>(
  bytes: Uint8Array,
  where: string,
  make: (texts: readonly string[]) => Batch | undefined,
): Result<ReadonlyMap<number, Batch>> {
  const batches = new Map<number, Batch>()
  let start = 0
  for (let number = 1; start < bytes.length; number += 1) {
    const end = bytes.indexOf(0x0a, start)
    if (end === -1) return refuse('batches.line', where, 'the last line does not end', NEXT)
    const place = `${where} line ${number}`
    const json = parseCanonicalBytes(bytes.subarray(start, end), place)
    if (!json.ok) return json
    const parsed = batchShape.safeParse(json.value)
    const batch = parsed.success ? make(parsed.data.sealed) : undefined
    if (!parsed.success || batch === undefined || batches.has(parsed.data.batch)) {
      return refuse('batches.shape', place, 'this is not a batch, or it is there twice', NEXT)
    }
    batches.set(parsed.data.batch, batch)
    start = end + 1
  }
  return ok(batches)
}

/** `spent-tags.json`: the tags of spent authorizations, sorted, base64. They name nothing once the day key is gone. */
export function formatSpentTags(tags: readonly Uint8Array[]): Uint8Array {
  return Buffer.from(canonicalJson([...tags].sort((a, b) => Buffer.compare(a, b)).map(toBase64)))
}

/** The tags in `spent-tags.json`. */
export interface SpentTags {
  /** Base64, as they stand there. */
  readonly texts: readonly string[]
  /** 32 bytes each, one after another. */
  readonly bytes: Uint8Array
}

/** Reads `spent-tags.json`; refuses a tag that is there twice. */
export function parseSpentTags(bytes: Uint8Array, where: string): Result<SpentTags> {
  const json = parseCanonicalBytes(bytes, where)
  if (!json.ok) return json
  const texts = Array.isArray(json.value) ? (json.value as readonly unknown[]) : [undefined]
  const tags = Buffer.alloc(texts.length * TAG_BYTES)
  const isSorted = texts.every((text, i) => {
    const at = i * TAG_BYTES
    const isTag = typeof text === 'string' && tags.write(text, at, TAG_BYTES, 'base64') === TAG_BYTES
    if (!isTag || tags.toString('base64', at, at + TAG_BYTES) !== text) return false
    return i === 0 || tags.compare(tags, at, at + TAG_BYTES, at - TAG_BYTES, at) < 0
  })
  if (!isSorted) return refuse('spent-tags.shape', where, 'not a sorted list of different tags', NEXT)
  return ok({ texts: texts as string[], bytes: tags })
}

const TAG_BYTES = 32

/** The tally of one device with the salt that opens the journal's commitment, as `tally.json` and on the wire. */
export interface ReleasedTally {
  readonly origin: string
  readonly salt: Uint8Array
  /** As `tallyJson` made it; checked against the definition by `parseTally`. */
  readonly tally: unknown
}

/** Signs a device's tally for release. */
export function signTally(
  released: {
    readonly origin: string
    readonly salt: Uint8Array
    readonly tally: Parameters<typeof canonicalJson>[0]
  },
  signer: Signer,
): string {
  const { origin, salt, tally } = released
  return signDocument('tally', { version: 1, origin, salt: toBase64(salt), tally }, [signer])
}

/** Reads a released tally, signed by the device's message key. */
export function openTally(text: string, messageKey: Uint8Array, where: string): Result<ReleasedTally> {
  const opened = openDocument(text, { type: 'tally', keys: [messageKey], where })
  return opened.ok ? readReleasedTally(opened.value.payload, where) : opened
}

/** Reads the payload of a document `tally`, for who opened it. */
export function readReleasedTally(payload: unknown, where: string): Result<ReleasedTally> {
  const parsed = tallyShape.safeParse(payload)
  const salt = parsed.success ? fromBase64(parsed.data.salt) : undefined
  if (!parsed.success || salt?.length !== SALT_BYTES)
    return refuse('tally.document', where, 'this is not a released tally', NEXT)
  return ok({ origin: parsed.data.origin, salt, tally: parsed.data.tally })
}
