/**
 * A device's SQLite database, as found on one of its media. A copy is read: SQLite itself may write to a database that it only reads (it
 * brings the write-ahead log in), and an audit never writes to what it reads. The device must be off.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { sealedBallotSize } from '../../core/ballot-box/sealed-ballot.ts'
import { deviceOfOrigin } from '../../core/bundle/names.ts'
import { placeOf } from '../../core/election/place.ts'
import { type AdoptedTables, adoptedTablesCheck } from '../../core/journal/check-adopted.ts'
import {
  checkRecords,
  findTableProblem,
  type OtherRecords,
  type Records,
} from '../../core/journal/check-records.ts'
import type { Day } from '../../core/journal/day.ts'
import { parseEntry } from '../../core/journal/entry.ts'
import { toBase64 } from '../../core/keys/hash.ts'
import { fail, ok, type Result, refuse } from '../../core/result.ts'
import { openCheckpoint } from '../../core/tlog/checkpoint.ts'
import { readSmallFile } from '../read-folders.ts'
import { findHeadsProblem, findSheetRowProblem, type SheetRow } from './device-memory.ts'
import { checkIdentity, type DeviceIdentity, readIdentity } from './identity.ts'
import type { Reference } from './reference.ts'

/** A day of voting is a few megabytes. */
const MAX_DATABASE_BYTES = 1024 * 1024 * 1024
const KEEP = 'Keep the device and its media as they are and have them examined.'

/** The tables that are read, each with its columns and what every value in them must be. */
const TABLES = {
  device: { origin: 'text', package: 'text', certificate: 'blob' },
  journal: { seq: 'number', entry: 'blob' },
  checkpoints: { size: 'number', note: 'text' },
  batches: { batch: 'number', count: 'number', root: 'blob' },
  ballots: { batch: 'number', sealed: 'blob' },
  spent: { tag: 'blob' },
  receipts: { size: 'number', cosignature: 'text' },
  released: { tally: 'text' },
  sheet: { sealed: 'text', key: 'blob or null', sheet: 'text or null' },
  heads: { number: 'number', head: 'blob' },
  pool: { block: 'blob' },
  adopted: { certificate: 'blob', checkpoint: 'text' },
  adopted_journal: { seq: 'number', entry: 'blob' },
} as const

/** Rows as read, their types checked, nothing else. */
export interface DatabaseRows extends Omit<Records, 'origin' | 'logKey' | 'sealedSize'> {
  readonly device: readonly {
    readonly origin: string
    /** Base64 of the package's hash. */
    readonly package: string
    readonly certificate: Uint8Array
  }[]
  readonly spent: readonly { readonly tag: Uint8Array }[]
  readonly receipts: OtherRecords['receipts']
  readonly released: readonly { readonly tally: string }[]
  readonly sheet: readonly SheetRow[]
  readonly heads: readonly { readonly number: number; readonly head: Uint8Array }[]
  readonly pool: readonly { readonly block: Uint8Array }[]
  readonly adopted: AdoptedTables['device']
  readonly adopted_journal: AdoptedTables['journal']
}

/** A database that holds. */
export interface VerifiedDatabase {
  readonly device: string
  readonly station: string
  readonly day: Day
}

/**
 * Reads a device's database by way of a copy in the system's folder for temporary files.
 * @returns a refusal `input.*` if it is no database of a ballot device, `database.damaged` if SQLite cannot read it through, or one that
 *   names the table in which a value has a wrong type
 */
