/**
 * The tables of the centre's database in SQLite. But for the latest statuses nothing in them ever changes: triggers forbid it, and `recursive_triggers` makes them hold for
 * `INSERT OR REPLACE` too. An older file is brought forward, one version after another, each in a transaction.
 */
import type { Database } from 'better-sqlite3'
import type { Result } from '../../core/result.ts'
import { ok, refuse } from '../../core/result.ts'
import { bringHeadsForward, notePrograms } from './sqlite-heads.ts'

/** "SCen": marks the file as a store of the centre (SQLite file format, offset 68). */
const APPLICATION_ID = 0x5343656e

const never = (...tables: readonly string[]) =>
  tables
    .map(
      (table) => `
CREATE TRIGGER ${table}_no_update BEFORE UPDATE ON ${table} BEGIN SELECT raise(ABORT, '${table} never change'); END;
CREATE TRIGGER ${table}_no_delete BEFORE DELETE ON ${table} BEGIN SELECT raise(ABORT, '${table} never go'); END;`,
    )
    .join('\n')

const VERSION_2 = `
-- One row a journal: the certificate that its first entry names, and two keys taken from it.
CREATE TABLE devices (
  origin TEXT PRIMARY KEY,
  device TEXT NOT NULL,
  certificate BLOB NOT NULL,
  log_key BLOB NOT NULL CHECK (length(log_key) = 32),
  message_key BLOB NOT NULL CHECK (length(message_key) = 32)
) STRICT;

-- The exact bytes of each entry.
CREATE TABLE entries (
  origin TEXT NOT NULL REFERENCES devices (origin),
  seq INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (origin, seq)
) STRICT, WITHOUT ROWID;

-- Checkpoints as the device signed them, with the cosignature that was given for each.
CREATE TABLE checkpoints (
  origin TEXT NOT NULL REFERENCES devices (origin),
  size INTEGER NOT NULL,
  note TEXT NOT NULL,
  cosignature TEXT NOT NULL,
  PRIMARY KEY (origin, size)
) STRICT, WITHOUT ROWID;

-- Released tallies, the exact signed documents.
CREATE TABLE tallies (
  origin TEXT PRIMARY KEY REFERENCES devices (origin),
  document BLOB NOT NULL
) STRICT;

-- Sheets of stations that have a small device, the exact signed documents; origin is the reporting device's journal, whose message key signed.
CREATE TABLE sheets (
  station TEXT PRIMARY KEY,
  origin TEXT NOT NULL REFERENCES devices (origin),
  document BLOB NOT NULL
) STRICT;

-- Evidence: validly signed checkpoints that contradict the entries held. The first of each size.
CREATE TABLE forks (
  origin TEXT NOT NULL REFERENCES devices (origin),
  size INTEGER NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (origin, size)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER entries_in_order BEFORE INSERT ON entries
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), -1) + 1 FROM entries WHERE origin = NEW.origin)
BEGIN SELECT raise(ABORT, 'an entry out of its order'); END;
${never('devices', 'entries', 'checkpoints', 'tallies', 'sheets', 'forks')}
`

const VERSION_3 = `
CREATE INDEX devices_by_device ON devices (device);

ALTER TABLE checkpoints RENAME TO checkpoints_2;
-- With each checkpoint the tree at that size (roots of its full subtrees, one after another), the times of receipt and of the last entry (seconds
-- since 1970, 0 if unknown), and behind the closing what the day was, as JSON: why it was never legal, if so.
CREATE TABLE checkpoints (
  origin TEXT NOT NULL REFERENCES devices (origin),
  size INTEGER NOT NULL,
  note TEXT NOT NULL,
  cosignature TEXT NOT NULL,
  roots BLOB NOT NULL CHECK (length(roots) % 32 = 0),
  receipted_at INTEGER NOT NULL,
  written_at INTEGER NOT NULL,
  day TEXT,
  PRIMARY KEY (origin, size)
) STRICT, WITHOUT ROWID;

-- What was noted of entries when they came: closings, devices declared dead, what a spare took over.
CREATE TABLE closings (
  origin TEXT NOT NULL REFERENCES devices (origin),
  seq INTEGER NOT NULL,
  casts INTEGER NOT NULL,
  commitment TEXT NOT NULL,
  PRIMARY KEY (origin, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE declarations (
  origin TEXT NOT NULL REFERENCES devices (origin),
  seq INTEGER NOT NULL,
  device TEXT NOT NULL,
  PRIMARY KEY (origin, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE takeovers (
  origin TEXT PRIMARY KEY REFERENCES devices (origin),
  taken TEXT NOT NULL,
  taken_device TEXT NOT NULL,
  size INTEGER NOT NULL,
  root TEXT NOT NULL
) STRICT;
CREATE INDEX takeovers_by_device ON takeovers (taken_device);
`

