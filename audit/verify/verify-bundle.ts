/**
 * One device's bundle, everything about it that can be known without a secret. The order of the checks is from what is known from
 * elsewhere (the authority's key) to what rests on it, and at each step the most precise place is named: an entry, a batch, then a file.
 * Whether its heads contradict each other or those of its neighbours is asked of the station (`contradiction.ts`).
 */
import { checkBatches } from '../../core/ballot-box/batch.ts'
import { spentRoot } from '../../core/ballot-box/pool.ts'
import { sealedBallotSize } from '../../core/ballot-box/sealed-ballot.ts'
import {
  BUNDLE_FILES,
  type BundleFile,
  type Manifest,
  openManifest,
  parseBatches,
  parseSpentTags,
  SHEET_FILE,
  splitJournal,
  splitLeaves,
  TALLY_FILES,
} from '../../core/bundle/bundle.ts'
import { isEventType } from '../../core/journal/catalogue.ts'
import { checkJournal, nameChangedEntry } from '../../core/journal/check-journal.ts'
import type { Day } from '../../core/journal/day.ts'
import { equalBytes, sha256, toBase64 } from '../../core/keys/hash.ts'
import { type ElectionPackage, openPackage } from '../../core/package/package.ts'
import { fail, ok, type Result, refuse } from '../../core/result.ts'
import { utf8Text } from '../../core/text/utf8.ts'
import { openCheckpoint } from '../../core/tlog/checkpoint.ts'
import { rootOf } from '../../core/tlog/tree.ts'
import { type BundleContent, MANIFEST_FILE } from '../read-folders.ts'
import { checkIdentity, type DeviceIdentity, readIdentity, readReceipt } from './identity.ts'
import { type Totals, verifyTotals } from './totals.ts'
import { verifyWitnessed, type Witnessed } from './witnessed.ts'

/** A bundle that holds. */
export interface VerifiedBundle extends Totals {
  readonly where: string
  readonly electionPackage: ElectionPackage
  readonly device: string
  readonly station: string
  readonly origin: string
  readonly day: Day
  /** When the centre stated that it holds every entry, seconds since 1970; absent without its receipt. */
  readonly receipt?: number
  /** Sealed ballots by batch. */
  readonly batches: ReadonlyMap<number, readonly Uint8Array[]>
  readonly spentTags: readonly Uint8Array[]
  /** Leaf hashes of the journal. */
  readonly leaves: readonly Uint8Array[]
  /** What this device and its neighbours saw of each other. */
  readonly witnessed: Witnessed
}

const KEEP = 'Keep it as it is, and compare it with the device, its other copies and the centre.'

/**
 * Verifies a bundle.
 * @param authorityKey Ed25519 key of the election authority, 32 bytes
 * @returns what the bundle says, or the first thing that does not hold
 */
