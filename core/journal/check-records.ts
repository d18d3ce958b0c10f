/**
 * What a device's database holds, table against table. The device's log key signed a checkpoint after every entry, so each table can be
 * judged by another that cannot have been made to fit without that key:
 *
 * ```
 * checkpoints   each note's own signature, and one for every size from 1
 * journal       the root over the entries so far, which the checkpoint of that size signs
 * batches       the entries batch.sealed
 * ballots       the roots in the entries batch.sealed
 * ```
 *
 * In this order the first difference names the table that was changed. One thing nobody can tell apart: an entry added at the end that would
 * have been legal there, and the last checkpoint deleted; the place of the missing checkpoint is named and both are said.
 *
 * The other tables are judged by that journal:
 *
 * ```
 * spent         as many tags as ballots were cast; after closing, the root in polls.closed (before it, the pool knows the root)
 * receipts      the centre's signatures on checkpoints of this journal
 * released      after closing, the tally that polls.closed commits to, signed by the message key
 * pool          there while the polls are open, gone after closing; its content needs the day key
 * ```
 */
import { checkBatches, lookAtBatch } from '../ballot-box/batch.ts'
import { commitTally } from '../ballot-box/commitment.ts'
import { poolBlockSize, spentRoot } from '../ballot-box/pool.ts'
import { openTally } from '../bundle/bundle.ts'
import type { Definition } from '../election/definition.ts'
import { parseTally } from '../election/tally.ts'
import { equalBytes, fromBase64, toBase64 } from '../keys/hash.ts'
import { fail, ok, type Refusal, type Result } from '../result.ts'
import type { Json } from '../text/canonical-json.ts'
import { type Checkpoint, openCheckpoint } from '../tlog/checkpoint.ts'
import { addSignatureLine, openCosignature } from '../tlog/cosignature.ts'
import { parseNote } from '../tlog/note.ts'
import { appendLeaf, emptyFrontier, frontierRoot, leafHash } from '../tlog/tree.ts'
import { checkJournal } from './check-journal.ts'
import type { Day, SealedBatch } from './day.ts'

/** Rows of a device's database as read, in any order. */
export interface Records {
  readonly origin: string
  /** Ed25519 key of the device's log, 32 bytes. */
  readonly logKey: Uint8Array
  /** Bytes of one sealed ballot of the package. */
  readonly sealedSize: number
  readonly journal: readonly { readonly seq: number; readonly entry: Uint8Array }[]
  readonly checkpoints: readonly { readonly size: number; readonly note: string }[]
  readonly batches: readonly { readonly batch: number; readonly count: number; readonly root: Uint8Array }[]
  readonly ballots: readonly { readonly batch: number; readonly sealed: Uint8Array }[]
}

/** Rows of the tables that no checkpoint covers, in any order. */
export interface OtherRecords {
  /** Tags of spent authorizations. */
  readonly spent: readonly Uint8Array[]
  /** The centre's signature line on the checkpoint of a size. */
  readonly receipts: readonly { readonly size: number; readonly cosignature: string }[]
  /** Documents of released tallies. */
  readonly released: readonly string[]
  /** Bytes of the block in each row of the pool. */
  readonly pool: readonly number[]
}

/** What is wrong with a table, as a sentence. */
interface TableProblem {
  readonly table: keyof OtherRecords
  readonly what: string
}

/** Names the batches that a journal took over before its own; refuses if what was kept of them does not hold. */
export type BatchesBefore = (day: Day) => Result<readonly SealedBatch[]>

/**
 * Checks every row of the four tables.
 * @returns the day the journal tells, or a refusal whose `where` names table and row: `table checkpoints, size 13`
 */
