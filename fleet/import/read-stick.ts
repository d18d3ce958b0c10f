/**
 * What a memory stick or a file brings, as messages like those of the network: bundles of devices, tallies and sheets alone. A stick may lie: no links
 * are followed, nothing larger than the format allows is read, and each file must be the one that the device's manifest lists.
 */
import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type BundleFile,
  MAX_FILE_BYTES,
  type Manifest,
  openManifest,
  SHEET_FILE,
  splitJournal,
} from '../../core/bundle/bundle.ts'
import { deviceNamedIn } from '../../core/bundle/names.ts'
import type { Definition } from '../../core/election/definition.ts'
import { pollingNoon } from '../../core/election/polling-time.ts'
import { LONGEST_JOURNAL } from '../../core/journal/longest.ts'
import { readCertificate } from '../../core/keys/certificate.ts'
import { sha256, toBase64 } from '../../core/keys/hash.ts'
import type { EntriesMessage } from '../../core/messages/entries.ts'
import { fail, ok, type Refusal, type Result, refuse } from '../../core/result.ts'
import { shownText, unshownCharacter } from '../../core/text/drawable.ts'
import { parseCheckpoint } from '../../core/tlog/checkpoint.ts'
import { parseNote } from '../../core/tlog/note.ts'

const NEXT = 'Get the bundle again from the device or its memory stick.'

/** A journal, or a part of one, and whose it says it is. */
export interface BroughtJournal {
  readonly where: string
  readonly device: string
  readonly message: EntriesMessage
  /** SHA-256 of its file, base64. */
  readonly hash: string
}

/** A tally or a sheet, as it would have come over the network. */
export interface BroughtTotals {
  readonly where: string
  readonly payload: Uint8Array
}

export interface Brought {
  readonly journals: readonly BroughtJournal[]
  readonly totals: readonly BroughtTotals[]
}

/** The bundles below a folder: itself, or those that lie in it. */
export function findBundles(folder: string): Result<readonly string[]> {
  if (isFile(join(folder, 'manifest.json'))) return ok([folder])
  const inside = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && isFile(join(folder, entry.name, 'manifest.json')))
    .map(({ name }) => join(folder, name))
  // Names of a stick go to somebody's terminal.
  const odd = inside.find((path) => unshownCharacter(path) !== undefined)
  if (odd !== undefined)
    return refuse('input.name', shownText(odd, 200), 'this name has characters that are not seen', NEXT)
  if (inside.length > 0) return ok(inside.sort())
  return refuse('input.no-bundle', folder, 'there is no bundle of a device in this folder', NEXT)
}

/** Reads a bundle as far as the centre takes it: journal and totals, and of a spare the journal that it took over. */
export function readBundle(
  folder: string,
  authorityKey: Uint8Array,
  definition: Pick<Definition, 'pollingDay'>,
): Result<Brought> {
  const der = readFile(folder, 'device-certificate.der')
  if (!der.ok) return der
  const at = pollingNoon(definition)
  const certificate = readCertificate(der.value, authorityKey, at, join(folder, 'device-certificate.der'))
  if (!certificate.ok) return certificate
  const { message: messageKey } = certificate.value.keys
  const where = join(folder, 'manifest.json')
  if (messageKey === undefined)
    return refuse('bundle.certificate', where, 'its certificate names no key for messages', NEXT)
  const text = readFile(folder, 'manifest.json')
  if (!text.ok) return text
  const manifest = openManifest(text.value.toString('utf8'), messageKey, where)
  if (!manifest.ok) return manifest
  const listed = (name: BundleFile) => readListed(folder, name, manifest.value)

  const own = readJournal(folder, listed, ['device-certificate.der', 'checkpoint', 'journal.jsonl'])
  if (!own.ok) return own
  const { subject } = certificate.value
  if (own.value.device !== subject) {
    const what = `its journal is one of ${own.value.device}, its certificate that of ${subject}`
    return refuse('bundle.owner', own.value.where, what, NEXT)
  }
  const journals = [own.value]
  if (manifest.value.files.has('taken-over-journal.jsonl')) {
    const taken = readJournal(folder, listed, [
      'taken-over-certificate.der',
      'taken-over-checkpoint',
      'taken-over-journal.jsonl',
    ])
    if (!taken.ok) return taken
    // First what was taken over: what the spare says of it can then be held against it.
    journals.unshift(taken.value)
  }
  const totals: BroughtTotals[] = []
  for (const name of ['tally.json', SHEET_FILE] as const) {
    if (!manifest.value.files.has(name)) continue
    const payload = listed(name)
    if (!payload.ok) return payload
    totals.push({ where: join(folder, name), payload: payload.value })
  }
  return ok({ journals, totals })
}

function readJournal(
  folder: string,
  listed: (name: BundleFile) => Result<Buffer>,
  [certificateFile, checkpointFile, journalFile]: readonly [BundleFile, BundleFile, BundleFile],
): Result<BroughtJournal> {
  const where = join(folder, journalFile)
  const certificate = listed(certificateFile)
  if (!certificate.ok) return certificate
  const note = listed(checkpointFile)
  if (!note.ok) return note
  const bytes = listed(journalFile)
  if (!bytes.ok) return bytes
  const entries = splitJournal(bytes.value, where, LONGEST_JOURNAL + 1)
  if (!entries.ok) return entries
  const checkpoint = note.value.toString('utf8')
  const parsed = parseNote(checkpoint)
  const head = parsed.ok ? parseCheckpoint(parsed.value.text) : parsed
  if (!head.ok) return fail({ ...head.error, where: join(folder, checkpointFile) })
  const { origin } = head.value
  const device = deviceNamedIn(origin)
  if (device === undefined)
    return refuse('bundle.origin', where, 'its checkpoint names no journal of a device', NEXT)
  const message = { origin, from: 0, entries: entries.value, checkpoint, certificate: certificate.value }
  return ok({ where, device, message, hash: toBase64(sha256(bytes.value)) })
}

/** A file of a bundle, if it is the one that the manifest lists. */
function readListed(folder: string, name: BundleFile, manifest: Manifest): Result<Buffer> {
  const bytes = readFile(folder, name)
  if (!bytes.ok) return bytes
  const listed = manifest.files.get(name)
  if (listed?.size === bytes.value.length && listed.sha256 === toBase64(sha256(bytes.value))) return bytes
  const what =
    listed === undefined ? 'the manifest does not list it' : 'it is not the file that the manifest lists'
  return refuse('bundle.file', join(folder, name), what, NEXT)
}

function readFile(folder: string, name: string): Result<Buffer> {
  return readGivenFile(join(folder, name))
}

/** An ordinary file of a size that may be. */
export function readGivenFile(path: string): Result<Buffer> {
  const bad = (what: string): { readonly ok: false; readonly error: Refusal } =>
    refuse('input.unreadable', path, what, 'Check the name of the file, or get it again.')
  if (!isFile(path)) return bad('there is no such file')
  try {
    if (lstatSync(path).size > MAX_FILE_BYTES) return bad('it is larger than any file of a bundle')
    return ok(readFileSync(path))
  } catch {
    return bad('it cannot be read')
  }
}

function isFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true
}
