/**
 * What one medium holds, judged at every start: first what the log key signed, then every other table by it. Most of both is what an auditor
 * asks too (`core/journal/check-records.ts`); beside that
 *
 * ```
 * device     certificate, package and origin as entry 0 names them
 * adopted    what a spare took over, as entry 1 names it
 * slip       one state, and only such as the day can have come to
 * sheet      after closing, this device's sealed tally
 * heads      cosigned by this device, or checkpoints of this journal
 * ```
 */
import { sealedBallotSize } from '../../core/ballot-box/sealed-ballot.ts'
import { openSealedTally } from '../../core/bundle/sealed-tally.ts'
import { adoptedTablesCheck } from '../../core/journal/check-adopted.ts'
import { checkRecords, findTableProblem } from '../../core/journal/check-records.ts'
import type { Day } from '../../core/journal/day.ts'
import { sha256, toBase64 } from '../../core/keys/hash.ts'
import type { ElectionPackage } from '../../core/package/package.ts'
import type { Result } from '../../core/result.ts'
import { fail, type Refusal, refuse } from '../../core/result.ts'
import type { DeviceRow } from './database.ts'
import type { StoredRecords } from './medium.ts'
import { findHeadsProblem } from './station-memory.ts'

const KEEP_AND_CALL = 'Do not vote on this device; keep its media and call a technician.'

/** What the records are held against. */
export interface Expected {
  readonly electionPackage: ElectionPackage
  /** Ed25519 public keys of this device, 32 bytes each. */
  readonly logKey: Uint8Array
  readonly messageKey: Uint8Array
  readonly witnessKey: Uint8Array
  /** Of the election authority, which signs the neighbours' certificates. */
  readonly authorityKey: Uint8Array
}

/**
 * Checks every table of one medium.
 * @returns the day its journal tells, or a refusal that names the table
 */
export function checkStored(records: StoredRecords, expected: Expected): Result<Day> {
  const { electionPackage, logKey, witnessKey, authorityKey } = expected
  const [device, ...more] = records.device
  if (device === undefined || more.length > 0) return changed('device', 'it has not exactly one row')
  if (device.package !== toBase64(electionPackage.hash)) return otherPackage('device')
  const day = checkRecords(
    {
      ...records,
      // The checkpoints' own word for the origin: where the row in table device is the changed one, they and the journal still agree.
      origin: records.checkpoints[0]?.note.split('\n', 1)[0] ?? device.origin,
      logKey,
      sealedSize: sealedBallotSize(electionPackage.definition),
    },
    adoptedTablesCheck(records.adopted, { electionPackage, authorityKey }),
  )
  if (!day.ok) return day
  const problem =
    findDeviceProblem(device, day.value, electionPackage) ??
    findOtherProblem(records, day.value, expected) ??
    findSlipProblem(records.slips, day.value) ??
    findSealedProblem(records.sealedTallies, day.value, expected) ??
    findHeadsProblem(records.heads, {
      definition: electionPackage.definition,
      witnessKey,
      authorityKey,
      journal: {
        origin: day.value.origin,
        day: day.value,
        checkpointAt: (size) => records.checkpoints[size - 1]?.note,
      },
    })
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

function findOtherProblem(records: StoredRecords, day: Day, expected: Expected): Refusal | undefined {
  const { electionPackage, messageKey } = expected
  const { definition } = electionPackage
  const problem = findTableProblem(records, records.checkpoints, day, { definition, messageKey })
  return problem && changed(problem.table, problem.what).error
}

function findSlipProblem([slip, ...more]: readonly string[], { polls, casts }: Day): Refusal | undefined {
  const voting = polls === 'open' || polls === 'paused'
  const possible = [
    'none',
    ...(voting ? ['printing', 'hanging', 'void'] : []),
    ...(casts > 0 ? ['accepted'] : []),
  ]
  if (slip !== undefined && more.length === 0 && possible.includes(slip)) return undefined
  return changed('slip', 'it is not what the journal can have led to').error
}

function findSealedProblem(
  documents: StoredRecords['sealedTallies'],
  { closing, origin }: Day,
  { electionPackage: { definition }, messageKey }: Expected,
): Refusal | undefined {
  const [document] = documents
  if (closing === undefined)
    return document === undefined
      ? undefined
      : changed('sheet', 'a tally is there before the polls closed').error
  if (document === undefined) return changed('sheet', 'the sealed tally is missing').error
  const opened = openSealedTally(document, { definition, messageKey }, 'table sheet')
  if (!opened.ok) return changed('sheet', opened.error.what).error
  if (opened.value.origin === origin) return undefined
  return changed('sheet', 'the sealed tally is of another journal').error
}

function otherPackage(place: string) {
  return refuse(
    'store.other-package',
    `table ${place}`,
    'this journal was begun for another election package',
    'Load the package the journal was begun with; a journal is never carried over.',
  )
}
