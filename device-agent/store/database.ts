/**
 * Makes and opens a device's database. It is taken only if it can keep votes: pragmas read back, tables and triggers those of this version,
 * every page and value sound.
 */
import { closeSync, openSync } from 'node:fs'
import Database from 'better-sqlite3'
import type { Result } from '../../core/result.ts'
import { ok, refuse } from '../../core/result.ts'
import { createSchema, SCHEMA_VERSION, schemaText } from './schema.ts'

/** Set on every open and read back (SQLite documentation, PRAGMA): a reopened WAL database silently falls to NORMAL in this build. */
const PRAGMAS: readonly (readonly [name: string, set: string, read: string | number])[] = [
  ['journal_mode', 'WAL', 'wal'],
  ['synchronous', 'FULL', 2],
  ['foreign_keys', 'ON', 1],
  // Without it INSERT OR REPLACE walks past a BEFORE DELETE trigger.
  ['recursive_triggers', 'ON', 1],
  ['secure_delete', 'ON', 1],
  ['temp_store', 'MEMORY', 2],
]

/** The one row of table `device`. */
export interface DeviceRow {
  readonly origin: string
  /** Base64 of the election package's hash. */
  readonly package: string
  /** DER. */
  readonly certificate: Uint8Array
}

/** Makes a database where there is none. Refusals: `store.pragma`, `store.damaged`. */
export function createDatabase(path: string, device: DeviceRow): Result<Database.Database> {
  try {
    // SQLite would let everybody read it; an empty file is a database to it, and its log takes the same mode.
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    return damaged(path, error)
  }
  return checkedDatabase(path, (database) => {
    const pragmas = setPragmas(database, path)
    if (!pragmas.ok) return pragmas
    database.transaction(() => {
      createSchema(database)
      database
        .prepare('INSERT INTO device (one, origin, package, certificate) VALUES (1, ?, ?, ?)')
        .run(device.origin, device.package, device.certificate)
    })()
    return ok(undefined)
  })
}

/**
 * Opens a database that was made before. Refusals: `store.pragma`, `store.schema`, `store.damaged`.
 * @param refused says what SQLite could not do, if that is to be said otherwise
 */
export function openDatabase(path: string, refused: typeof damaged = damaged): Result<Database.Database> {
  const check = (database: Database.Database) => {
    const pragmas = setPragmas(database, path)
    if (!pragmas.ok) return pragmas
    const schema = checkSchema(database, path)
    return schema.ok ? checkIntegrity(database, path) : schema
  }
  return checkedDatabase(path, check, refused)
}

/** What SQLite itself said when it could not read or write, as a refusal that names the file. */
export function damaged(path: string, error: unknown) {
  return refuse(
    'store.damaged',
    path,
    `it cannot be used: ${error instanceof Error ? error.message : String(error)}`,
    'Do not vote on this device; keep the medium and call a technician.',
  )
}

/** Opens a database and hands it out only if it passes; otherwise it is closed again. */
function checkedDatabase(
  path: string,
  check: (database: Database.Database) => Result<void>,
  refused: typeof damaged = damaged,
): Result<Database.Database> {
  let database: Database.Database | undefined
  try {
    database = new Database(path, { fileMustExist: true })
    const checked = check(database)
    if (checked.ok) return ok(database)
    database.close()
    return checked
  } catch (error) {
    database?.close()
    return refused(path, error)
  }
}

function setPragmas(database: Database.Database, path: string): Result<void> {
  for (const [name, set, expected] of PRAGMAS) {
    const read = setPragma(database, name, set)
    if (read !== expected) {
      return refuse(
        'store.pragma',
        path,
        `${name} is ${String(read)} and cannot be set to ${set}`,
        'This medium cannot keep votes safely: do not use it.',
      )
    }
  }
  return ok(undefined)
}

/** @returns what the pragma is afterwards, or why SQLite would not set it */
function setPragma(database: Database.Database, name: string, value: string): unknown {
  try {
    database.pragma(`${name} = ${value}`)
    return database.pragma(name, { simple: true })
  } catch (error) {
    if (!(error instanceof Database.SqliteError)) throw error
    // A file that is no database, or a damaged one, is no matter of pragmas.
    if (error.code === 'SQLITE_NOTADB' || error.code.startsWith('SQLITE_CORRUPT')) throw error
    return `unknown (${error.message})`
  }
}

function checkSchema(database: Database.Database, path: string): Result<void> {
  const version = database.pragma('user_version', { simple: true })
  const fresh = new Database(':memory:')
  createSchema(fresh)
  const same = schemaText(fresh) === schemaText(database)
  fresh.close()
  if (version === SCHEMA_VERSION && same) return ok(undefined)
  return refuse(
    'store.schema',
    path,
    `the schema, its tables and triggers, is not that of version ${SCHEMA_VERSION}`,
    'The database belongs to another program version or was tampered with: do not vote on this device.',
  )
}

/**
 * Pages, order of keys, types and CHECK constraints (SQLite documentation, PRAGMA integrity_check). Rows of a wrong type, or beside a
 * constraint, get in while `ignore_check_constraints` is on or the schema is for a moment another; SQLite names the table.
 */
function checkIntegrity(database: Database.Database, path: string): Result<void> {
  const found = database.pragma('integrity_check(1)', { simple: true })
  return found === 'ok' ? ok(undefined) : damaged(path, new Error(String(found)))
}
