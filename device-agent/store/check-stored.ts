/**
 * What one medium holds, judged at every start: first what the log key signed (`core/journal/check-records.ts`), then every other table by it.
 *
 * ```
 * device     certificate, package and origin as entry 0 names them
 * spent      as many tags as ballots were cast; after closing, the root in polls.closed (before it, the pool knows the root)
 * receipts   the centre's signatures on checkpoints of this journal
 * released   after closing, the tally that polls.closed commits to
 * pool       there while the polls are open, gone after closing
 * ```
 */
import { commitTally } from '../../core/ballot-box/commitment.ts'
import { spentRoot } from '../../core/ballot-box/pool.ts'
import { sealedBallotSize } from '../../core/ballot-box/sealed-ballot.ts'
import { openTally } from '../../core/bundle/bundle.ts'
import { parseTally } from '../../core/election/tally.ts'
import { checkRecords } from '../../core/journal/check-records.ts'
import type { Day } from '../../core/journal/day.ts'
import { equalBytes, fromBase64, sha256, toBase64 } from '../../core/keys/hash.ts'
import type { ElectionPackage } from '../../core/package/package.ts'
import type { Result } from '../../core/result.ts'
import { fail, ok, type Refusal, refuse } from '../../core/result.ts'
import type { Json } from '../../core/text/canonical-json.ts'
import { addSignatureLine, openCosignature } from '../../core/tlog/cosignature.ts'
import type { DeviceRow } from './database.ts'
import type { Medium, StoredRecords } from './medium.ts'

const KEEP_AND_CALL = 'Do not vote on this device; keep its media and call a technician.'

/** What the records are held against. */
export interface Expected {
  readonly electionPackage: ElectionPackage
  /** Ed25519 public keys of this device, 32 bytes each. */
  readonly logKey: Uint8Array
  readonly messageKey: Uint8Array
}

/**
 * Reads every medium, checks each for itself and all against the first.
 * @returns what they hold, or the refusal of the first that does not hold
 */
export function checkMedia(
  media: readonly [Medium, ...Medium[]],
  expected: Expected,
): Result<{ readonly day: Day; readonly records: StoredRecords }> {
  let first: { readonly day: Day; readonly records: StoredRecords } | undefined
  for (const medium of media) {
    const records = medium.records()
    if (!records.ok) return records
    const day = checkStored(records.value, expected)
    if (!day.ok) return fail({ ...day.error, where: `${medium.folder}, ${day.error.where}` })
    first ??= { day: day.value, records: records.value }
    const differs = findDifference(first.records, records.value)
    if (differs !== undefined) {
      const where = `${medium.folder}, table ${differs}`
      return refuse('store.media-differ', where, 'the media do not hold the same', KEEP_AND_CALL)
    }
  }
  if (first === undefined) throw new Error('a store has at least one medium')
  return ok(first)
}

/** What the log key signed is settled by the last checkpoint; the tags before closing are not in the journal. */
function findDifference(a: StoredRecords, b: StoredRecords): string | undefined {
  if (a.checkpoints.at(-1)?.note !== b.checkpoints.at(-1)?.note) return 'checkpoints'
  return equalBytes(spentRoot(a.spent), spentRoot(b.spent)) ? undefined : 'spent'
}

/**
 * Checks every table of one medium.
 * @returns the day its journal tells, or a refusal that names the table
 */
function checkStored(records: StoredRecords, expected: Expected): Result<Day> {
  const { electionPackage, logKey } = expected
  const [device, ...more] = records.device
  if (device === undefined || more.length > 0) return changed('device', 'it has not exactly one row')
  if (device.package !== toBase64(electionPackage.hash)) return otherPackage('device')
  const day = checkRecords({
    ...records,
    // The checkpoints' own word for the origin: where the row in table device is the changed one, they and the journal still agree.
    origin: records.checkpoints[0]?.note.split('\n', 1)[0] ?? device.origin,
    logKey,
    sealedSize: sealedBallotSize(electionPackage.definition),
  })
  if (!day.ok) return day
  const problem =
    findDeviceProblem(device, day.value, electionPackage) ??
    findSpentProblem(records.spent, day.value) ??
    findReceiptProblem(records, day.value, electionPackage) ??
    findReleasedProblem(records.released, day.value, expected) ??
    findPoolProblem(records.hasPool, day.value)
  return problem === undefined ? day : fail(problem)
}

/** A refusal that names a table in which something is not as it was written. */
export function changed(table: string, what: string) {
  return refuse('store.changed', `table ${table}`, what, KEEP_AND_CALL)
}

function findDeviceProblem(device: DeviceRow, day: Day, { hash }: ElectionPackage): Refusal | undefined {
  if (day.packageHash !== toBase64(hash)) return otherPackage('journal, entry 0').error
  if (device.origin !== day.origin) return changed('device', 'its origin is not that of the journal').error
  if (toBase64(sha256(device.certificate)) === day.certificate) return undefined
  return changed('device', 'its certificate is not the one that entry 0 of the journal names').error
}

function findSpentProblem(spent: StoredRecords['spent'], { casts, closing }: Day): Refusal | undefined {
  if (spent.length !== casts)
    return changed('spent', `${spent.length} authorizations spent but ${casts} ballots cast`).error
  if (closing === undefined || closing.spent === toBase64(spentRoot(spent))) return undefined
  return changed('spent', `these are not the tags that entry ${closing.seq} (polls.closed) names`).error
}

function findReceiptProblem(
  { receipts, checkpoints }: StoredRecords,
  day: Day,
  { definition }: ElectionPackage,
): Refusal | undefined {
  const { name, key } = definition.witness
  const witness = { name, publicKey: fromBase64(key) ?? new Uint8Array() }
  for (const { size, cosignature } of receipts) {
    const note = checkpoints[size - 1]?.note
    if (note === undefined) {
      const what = `the centre received ${size} entries but table journal holds ${day.size}: it was cut, or the receipt added`
      return changed('receipts', what).error
    }
    const opened = openCosignature(addSignatureLine(note, cosignature), witness)
    if (!opened.ok) return changed('receipts', `the receipt of size ${size}: ${opened.error.what}`).error
  }
  return undefined
}

function findReleasedProblem(
  released: StoredRecords['released'],
  { closing, origin }: Day,
  { electionPackage: { definition }, messageKey }: Expected,
): Refusal | undefined {
  const bad = (what: string) => changed('released', what).error
  if (closing === undefined)
    return released.length === 0 ? undefined : bad('a tally is there before the polls closed')
  const [document] = released
  if (document === undefined) return bad('the tally is missing')
  const opened = openTally(document, messageKey, 'table released')
  if (!opened.ok) return bad(opened.error.what)
  const tally = parseTally(definition, opened.value.tally as Json, 'table released')
  if (!tally.ok) return bad(tally.error.what)
  const commitment = toBase64(commitTally(definition, tally.value, opened.value.salt))
  if (opened.value.origin === origin && commitment === closing.tally) return undefined
  return bad(`it is not the tally that entry ${closing.seq} (polls.closed) commits to`)
}

function findPoolProblem(hasPool: boolean, { polls }: Day): Refusal | undefined {
  if (polls === 'finished' && hasPool) return changed('pool', 'it is there after the polls closed').error
  if ((polls === 'open' || polls === 'paused') && !hasPool)
    return changed('pool', 'the ballots of today that are not yet in a batch are missing').error
  return undefined
}

function otherPackage(place: string) {
  return refuse(
    'store.other-package',
    `table ${place}`,
    'this journal was begun for another election package',
    'Load the package the journal was begun with; a journal is never carried over.',
  )
}