export function readDatabase(path: string): Result<DatabaseRows> {
  const bytes = readSmallFile(path, MAX_DATABASE_BYTES)
  if (bytes === undefined) {
    return refuse('input.unreadable', path, 'it is no readable file', 'Check the name of the file.')
  }
  const log = readSmallFile(`${path}-wal`, MAX_DATABASE_BYTES)
  const folder = mkdtempSync(join(tmpdir(), 'sandogh-audit-'))
  try {
    const copy = join(folder, 'copy.db')
    writeFileSync(copy, bytes)
    if (log !== undefined) writeFileSync(`${copy}-wal`, log)
    return readCopy(copy, path)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/**
 * Verifies the rows of a device's database without a secret. What is in the pool needs the day key and is not looked at.
 * @returns the day, or a refusal that names table and row
 */
export function verifyDatabase(rows: DatabaseRows, reference: Reference): Result<VerifiedDatabase> {
  const [row, ...more] = rows.device
  if (row === undefined || more.length > 0) return bad('table device', 'it has not exactly one row')
  const { electionPackage } = reference
  const { definition, hash } = electionPackage
  const identity = readIdentity(row.certificate, reference, 'table device, certificate')
  if (!identity.ok) return identity
  if (row.package !== toBase64(hash)) {
    return bad('table device, package', 'the database belongs to another election package than the one given')
  }
  if (otherOrigin(rows, row.origin, identity.value)) {
    return bad('table device, origin', 'it is not the origin that journal and checkpoints name')
  }
  const { logKey, messageKey, device } = identity.value
  const sealedSize = sealedBallotSize(definition)
  const { authorityKey } = reference
  const day = checkRecords(
    { ...rows, origin: row.origin, logKey, sealedSize },
    adoptedTablesCheck(
      { device: rows.adopted, journal: rows.adopted_journal },
      { electionPackage, authorityKey },
    ),
  )
  if (!day.ok) return day
  const bound = checkIdentity(day.value, identity.value, electionPackage, 'table journal, entry 0')
  if (!bound.ok) return bound
  const { adopted } = day.value
  const place = placeOf(definition, device, adopted && deviceOfOrigin(definition, adopted.origin))
  if (place === undefined) return bad('table journal', `${device} is a spare and took no device's place`)
  const station = place.station.id
  const placed = { ...identity.value, station, standsFor: place.device }
  const others: OtherRecords = {
    spent: rows.spent.map(({ tag }) => tag),
    receipts: rows.receipts,
    released: rows.released.map(({ tally }) => tally),
    pool: rows.pool.map(({ block }) => block.length),
  }
  const problem = findTableProblem(others, rows.checkpoints, day.value, { definition, messageKey })
  if (problem !== undefined) return bad(`table ${problem.table}`, problem.what)
  const sheet = findSheetRowProblem(rows.sheet, day.value, placed, electionPackage)
  if (sheet !== undefined) return bad('table sheet', sheet)
  const heads = findHeadsProblem(rows.heads, rows.checkpoints, day.value, identity.value, definition)
  if (heads !== undefined) return bad('table heads', heads)
  return ok({ device, station, day: day.value })
}

function readCopy(copy: string, path: string): Result<DatabaseRows> {
  let database: Database.Database | undefined
  try {
    database = new Database(copy, { fileMustExist: true })
    database.pragma('trusted_schema = OFF')
    const missing = missingTable(database)
    if (missing !== undefined) {
      const what = `it has no table ${missing}: this is no database of a ballot device`
      return refuse('input.no-device', path, what, 'Check that this is the right file.')
    }
    const read: Record<string, unknown> = {}
    for (const [table, columns] of Object.entries(TABLES)) {
      const rows = database.prepare(`SELECT ${Object.keys(columns).join(', ')} FROM ${table}`).all() as Row[]
      const wrong = rows.findIndex((row) => !isRow(row, columns))
      if (wrong !== -1) return bad(`table ${table}`, 'a value in it is not of the type of its column')
      read[table] = rows
    }
    return ok(read as unknown as DatabaseRows)
  } catch (error) {
    if (!(error instanceof Database.SqliteError)) throw error
    return error.code === 'SQLITE_NOTADB'
      ? refuse('input.no-device', path, 'this is no SQLite database', 'Check that this is the right file.')
      : refuse('database.damaged', path, `SQLite cannot read it through (${error.code})`, KEEP)
  } finally {
    database?.close()
  }
}

type Row = Readonly<Record<string, unknown>>

/** The first table that is not there as an ordinary one: a view or a virtual table could do anything when it is read. */
function missingTable(database: Database.Database): string | undefined {
  const ordinary = database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'")
    .pluck()
    .all()
  return Object.keys(TABLES).find((table) => !ordinary.includes(table))
}

function isRow(row: Row, columns: Readonly<Record<string, string>>): boolean {
  return Object.entries(columns).every(([column, type]) => {
    const value = row[column]
    if (value === null) return type.endsWith(' or null')
    if (type === 'number') return Number.isSafeInteger(value)
    return type.startsWith('text') ? typeof value === 'string' : value instanceof Uint8Array
  })
}

/** Whether the journal and a checkpoint signed by the device agree on an origin that is not the one of table device. */
function otherOrigin(rows: DatabaseRows, origin: string, { logKey: publicKey }: DeviceIdentity): boolean {
  const first = rows.journal.find(({ seq }) => seq === 0)
  const entry = first && parseEntry(first.entry, 0, 'table journal, entry 0')
  if (!entry?.ok || entry.value.type !== 'journal.opened' || entry.value.origin === origin) return false
  const named = entry.value.origin
  return rows.checkpoints.some(({ note }) => openCheckpoint(note, { origin: named, publicKey }).ok)
}

function bad(where: string, what: string) {
  return fail({ code: 'records.changed', where, what, next: KEEP })
}
