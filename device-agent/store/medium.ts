/**
 * One storage medium of a device: its own database and its own key slots. The store writes every medium in the same order, so a second
 * one beside the first changes nothing here.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { Random } from '../../core/ports.ts'
import type { Result } from '../../core/result.ts'
import { ok, refuse } from '../../core/result.ts'
import { createSchema, SCHEMA_VERSION, schemaText } from './schema.ts'
import { Slots } from './slots.ts'

const DATABASE_FILE = 'ballots.db'
const SLOTS_FILE = 'slots.bin'

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

/** What became of the slip of the ballot in hand; one row, overwritten in place. */
export type SlipState = 'none' | 'printing' | 'hanging' | 'accepted'

/** What is written together or not at all. */
export interface Change {
  readonly entries: readonly { readonly seq: number; readonly entry: Uint8Array; readonly note: string }[]
  /** The pool's new block; null takes the pool away for good. */
  readonly pool?: Uint8Array | null
  readonly spentTag?: Uint8Array
  readonly batch?: {
    readonly batch: number
    readonly root: Uint8Array
    readonly ballots: readonly Uint8Array[]
  }
  readonly slip?: SlipState
  readonly tally?: string
}

/** Every row of the tables that hold evidence. */
export interface StoredRecords {
  readonly device: { readonly origin: string; readonly package: string; readonly certificate: Uint8Array }
  readonly journal: readonly { readonly seq: number; readonly entry: Uint8Array }[]
  readonly checkpoints: readonly { readonly size: number; readonly note: string }[]
  readonly batches: readonly { readonly batch: number; readonly count: number; readonly root: Uint8Array }[]
  readonly ballots: readonly { readonly batch: number; readonly sealed: Uint8Array }[]
  readonly spent: readonly Uint8Array[]
}

/** A database and key slots in one folder. */
export class Medium {
  readonly folder: string
  readonly slots: Slots
  readonly #database: Database.Database

  private constructor(folder: string, database: Database.Database, slots: Slots) {
    this.folder = folder
    this.#database = database
    this.slots = slots
  }

  /** Sets up a medium in an existing folder, once. A database is never made anew over one that was there. */
  static create(
    folder: string,
    device: { readonly origin: string; readonly package: string; readonly certificate: Uint8Array },
    random: Random,
  ): Result<Medium> {
    const path = join(folder, DATABASE_FILE)
    if (existsSync(path)) {
      return refuse(
        'store.exists',
        path,
        'this device already has a ballot database',
        'A ballot database is never made anew: start the device with it, or set the device up in another folder.',
      )
    }
    const slots = Slots.create(join(folder, SLOTS_FILE), random)
    const database = new Database(path)
    const pragmas = setPragmas(database, path)
    if (!pragmas.ok) return pragmas
    database.transaction(() => {
      createSchema(database)
      database
        .prepare('INSERT INTO device (one, origin, package, certificate) VALUES (1, ?, ?, ?)')
        .run(device.origin, device.package, device.certificate)
    })()
    return ok(new Medium(folder, database, slots))
  }

  /** Opens a medium that was set up before. */
  static open(folder: string, random: Random): Result<Medium> {
    const path = join(folder, DATABASE_FILE)
    if (!existsSync(path)) {
      return refuse(
        'store.missing',
        path,
        'there is no ballot database here',
        'Stop. If this device was in use, its medium is lost: call a technician. If it is new, set it up first.',
      )
    }
    try {
      const database = new Database(path, { fileMustExist: true })
      const pragmas = setPragmas(database, path)
      if (!pragmas.ok) return pragmas
      const schema = checkSchema(database, path)
      if (!schema.ok) return schema
      return ok(new Medium(folder, database, Slots.open(join(folder, SLOTS_FILE), random)))
    } catch (error) {
      return damaged(path, error)
    }
  }

