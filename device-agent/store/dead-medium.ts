/**
 * The medium of a device that died, in the hands of the spare that is to take its place. It is only read: its database is copied with its
 * write-ahead log, and the copy is opened and checked as the device itself would have done at a start. Everything on it may have been made by
 * anybody; what the device's certificate and keys do not vouch for is refused by name.
 */
import { closeSync, constants, fstatSync, mkdirSync, openSync, readdirSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { placeOf } from '../../core/election/place.ts'
import { pollingNoon } from '../../core/election/polling-time.ts'
import type { Day } from '../../core/journal/day.ts'
import { readCertificate } from '../../core/keys/certificate.ts'
import { toBase64 } from '../../core/keys/hash.ts'
import type { ElectionPackage } from '../../core/package/package.ts'
import { fail, ok, type Result, refuse } from '../../core/result.ts'
import { leafHash, rootOf } from '../../core/tlog/tree.ts'
import { removeFolder, writeAll } from '../durable-file.ts'
import type { AdoptedBox } from './adopted-rows.ts'
import { checkStored } from './check-stored.ts'
import { type DeviceRow, damaged, openDatabase } from './database.ts'
import { LeftBehind } from './left-behind.ts'
import { DATABASE_FILE, readRecords, SLOTS_FILE, type StoredRecords } from './medium.ts'
import { Slots } from './slots.ts'
import { lossOf, storageFault } from './storage-fault.ts'

/** A day of voting is a few megabytes. */
const MAX_BYTES = 1024 * 1024 * 1024
const CHUNK_BYTES = 1024 * 1024

/** For whom the medium is read. */
export interface DeadMediumChecks {
  readonly electionPackage: ElectionPackage
  readonly authorityKey: Uint8Array
  /** The spare's id and the station where it stands. */
  readonly spare: string
  readonly station: string
}

/** A medium that holds. Whether there is something to go on with, and whether it is all there is, `dead-media.ts` asks. */
export interface DeadMedium {
  /** The folder. */
  readonly where: string
  /** The device that died. */
  readonly device: string
  readonly day: Day
  /** Over its journal. */
  readonly root: Uint8Array
  readonly slip: 'none' | 'recorded' | 'not-recorded'
  readonly box: AdoptedBox
  /** Of the pool; there is none before opening and after closing. */
  readonly block: Uint8Array | undefined
  readonly slotKeys: readonly Uint8Array[]
  /** So many entries the other medium had when this one was left behind; 0 if it was not. */
  readonly further: number
}

const OTHER = 'Take it out and put in the medium of the device of this station that died.'
const KEEP = 'Take nothing from it and change nothing on it: keep it and call the election office.'

/**
 * Whether a medium is put in there, one too that answers nothing but an error: what is wrong with it {@link readDeadMedium} says. The place
 * where one is mounted is an empty folder while none is.
 */
export function isMediumIn(folder: string): boolean {
  try {
    return readdirSync(folder).length > 0
  } catch (error) {
    return !['ENOENT', 'ENOTDIR'].includes(codeOf(error))
  }
}

/**
 * Reads and checks the medium of a device that died.
 * @param work a folder for the copy, made here and gone when this returns
 * @returns a refusal `takeover.*`, or what the check at a start says of a table
 */
export function readDeadMedium(folder: string, work: string, checks: DeadMediumChecks): Result<DeadMedium> {
  try {
    removeFolder(work)
    mkdirSync(work, { mode: 0o700 })
    const copied = copyDatabase(folder, work)
    const read = copied.ok ? readCopy(folder, work, checks) : copied
    removeFolder(work)
    return read
  } catch (error) {
    return ownStorage(work, error)
  }
}

/** What this spare's own storage answers where a copy is to be written or read; the other device's media are not to blame. Throws what is our own mistake. */
export function ownStorage(where: string, error: unknown) {
  if (lossOf(error) === undefined) throw error
  return no(
    'storage',
    where,
    `this spare’s own storage refuses (${codeOf(error)})`,
    'Switch this spare off and on and try again, or take another one.',
  )
}

function copyDatabase(folder: string, work: string): Result<void> {
  for (const name of [DATABASE_FILE, `${DATABASE_FILE}-wal`, SLOTS_FILE]) {
    const path = join(folder, name)
    const file = openOrdinary(path)
    if (typeof file !== 'number') {
      // A device that was switched off in order leaves no log.
      if (file === 'ENOENT' && name.endsWith('-wal')) continue
      return unreadable(path, file)
    }
    try {
      const problem = name === SLOTS_FILE ? undefined : copyFile(file, join(work, name))
      if (problem !== undefined) return unreadable(path, problem)
    } finally {
      closeSync(file)
    }
  }
  return ok(undefined)
}

/** A descriptor of an ordinary file of a limited size, following no link; else why not. */
function openOrdinary(path: string): number | string {
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    const status = fstatSync(file)
    if (status.isFile() && status.size <= MAX_BYTES) return file
    closeSync(file)
    return 'it is no ordinary file'
  } catch (error) {
    return codeOf(error)
  }
}

