/** The rows of the centre's database over a connection to SQLite. */
import type { Database } from 'better-sqlite3'
import type { JournalRow, Rows, SecondTotalsRow, SheetRow, TotalsRow, TreeRow } from './rows.ts'
import type { HeldCheckpoint, HeldStatus, KeptAlarm } from './store.ts'

const JOURNALS = `
SELECT d.origin, d.device, d.certificate, d.log_key, d.message_key,
  c.size, c.roots, c.receipted_at, c.written_at, c.day,
  t.taken, t.size AS taken_size, t.root AS taken_root,
  k.seq AS closing_seq, k.casts, k.commitment,
  (SELECT min(casts) FROM closings WHERE origin = d.origin) AS fewest_casts,
  (SELECT json_group_array(device) FROM
    (SELECT device FROM declarations WHERE origin = d.origin AND seq > k.seq ORDER BY seq)) AS dead,
  (SELECT json_group_array(program) FROM
    (SELECT program FROM programs WHERE origin = d.origin ORDER BY seq)) AS programs,
  EXISTS (SELECT 1 FROM tallies WHERE origin = d.origin) AS has_tally,
  EXISTS (SELECT 1 FROM forks WHERE origin = d.origin) AS is_forked
FROM devices d
JOIN checkpoints c ON c.origin = d.origin AND c.size = (SELECT max(size) FROM checkpoints WHERE origin = d.origin)
LEFT JOIN takeovers t ON t.origin = d.origin
LEFT JOIN closings k ON k.origin = d.origin AND k.seq = (SELECT max(seq) FROM closings WHERE origin = d.origin)`

const OF_DEVICES = `
WHERE d.origin IN (
  SELECT origin FROM devices WHERE device IN (SELECT value FROM json_each(:devices))
  UNION SELECT origin FROM takeovers WHERE taken_device IN (SELECT value FROM json_each(:devices)))`

const TOTALS = 'd.device, d.message_key, t.taken FROM'
const OF_JOURNAL = 'x JOIN devices d ON d.origin = x.origin LEFT JOIN takeovers t ON t.origin = x.origin'

export function sqliteRows(database: Database): Rows {
  const all = <Row>(sql: string) => {
    const statement = database.prepare(sql)
    return (...values: unknown[]) => statement.all(...values) as Row[]
  }
  const one = <Row>(sql: string) => {
    const statement = database.prepare(sql)
    return (...values: unknown[]) => statement.get(...values) as Row | undefined
  }
  const checkpointColumns = 'SELECT size, note, cosignature FROM checkpoints WHERE origin = ?'
  const everyJournal = all<JournalRow>(`${JOURNALS} ORDER BY d.rowid`)
  const journalsOf = all<JournalRow>(`${JOURNALS} ${OF_DEVICES} ORDER BY d.rowid`)
  const journal = one<JournalRow>(`${JOURNALS} WHERE d.origin = ?`)
  const heads = all<{ origin: string; note: string; entries: number }>(`
SELECT origin,
  coalesce((SELECT note FROM checkpoints WHERE origin = d.origin ORDER BY size DESC LIMIT 1), '') AS note,
  coalesce((SELECT max(seq) + 1 FROM entries WHERE origin = d.origin), 0) AS entries
FROM devices d`)
  const range = database
    .prepare('SELECT bytes FROM entries WHERE origin = ? AND seq >= ? AND seq < ? ORDER BY seq')
    .pluck()
  const checkpoints = all<{ size: number; note: string }>(
    'SELECT size, note FROM checkpoints WHERE origin = ?',
  )
  const checkpoint = one<HeldCheckpoint>(`${checkpointColumns} AND size = ?`)
  const latest = one<HeldCheckpoint>(`${checkpointColumns} ORDER BY size DESC LIMIT 1`)
  const tree = one<TreeRow>(
    'SELECT size, roots FROM checkpoints WHERE origin = ? AND size <= ? ORDER BY size DESC LIMIT 1',
  )
  const tallies = `SELECT x.origin, x.document, ${TOTALS} tallies ${OF_JOURNAL}`
  const everyTally = all<TotalsRow>(`${tallies} ORDER BY x.origin`)
  const tally = all<TotalsRow>(`${tallies} WHERE x.origin = ?`)
  // A sheet whose journal is not there must be seen to be so.
  const sheets = `SELECT x.station, x.origin, x.document, ${TOTALS} sheets ${OF_JOURNAL.replace('JOIN', 'LEFT JOIN')}`
  const everySheet = all<SheetRow>(`${sheets} ORDER BY x.station`)
  const sheet = all<SheetRow>(`${sheets} WHERE x.station = ?`)
  const secondTotals = all<SecondTotalsRow>(
    'SELECT origin, station, document FROM second_totals ORDER BY origin, station',
  )
  const forks = all<{ origin: string; count: number }>(
    'SELECT origin, count(*) AS count FROM forks GROUP BY origin',
  )
  const alarms = 'SELECT device, kind, evidence, at, what FROM alarms'
  const everyAlarm = all<KeptAlarm>(`${alarms} ORDER BY at, device, kind, evidence`)
  const alarmsOf = all<KeptAlarm>(`${alarms} WHERE device = ? ORDER BY at, kind, evidence`)
  const statuses = all<HeldStatus>(
    'SELECT device, received_at AS receivedAt, document FROM statuses ORDER BY device',
  )
  return {
    journals: async (devices) =>
      devices === undefined ? everyJournal() : journalsOf({ devices: JSON.stringify(devices) }),
    journal: async (origin) => journal(origin),
    heads: async () => heads(),
    entries: async (origin, from, to) => range.all(origin, from, to) as Buffer[],
    checkpoints: async (origin) => checkpoints(origin),
    checkpoint: async (origin, size) => checkpoint(origin, size),
    latestCheckpoint: async (origin) => latest(origin),
    tree: async (origin, most) => tree(origin, most),
    tallies: async (origin) => (origin === undefined ? everyTally() : tally(origin)),
    sheets: async (station) => (station === undefined ? everySheet() : sheet(station)),
    secondTotals: async () => secondTotals(),
    forks: async () => forks(),
    alarms: async (device) => (device === undefined ? everyAlarm() : alarmsOf(device)),
    statuses: async () => statuses(),
    write: database.readonly
      ? () => Promise.reject(new Error('a connection that reads only'))
      : writer(database),
  }
}

