/**
 * The tables of the centre's database in PostgreSQL: those of SQLite (`sqlite-schema.ts`), whose words on them hold here too. But for the latest statuses
 * nothing in them ever changes: triggers forbid it. They are brought forward one version after another, each in a transaction.
 */
import type { PoolClient } from 'pg'
import { ok, type Result, refuse } from '../../core/result.ts'
import { MOST_PROGRAMS } from './noted.ts'

const TABLES = [
  'devices',
  'entries',
  'checkpoints',
  'closings',
  'declarations',
  'takeovers',
  'tallies',
  'sheets',
  'forks',
] as const

const VERSION_1 = `
CREATE TABLE devices (
  number bigint GENERATED ALWAYS AS IDENTITY,
  origin text COLLATE "C" PRIMARY KEY,
  device text COLLATE "C" NOT NULL,
  certificate bytea NOT NULL,
  log_key bytea NOT NULL CHECK (length(log_key) = 32),
  message_key bytea NOT NULL CHECK (length(message_key) = 32)
);
CREATE INDEX devices_by_device ON devices (device);

-- No foreign key: a look at devices for each of some millions of rows. The trigger below looks once for each journal that begins.
CREATE TABLE entries (
  origin text COLLATE "C" NOT NULL,
  seq integer NOT NULL CHECK (seq >= 0),
  bytes bytea NOT NULL,
  PRIMARY KEY (origin, seq)
);

CREATE TABLE checkpoints (
  origin text COLLATE "C" NOT NULL REFERENCES devices (origin),
  size integer NOT NULL,
  note text NOT NULL,
  cosignature text NOT NULL,
  roots bytea NOT NULL CHECK (length(roots) % 32 = 0),
  receipted_at bigint NOT NULL,
  written_at bigint NOT NULL,
  day text,
  PRIMARY KEY (origin, size)
);

CREATE TABLE closings (
  origin text COLLATE "C" NOT NULL REFERENCES devices (origin),
  seq integer NOT NULL,
  casts bigint NOT NULL,
  commitment text NOT NULL,
  PRIMARY KEY (origin, seq)
);
CREATE TABLE declarations (
  origin text COLLATE "C" NOT NULL REFERENCES devices (origin),
  seq integer NOT NULL,
  device text COLLATE "C" NOT NULL,
  PRIMARY KEY (origin, seq)
);
CREATE TABLE takeovers (
  origin text COLLATE "C" PRIMARY KEY REFERENCES devices (origin),
  taken text COLLATE "C" NOT NULL,
  taken_device text COLLATE "C" NOT NULL,
  size bigint NOT NULL,
  root text NOT NULL
);
CREATE INDEX takeovers_by_device ON takeovers (taken_device);

CREATE TABLE tallies (
  origin text COLLATE "C" PRIMARY KEY REFERENCES devices (origin),
  document bytea NOT NULL
);
CREATE TABLE sheets (
  station text COLLATE "C" PRIMARY KEY,
  origin text COLLATE "C" NOT NULL REFERENCES devices (origin),
  document bytea NOT NULL
);
CREATE TABLE forks (
  origin text COLLATE "C" NOT NULL REFERENCES devices (origin),
  size integer NOT NULL,
  note text NOT NULL,
  PRIMARY KEY (origin, size)
);

CREATE FUNCTION entries_in_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM added a WHERE CASE WHEN a.seq = 0
      THEN NOT EXISTS (SELECT FROM devices d WHERE d.origin = a.origin)
      ELSE NOT EXISTS (SELECT FROM entries e WHERE e.origin = a.origin AND e.seq = a.seq - 1) END
  ) THEN RAISE EXCEPTION 'an entry out of its order'; END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER entries_in_order AFTER INSERT ON entries
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION entries_in_order();

CREATE FUNCTION never() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% never change and never go', TG_TABLE_NAME; END $$;
${TABLES.map(
  (table) => `CREATE TRIGGER ${table}_never BEFORE UPDATE OR DELETE OR TRUNCATE ON ${table}
FOR EACH STATEMENT EXECUTE FUNCTION never();`,
).join('\n')}
`

const VERSION_2 = `
CREATE TABLE alarms (
  device text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  evidence bytea NOT NULL CHECK (length(evidence) = 32),
  at bigint NOT NULL,
  what text NOT NULL,
  PRIMARY KEY (device, kind, evidence)
);
CREATE TRIGGER alarms_never BEFORE UPDATE OR DELETE OR TRUNCATE ON alarms
FOR EACH STATEMENT EXECUTE FUNCTION never();
`

