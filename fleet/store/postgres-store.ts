/** The centre's database on a PostgreSQL server, for any number of collectors on any number of computers. */
import pg from 'pg'
import { sha256 } from '../../core/keys/hash.ts'
import { ok, type Result, refuse } from '../../core/result.ts'
import { checkHeld } from './check-held.ts'
import { type Ask, postgresRows } from './postgres-rows.ts'
import { prepare } from './postgres-schema.ts'
import { readingOf } from './reading.ts'
import type { Rows } from './rows.ts'
import type { CentreStore, OpeningCheck, Scope } from './store.ts'
import { StoreUnavailable } from './unavailable.ts'
import { View } from './view.ts'

/** One that writes, and few that read. */
const CONNECTIONS = 4
const CONNECT_MS = 5_000

/**
 * A collector that hangs in the middle of a transaction holds its stations so long and no longer. Plans: a new database has no statistics yet, and a
 * scan of everything for the rows of one batch is never right; compiling a plan takes longer than running it.
 */
const OPTIONS =
  '-c synchronous_commit=on -c statement_timeout=60s -c idle_in_transaction_session_timeout=60s -c enable_seqscan=off -c jit=off'

/** Errors by their class (PostgreSQL, appendix A) that say nothing of the rows: connection, resources, operator, system, rolled back, lock. */
const NOT_OF_ROWS = /^(08|53|57|58|40|55)/

/** Refusals and parameters as `openCentreStore`. */
export async function openPostgresStore(url: string, check: OpeningCheck): Promise<Result<CentreStore>> {
  const where = withoutPassword(url)
  if (where === undefined) {
    const next =
      'Write a / ? # or @ in its password as %2F %3F %23 %40, or leave the password to PGPASSWORD in the environment.'
    return refuse('store.open', 'postgres://', 'this is no URL of a database', next)
  }
  const pool = new pg.Pool({
    connectionString: url,
    options: OPTIONS,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
  })
  // A connection that breaks while nobody asks is opened again when somebody does.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  try {
    const client = await pool.connect()
    const prepared = await prepare(client, where).finally(() => client.release())
    const checked = prepared.ok ? await atOnce(pool, (rows) => checkHeld(rows, check, where)) : prepared
    if (checked.ok) return ok(storeOn(pool))
    await pool.end()
    return checked
  } catch (error) {
    await pool.end()
    if (!(error instanceof Error)) throw error
    const next = 'Check the URL, and that the server runs and lets this user in.'
    return refuse('store.open', where, error.message || 'it cannot be reached', next)
  }
}

/** What is read of one moment: all statements see what was committed before the first (PostgreSQL, 13.2.2). */
async function atOnce<T>(pool: pg.Pool, read: (rows: Rows) => Promise<T>): Promise<T> {
  const client = await pool.connect().catch((error: unknown) => {
    throw unavailable(error)
  })
  try {
    const ask = askOf(client)
    await ask('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY')
    return await read(postgresRows(ask))
  } finally {
    // Its transaction ends with it.
    client.release(true)
  }
}

function storeOn(pool: pg.Pool): CentreStore {
  return {
    ...readingOf(postgresRows(askOf(pool))),
    atOnce: (read) => atOnce(pool, (held) => read(readingOf(held))),
    transact: async (stations, work) => {
      const client = await pool.connect().catch((error: unknown) => {
        throw unavailable(error)
      })
      let isBroken = true
      try {
        const ask = askOf(client)
        await ask('BEGIN')
        // Statements behind this one see what was committed before the locks were given (READ COMMITTED).
        await ask('SELECT pg_advisory_xact_lock(key) FROM unnest($1::bigint[]) AS key', [lockKeys(stations)])
        const view = await View.read(postgresRows(ask), stations)
        const outcome = await work(view)
        await view.flush()
        await commit(client)
        isBroken = false
        return outcome
      } finally {
        // A connection with an open transaction is not given to anybody else: closing it ends the transaction.
        client.release(isBroken)
      }
    },
    close: () => pool.end(),
  }
}

/** A transaction in which a statement failed is rolled back by COMMIT, without an error. */
async function commit(client: pg.PoolClient): Promise<void> {
  const { command } = await client.query('COMMIT').catch((error: unknown) => {
    throw unavailable(error)
  })
  if (command !== 'COMMIT') throw new Error('the transaction was rolled back')
}

function askOf(client: pg.Pool | pg.PoolClient): Ask {
  return async <Row extends object>(sql: string, values: readonly unknown[] = []) => {
    try {
      return (await client.query<Row>(sql, [...values])).rows
    } catch (error) {
      throw unavailable(error)
    }
  }
}

/** What is the server's or the line's trouble and no row's. */
function unavailable(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const isOfRows = error instanceof pg.DatabaseError && !NOT_OF_ROWS.test(error.code ?? '')
  return isOfRows ? error : new StoreUnavailable(error.message || 'no connection', { cause: error })
}

/** Advisory locks have numbers of 64 bits; two stations of one number wait for each other now and then. In order, so that no two wait in a ring. */
function lockKeys(stations: readonly Scope[]): readonly string[] {
  const keys = stations.map(({ name }) => {
    const hash = sha256(Buffer.from(`sandogh station ${name}`))
    return new DataView(hash.buffer, hash.byteOffset).getBigInt64(0)
  })
  return [...new Set(keys)].sort((a, b) => (a < b ? -1 : 1)).map(String)
}

/** For messages and refusals; undefined of what is no URL, or may have a part of the password where others have the path. */
function withoutPassword(text: string): string | undefined {
  const url = URL.parse(text)
  if (url === null || `${url.pathname}${url.search}${url.hash}`.includes('@')) return undefined
  const user = url.username === '' ? '' : `${url.username}@`
  return `${url.protocol}//${user}${url.host}${url.pathname}`
}
