/**
 * A journal's entries as a whole: each one well formed, in its place, and together a legal day. The device asks this at every start and
 * the auditor of every bundle.
 */
import { equalBytes } from '../keys/hash.ts'
import { ok, type Result } from '../result.ts'
import { leafHash } from '../tlog/tree.ts'
import { type Day, replayDay } from './day.ts'
import { type Entry, parseEntry } from './entry.ts'

export interface CheckedJournal {
  readonly day: Day
  readonly entries: readonly Entry[]
  /** RFC 6962 leaf hash of each entry, 32 bytes. */
  readonly leaves: readonly Uint8Array[]
}

/**
 * Reads a journal. Says nothing of who wrote it: compare the root of `leaves` with a signed checkpoint.
 * @param journal.entries the exact bytes of each entry, from number 0 on
 * @param journal.where the file or table; an entry is named behind it: `journal.jsonl entry 57`
 */
export function checkJournal(journal: {
  readonly entries: readonly Uint8Array[]
  readonly where: string
}): Result<CheckedJournal> {
  const { where } = journal
  const entries: Entry[] = []
  for (const [seq, bytes] of journal.entries.entries()) {
    const entry = parseEntry(bytes, seq, `${where} entry ${seq}`)
    if (!entry.ok) return entry
    entries.push(entry.value)
  }
  const day = replayDay(entries, where)
  if (!day.ok) return day
  return ok({ day: day.value, entries, leaves: journal.entries.map(leafHash) })
}

/**
 * The number of the first entry that is not the one of its leaf hash, is too many or is missing; undefined if every entry fits.
 * @param leaves what the entries' leaf hashes should be
 */
export function nameChangedEntry(
  entries: readonly Uint8Array[],
  leaves: readonly Uint8Array[],
): number | undefined {
  const changed = entries.findIndex((entry, i) => {
    const leaf = leaves[i]
    return leaf === undefined || !equalBytes(leafHash(entry), leaf)
  })
  if (changed !== -1) return changed
  return entries.length === leaves.length ? undefined : entries.length
}