export function verifyBundle(content: BundleContent, authorityKey: Uint8Array): Result<VerifiedBundle> {
  const place = (name: string) => `${content.where}/${name}`
  const bytesOf = (name: BundleFile | typeof MANIFEST_FILE) => fileOf(content, name)

  const electionPackage = openPackage(textOf(bytesOf('package.json')), authorityKey, place('package.json'))
  if (!electionPackage.ok) return electionPackage
  const certificate = bytesOf('device-certificate.der')
  const identity = readIdentity(
    certificate,
    electionPackage.value.definition,
    authorityKey,
    place('device-certificate.der'),
  )
  if (!identity.ok) return identity

  const manifest = openManifest(
    textOf(bytesOf(MANIFEST_FILE)),
    identity.value.messageKey,
    place(MANIFEST_FILE),
  )
  if (!manifest.ok) {
    const swapped = manifest.error.code === 'document.wrong-key' && !namesCertificate(content, certificate)
    return swapped ? otherCertificate(place('device-certificate.der')) : manifest
  }
  const listed = checkListing(manifest.value, content)
  if (!listed.ok) return listed
  const { origin } = manifest.value
  const isListed = (name: BundleFile) => checkListed(content, manifest.value, name)
  for (const name of ['package.json', 'device-certificate.der', 'checkpoint', 'leaves.bin'] as const) {
    const same = isListed(name)
    if (!same.ok) return same
  }

  const journal = verifyJournal(content, identity.value, origin)
  if (!journal.ok) return journal
  const { day, leaves, root } = journal.value
  const bound = checkIdentity(day, identity.value, electionPackage.value, `${place('journal.jsonl')} entry 0`)
  if (!bound.ok) return bound
  const same = isListed('journal.jsonl')
  if (!same.ok) return same
  const receipt = readReceipt(textOf(bytesOf('checkpoint')), electionPackage.value, place('checkpoint'))
  if (!receipt.ok) return receipt

  const box = verifyBallotBox(content, electionPackage.value, day)
  if (!box.ok) return box
  const files = {
    has: (name: BundleFile) => content.files.has(name),
    textOf: (name: BundleFile) => textOf(bytesOf(name)),
  }
  const totals = verifyTotals(files, identity.value, day, electionPackage.value, content.where)
  if (!totals.ok) return totals
  const { device, station } = identity.value
  const checkpoint = {
    origin,
    size: day.size,
    root,
    note: textOf(bytesOf('checkpoint')),
    where: place('checkpoint'),
    device,
    holder: device,
    logKey: toBase64(identity.value.logKey),
  }
  const witnessed = verifyWitnessed(
    bytesOf('cosigned.json'),
    { identity: identity.value, checkpoint },
    electionPackage.value,
    authorityKey,
    place('cosigned.json'),
  )
  if (!witnessed.ok) return witnessed
  for (const name of content.files.keys()) {
    const unchanged = name === MANIFEST_FILE ? ok(undefined) : isListed(name)
    if (!unchanged.ok) return unchanged
  }
  return ok({
    where: content.where,
    electionPackage: electionPackage.value,
    device,
    station,
    origin,
    day,
    ...(receipt.value !== undefined && { receipt: receipt.value }),
    ...box.value,
    ...totals.value,
    leaves,
    witnessed: witnessed.value,
  })
}

/** The file as text; what is no UTF-8 becomes text that no parser takes, as U+0000 is in no canonical JSON and no note. */
export function textOf(bytes: Uint8Array): string {
  return utf8Text(bytes) ?? '\0'
}

function fileOf({ files }: BundleContent, name: BundleFile | typeof MANIFEST_FILE): Uint8Array {
  return files.get(name) ?? new Uint8Array()
}

/** Whether the journal's first entry names this certificate. Unverified: it only helps to say which of two files was swapped. */
function namesCertificate(content: BundleContent, certificate: Uint8Array): boolean {
  const journal = fileOf(content, 'journal.jsonl')
  const first = Buffer.from(journal.subarray(0, Math.max(0, journal.indexOf(0x0a))))
  return first.includes(toBase64(sha256(certificate)))
}

function otherCertificate(where: string) {
  return refuse(
    'bundle.certificate',
    where,
    'this is the certificate of another device: entry 0 of the journal does not name it',
    KEEP,
  )
}

/** The manifest lists the files of the format, all and no other, one of the two tallies, maybe a sheet, and what it lists is what is here. */
function checkListing({ files: listed }: Manifest, { files, where }: BundleContent): Result<void> {
  const bad = (what: string) => refuse('bundle.manifest', `${where}/${MANIFEST_FILE}`, what, KEEP)
  const missing = BUNDLE_FILES.find((name) => !listed.has(name))
  if (missing !== undefined) return bad(`it does not list ${missing}`)
  const tallies = TALLY_FILES.filter((name) => listed.has(name))
  if (tallies.length !== 1) return bad(`it lists not exactly one of ${TALLY_FILES.join(' and ')}`)
  const known = BUNDLE_FILES.length + 1 + (listed.has(SHEET_FILE) ? 1 : 0)
  if (listed.size !== known) return bad('it lists files that no bundle has')
  for (const name of [...TALLY_FILES, SHEET_FILE] as const) {
    if (listed.has(name) === files.has(name)) continue
    const what = listed.has(name) ? 'it is missing: manifest.json lists it' : 'manifest.json does not list it'
    return refuse('bundle.files', `${where}/${name}`, what, KEEP)
  }
  return ok(undefined)
}