export function checkRecords(records: Records, batchesBefore: BatchesBefore): Result<Day> {
  const checkpoints = checkCheckpoints(records)
  if (!checkpoints.ok) return checkpoints
  const rows = [...records.journal].sort((a, b) => a.seq - b.seq)
  const problem = findJournalProblem(rows, checkpoints.value)
  if (problem !== undefined) return fail(problem)
  const journal = checkJournal({ entries: rows.map(({ entry }) => entry), where: 'table journal,' })
  if (!journal.ok) return journal
  const { day } = journal.value
  const missing = checkpoints.value.length + 1
  if (day.size >= missing) {
    const what = `entry ${missing - 1} of table journal has no checkpoint: the checkpoint was deleted, or the entry added`
    return differs('checkpoints', `size ${missing}`, what)
  }
  if (day.origin !== records.origin)
    return differs('journal', 'entry 0', 'it names another origin than the checkpoints')
  const before = batchesBefore(day)
  if (!before.ok) return before
  const named = [...before.value, ...day.batches]
  const batches = findBatchProblem(records.batches, named)
  if (batches !== undefined) return fail(batches)
  const ballots = checkBallots(records, named)
  return ballots.ok ? ok(day) : ballots
}

/**
 * The first of the other tables that does not fit the day that {@link checkRecords} told.
 * @param checkpoints the table that was checked there
 * @param expected.messageKey Ed25519 key of the device's messages, 32 bytes
 */
export function findTableProblem(
  records: OtherRecords,
  checkpoints: Records['checkpoints'],
  day: Day,
  expected: { readonly definition: Definition; readonly messageKey: Uint8Array },
): TableProblem | undefined {
  const { definition, messageKey } = expected
  const spent = findSpentProblem(records.spent, day)
  if (spent !== undefined) return { table: 'spent', what: spent }
  const receipts = findReceiptProblem(records.receipts, checkpoints, day, definition)
  if (receipts !== undefined) return { table: 'receipts', what: receipts }
  const released = findReleasedProblem(records.released, day, definition, messageKey)
  if (released !== undefined) return { table: 'released', what: released }
  const pool = findPoolProblem(records.pool, day, definition)
  return pool === undefined ? undefined : { table: 'pool', what: pool }
}

/** Every note signed by the log alone, in its own row, sizes 1, 2, 3 … */
function checkCheckpoints(records: Records): Result<readonly Checkpoint[]> {
  const { origin, logKey: publicKey } = records
  const rows = [...records.checkpoints].sort((a, b) => a.size - b.size)
  const checkpoints: Checkpoint[] = []
  for (const { size, note } of rows) {
    const row = `size ${size}`
    const opened = openCheckpoint(note, { origin, publicKey })
    if (!opened.ok) return differs('checkpoints', row, opened.error.what)
    // A line of another key would be ignored in a note, but nobody but the log writes here.
    const parsed = parseNote(note)
    if (!parsed.ok || parsed.value.signatures.length !== 1)
      return differs('checkpoints', row, 'something was added to its note')
    if (opened.value.size !== size)
      return differs('checkpoints', row, `its note is that of size ${opened.value.size}`)
    checkpoints.push(opened.value)
  }
  const gap = checkpoints.findIndex(({ size }, i) => size !== i + 1)
  return gap === -1 ? ok(checkpoints) : differs('checkpoints', `size ${gap + 1}`, 'it is missing')
}

/** Every signed root is that of the entries below its size. Entries beyond the last checkpoint are not looked at here. */
function findJournalProblem(
  rows: Records['journal'],
  checkpoints: readonly Checkpoint[],
): Refusal | undefined {
  const place = rows.findIndex(({ seq }, i) => seq !== i)
  const gap = place === -1 ? rows.length : place
  const stray = rows.find(({ seq }) => !Number.isSafeInteger(seq) || seq < 0)
  if (stray !== undefined) return refusal('journal', `entry ${stray.seq}`, 'no entry has this number')
  let frontier = emptyFrontier()
  for (const [seq, { root, size }] of checkpoints.entries()) {
    const row = rows[seq]
    if (row === undefined || seq >= gap) {
      return refusal('journal', `entry ${seq}`, `it is missing: the checkpoint of size ${size} signs it`)
    }
    frontier = appendLeaf(frontier, leafHash(row.entry))
    if (!equalBytes(frontierRoot(frontier), root)) {
      return refusal(
        'journal',
        `entry ${seq}`,
        `it is not the entry that the checkpoint of size ${size} signs`,
      )
    }
  }
  return gap === rows.length
    ? undefined
    : refusal('journal', `entry ${gap}`, 'it is missing before later ones')
}

