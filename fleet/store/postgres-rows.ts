/** The rows of the centre's database over a connection to PostgreSQL. What is written goes table by table, many rows in one statement. */
import type { JournalRow, Rows, SecondTotalsRow, SheetRow, TotalsRow, TreeRow, Writes } from './rows.ts'
import type { HeldCheckpoint, HeldStatus, KeptAlarm } from './store.ts'

/** Asks the database and gives its rows. */
export type Ask = <Row extends object>(sql: string, values?: readonly unknown[]) => Promise<readonly Row[]>

const JOURNALS = `
SELECT d.origin, d.device, d.certificate, d.log_key, d.message_key,
  c.size, c.roots, c.receipted_at::float8 AS receipted_at, c.written_at::float8 AS written_at, c.day,
  t.taken, t.size::float8 AS taken_size, t.root AS taken_root,
  k.seq AS closing_seq, k.casts::float8 AS casts, k.commitment,
  (SELECT min(x.casts) FROM closings x WHERE x.origin = d.origin)::float8 AS fewest_casts,
  coalesce((SELECT json_agg(x.device ORDER BY x.seq) FROM declarations x
    WHERE x.origin = d.origin AND x.seq > k.seq), '[]')::text AS dead,
  coalesce((SELECT json_agg(x.program ORDER BY x.seq) FROM programs x
    WHERE x.origin = d.origin), '[]')::text AS programs,
  EXISTS (SELECT FROM tallies x WHERE x.origin = d.origin)::int AS has_tally,
  EXISTS (SELECT FROM forks x WHERE x.origin = d.origin)::int AS is_forked
FROM devices d
JOIN LATERAL (SELECT * FROM checkpoints x WHERE x.origin = d.origin ORDER BY size DESC LIMIT 1) c ON true
LEFT JOIN takeovers t ON t.origin = d.origin
LEFT JOIN LATERAL (SELECT * FROM closings x WHERE x.origin = d.origin ORDER BY seq DESC LIMIT 1) k ON true`

const OF_DEVICES = `
WHERE d.origin IN (
  SELECT origin FROM devices WHERE device = ANY ($1::text[])
  UNION SELECT origin FROM takeovers WHERE taken_device = ANY ($1::text[]))`

const HEADS = `
SELECT d.origin, coalesce(c.note, '') AS note,
  coalesce((SELECT max(seq) + 1 FROM entries WHERE origin = d.origin), 0) AS entries
FROM devices d
LEFT JOIN LATERAL (SELECT * FROM checkpoints x WHERE x.origin = d.origin ORDER BY size DESC LIMIT 1) c ON true`

const CHECKPOINT = 'SELECT size, note, cosignature FROM checkpoints WHERE origin = $1'
const TREE = 'SELECT size, roots FROM checkpoints WHERE origin = $1 AND size <= $2 ORDER BY size DESC LIMIT 1'
const ALARMS = 'SELECT device, kind, evidence, at::float8 AS at, what FROM alarms'
const STATUSES = 'SELECT device, received_at::float8 AS "receivedAt", document FROM statuses ORDER BY device'
const NEWER_STATUS = `ON CONFLICT (device) DO UPDATE
SET received_at = excluded.received_at, document = excluded.document`
const OF_JOURNAL = 'x JOIN devices d ON d.origin = x.origin LEFT JOIN takeovers t ON t.origin = x.origin'
const TALLIES = `SELECT x.origin, x.document, d.device, d.message_key, t.taken FROM tallies ${OF_JOURNAL}`
const SHEETS = `SELECT x.station, x.origin, x.document, d.device, d.message_key, t.taken FROM sheets ${OF_JOURNAL}`