const VERSION_4 = `
-- Alarms as they were first raised, the first few of each kind and device; evidence is the hash of the message that raised it, at seconds since 1970.
CREATE TABLE alarms (
  device TEXT NOT NULL,
  kind TEXT NOT NULL,
  evidence BLOB NOT NULL CHECK (length(evidence) = 32),
  at INTEGER NOT NULL,
  what TEXT NOT NULL,
  PRIMARY KEY (device, kind, evidence)
) STRICT, WITHOUT ROWID;
${never('alarms')}
`

const VERSION_5 = `
-- Of each device what it said last of how it is. The one table whose rows change: they are news, and no evidence.
CREATE TABLE statuses (
  device TEXT PRIMARY KEY,
  received_at INTEGER NOT NULL,
  document TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`

const VERSION_6 = `
-- Evidence: totals that a journal's key signed beside those that are held, the exact signed documents; station is empty if it is a device's own tally.
-- The first of each journal and station.
CREATE TABLE second_totals (
  origin TEXT NOT NULL REFERENCES devices (origin),
  station TEXT NOT NULL,
  document BLOB NOT NULL,
  PRIMARY KEY (origin, station)
) STRICT;
${never('second_totals')}
`

const VERSION_7 = `
-- Noted of entries when they came: the program that a journal begins with, and each that is not the one before it; of a journal the first few.
CREATE TABLE programs (
  origin TEXT NOT NULL REFERENCES devices (origin),
  seq INTEGER NOT NULL,
  program TEXT NOT NULL,
  PRIMARY KEY (origin, seq)
) STRICT, WITHOUT ROWID;
`

/** Each makes of the version before it the next one; the first of an empty file version 2, which is the oldest in use. */
const MIGRATIONS: readonly { readonly to: number; readonly run: (database: Database) => void }[] = [
  { to: 2, run: (database) => database.exec(VERSION_2) },
  {
    to: 3,
    run: (database) => {
      database.exec(VERSION_3)
      bringHeadsForward(database)
      database.exec(`DROP TABLE checkpoints_2;
${never('checkpoints', 'closings', 'declarations', 'takeovers')}`)
    },
  },
  { to: 4, run: (database) => database.exec(VERSION_4) },
  { to: 5, run: (database) => database.exec(VERSION_5) },
  { to: 6, run: (database) => database.exec(VERSION_6) },
  {
    to: 7,
    run: (database) => {
      database.exec(VERSION_7)
      notePrograms(database)
      database.exec(never('programs'))
    },
  },
]
const VERSION = MIGRATIONS.at(-1)?.to ?? 0

/** What every connection must have; read back, because SQLite takes a pragma it does not know without a word. */
const PRAGMAS = { journal_mode: 'wal', synchronous: 2, foreign_keys: 1, recursive_triggers: 1 } as const

/** Sets the pragmas, reads them back, and brings the tables forward. Refuses any other database, and leaves it as it is. */
export function prepare(database: Database, path: string): Result<undefined> {
  const bad = (code: string, what: string, next: string) => refuse(code, path, what, next)
  const id = database.pragma('application_id', { simple: true })
  const version = database.pragma('user_version', { simple: true }) as number
  const tables = database.prepare('SELECT count(*) AS n FROM sqlite_schema').get() as { readonly n: number }
  const isNew = tables.n === 0 && id === 0
  if (!isNew && (id !== APPLICATION_ID || !MIGRATIONS.some(({ to }) => to === version))) {
    return bad(
      'store.foreign',
      `this is not a store of the centre of version ${VERSION} or before`,
      'Check which file is meant.',
    )
  }
  for (const [name, value] of Object.entries(PRAGMAS)) {
    database.pragma(`${name} = ${value}`)
    const found = database.pragma(name, { simple: true })
    if (found !== value) {
      return bad('store.pragma', `${name} is ${found}, not ${value}`, 'Put the store on a local disk.')
    }
  }
  const isCurrent = (to: number) => (database.pragma('user_version', { simple: true }) as number) >= to
  for (const { to, run } of MIGRATIONS) {
    // Whoever only reads waits for nobody who writes.
    if (isCurrent(to)) continue
    const step = database.transaction(() => {
      // Another process may have been first.
      if (isCurrent(to)) return
      run(database)
      database.pragma(`application_id = ${APPLICATION_ID}`)
      database.pragma(`user_version = ${to}`)
    })
    step.immediate()
  }
  return ok(undefined)
}
