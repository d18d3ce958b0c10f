/**
 * What a spare keeps and hands out of the journal that it took over: the certificate of the device that died, its last checkpoint and every
 * entry up to it. A stranger can see from these that the counts with which the spare went on are those of that device, signed by its own key.
 */
import { deviceOfOrigin } from '../bundle/names.ts'
import { placeOf } from '../election/place.ts'
import { pollingNoon } from '../election/polling-time.ts'
import { readCertificate } from '../keys/certificate.ts'
import { equalBytes, fromBase64, toBase64 } from '../keys/hash.ts'
import type { ElectionPackage } from '../package/package.ts'
import { fail, ok, type Result, refuse } from '../result.ts'
import { openCheckpoint } from '../tlog/checkpoint.ts'
import { leafHash, rootOf } from '../tlog/tree.ts'
import { findAdoptionProblem } from './adopt.ts'
import { checkJournal } from './check-journal.ts'
import type { BatchesBefore } from './check-records.ts'
import type { Day } from './day.ts'

/** The three things that are kept. */
export interface AdoptedRecords {
  /** DER, of the device that died. */
  readonly certificate: Uint8Array
  /** Its checkpoint over all of `entries`. */
  readonly checkpoint: string
  readonly entries: readonly Uint8Array[]
}

/** By whom and in what election a journal was taken over, and how places are named. */
export interface AdoptedChecks {
  readonly electionPackage: ElectionPackage
  /** Of the election authority, 32 bytes. */
  readonly authorityKey: Uint8Array
  /** The spare's id. */
  readonly spare: string
  readonly where: {
    readonly takeover: string
    readonly certificate: string
    readonly checkpoint: string
    readonly journal: string
  }
}

const KEEP = 'Keep everything as it is, the media of both devices too, and have them examined.'

/**
 * Checks what was kept against the entry `takeover`.
 * @returns the day that the journal taken over tells; a refusal that names the first thing that does not hold
 */
export function checkAdopted(
  { certificate: der, checkpoint: note, entries }: AdoptedRecords,
  said: NonNullable<Day['adopted']>,
  { electionPackage, authorityKey, spare, where }: AdoptedChecks,
): Result<Day> {
  const { definition, hash } = electionPackage
  const certificate = readCertificate(der, authorityKey, pollingNoon(definition), where.certificate)
  if (!certificate.ok) return certificate
  const { subject, role, keys, fingerprint } = certificate.value
  const { log, message } = keys
  const isListed = definition.stations.some(({ devices }) => devices.includes(subject))
  if (role !== 'device' || log === undefined || message === undefined || !isListed)
    return bad(
      'bundle.certificate',
      where.certificate,
      'this is not the certificate of a device of a station',
    )
  if (placeOf(definition, spare, subject) === undefined)
    return bad('takeover.station', where.takeover, `${spare} is no spare of the station of ${subject}`)
  const checkpoint = openCheckpoint(note, { origin: said.origin, publicKey: log })
  if (!checkpoint.ok) return fail({ ...checkpoint.error, where: where.checkpoint })
  const { size, root } = checkpoint.value
  if (size !== said.size || toBase64(root) !== said.root)
    return bad(
      'takeover.checkpoint',
      where.checkpoint,
      'it is not the checkpoint that the entry takeover names',
    )
  if (entries.length !== size || !equalBytes(rootOf(entries.map(leafHash)), root))
    return bad('takeover.journal', where.journal, 'these are not the entries that the checkpoint signs')
  const journal = checkJournal({ entries, where: where.journal })
  if (!journal.ok) return journal
  const { day } = journal.value
  const isBound =
    day.origin === said.origin &&
    day.packageHash === toBase64(hash) &&
    day.certificate === toBase64(fingerprint) &&
    deviceOfOrigin(definition, day.origin) === subject
  if (!isBound)
    return bad(
      'bundle.binding',
      `${where.journal} entry 0`,
      'it does not bind this journal, package and certificate',
    )
  const problem = findAdoptionProblem(said, day, fromBase64(said.root) ?? new Uint8Array())
  return problem === undefined ? ok(day) : bad('takeover.counts', where.takeover, problem)
}

function bad(code: string, where: string, what: string) {
  return refuse(code, where, what, KEEP)
}

/** The two tables of a spare's database. */
export interface AdoptedTables {
  readonly device: readonly { readonly certificate: Uint8Array; readonly checkpoint: string }[]
  readonly journal: readonly { readonly seq: number; readonly entry: Uint8Array }[]
}

/** {@link checkAdopted} of a database, for who checks its other tables: gives the batches that come before those of its own journal. */
export function adoptedTablesCheck(
  { device, journal }: AdoptedTables,
  checks: Omit<AdoptedChecks, 'spare' | 'where'>,
): BatchesBefore {
  return (day) => {
    const [row, ...more] = device
    if (day.adopted === undefined) {
      if (row === undefined && journal.length === 0) return ok([])
      return bad('records.changed', 'table adopted', 'this device has taken no other one’s place')
    }
    const rows = [...journal].sort((a, b) => a.seq - b.seq)
    if (row === undefined || more.length > 0 || rows.some(({ seq }, place) => seq !== place))
      return bad('records.changed', 'table adopted', 'what was taken over is not whole')
    const { definition } = checks.electionPackage
    const old = checkAdopted({ ...row, entries: rows.map(({ entry }) => entry) }, day.adopted, {
      ...checks,
      spare: deviceOfOrigin(definition, day.origin) ?? '',
      where: {
        takeover: 'table journal, entry 1',
        certificate: 'table adopted, certificate',
        checkpoint: 'table adopted, checkpoint',
        journal: 'table adopted_journal,',
      },
    })
    return old.ok ? ok(old.value.batches) : old
  }
}
