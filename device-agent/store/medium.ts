/** One storage medium of a device: its own database and its own key slots. It knows of no other; which of them count is kept in `media.ts`. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type Database from 'better-sqlite3'
import type { AdoptedTables } from '../../core/journal/check-adopted.ts'
import type { Random } from '../../core/ports.ts'
import type { Result } from '../../core/result.ts'
import { ok, refuse } from '../../core/result.ts'
import { sync } from '../durable-file.ts'
import { type AdoptedBox, insertAdopted, readAdopted } from './adopted-rows.ts'
import { createDatabase, type DeviceRow, damaged, openDatabase } from './database.ts'
import { Distrust } from './distrust.ts'
import { LeftBehind } from './left-behind.ts'
import { Slots } from './slots.ts'
import { MediumSpace } from './space.ts'

export const DATABASE_FILE = 'ballots.db'
export const SLOTS_FILE = 'slots.bin'
const INSERT_RECEIPT = 'INSERT OR IGNORE INTO receipts (size, cosignature) VALUES (?, ?)'

/** What became of the slip of the ballot in hand; one row, overwritten in place. `void`: marked so, and the cut is not proven yet. */
export type SlipState = 'none' | 'printing' | 'hanging' | 'accepted' | 'void'

/** A batch with its ballots. */
export interface SealedRows {
  readonly batch: number
  readonly root: Uint8Array
  readonly ballots: readonly Uint8Array[]
}

/** What is written together or not at all. */
export interface Change {
  readonly entries: readonly { readonly seq: number; readonly entry: Uint8Array; readonly note: string }[]
  /** The pool's new block; null takes the pool away for good. */
  readonly pool?: Uint8Array | null
  readonly spentTags?: readonly Uint8Array[]
  readonly batches?: readonly SealedRows[]
  readonly slip?: SlipState
  readonly totals?: ClosingTotals
  /** Of the centre; those that are there already stay as they are. */
  readonly receipts?: StoredRecords['receipts']
  /** What a spare takes over; of its first change only. */
  readonly adopted?: AdoptedBox
}

/** The totals of a device as its closing writes them. */
export interface ClosingTotals {
  /** Signed document `tally`. */
  readonly tally: string
  /** Signed document `sealed-tally`. */
  readonly sealed: string
  /** Opens the sealed tallies of the station; on its reporting device only, until the sheet is made or not wanted. */
  readonly sheetKey?: Uint8Array
}

/** The totals as they lie on a medium. */
export interface StoredTotals extends ClosingTotals {
  /** The station's sheet (signed document `station-sheet`), once it was made here. */
  readonly sheet?: string
  /** The centre has answered for what this device released. */
  readonly answered: boolean
}

/** Every row that another row can bear witness to. */
export interface StoredRecords {
  /** One, unless somebody changed it. */
  readonly device: readonly DeviceRow[]
  readonly journal: readonly { readonly seq: number; readonly entry: Uint8Array }[]
  readonly checkpoints: readonly { readonly size: number; readonly note: string }[]
  readonly batches: readonly { readonly batch: number; readonly count: number; readonly root: Uint8Array }[]
  readonly ballots: readonly StoredBallot[]
  readonly spent: readonly Uint8Array[]
  readonly receipts: readonly { readonly size: number; readonly cosignature: string }[]
  /** Documents of released tallies; none before closing, one after. */
  readonly released: readonly string[]
  /** Bytes of the pool's block, if it is there; its content needs the day key. */
  readonly pool: readonly number[]
  /** States of the slip in hand; one, unless somebody changed it. */
  readonly slips: readonly SlipState[]
  /** Documents of sealed tallies; none before closing, one after. */
  readonly sealedTallies: readonly string[]
  /** Heads that this device and its neighbours cosigned for each other, in the order in which they were learned. */
  readonly heads: readonly Uint8Array[]
  readonly adopted: AdoptedTables
}

/** A sealed ballot in its batch. */
interface StoredBallot {
  readonly batch: number
  readonly sealed: Uint8Array
}