const VERSION_3 = `
CREATE TABLE statuses (
  device text COLLATE "C" PRIMARY KEY,
  received_at bigint NOT NULL,
  document text NOT NULL
);
`

const VERSION_4 = `
CREATE TABLE second_totals (
  origin text COLLATE "C" NOT NULL REFERENCES devices (origin),
  station text COLLATE "C" NOT NULL,
  document bytea NOT NULL,
  PRIMARY KEY (origin, station)
);
CREATE TRIGGER second_totals_never BEFORE UPDATE OR DELETE OR TRUNCATE ON second_totals
FOR EACH STATEMENT EXECUTE FUNCTION never();
`

/**
 * Canonical JSON has neither pattern within a text, where quotes are escaped. Few of some millions of entries have one: they are found first, by their bytes as
 * they lie there, and only these are written out for the program's name, as they may be damaged.
 */
const VERSION_5 = `
CREATE TABLE programs (
  origin text COLLATE "C" NOT NULL REFERENCES devices (origin),
  seq integer NOT NULL,
  program text NOT NULL,
  PRIMARY KEY (origin, seq)
);
INSERT INTO programs WITH starts AS MATERIALIZED (
  SELECT origin, seq, bytes FROM entries
  WHERE position('"type":"journal.opened"'::bytea IN bytes) > 0 OR position('"type":"device.started"'::bytea IN bytes) > 0
)
SELECT origin, seq, program FROM (
  SELECT origin, seq, program, row_number() OVER (PARTITION BY origin ORDER BY seq) AS number FROM (
    SELECT origin, seq, program, lag(program) OVER (PARTITION BY origin ORDER BY seq) AS earlier FROM (
      SELECT origin, seq, substring(encode(bytes, 'escape') FROM '"program":"([^"]*)"') AS program FROM starts) named
    WHERE program IS NOT NULL) started
  WHERE program IS DISTINCT FROM earlier) changes
WHERE number <= ${MOST_PROGRAMS};
CREATE TRIGGER programs_never BEFORE UPDATE OR DELETE OR TRUNCATE ON programs
FOR EACH STATEMENT EXECUTE FUNCTION never();
`

/** Each makes of the version before it the next one. */
const MIGRATIONS: readonly string[] = [VERSION_1, VERSION_2, VERSION_3, VERSION_4, VERSION_5]

const VERSIONS = 'sandogh_centre_versions'

/** What a server must say of itself, else what it acknowledges may be gone after a power cut. */
const SETTINGS = { fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on', server_encoding: 'UTF8' }

/** Any number that nothing else in this database locks: two programs that open an empty one come one after the other. */
export const MIGRATION_LOCK = 0x5343656e

/** Asks for the settings, and brings the tables forward. Refuses any other database, and leaves it as it is. */
export async function prepare(client: PoolClient, where: string): Promise<Result<undefined>> {
  for (const [name, value] of Object.entries(SETTINGS)) {
    const { rows } = await client.query<Record<string, string>>(`SHOW ${name}`)
    const found = rows[0]?.[name]
    if (found !== value) {
      const next = 'Have it set in postgresql.conf, or leave it out of the URL.'
      return refuse('store.setting', where, `the server says ${name} = ${found}, not ${value}`, next)
    }
  }
  await client.query('BEGIN')
  // What is made from all entries takes longer than any other statement, and who comes second waits for it.
  await client.query('SET LOCAL statement_timeout = 0')
  await client.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK])
  const found = await findVersion(client)
  if (found === undefined || found > MIGRATIONS.length) {
    await client.query('ROLLBACK')
    const what = `this is not a store of the centre of version ${MIGRATIONS.length} or before`
    return refuse('store.foreign', where, what, 'Check which database is meant.')
  }
  for (const [index, migration] of MIGRATIONS.entries()) {
    if (index < found) continue
    await client.query(migration)
    await client.query(`INSERT INTO ${VERSIONS} VALUES ($1)`, [index + 1])
  }
  await client.query('COMMIT')
  return ok(undefined)
}

/** The version of the tables; 0 in an empty database, where the table of versions is made; undefined in one of somebody else. */
async function findVersion(client: PoolClient): Promise<number | undefined> {
  const { rows: tables } = await client.query<{ readonly name: string }>(
    'SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()',
  )
  if (tables.length === 0) {
    await client.query(`CREATE TABLE ${VERSIONS} (version integer PRIMARY KEY)`)
    return 0
  }
  if (!tables.some(({ name }) => name === VERSIONS)) return undefined
  const { rows } = await client.query<{ readonly version: number | null }>(
    `SELECT max(version) AS version FROM ${VERSIONS}`,
  )
  return rows[0]?.version ?? undefined
}