  /** All evidence rows, for the check at start. */
  records(): Result<StoredRecords> {
    const all = <T>(sql: string) => this.#database.prepare(sql).all() as T[]
    try {
      const [device] = all<StoredRecords['device']>('SELECT origin, package, certificate FROM device')
      if (device === undefined) throw new Error('the table device is empty')
      return ok({
        device,
        journal: all('SELECT seq, entry FROM journal ORDER BY seq'),
        checkpoints: all('SELECT size, note FROM checkpoints ORDER BY size'),
        batches: all('SELECT batch, count, root FROM batches ORDER BY batch'),
        ballots: all('SELECT batch, sealed FROM ballots ORDER BY batch, sealed'),
        spent: all<{ tag: Uint8Array }>('SELECT tag FROM spent ORDER BY tag').map(({ tag }) => tag),
      })
    } catch (error) {
      return damaged(join(this.folder, DATABASE_FILE), error)
    }
  }

  /** Writes a change in one transaction; on the disk when this returns. */
  commit(change: Change): void {
    const run = (sql: string, ...values: readonly unknown[]) => this.#database.prepare(sql).run(...values)
    this.#database
      .transaction(() => {
        for (const { seq, entry, note } of change.entries) {
          run('INSERT INTO journal (seq, entry) VALUES (?, ?)', seq, entry)
          run('INSERT INTO checkpoints (size, note) VALUES (?, ?)', seq + 1, note)
        }
        if (change.batch !== undefined) {
          const { batch, root, ballots } = change.batch
          run('INSERT INTO batches (batch, count, root) VALUES (?, ?, ?)', batch, ballots.length, root)
          for (const sealed of ballots)
            run('INSERT INTO ballots (batch, sealed) VALUES (?, ?)', batch, sealed)
        }
        if (change.spentTag !== undefined) run('INSERT INTO spent (tag) VALUES (?)', change.spentTag)
        if (change.pool === null) run('DELETE FROM pool')
        else if (change.pool !== undefined) {
          run(
            'INSERT INTO pool (one, block) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET block = excluded.block',
            change.pool,
          )
        }
        if (change.slip !== undefined) run('UPDATE slip SET state = ?', change.slip)
        if (change.tally !== undefined)
          run('INSERT INTO released (one, tally, answered) VALUES (1, ?, 0)', change.tally)
      })
      .immediate()
  }

  pool(): Uint8Array | undefined {
    return this.#one<{ block: Uint8Array }>('SELECT block FROM pool')?.block
  }

  slip(): SlipState {
    return this.#one<{ state: SlipState }>('SELECT state FROM slip')?.state ?? 'none'
  }

  /** The device's tally once it was released at closing. */
  tally(): { readonly document: string; readonly answered: boolean } | undefined {
    const row = this.#one<{ tally: string; answered: number }>('SELECT tally, answered FROM released')
    return row && { document: row.tally, answered: row.answered === 1 }
  }

  markTallyAnswered(): void {
    this.#database.prepare('UPDATE released SET answered = 1').run()
  }

  /** The largest checkpoint the centre cosigned, with its cosignature line. */
  receipt(): { readonly size: number; readonly cosignature: string } | undefined {
    return this.#one('SELECT size, cosignature FROM receipts ORDER BY size DESC LIMIT 1')
  }

  storeReceipt(size: number, cosignature: string): void {
    this.#database
      .prepare('INSERT OR IGNORE INTO receipts (size, cosignature) VALUES (?, ?)')
      .run(size, cosignature)
  }

  close(): void {
    this.#database.close()
    this.slots.close()
  }

  #one<T>(sql: string): T | undefined {
    return this.#database.prepare(sql).get() as T | undefined
  }
}

function setPragmas(database: Database.Database, path: string): Result<void> {
  for (const [name, set, expected] of PRAGMAS) {
    database.pragma(`${name} = ${set}`)
    const read = database.pragma(name, { simple: true })
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
    `the tables or triggers are not those of version ${SCHEMA_VERSION}`,
    'The database belongs to another program version or was tampered with: do not vote on this device.',
  )
}

function damaged(path: string, error: unknown) {
  return refuse(
    'store.damaged',
    path,
    `the database cannot be read: ${error instanceof Error ? error.message : 'unknown reason'}`,
    'Do not vote on this device; keep the medium and call a technician.',
  )
}
