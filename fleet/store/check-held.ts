/** Whether what a database of the centre holds agrees with itself: a stored checkpoint that is not of the entries stops everything. */
import { openTally } from '../../core/bundle/bundle.ts'
import { openStationSheet } from '../../core/bundle/station-sheet.ts'
import { equalBytes, sha256, toBase64 } from '../../core/keys/hash.ts'
import { ok, type Result, refuse } from '../../core/result.ts'
import { canonicalJson, type Json } from '../../core/text/canonical-json.ts'
import { openCheckpoint } from '../../core/tlog/checkpoint.ts'
import { appendLeaf, emptyFrontier, frontierRoot, leafHash } from '../../core/tlog/tree.ts'
import { judgeDay, noteEntries, withNoted } from './noted.ts'
import { journalOf, type Rows, sheetOf, tallyOf } from './rows.ts'
import type { HeldJournal, HeldTally, OpeningCheck } from './store.ts'

/** @param where the file or the database, for the refusal `store.changed` */
export async function checkHeld(rows: Rows, check: OpeningCheck, where: string): Promise<Result<undefined>> {
  const bad = (what: string) =>
    refuse('store.changed', where, what, 'The database was changed or damaged: keep it, and restore a copy.')
  const commitments = new Map<string, readonly string[]>()
  const journals = new Map((await rows.journals()).map((row) => [row.origin, journalOf(row)]))
  for (const { origin, note, entries } of await rows.heads()) {
    const journal = journals.get(origin)
    if (journal === undefined) return bad(`${origin}: it has no checkpoint`)
    const { frontier, logKey } = journal
    const checkpoint = openCheckpoint(note, { origin, publicKey: logKey })
    const isHead =
      checkpoint.ok &&
      checkpoint.value.size === frontier.size &&
      equalBytes(checkpoint.value.root, frontierRoot(frontier))
    if (!isHead) return bad(`${origin}: the head that is held is not that of the checkpoint ${frontier.size}`)
    if (entries !== frontier.size) return bad(`${origin}: not all entries of its checkpoint are there`)
    if (check === 'heads') continue
    const entriesHeld = await rows.entries(origin, 0, frontier.size)
    const problem = await findProblem(rows, journal, entriesHeld)
    if (problem !== undefined) return bad(`${origin}: ${problem}`)
    // A device that closes again has an illegal day; the database that holds a tally of the earlier closing is as it should be.
    commitments.set(
      origin,
      noteEntries(origin, 0, entriesHeld).closings.map(({ commitment }) => commitment),
    )
  }
  if (check === 'everything') {
    for (const tally of (await rows.tallies()).map(tallyOf)) {
      const problem = findTallyProblem(tally, commitments.get(tally.origin) ?? [])
      if (problem !== undefined) return bad(`the tally of ${tally.origin}: ${problem}`)
    }
  }
  for (const row of await rows.sheets()) {
    const sheet = `the sheet of ${row.station}`
    if (!journals.has(row.origin)) return bad(`${sheet}: its journal is missing`)
    const { document, messageKey } = sheetOf(row)
    const opened = openStationSheet(document, messageKey, sheet)
    if (!opened.ok) return bad(`${sheet}: ${opened.error.what}`)
    if (opened.value.station !== row.station) return bad(`${sheet}: it is that of ${opened.value.station}`)
  }
  return ok(undefined)
}

/** @param commitments of the closing entries of its journal */
function findTallyProblem(
  { document, messageKey, origin }: HeldTally,
  commitments: readonly string[],
): string | undefined {
  const opened = openTally(document, messageKey, origin)
  if (!opened.ok) return opened.error.what
  // As `commitTally` has it, of counts that are in their one form already.
  const commitment = toBase64(
    sha256(opened.value.salt, Buffer.from(canonicalJson(opened.value.tally as Json))),
  )
  return commitments.includes(commitment) ? undefined : 'its journal commits to another'
}

/** What of a journal does not agree with its entries: a checkpoint, or what was noted of them when they came. */
async function findProblem(
  rows: Rows,
  journal: HeldJournal,
  entries: readonly Uint8Array[],
): Promise<string | undefined> {
  const { origin, device, logKey } = journal
  const notes = new Map((await rows.checkpoints(origin)).map(({ size, note }) => [size, note]))
  let frontier = emptyFrontier()
  for (const bytes of entries) {
    frontier = appendLeaf(frontier, leafHash(bytes))
    const note = notes.get(frontier.size)
    if (note === undefined) continue
    const checkpoint = openCheckpoint(note, { origin, publicKey: logKey })
    if (!checkpoint.ok || !equalBytes(checkpoint.value.root, frontierRoot(frontier)))
      return `the entries are not those of the checkpoint ${frontier.size}`
    notes.delete(frontier.size)
  }
  if (notes.size > 0) return 'a checkpoint without its entries'
  const { closing: _c, fewestCasts: _f, takeover: _t, illegal: _i, ...bare } = journal
  const told = withNoted({ ...bare, dead: [], programs: [] }, noteEntries(origin, 0, entries))
  const illegal = told.closing && judgeDay(device, entries)
  if (textOf({ ...told, ...(illegal && { illegal }) }) === textOf(journal)) return undefined
  return 'what was noted of its entries is not what they say'
}

function textOf({ closing, fewestCasts, takeover, dead, illegal, programs }: HeldJournal): string {
  const noted = { closing, fewestCasts, takeover, dead, illegal, programs }
  return canonicalJson(JSON.parse(JSON.stringify(noted)) as Json)
}