/** A database and key slots in one folder. */
export class Medium {
  readonly folder: string
  readonly slots: Slots
  readonly space: MediumSpace
  readonly distrust: Distrust
  readonly leftBehind: LeftBehind
  readonly #database: Database.Database
  /** Statements of every screen and every entry, by their text, which is always one of this file's. */
  readonly #statements = new Map<string, Database.Statement>()

  private constructor(folder: string, database: Database.Database, slots: Slots) {
    this.folder = folder
    this.#database = database
    this.slots = slots
    this.space = new MediumSpace(folder)
    this.distrust = new Distrust(folder)
    this.leftBehind = new LeftBehind(folder)
  }

  /** Sets up a medium in an existing folder, once. A database is never made anew over one that was there, nor over its key slots. */
  static create(folder: string, device: DeviceRow, random: Random): Result<Medium> {
    const there = [DATABASE_FILE, SLOTS_FILE].map((name) => join(folder, name)).find(existsSync)
    if (there !== undefined) {
      return refuse(
        'store.exists',
        there,
        'this device already has a ballot database',
        'A ballot database is never made anew: start the device with it, or set the device up in another folder.',
      )
    }
    const slots = takeSlots(folder, (path) => Slots.create(path, random))
    if (!slots.ok) return slots
    const database = createDatabase(join(folder, DATABASE_FILE), device)
    if (!database.ok) {
      slots.value.close()
      return database
    }
    // The names of new files are on the disk only after this.
    sync(folder)
    return ok(new Medium(folder, database.value, slots.value))
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
    const database = openDatabase(path)
    if (!database.ok) return database
    const slots = takeSlots(folder, (slotsPath) => Slots.open(slotsPath, random))
    if (!slots.ok) {
      database.value.close()
      return slots
    }
    return ok(new Medium(folder, database.value, slots.value))
  }

