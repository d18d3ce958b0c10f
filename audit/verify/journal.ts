/** The journal of a bundle: each entry by its leaf hash, the root that the device's checkpoint signs, the legal order of events. */
import { splitJournal } from '../../core/bundle/bundle.ts'
import { isEventType } from '../../core/journal/catalogue.ts'
import { type Day, DayReplay } from '../../core/journal/day.ts'
import { parseEntry, parseEntryText } from '../../core/journal/entry.ts'
import { equalBytes, sha256Text } from '../../core/keys/hash.ts'
import { fail, ok, type Result, refuse } from '../../core/result.ts'
import { utf8Text } from '../../core/text/utf8.ts'
import { openCheckpoint } from '../../core/tlog/checkpoint.ts'
import { type LeafTree, leafTree, rootAt } from '../../core/tlog/leaf-tree.ts'
import type { BundleFiles } from './bundle-files.ts'
import { ClockWatch, type OwnClock } from './clock.ts'
import type { DeviceIdentity } from './identity.ts'
import type { Reference } from './reference.ts'
import { textOf } from './reference.ts'
import type { Remembered } from './remembered.ts'

/** What is kept of a journal that holds. */
export interface VerifiedJournal {
  readonly day: Day
  readonly tree: LeafTree
  readonly root: Uint8Array
  readonly clock: OwnClock
}

const LEAF_BYTES = 32
const KEEP = 'Keep it as it is, and compare it with the device, its other copies and the centre.'

/**
 * Verifies journal, leaf hashes and checkpoint against each other.
 * @param own.origin the one that the manifest names
 * @param own.note the checkpoint
 * @returns the first entry that is not the one that was written, or cannot stand there; else the file that does not fit
 */
export function verifyJournal(
  files: BundleFiles,
  { logKey }: DeviceIdentity,
  { origin, note }: { readonly origin: string; readonly note: string },
  reference: Reference,
  remembered: Remembered,
): Result<VerifiedJournal> {
  const where = files.place('journal.jsonl')
  const journal = readJournal(files)
  if (!journal.ok) return journal
  const { bytes, entries, leaves } = journal.value
  const checkpoint = openCheckpoint(note, { origin, publicKey: logKey }, remembered.verify)
  if (!checkpoint.ok) return fail({ ...checkpoint.error, where: files.place('checkpoint') })
  const { size, root } = checkpoint.value
  const tree = leafTree(leaves)
  if (size !== entries.length || !equalBytes(root, rootAt(tree, size))) {
    const what = `it signs another journal of ${size} entries than the ${entries.length} entries here`
    return refuse('bundle.checkpoint', files.place('checkpoint'), what, KEEP)
  }
  const clock = new ClockWatch(reference.pollingDay)
  const day = replay(bytes, entries, where, clock)
  if (!day.ok) return day
  if (day.value.origin !== origin)
    return refuse('bundle.binding', `${where} entry 0`, 'it names another origin than manifest.json', KEEP)
  if (day.value.polls !== 'finished')
    return refuse('bundle.unfinished', where, 'the polls were never closed', KEEP)
  return ok({ day: day.value, tree, root, clock: clock.seen() })
}

/** The entries, each the one whose hash stands in `leaves.bin`. */
function readJournal(files: BundleFiles): Result<{
  readonly bytes: Uint8Array
  readonly entries: readonly Uint8Array[]
  readonly leaves: Uint8Array
}> {
  const where = files.place('journal.jsonl')
  const bytes = files.bytes('journal.jsonl')
  const leaves = Buffer.from(files.bytes('leaves.bin'))
  // One more than there are hashes is enough to refuse it.
  const split = splitJournal(bytes, where, Math.floor(leaves.length / LEAF_BYTES) + 1)
  if (!split.ok) return split
  const entries = split.value
  if (leaves.length % LEAF_BYTES !== 0)
    return refuse('leaves.size', files.place('leaves.bin'), 'not a whole number of leaf hashes', NEXT)
  const changed = findChanged(entries, bytes, leaves)
  if (changed === undefined) return ok({ bytes, entries, leaves })
  const count = leaves.length / LEAF_BYTES
  const entry = entries[changed]
  const entriesText = changed < count ? `only ${entries.length} entries` : 'more entries'
  const what =
    entry === undefined || changed >= count
      ? `the journal has ${entriesText}, leaves.bin ${count}`
      : 'this is not the entry that the device wrote: its hash is not the one in leaves.bin'
  return refuse('bundle.entry', `${where} entry ${changed}${typeSuffix(entry)}`, what, KEEP)
}

const NEXT = 'Get the bundle again from the device or its memory stick.'

/** The first entry that is not the one of its leaf hash, is too many or is missing. */
function findChanged(
  entries: readonly Uint8Array[],
  journal: Uint8Array,
  leaves: Buffer,
): number | undefined {
  // A leaf is hashed behind a zero byte. In this copy the line feed before each entry is one.
  const zeroed = Buffer.alloc(journal.length + 1)
  zeroed.set(journal, 1)
  let start = 0
  for (const [i, { length }] of entries.entries()) {
    zeroed[start] = 0
    const hash = sha256Text(zeroed.subarray(start, start + 1 + length))
    if (hash !== leaves.toString('latin1', i * LEAF_BYTES, (i + 1) * LEAF_BYTES)) return i
    start += length + 1
  }
  return entries.length * LEAF_BYTES === leaves.length ? undefined : entries.length
}

function replay(
  journal: Uint8Array,
  entries: readonly Uint8Array[],
  where: string,
  clock: ClockWatch,
): Result<Day> {
  const day = new DayReplay(where)
  const read = entryReader(journal)
  for (const [seq, bytes] of entries.entries()) {
    const entry = read(bytes, seq, where)
    if (!entry.ok) return fail({ ...entry.error, where: `${where} entry ${seq}` })
    const refusal = day.take(entry.value)
    if (refusal !== undefined) return fail(refusal)
    clock.take(entry.value)
  }
  return day.day()
}

/** Reads entries in order; where a character is a byte the whole journal is decoded at once. */
function entryReader(journal: Uint8Array): typeof parseEntry {
  const text = utf8Text(journal)
  if (text?.length !== journal.length) return parseEntry
  let start = 0
  return ({ length }, seq, where) => {
    const line = text.slice(start, start + length)
    start += length + 1
    return parseEntryText(line, seq, where)
  }
}

/** ` (ballot.cast)`, if the changed bytes still say what they were. */
function typeSuffix(bytes: Uint8Array | undefined): string {
  const type = /"type":"([a-z._]{1,40})"/.exec(textOf(bytes ?? new Uint8Array()))?.[1]
  return isEventType(type) ? ` (${type})` : ''
}
