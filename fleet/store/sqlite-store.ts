/** The centre's database in one file of SQLite: the embedded default. Several processes may share it; they write one after another. */
import SqliteDatabase, { type Database } from 'better-sqlite3'
import { ok, type Result, refuse } from '../../core/result.ts'
import { checkHeld } from './check-held.ts'
import { readingOf } from './reading.ts'
import type { Rows } from './rows.ts'
import { sqliteRows } from './sqlite-rows.ts'
import { prepare } from './sqlite-schema.ts'
import type { CentreStore, OpeningCheck } from './store.ts'
import { StoreUnavailable } from './unavailable.ts'
import { View } from './view.ts'

/** Another process writes: so long SQLite itself waits, which holds this process up, and then so long this store asks again, which does not. */
const BUSY_MS = 20
const ASK_AGAIN_MS = 5
const GIVE_UP_MS = 60_000
/** At opening the whole file may have to be brought forward by another process. */
const OPENING_BUSY_MS = 60_000

/** Refusals and parameters as `openCentreStore`. */
export async function openSqliteStore(path: string, check: OpeningCheck): Promise<Result<CentreStore>> {
  let writing: Database | undefined
  let reading: Database | undefined
  const close = () => {
    reading?.close()
    writing?.close()
  }
  try {
    writing = new SqliteDatabase(path, { timeout: OPENING_BUSY_MS })
    const prepared = prepare(writing, path)
    if (prepared.ok) {
      writing.pragma(`busy_timeout = ${BUSY_MS}`)
      // Reads see what is on disk: a transaction that is not finished is on another connection.
      reading = new SqliteDatabase(path, { readonly: true, timeout: OPENING_BUSY_MS })
      const checked = await atOnce(path, (rows) => checkHeld(rows, check, path))
      if (checked.ok) return ok(storeOn(writing, reading, path))
      close()
      return checked
    }
    close()
    return prepared
  } catch (error) {
    close()
    if (!(error instanceof SqliteDatabase.SqliteError || error instanceof TypeError)) throw error
    return refuse(
      'store.open',
      path,
      error.message,
      "Check that this is the centre's database and can be written.",
    )
  }
}

/** What is read of one moment: a connection of its own, with a transaction that sees nothing that is committed after its first read. */
async function atOnce<T>(path: string, read: (rows: Rows) => Promise<T>): Promise<T> {
  const connection = new SqliteDatabase(path, { readonly: true, timeout: OPENING_BUSY_MS })
  try {
    connection.exec('BEGIN')
    return await read(sqliteRows(connection))
  } finally {
    connection.close()
  }
}

function storeOn(writing: Database, reading: Database, path: string): CentreStore {
  const rows = sqliteRows(writing)
  /** Settled when the transaction before has ended: there is one at a time on a connection. */
  let last: Promise<unknown> = Promise.resolve()

  const begin = async () => {
    for (const start = performance.now(); ; ) {
      try {
        return writing.exec('BEGIN IMMEDIATE')
      } catch (error) {
        if (!isBusy(error) || performance.now() - start > GIVE_UP_MS) throw unavailable(error)
      }
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS))
    }
  }

  return {
    ...readingOf(sqliteRows(reading)),
    atOnce: (read) => atOnce(path, (held) => read(readingOf(held))),
    transact: (stations, work) => {
      const run = async () => {
        await begin()
        try {
          const view = await View.read(rows, stations)
          const outcome = await work(view)
          await view.flush()
          writing.exec('COMMIT')
          return outcome
        } catch (error) {
          if (writing.inTransaction) writing.exec('ROLLBACK')
          throw unavailable(error)
        }
      }
      const ended = last.then(run)
      last = ended.catch(() => {})
      return ended
    },
    close: async () => {
      await last
      reading.close()
      writing.close()
    },
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof SqliteDatabase.SqliteError && error.code.startsWith('SQLITE_BUSY')
}

/** What is the file's or the disk's trouble and no row's. */
function unavailable(error: unknown): unknown {
  const isOfFile =
    error instanceof SqliteDatabase.SqliteError &&
    /^SQLITE_(BUSY|FULL|IOERR|READONLY|CANTOPEN)/.test(error.code)
  return isOfFile ? new StoreUnavailable(error.message, { cause: error }) : error
}