  /** All rows, for the check at start. */
  records(): Result<StoredRecords> {
    return readRecords(this.#database, join(this.folder, DATABASE_FILE))
  }

  /** Sealed ballots that left the pool, by batch and in the order of their bytes. */
  ballots(): readonly StoredBallot[] {
    return readBallots(this.#database)
  }

  /** Writes a change in one transaction; on the disk when this returns. */
  commit(change: Change): void {
    const run = (sql: string, ...values: readonly unknown[]) => this.#prepared(sql).run(...values)
    this.#database
      .transaction(() => {
        for (const { seq, entry, note } of change.entries) {
          run('INSERT INTO journal (seq, entry) VALUES (?, ?)', seq, entry)
          run('INSERT INTO checkpoints (size, note) VALUES (?, ?)', seq + 1, note)
        }
        for (const { batch, root, ballots } of change.batches ?? []) {
          run('INSERT INTO batches (batch, count, root) VALUES (?, ?, ?)', batch, ballots.length, root)
          for (const sealed of ballots)
            run('INSERT INTO ballots (batch, sealed) VALUES (?, ?)', batch, sealed)
        }
        for (const tag of change.spentTags ?? []) run('INSERT INTO spent (tag) VALUES (?)', tag)
        if (change.pool === null) run('DELETE FROM pool')
        else if (change.pool !== undefined) {
          run(
            'INSERT INTO pool (one, block) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET block = excluded.block',
            change.pool,
          )
        }
        if (change.adopted !== undefined) insertAdopted(run, change.adopted)
        if (change.slip !== undefined) run('UPDATE slip SET state = ?', change.slip)
        if (change.totals !== undefined) {
          const { tally, sealed, sheetKey } = change.totals
          run('INSERT INTO released (one, tally, answered) VALUES (1, ?, 0)', tally)
          run('INSERT INTO sheet (one, sealed, key) VALUES (1, ?, ?)', sealed, sheetKey ?? null)
        }
        for (const { size, cosignature } of change.receipts ?? []) run(INSERT_RECEIPT, size, cosignature)
      })
      .immediate()
  }

  /** What a spare took over of another device's journal. */
  adopted(): AdoptedTables {
    return readAdopted(this.#database)
  }

  pool(): Uint8Array | undefined {
    return this.#one<{ block: Uint8Array }>('SELECT block FROM pool')?.block
  }

  slip(): SlipState {
    return this.#one<{ state: SlipState }>('SELECT state FROM slip')?.state ?? 'none'
  }

  /** The device's totals, once its polls are closed for good. */
  totals(): StoredTotals | undefined {
    const row = this.#one<{
      tally: string
      answered: number
      sealed: string
      key: Uint8Array | null
      sheet: string | null
    }>('SELECT tally, answered, sealed, key, sheet FROM released, sheet')
    if (row === undefined) return undefined
    const { tally, answered, sealed, key, sheet } = row
    return {
      tally,
      sealed,
      answered: answered === 1,
      ...(key !== null && { sheetKey: key }),
      ...(sheet !== null && { sheet }),
    }
  }

  /** The station's sheet is made, or none is wanted: its key is gone from the database, and from the write-ahead log, when this returns. */
  settleSheet(sheet: string | undefined): void {
    this.#database.prepare('UPDATE sheet SET sheet = ?, key = NULL').run(sheet ?? null)
    this.#database.pragma('wal_checkpoint(TRUNCATE)')
  }

  markTallyAnswered(): void {
    this.#database.prepare('UPDATE released SET answered = 1').run()
  }

  /** The largest checkpoint the centre cosigned, with its cosignature line. */
  receipt(): { readonly size: number; readonly cosignature: string } | undefined {
    return this.#one('SELECT size, cosignature FROM receipts ORDER BY size DESC LIMIT 1')
  }

  storeReceipt(size: number, cosignature: string): void {
    this.#prepared(INSERT_RECEIPT).run(size, cosignature)
  }

  /** Remembers cosigned heads, those not yet there; on the disk when this returns. */
  storeHeads(heads: readonly Uint8Array[]): void {
    const insert = this.#database.prepare(
      'INSERT INTO heads (head) SELECT :head WHERE NOT EXISTS (SELECT 1 FROM heads WHERE head = :head)',
    )
    this.#database
      .transaction(() => {
        for (const head of heads) insert.run({ head })
      })
      .immediate()
  }

  close(): void {
    this.#database.close()
    this.slots.close()
  }

  #one<T>(sql: string): T | undefined {
    return this.#prepared(sql).get() as T | undefined
  }

  #prepared(sql: string): Database.Statement {
    const statement = this.#statements.get(sql) ?? this.#database.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}

function takeSlots(folder: string, take: (path: string) => Slots): Result<Slots> {
  const path = join(folder, SLOTS_FILE)
  try {
    return ok(take(path))
  } catch (error) {
    return damaged(path, error)
  }
}

/** All rows of a database, for the check at start. @param path of it, for the refusal */
export function readRecords(database: Database.Database, path: string): Result<StoredRecords> {
  const all = <T>(sql: string) => database.prepare(sql).all() as T[]
  const column = <T>(sql: string) => database.prepare(sql).pluck().all() as T[]
  try {
    return ok({
      device: all('SELECT origin, package, certificate FROM device'),
      journal: all('SELECT seq, entry FROM journal ORDER BY seq'),
      checkpoints: all('SELECT size, note FROM checkpoints ORDER BY size'),
      batches: all('SELECT batch, count, root FROM batches ORDER BY batch'),
      ballots: readBallots(database),
      spent: column('SELECT tag FROM spent ORDER BY tag'),
      receipts: all('SELECT size, cosignature FROM receipts ORDER BY size'),
      released: column('SELECT tally FROM released'),
      pool: column('SELECT length(block) FROM pool'),
      slips: column('SELECT state FROM slip'),
      sealedTallies: column('SELECT sealed FROM sheet'),
      adopted: readAdopted(database),
      heads: column('SELECT head FROM heads ORDER BY number'),
    })
  } catch (error) {
    return damaged(path, error)
  }
}

function readBallots(database: Database.Database): readonly StoredBallot[] {
  return database.prepare<[], StoredBallot>('SELECT batch, sealed FROM ballots ORDER BY batch, sealed').all()
}