function findBatchProblem(rows: Records['batches'], named: readonly SealedBatch[]): Refusal | undefined {
  for (const { batch, count, root, seq } of named) {
    const row = rows.find((known) => known.batch === batch)
    if (row === undefined) return refusal('batches', `batch ${batch}`, `it is missing: entry ${seq} seals it`)
    if (row.count !== count || toBase64(row.root) !== root)
      return refusal('batches', `batch ${batch}`, `its count or root is not that of entry ${seq}`)
  }
  const added = rows.find(({ batch }) => !named.some((known) => known.batch === batch))
  return added && refusal('batches', `batch ${added.batch}`, 'no entry seals it')
}

function checkBallots(records: Records, named: readonly SealedBatch[]): Result<void> {
  const stored = new Map<number, Uint8Array[]>()
  for (const { batch, sealed } of records.ballots) {
    const ballots = stored.get(batch)
    if (ballots === undefined) stored.set(batch, [sealed])
    else ballots.push(sealed)
  }
  const looked = [...stored].map(([batch, ballots]) => {
    const sorted = ballots.sort((a, b) => Buffer.compare(a, b))
    return [batch, lookAtBatch(sorted, records.sealedSize)] as const
  })
  return checkBatches(named, new Map(looked), 'table ballots,')
}

function findSpentProblem(spent: readonly Uint8Array[], { casts, closing }: Day): string | undefined {
  if (spent.length !== casts) return `${spent.length} authorizations spent but ${casts} ballots cast`
  if (closing === undefined || closing.spent === toBase64(spentRoot(spent))) return undefined
  return `these are not the tags that entry ${closing.seq} (polls.closed) names`
}

function findReceiptProblem(
  receipts: OtherRecords['receipts'],
  checkpoints: Records['checkpoints'],
  day: Day,
  { witness: { name, key } }: Definition,
): string | undefined {
  const notes = new Map(checkpoints.map(({ size, note }) => [size, note]))
  const witness = { name, publicKey: fromBase64(key) ?? new Uint8Array() }
  for (const { size, cosignature } of receipts) {
    const note = notes.get(size)
    if (note === undefined)
      return `the centre received ${size} entries but table journal holds ${day.size}: it was cut, or the receipt added`
    // A line of another key would be ignored in a note, but a receipt is one line.
    if (cosignature.includes('\n')) return `the receipt of size ${size}: something was added to it`
    const opened = openCosignature(addSignatureLine(note, cosignature), witness)
    if (!opened.ok) return `the receipt of size ${size}: ${opened.error.what}`
  }
  return undefined
}

function findReleasedProblem(
  released: readonly string[],
  { closing, origin }: Day,
  definition: Definition,
  messageKey: Uint8Array,
): string | undefined {
  const [document, ...more] = released
  if (closing === undefined)
    return document === undefined ? undefined : 'a tally is there before the polls closed'
  if (document === undefined) return 'the tally is missing'
  if (more.length > 0) return 'more than one tally is there'
  const opened = openTally(document, messageKey, 'table released')
  if (!opened.ok) return opened.error.what
  const tally = parseTally(definition, opened.value.tally as Json, 'table released')
  if (!tally.ok) return tally.error.what
  const commitment = toBase64(commitTally(definition, tally.value, opened.value.salt))
  if (opened.value.origin === origin && commitment === closing.tally) return undefined
  return `it is not the tally that entry ${closing.seq} (polls.closed) commits to`
}

/** Before opening a pool may be there: it is made before the zero report is printed. */
function findPoolProblem(
  blocks: readonly number[],
  { polls }: Day,
  definition: Definition,
): string | undefined {
  if (polls === 'finished' && blocks.length > 0) return 'it is there after the polls closed'
  if ((polls === 'open' || polls === 'paused') && blocks.length === 0)
    return 'the ballots of today that are not yet in a batch are missing'
  if (blocks.length > 1) return 'it has more than one row'
  const size = poolBlockSize(definition)
  const other = blocks.find((bytes) => bytes !== size)
  return other === undefined
    ? undefined
    : `a block of ${other} bytes; every block of this package has ${size}`
}

function refusal(table: string, row: string, what: string): Refusal {
  return {
    code: 'records.changed',
    where: `table ${table}, ${row}`,
    what,
    next: 'Do not vote on this device; keep it and its media as they are and have them examined.',
  }
}

function differs(table: string, row: string, what: string) {
  return fail(refusal(table, row, what))
}