export function postgresRows(ask: Ask): Rows {
  const one = async <Row extends object>(sql: string, values: readonly unknown[]) =>
    (await ask<Row>(sql, values))[0]
  return {
    journals: (devices) =>
      devices === undefined
        ? ask<JournalRow>(`${JOURNALS} ORDER BY d.number`)
        : ask<JournalRow>(`${JOURNALS} ${OF_DEVICES} ORDER BY d.number`, [devices]),
    journal: (origin) => one<JournalRow>(`${JOURNALS} WHERE d.origin = $1`, [origin]),
    heads: () => ask(HEADS),
    entries: async (origin, from, to) => {
      const sql = 'SELECT bytes FROM entries WHERE origin = $1 AND seq >= $2 AND seq < $3 ORDER BY seq'
      return (await ask<{ readonly bytes: Uint8Array }>(sql, [origin, from, to])).map(({ bytes }) => bytes)
    },
    checkpoints: (origin) => ask('SELECT size, note FROM checkpoints WHERE origin = $1', [origin]),
    checkpoint: (origin, size) => one<HeldCheckpoint>(`${CHECKPOINT} AND size = $2`, [origin, size]),
    latestCheckpoint: (origin) => one<HeldCheckpoint>(`${CHECKPOINT} ORDER BY size DESC LIMIT 1`, [origin]),
    tree: (origin, most) => one<TreeRow>(TREE, [origin, most]),
    tallies: (origin) =>
      origin === undefined
        ? ask<TotalsRow>(`${TALLIES} ORDER BY x.origin`)
        : ask<TotalsRow>(`${TALLIES} WHERE x.origin = $1`, [origin]),
    sheets: (station) =>
      station === undefined
        ? ask<SheetRow>(`${SHEETS} ORDER BY x.station`)
        : ask<SheetRow>(`${SHEETS} WHERE x.station = $1`, [station]),
    secondTotals: () =>
      ask<SecondTotalsRow>('SELECT origin, station, document FROM second_totals ORDER BY origin, station'),
    forks: () => ask('SELECT origin, count(*)::int AS count FROM forks GROUP BY origin'),
    alarms: (device) =>
      device === undefined
        ? ask<KeptAlarm>(`${ALARMS} ORDER BY at, device, kind, evidence`)
        : ask<KeptAlarm>(`${ALARMS} WHERE device = $1 ORDER BY at, kind, evidence`, [device]),
    statuses: () => ask<HeldStatus>(STATUSES),
    write: (writes) => write(ask, writes),
  }
}

/** A table's columns with their types, and what of a row goes into each. */
type Columns<Row> = readonly (readonly [name: string, type: string, value: (row: Row) => unknown])[]

async function write(ask: Ask, writes: Writes): Promise<void> {
  const insert = async <Row>(table: string, rows: readonly Row[], columns: Columns<Row>, conflict = '') => {
    if (rows.length === 0) return
    const names = columns.map(([name]) => name).join(', ')
    const arrays = columns.map(([, type], i) => `$${i + 1}::${type}[]`).join(', ')
    await ask(
      `INSERT INTO ${table} (${names}) SELECT * FROM unnest(${arrays}) ${conflict}`,
      columns.map(([, , value]) => rows.map(value)),
    )
  }
  const origin = ['origin', 'text', (row: { readonly origin: string }) => row.origin] as const
  const seq = ['seq', 'int', (row: { readonly seq: number }) => row.seq] as const
  const size = ['size', 'int', (row: { readonly size: number }) => row.size] as const
  const note = ['note', 'text', (row: { readonly note: string }) => row.note] as const
  const device = ['device', 'text', (row: { readonly device: string }) => row.device] as const
  const document = [
    'document',
    'bytea',
    (row: { readonly document: string }) => Buffer.from(row.document),
  ] as const
  await insert('devices', writes.owners, [
    origin,
    device,
    ['certificate', 'bytea', (row) => row.certificate],
    ['log_key', 'bytea', (row) => row.logKey],
    ['message_key', 'bytea', (row) => row.messageKey],
  ])
  await insert('entries', writes.entries, [origin, seq, ['bytes', 'bytea', (row) => row.bytes]])
  await insert('checkpoints', writes.checkpoints, [
    origin,
    size,
    note,
    ['cosignature', 'text', (row) => row.cosignature],
    ['roots', 'bytea', (row) => row.roots],
    ['receipted_at', 'bigint', (row) => row.receiptedAt],
    ['written_at', 'bigint', (row) => row.writtenAt],
    ['day', 'text', (row) => row.day],
  ])
  await insert('closings', writes.closings, [
    origin,
    seq,
    ['casts', 'bigint', (row) => row.casts],
    ['commitment', 'text', (row) => row.commitment],
  ])
  await insert('declarations', writes.declarations, [origin, seq, device])
  await insert('takeovers', writes.takeovers, [
    origin,
    ['taken', 'text', (row) => row.taken],
    ['taken_device', 'text', (row) => row.takenDevice],
    ['size', 'bigint', (row) => row.size],
    ['root', 'text', (row) => row.root],
  ])
  await insert('programs', writes.programs, [origin, seq, ['program', 'text', (row) => row.program]])
  await insert('tallies', writes.tallies, [origin, document])
  await insert('sheets', writes.sheets, [['station', 'text', (row) => row.station], origin, document])
  await insert(
    'second_totals',
    writes.secondTotals,
    [origin, ['station', 'text', (row) => row.station ?? ''], document],
    'ON CONFLICT DO NOTHING',
  )
  await insert('forks', writes.forks, [origin, size, note], 'ON CONFLICT DO NOTHING')
  await insert('alarms', writes.alarms, [
    device,
    ['kind', 'text', (row) => row.kind],
    ['evidence', 'bytea', (row) => row.evidence],
    ['at', 'bigint', (row) => row.at],
    ['what', 'text', (row) => row.what],
  ])
  await insert(
    'statuses',
    [...writes.statuses.values()],
    [device, ['received_at', 'bigint', (row) => row.receivedAt], ['document', 'text', (row) => row.document]],
    NEWER_STATUS,
  )
}