function writer(database: Database): Rows['write'] {
  const add = (table: string, columns: number, how = 'INSERT') => {
    const statement = database.prepare(
      `${how} INTO ${table} VALUES (${new Array<string>(columns).fill('?').join(', ')})`,
    )
    return (...values: unknown[]) => statement.run(...values)
  }
  const owner = add('devices', 5)
  const entry = add('entries', 3)
  const checkpoint = add('checkpoints', 8)
  const closing = add('closings', 4)
  const declaration = add('declarations', 3)
  const takeover = add('takeovers', 5)
  const program = add('programs', 3)
  const tally = add('tallies', 2)
  const sheet = add('sheets', 3)
  const second = add('second_totals', 3, 'INSERT OR IGNORE')
  const fork = add('forks', 3, 'INSERT OR IGNORE')
  const alarm = add('alarms', 5)
  const status = database.prepare(`
INSERT INTO statuses VALUES (?, ?, ?)
ON CONFLICT DO UPDATE SET received_at = excluded.received_at, document = excluded.document`)
  return async (writes) => {
    for (const { origin, device, certificate, logKey, messageKey } of writes.owners)
      owner(origin, device, certificate, logKey, messageKey)
    for (const { origin, seq, bytes } of writes.entries) entry(origin, seq, bytes)
    for (const { origin, size, note, cosignature, roots, receiptedAt, writtenAt, day } of writes.checkpoints)
      checkpoint(origin, size, note, cosignature, roots, receiptedAt, writtenAt, day)
    for (const { origin, seq, casts, commitment } of writes.closings) closing(origin, seq, casts, commitment)
    for (const { origin, seq, device } of writes.declarations) declaration(origin, seq, device)
    for (const { origin, taken, takenDevice, size, root } of writes.takeovers)
      takeover(origin, taken, takenDevice, size, root)
    for (const { origin, seq, program: hash } of writes.programs) program(origin, seq, hash)
    for (const { origin, document } of writes.tallies) tally(origin, Buffer.from(document))
    for (const { station, origin, document } of writes.sheets) sheet(station, origin, Buffer.from(document))
    for (const { origin, station = '', document } of writes.secondTotals)
      second(origin, station, Buffer.from(document))
    for (const { origin, size, note } of writes.forks) fork(origin, size, note)
    for (const { device, kind, evidence, at, what } of writes.alarms) alarm(device, kind, evidence, at, what)
    for (const { device, receivedAt, document } of writes.statuses.values())
      status.run(device, receivedAt, document)
  }
}
