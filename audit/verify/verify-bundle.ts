/**
 * One device's bundle, everything about it that can be known without a secret. The order of the checks is from what is known from
 * elsewhere (the authority's key) to what rests on it, and at each step the most precise place is named: an entry, a batch, then a file.
 * Whether its heads contradict each other or those of its neighbours is asked of the station (`contradiction.ts`).
 */
import { checkBatches, lookAtBatchTexts } from '../../core/ballot-box/batch.ts'
import { sealedBallotSize } from '../../core/ballot-box/sealed-ballot.ts'
import { openManifest, parseBatchTexts, parseSpentTags } from '../../core/bundle/bundle.ts'
import type { Day, SealedBatch } from '../../core/journal/day.ts'
import { equalBytes, sha256, toBase64 } from '../../core/keys/hash.ts'
import type { ElectionPackage } from '../../core/package/package.ts'
import { fail, ok, RefusalError, type Result, refuse } from '../../core/result.ts'
import { type LeafTree, rootAt } from '../../core/tlog/leaf-tree.ts'
import { parseNote } from '../../core/tlog/note.ts'
import { type BundleContent, MANIFEST_FILE } from '../read-folders.ts'
import { BundleFiles, digestOf } from './bundle-files.ts'
import type { OwnClock } from './clock.ts'
import { checkIdentity, readReceipt } from './identity.ts'
import { verifyJournal } from './journal.ts'
import { type Reference, referenceOfBundle } from './reference.ts'
import { Remembered } from './remembered.ts'
import { type AdoptedJournal, verifyTakeover } from './takeover.ts'
import { type Totals, verifyTotals } from './totals.ts'
import { verifyWitnessed, type Witnessed, type WitnessedHead } from './witnessed.ts'

/** A bundle that holds: what is compared with others and told. Its files are no longer in memory. */
export interface VerifiedBundle extends Totals {
  readonly where: string
  readonly device: string
  readonly station: string
  /** The device in whose place of the station it voted: itself, unless it is a spare. */
  readonly standsFor: string
  /** Of a spare: the journal that it took over. */
  readonly adopted?: AdoptedJournal
  readonly origin: string
  readonly day: Day
  readonly clock: OwnClock
  /** When the centre stated that it holds every entry, seconds since 1970; absent without its receipt. */
  readonly receipt?: number
  /** Base64, sorted by their bytes. */
  readonly spentTags: readonly string[]
  /** Leaf hashes of all sealed ballots, 32 bytes each, one after another. */
  readonly ballotLeaves: Uint8Array
  /** Over the journal. */
  readonly tree: LeafTree
  /** What this device and its neighbours saw of each other. */
  readonly witnessed: Witnessed
  /** SHA-256 of `manifest.json`, which lists every other file, and of `batches.jsonl`, base64. */
  readonly digests: { readonly manifest: string; readonly batches: string }
}

const KEEP = 'Keep it as it is, and compare it with the device, its other copies and the centre.'

/**
 * Verifies a bundle.
 * @param remembered of the bundles of its station
 * @returns what the bundle says, or the first thing that does not hold
 */
export function verifyBundle(
  content: BundleContent,
  reference: Reference,
  remembered: Remembered,
): Result<VerifiedBundle> {
  if (content.problem !== undefined) return fail(content.problem)
  try {
    return verifyFiles(new BundleFiles(content, reference), reference, remembered)
  } catch (error) {
    // A file that was there when the folder was listed and cannot be read.
    if (error instanceof RefusalError) return fail(error.refusal)
    throw error
  }
}

