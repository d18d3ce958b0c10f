/**
 * The tables of a device's database. What has been written may never change or go: triggers refuse it, and the check at every start
 * would find it (`core/journal/check-records.ts`), a missing trigger included.
 */
import type Database from 'better-sqlite3'

/** Raised with every change of a table; a database of another version stops the device. */
export const SCHEMA_VERSION = 2

/** Tables to which rows are added and in which nothing else ever happens. */
const APPEND_ONLY = [
  'device',
  'journal',
  'checkpoints',
  'batches',
  'ballots',
  'spent',
  'receipts',
  'heads',
  'adopted',
  'adopted_journal',
] as const

const TABLES = `
CREATE TABLE device (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  origin TEXT NOT NULL,
  package TEXT NOT NULL,
  certificate BLOB NOT NULL
) STRICT;
CREATE TABLE journal (seq INTEGER PRIMARY KEY CHECK (seq >= 0), entry BLOB NOT NULL) STRICT;
CREATE TABLE checkpoints (size INTEGER PRIMARY KEY CHECK (size > 0), note TEXT NOT NULL) STRICT;
CREATE TABLE batches (batch INTEGER PRIMARY KEY CHECK (batch > 0), count INTEGER NOT NULL, root BLOB NOT NULL) STRICT;
CREATE TABLE ballots (
  batch INTEGER NOT NULL REFERENCES batches (batch),
  sealed BLOB NOT NULL,
  PRIMARY KEY (batch, sealed)
) STRICT, WITHOUT ROWID;
CREATE TABLE spent (tag BLOB PRIMARY KEY CHECK (length(tag) = 32)) STRICT, WITHOUT ROWID;
CREATE TABLE receipts (size INTEGER PRIMARY KEY, cosignature TEXT NOT NULL) STRICT;
CREATE TABLE heads (number INTEGER PRIMARY KEY, head BLOB NOT NULL) STRICT;
CREATE TABLE adopted (one INTEGER PRIMARY KEY CHECK (one = 1), certificate BLOB NOT NULL, checkpoint TEXT NOT NULL) STRICT;
CREATE TABLE adopted_journal (seq INTEGER PRIMARY KEY CHECK (seq >= 0), entry BLOB NOT NULL) STRICT;
CREATE TABLE pool (one INTEGER PRIMARY KEY CHECK (one = 1), block BLOB NOT NULL) STRICT;
CREATE TABLE slip (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  state TEXT NOT NULL CHECK (state IN ('none', 'printing', 'hanging', 'accepted', 'void'))
) STRICT;
CREATE TABLE released (one INTEGER PRIMARY KEY CHECK (one = 1), tally TEXT NOT NULL, answered INTEGER NOT NULL) STRICT;
CREATE TABLE sheet (one INTEGER PRIMARY KEY CHECK (one = 1), sealed TEXT NOT NULL, key BLOB, sheet TEXT) STRICT;
INSERT INTO slip (one, state) VALUES (1, 'none');
`

/** Makes the tables in a new database. */
export function createSchema(database: Database.Database): void {
  database.exec(TABLES)
  for (const table of APPEND_ONLY) {
    for (const change of ['UPDATE', 'DELETE']) {
      database.exec(
        `CREATE TRIGGER ${table}_no_${change.toLowerCase()} BEFORE ${change} ON ${table} ` +
          `BEGIN SELECT RAISE(ABORT, '${table}: what was written is never changed or deleted'); END`,
      )
    }
  }
  database.pragma(`user_version = ${SCHEMA_VERSION}`)
}

/** Everything that defines the database, as one text, for comparing it with a fresh one. */
export function schemaText(database: Database.Database): string {
  const rows = database
    .prepare("SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name")
    .all() as readonly { readonly name: string; readonly sql: string }[]
  return rows.map(({ name, sql }) => `${name}: ${sql}`).join('\n')
}