function checkListed(content: BundleContent, manifest: Manifest, name: BundleFile): Result<void> {
  const bytes = fileOf(content, name)
  const listed = manifest.files.get(name)
  if (listed?.size === bytes.length && listed.sha256 === toBase64(sha256(bytes))) return ok(undefined)
  const what = 'it is not the file that the device listed and signed in manifest.json'
  return refuse('bundle.changed', `${content.where}/${name}`, what, KEEP)
}

/** Each entry by its leaf hash, the legal order of events, and the root that the device's checkpoint signs. */
function verifyJournal(content: BundleContent, identity: DeviceIdentity, origin: string) {
  const where = `${content.where}/journal.jsonl`
  const entries = splitJournal(fileOf(content, 'journal.jsonl'), where)
  if (!entries.ok) return entries
  const leaves = splitLeaves(fileOf(content, 'leaves.bin'), `${content.where}/leaves.bin`)
  if (!leaves.ok) return leaves
  const changed = nameChangedEntry(entries.value, leaves.value)
  if (changed !== undefined) {
    const bytes = entries.value[changed]
    const missing = bytes === undefined || changed >= leaves.value.length
    const what = missing
      ? `the journal has ${entries.value.length} entries, leaves.bin ${leaves.value.length}`
      : 'this is not the entry that the device wrote: its hash is not the one in leaves.bin'
    return refuse('bundle.entry', `${where} entry ${changed}${typeSuffix(bytes)}`, what, KEEP)
  }
  const checkpoint = openCheckpoint(textOf(fileOf(content, 'checkpoint')), {
    origin,
    publicKey: identity.logKey,
  })
  if (!checkpoint.ok) return fail({ ...checkpoint.error, where: `${content.where}/checkpoint` })
  const { size, root } = checkpoint.value
  if (size !== entries.value.length || !equalBytes(root, rootOf(leaves.value))) {
    const what = `it signs another journal of ${size} entries than the ${entries.value.length} entries here`
    return refuse('bundle.checkpoint', `${content.where}/checkpoint`, what, KEEP)
  }
  const journal = checkJournal({ entries: entries.value, where })
  if (!journal.ok) return journal
  const { day } = journal.value
  if (day.origin !== origin)
    return refuse('bundle.binding', `${where} entry 0`, 'it names another origin than manifest.json', KEEP)
  if (day.polls === 'finished') return ok({ day, leaves: leaves.value, root })
  return refuse('bundle.unfinished', where, 'the polls were never closed', KEEP)
}

/** ` (ballot.cast)`, if the changed bytes still say what they were. */
function typeSuffix(bytes: Uint8Array | undefined): string {
  const type = /"type":"([a-z._]{1,40})"/.exec(textOf(bytes ?? new Uint8Array()))?.[1]
  return isEventType(type) ? ` (${type})` : ''
}

/** Sealed ballots and spent tags against what the journal names. */
function verifyBallotBox(content: BundleContent, { definition }: ElectionPackage, day: Day) {
  const where = `${content.where}/batches.jsonl`
  const batches = parseBatches(fileOf(content, 'batches.jsonl'), where)
  if (!batches.ok) return batches
  const checked = checkBatches(day.batches, batches.value, sealedBallotSize(definition), where)
  if (!checked.ok) return checked
  const tagsWhere = `${content.where}/spent-tags.json`
  const tags = parseSpentTags(fileOf(content, 'spent-tags.json'), tagsWhere)
  if (!tags.ok) return tags
  if (tags.value.length !== day.casts) {
    const what = `${tags.value.length} authorizations spent but ${day.casts} ballots cast`
    return refuse('bundle.spent', tagsWhere, what, KEEP)
  }
  if (toBase64(spentRoot(tags.value)) !== day.closing?.spent)
    return refuse('bundle.spent', tagsWhere, 'these are not the tags that polls.closed names', KEEP)
  return ok({ batches: batches.value, spentTags: tags.value })
}