function verifyFiles(
  files: BundleFiles,
  count: Reference,
  rememberedOfCount: Remembered,
): Result<VerifiedBundle> {
  const packageBytes = files.bytes('package.json')
  const opened = referenceOfBundle(packageBytes, count, files.place('package.json'))
  if (!opened.ok) return opened
  const reference = opened.value
  const { electionPackage } = reference
  const remembered = reference === count ? rememberedOfCount : new Remembered(reference)
  const certificate = files.bytes('device-certificate.der')
  const identity = remembered.identity(certificate, files.place('device-certificate.der'))
  if (!identity.ok) return identity
  const { device, messageKey, logKey } = identity.value

  const manifest = openManifest(files.text(MANIFEST_FILE), messageKey, files.place(MANIFEST_FILE))
  if (!manifest.ok) {
    const swapped = manifest.error.code === 'document.wrong-key' && !namesCertificate(files, certificate)
    return swapped ? otherCertificate(files.place('device-certificate.der')) : manifest
  }
  const listed = files.checkListing(manifest.value)
  if (!listed.ok) return listed
  const { origin } = manifest.value
  const first = ['package.json', 'device-certificate.der', 'checkpoint', 'leaves.bin'] as const
  const unchanged = files.checkListed(manifest.value, first)
  if (!unchanged.ok) return unchanged

  const note = files.text('checkpoint')
  const journal = verifyJournal(files, identity.value, { origin, note }, reference, remembered)
  if (!journal.ok) return journal
  const { day, tree, root, clock } = journal.value
  const entry0 = `${files.place('journal.jsonl')} entry 0`
  const bound = checkIdentity(day, identity.value, electionPackage, entry0)
  if (!bound.ok) return bound
  const identityOf = (der: Uint8Array, where: string) => remembered.identity(der, where)
  const taken = verifyTakeover(files, identity.value, day, reference, identityOf)
  if (!taken.ok) return taken
  const placed = taken.value.identity
  const { adopted } = taken.value
  const same = files.checkListed(manifest.value, ['journal.jsonl'])
  if (!same.ok) return same
  const receipt = readReceipt(note, electionPackage, files.place('checkpoint'))
  if (!receipt.ok) return receipt

  const box = verifyBallotBox(files, electionPackage, day, adopted?.day.batches ?? [])
  if (!box.ok) return box
  const totals = verifyTotals(files, placed, day, electionPackage)
  if (!totals.ok) return totals
  const parsed = parseNote(note)
  if (!parsed.ok) throw new Error('a checkpoint that was opened is a note')
  const checkpoint: WitnessedHead = {
    ...parsed.value,
    origin,
    size: day.size,
    root,
    note,
    where: files.place('checkpoint'),
    device,
    holder: device,
    logKey: toBase64(logKey),
    cosigners: receipt.value === undefined ? [] : [{ owner: undefined, time: receipt.value }],
  }
  const own = {
    identity: placed,
    checkpoint,
    ...(adopted && {
      adopted: { identity: adopted.identity, checkpoint: adoptedHead(files, adopted, device) },
    }),
  }
  const witnessed = verifyWitnessed(
    files.bytes('cosigned.json'),
    own,
    reference,
    remembered,
    files.place('cosigned.json'),
  )
  if (!witnessed.ok) return witnessed
  const all = files.checkAllListed(manifest.value)
  if (!all.ok) return all
  if (!equalBytes(electionPackage.hash, count.electionPackage.hash)) {
    const what = 'this bundle is of another election package than the first one'
    const next = 'Audit the bundles of one election at a time.'
    return refuse('input.other-package', files.where, what, next)
  }
  return ok({
    where: files.where,
    device,
    station: placed.station,
    standsFor: placed.standsFor,
    ...(adopted && { adopted }),
    origin,
    day,
    clock,
    ...(receipt.value !== undefined && { receipt: receipt.value }),
    ...box.value,
    ...totals.value,
    tree,
    witnessed: witnessed.value,
    digests: { manifest: files.digest(MANIFEST_FILE), batches: files.digest('batches.jsonl') },
  })
}

/** The last head of a device that died, as a spare hands it out. */
function adoptedHead(files: BundleFiles, adopted: AdoptedJournal, holder: string): WitnessedHead {
  const note = files.text('taken-over-checkpoint')
  const parsed = parseNote(note)
  if (!parsed.ok) throw new Error('a checkpoint that was opened is a note')
  const { device, origin, tree, identity } = adopted
  return {
    ...parsed.value,
    origin,
    size: tree.size,
    root: rootAt(tree, tree.size),
    note,
    where: files.place('taken-over-checkpoint'),
    device,
    holder,
    logKey: toBase64(identity.logKey),
    cosigners: [],
  }
}

/** Whether the journal's first entry names this certificate. Unverified: it only helps to say which of two files was swapped. */
function namesCertificate(files: BundleFiles, certificate: Uint8Array): boolean {
  const journal = files.bytes('journal.jsonl')
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

/** Sealed ballots and spent tags against what the journal names. */
function verifyBallotBox(
  files: BundleFiles,
  { definition }: ElectionPackage,
  day: Day,
  before: readonly SealedBatch[],
) {
  const where = files.place('batches.jsonl')
  const size = sealedBallotSize(definition)
  const batches = parseBatchTexts(files.bytes('batches.jsonl'), where, (texts) =>
    lookAtBatchTexts(texts, size),
  )
  if (!batches.ok) return batches
  const checked = checkBatches([...before, ...day.batches], batches.value, where)
  if (!checked.ok) return checked
  const tagsWhere = files.place('spent-tags.json')
  const tags = parseSpentTags(files.bytes('spent-tags.json'), tagsWhere)
  if (!tags.ok) return tags
  const { texts: spentTags, bytes } = tags.value
  if (spentTags.length !== day.casts) {
    const what = `${spentTags.length} authorizations spent but ${day.casts} ballots cast`
    return refuse('bundle.spent', tagsWhere, what, KEEP)
  }
  if (digestOf(bytes) !== day.closing?.spent)
    return refuse('bundle.spent', tagsWhere, 'these are not the tags that polls.closed names', KEEP)
  const ballotLeaves = Buffer.concat([...batches.value.values()].map(({ leaves }) => leaves))
  return ok({ ballotLeaves, spentTags })
}
