/** The country as it was made: one SQLite file, kept for the next run of the same seed, size and code. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import SqliteDatabase, { type Database } from 'better-sqlite3'
import { sha256, toHex } from '../../core/keys/hash.ts'
import { programFiles } from '../../device-agent/program-files.ts'
import type { MadeDevice } from './one-day.ts'

/** What a country is known by. */
export interface CountryKey {
  readonly seed: string
  readonly devices: number
}

/** What is read of a device. */
export interface CountryDevice {
  readonly number: number
  readonly id: string
  readonly logSeed: Uint8Array
  readonly messageSeed: Uint8Array
  readonly tlsSeed: Uint8Array
  readonly certificate: Uint8Array
  readonly origin: string
  readonly size: number
  readonly checkpoints: ReadonlyMap<number, string>
  readonly tally: string
}

const TABLES = `
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE devices (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  log_seed BLOB NOT NULL,
  message_seed BLOB NOT NULL,
  tls_seed BLOB NOT NULL,
  certificate BLOB NOT NULL,
  origin TEXT NOT NULL,
  entries TEXT NOT NULL,
  size INTEGER NOT NULL,
  checkpoints TEXT NOT NULL,
  tally TEXT NOT NULL,
  shadow BLOB NOT NULL
) STRICT;
`
const BUSY_MS = 60_000

/** The files beside a device's program by which a country is made. */
const MAKERS = ['country-file.ts', 'election.ts', 'fast-random.ts', 'fast-sealing.ts', 'one-day.ts'] as const
const PROVISIONING = fileURLToPath(new URL('../../provisioning/', import.meta.url))
const HERE = fileURLToPath(new URL('./', import.meta.url))

/** SHA-256 over the code that makes a country, hex. */
export function codeVersion(): string {
  const provisioning = readdirSync(PROVISIONING, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort()
  const own = MAKERS.map((name) => join(HERE, name))
  const texts = [...provisioning, ...own].map((path) => toHex(sha256(readFileSync(path))))
  return toHex(sha256(Buffer.from(`${programFiles()}${texts.join('\n')}`)))
}

/** The file. */
export class CountryFile {
  readonly #database: Database

  private constructor(database: Database) {
    this.#database = database
  }

  /** The file of an earlier run, if it holds this whole country made by this code; anything else in its place is taken away. */
  static find(path: string, key: CountryKey, version: string): CountryFile | undefined {
    if (!existsSync(path)) return undefined
    try {
      const file = CountryFile.open(path)
      const known = { seed: key.seed, devices: String(key.devices), version, whole: 'yes' }
      if (Object.entries(known).every(([name, value]) => file.about(name) === value)) return file
      file.close()
    } catch (error) {
      if (!(error instanceof SqliteDatabase.SqliteError)) throw error
    }
    for (const end of ['', '-wal', '-shm']) rmSync(`${path}${end}`, { force: true })
    return undefined
  }

  /** A new file, to be filled. */
  static create(path: string, key: CountryKey, version: string, packageText: string): CountryFile {
    const file = new CountryFile(new SqliteDatabase(path, { timeout: BUSY_MS }))
    file.#database.pragma('journal_mode = WAL')
    file.#database.exec(TABLES)
    const say = file.#database.prepare('INSERT INTO about VALUES (?, ?)')
    const about = { seed: key.seed, devices: String(key.devices), version, package: packageText }
    for (const [name, value] of Object.entries(about)) say.run(name, value)
    return file
  }

  static open(path: string): CountryFile {
    const database = new SqliteDatabase(path, { timeout: BUSY_MS, fileMustExist: true })
    // A file that was not made to its end is made anew.
    database.pragma('synchronous = OFF')
    return new CountryFile(database)
  }

  about(name: string): string | undefined {
    return this.#database.prepare('SELECT value FROM about WHERE name = ?').pluck().get(name) as
      | string
      | undefined
  }

  get packageText(): string {
    return this.about('package') ?? ''
  }

  add(devices: readonly MadeDevice[]): void {
    const insert = this.#database.prepare('INSERT INTO devices VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
    this.#database
      .transaction(() => {
        for (const {
          number,
          id,
          keys,
          certificate,
          origin,
          entries,
          checkpoints,
          tally,
          shadow,
        } of devices) {
          const lines = entries.map((entry) => Buffer.from(entry).toString('utf8')).join('\n')
          const notes = JSON.stringify([...checkpoints])
          const seeds = [keys.log, keys.message, keys.tls]
          const counts = Buffer.from(shadow.buffer)
          insert.run(number, id, ...seeds, certificate, origin, lines, entries.length, notes, tally, counts)
        }
      })
      .immediate()
  }

  /** Every device is there. */
  finish(): void {
    this.#database.prepare('INSERT INTO about VALUES (?, ?)').run('whole', 'yes')
    this.#database.pragma('wal_checkpoint(TRUNCATE)')
  }

  count(): number {
    return this.#database.prepare('SELECT count(*) FROM devices').pluck().get() as number
  }

  /** Devices by the numbers given, in their order. */
  devices(numbers: readonly number[]): readonly CountryDevice[] {
    const one = this.#database.prepare(
      'SELECT number, id, log_seed AS logSeed, message_seed AS messageSeed, tls_seed AS tlsSeed, certificate, origin, size, checkpoints, tally FROM devices WHERE number = ?',
    )
    return numbers.map((number) => {
      const row = one.get(number) as Omit<CountryDevice, 'checkpoints'> & { readonly checkpoints: string }
      return { ...row, checkpoints: new Map(JSON.parse(row.checkpoints) as [number, string][]) }
    })
  }

  /** All entries of a device's journal. */
  entries(number: number): readonly Uint8Array[] {
    const lines = this.#database
      .prepare('SELECT entries FROM devices WHERE number = ?')
      .pluck()
      .get(number) as string
    return lines.split('\n').map((line) => Buffer.from(line))
  }

  /** What the centre must hold in the end, device by device. */
  *expected(): Iterable<{
    readonly origin: string
    readonly id: string
    readonly entries: string
    readonly size: number
    readonly tally: string
  }> {
    yield* this.#database
      .prepare('SELECT origin, id, entries, size, tally FROM devices ORDER BY number')
      .iterate() as Iterable<{ origin: string; id: string; entries: string; size: number; tally: string }>
  }

  /** The voters' choices of the whole country, as they were counted by hand. */
  shadowSum(): readonly number[] {
    const sum: number[] = []
    for (const blob of this.#database
      .prepare('SELECT shadow FROM devices')
      .pluck()
      .iterate() as Iterable<Buffer>) {
      for (let at = 0; 4 * at < blob.length; at += 1) sum[at] = (sum[at] ?? 0) + blob.readUInt32LE(4 * at)
    }
    return sum
  }

  close(): void {
    this.#database.close()
  }
}
