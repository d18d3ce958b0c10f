/**
 * The tables of the centre's database. Nothing in them ever changes: triggers forbid it, and `recursive_triggers` makes them hold for
 * `INSERT OR REPLACE` too.
 */
import type { Database } from 'better-sqlite3'
import type { Result } from '../../core/result.ts'
import { ok, refuse } from '../../core/result.ts'

/** "SCen": marks the file as a store of the centre (SQLite file format, offset 68). */
const APPLICATION_ID = 0x5343656e
const VERSION = 2

const TABLES = ['devices', 'entries', 'checkpoints', 'tallies', 'sheets', 'forks'] as const

const SCHEMA = `
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

${TABLES.map(
  (table) => `
CREATE TRIGGER ${table}_no_update BEFORE UPDATE ON ${table} BEGIN SELECT raise(ABORT, '${table} never change'); END;
CREATE TRIGGER ${table}_no_delete BEFORE DELETE ON ${table} BEGIN SELECT raise(ABORT, '${table} never go'); END;`,
).join('\n')}

PRAGMA application_id = ${APPLICATION_ID};
PRAGMA user_version = ${VERSION};
`

/** What every connection must have; read back, because SQLite takes a pragma it does not know without a word. */
const PRAGMAS = { journal_mode: 'wal', synchronous: 2, foreign_keys: 1, recursive_triggers: 1 } as const

/** Sets the pragmas, reads them back, and makes the tables in a file that is new. Refuses any other database, and leaves it as it is. */
export function prepare(database: Database, path: string): Result<undefined> {
  const bad = (code: string, what: string, next: string) => refuse(code, path, what, next)
  const id = database.pragma('application_id', { simple: true })
  const version = database.pragma('user_version', { simple: true })
  const tables = database.prepare('SELECT count(*) AS n FROM sqlite_schema').get() as { readonly n: number }
  const isNew = tables.n === 0 && id === 0
  if (!isNew && (id !== APPLICATION_ID || version !== VERSION)) {
    return bad(
      'store.foreign',
      `this is not a store of the centre of version ${VERSION}`,
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
  if (isNew) database.transaction(() => database.exec(SCHEMA)).immediate()
  return ok(undefined)
}