/** @returns why it cannot be read; throws what the copy's own storage answers */
function copyFile(from: number, to: string): string | undefined {
  const copy = openSync(to, 'wx', 0o600)
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES)
    for (;;) {
      const count = readPiece(from, chunk)
      if (typeof count === 'string') return count
      if (count === 0) return undefined
      writeAll(copy, chunk.subarray(0, count))
    }
  } finally {
    closeSync(copy)
  }
}

function readPiece(from: number, piece: Buffer): number | string {
  try {
    return readSync(from, piece)
  } catch (error) {
    return codeOf(error)
  }
}

function readCopy(folder: string, work: string, checks: DeadMediumChecks): Result<DeadMedium> {
  const named = <T>(result: Result<T>): Result<T> =>
    result.ok
      ? result
      : fail({ ...result.error, where: `${folder}, ${withoutFolder(result.error.where, work)}`, next: KEEP })
  const slotKeys = readFrom(join(folder, SLOTS_FILE), (path) => Slots.keysIn(path))
  if (!slotKeys.ok) return slotKeys
  const database = openDatabase(join(work, DATABASE_FILE), notOpened)
  if (!database.ok) return database.error.code === 'takeover.storage' ? database : named(database)
  try {
    const records = readRecords(database.value, DATABASE_FILE)
    if (!records.ok) return named(records)
    const owner = readOwner(folder, records.value, checks)
    if (!owner.ok) return owner
    const day = checkStored(records.value, { ...checks, ...owner.value.keys })
    if (!day.ok) return named(day)
    const entries = records.value.journal.map(({ entry }) => entry)
    const block = database.value.prepare<[], Uint8Array>('SELECT block FROM pool').pluck().get()
    const further = readFrom(folder, () => new LeftBehind(folder).sizeOf(day.value.origin))
    if (!further.ok) return further
    const checkpoint = records.value.checkpoints.at(-1)?.note
    if (checkpoint === undefined) throw new Error('a journal that holds, without a checkpoint')
    const { certificate, device } = owner.value
    const { batches, ballots, spent, slips } = records.value
    return ok({
      where: folder,
      device,
      day: day.value,
      root: rootOf(entries.map(leafHash)),
      slip: SLIP[slips[0] ?? 'none'] ?? 'none',
      box: { certificate, checkpoint, entries, batches, ballots, spent },
      block,
      slotKeys: slotKeys.value,
      further: further.value,
    })
  } finally {
    database.value.close()
  }
}

function readFrom<T>(path: string, read: (path: string) => T): Result<T> {
  try {
    return ok(read(path))
  } catch (error) {
    return unreadable(path, codeOf(error))
  }
}

/** What the slip in hand says of its vote. */
const SLIP: Readonly<Record<string, DeadMedium['slip']>> = {
  printing: 'not-recorded',
  hanging: 'not-recorded',
  void: 'not-recorded',
  accepted: 'recorded',
}

/** Whose medium it is: a device of this station, whose place this spare may take. */
function readOwner(
  folder: string,
  { device: rows }: StoredRecords,
  { electionPackage, authorityKey, spare, station }: DeadMediumChecks,
) {
  const { definition, hash } = electionPackage
  const [row] = rows as readonly (DeviceRow | undefined)[]
  if (row === undefined) return no('damaged', folder, 'it does not say of which device it is', KEEP)
  if (row.package !== toBase64(hash))
    return no(
      'other-package',
      folder,
      'it is of a device that was loaded with another election package',
      OTHER,
    )
  const certificate = readCertificate(row.certificate, authorityKey, pollingNoon(definition), folder)
  if (!certificate.ok) return certificate
  const { subject, role, keys } = certificate.value
  const { log: logKey, message: messageKey, witness: witnessKey } = keys
  if (role !== 'device' || logKey === undefined || messageKey === undefined || witnessKey === undefined)
    return no('damaged', folder, 'its certificate is not that of a ballot device', KEEP)
  const place = placeOf(definition, subject, undefined)
  if (place === undefined) return no('chained', folder, `it is of ${subject}, which is itself a spare`, OTHER)
  if (place.station.id !== station)
    return no('other-station', folder, `it is of ${subject}, a device of station ${place.station.id}`, OTHER)
  if (placeOf(definition, spare, subject) === undefined)
    return no(
      'no-spare',
      folder,
      `the package does not name ${spare} as a spare of station ${station}`,
      'Bring a device that the package names for this station.',
    )
  return ok({ device: subject, certificate: row.certificate, keys: { logKey, messageKey, witnessKey } })
}

/** The copy's pages are the other device's, but the file is this spare's. */
function notOpened(path: string, error: unknown) {
  const isOwn = storageFault(error) !== undefined && !codeOf(error).startsWith('SQLITE_CORRUPT')
  return isOwn ? ownStorage(path, error) : damaged(path, error)
}

function withoutFolder(where: string, folder: string): string {
  return where.startsWith(`${folder}/`) ? where.slice(folder.length + 1) : where
}

function unreadable(path: string, why: string) {
  return no(
    'unreadable',
    path,
    `it cannot be read (${why})`,
    'Take the medium out and put it in again. If the device has a second one, try that. If neither can be read, call the election office.',
  )
}

function no(code: string, where: string, what: string, next: string) {
  return refuse(`takeover.${code}`, where, what, next)
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
}
