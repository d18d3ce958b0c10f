/** What a station leaves behind, on a disk: bundles, shares, databases, in folders that are gone when the test file is done. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll } from 'vitest'
import { batchRoot } from '../../core/ballot-box/batch.ts'
import { SHEET_FILE } from '../../core/bundle/bundle.ts'
import { ISSUED_FILE } from '../../core/bundle/issued.ts'
import { toBase64 } from '../../core/keys/hash.ts'
import { shareFile } from '../../core/package/trustee-share.ts'
import { encodeHeads } from '../../device-agent/witness/station-heads.ts'
import type { TestDevice, TestStation } from './fixtures.ts'
import {
  bundleFiles,
  checkpointNote,
  cosignedHead,
  issuedText,
  notes,
  sealedTally,
  tallyDocument,
  totalsFiles,
} from './left-behind.ts'

export * from './left-behind.ts'

/** A new folder for one test's files, gone when the test file is done. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sandogh-audit-test-'))
  folders.push(folder)
  return folder
}

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

/** Writes bundles, check-in and shares into a new folder. */
export function writeStation(station: TestStation): { readonly bundles: string; readonly shares: string[] } {
  const folder = testFolder()
  const bundles = join(folder, 'bundles')
  for (const device of station.devices) writeFiles(join(bundles, device.id), bundleFiles(station, device))
  const casts = station.devices.reduce((sum, { tags }) => sum + tags.length, 0)
  const issued = issuedText(station, { issued: casts + 1, returned: 1 })
  writeFiles(join(bundles, 'check-in'), new Map([[ISSUED_FILE, Buffer.from(issued)]]))
  const shares = station.shares.map((share, i) => {
    const path = join(folder, `share-${i + 1}.json`)
    writeFileSync(path, shareFile(share, station.electionPackage))
    return path
  })
  return { bundles, shares }
}

export function writeFiles(folder: string, files: ReadonlyMap<string, Uint8Array>): void {
  mkdirSync(folder, { recursive: true })
  for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes)
}

/** A database as a device leaves it, in the tables the audit reads. */
export function writeDatabase(station: TestStation, device: TestDevice, path: string): void {
  const database = new Database(path)
  database.pragma('journal_mode = WAL')
  database.exec(`
    CREATE TABLE device (one INTEGER PRIMARY KEY CHECK (one = 1), origin TEXT, package TEXT, certificate BLOB);
    CREATE TABLE journal (seq INTEGER PRIMARY KEY, entry BLOB);
    CREATE TABLE checkpoints (size INTEGER PRIMARY KEY, note TEXT);
    CREATE TABLE batches (batch INTEGER PRIMARY KEY, count INTEGER, root BLOB);
    CREATE TABLE ballots (batch INTEGER, sealed BLOB, PRIMARY KEY (batch, sealed)) WITHOUT ROWID;
    CREATE TABLE spent (tag BLOB PRIMARY KEY) WITHOUT ROWID;
    CREATE TABLE receipts (size INTEGER PRIMARY KEY, cosignature TEXT);
    CREATE TABLE released (one INTEGER PRIMARY KEY CHECK (one = 1), tally TEXT, answered INTEGER);
    CREATE TABLE sheet (one INTEGER PRIMARY KEY CHECK (one = 1), sealed TEXT NOT NULL, key BLOB, sheet TEXT);
    CREATE TABLE heads (number INTEGER PRIMARY KEY, head BLOB NOT NULL);
    CREATE TABLE adopted (one INTEGER PRIMARY KEY CHECK (one = 1), certificate BLOB, checkpoint TEXT);
    CREATE TABLE adopted_journal (seq INTEGER PRIMARY KEY, entry BLOB);
    CREATE TABLE pool (one INTEGER PRIMARY KEY CHECK (one = 1), block BLOB);`)
  const put = (sql: string, rows: readonly (readonly unknown[])[]) => {
    const statement = database.prepare(sql)
    database.transaction(() => {
      for (const row of rows) statement.run(...row)
    })()
  }
  const { origin, certificate, entries, batches, tags } = device
  put('INSERT INTO device VALUES (1, ?, ?, ?)', [
    [origin, toBase64(station.electionPackage.hash), certificate],
  ])
  put(
    'INSERT INTO journal VALUES (?, ?)',
    entries.map((entry, seq) => [seq, entry]),
  )
  put(
    'INSERT INTO checkpoints VALUES (?, ?)',
    notes(device).map((note, i) => [i + 1, note]),
  )
  put(
    'INSERT INTO batches VALUES (?, ?, ?)',
    [...batches].map(([batch, ballots]) => [batch, ballots.length, batchRoot(ballots)]),
  )
  put(
    'INSERT INTO ballots VALUES (?, ?)',
    [...batches].flatMap(([batch, ballots]) => ballots.map((sealed) => [batch, sealed])),
  )
  put(
    'INSERT INTO spent VALUES (?)',
    tags.map((tag) => [tag]),
  )
  put('INSERT INTO receipts VALUES (?, ?)', [
    [entries.length, checkpointNote(station, device, true).split('\n').at(-2)],
  ])
  put('INSERT INTO released VALUES (1, ?, 1)', [[tallyDocument(station, device)]])
  const files = new Map(totalsFiles(station, device))
  const sealed = Buffer.from(sealedTally(station, device)).toString('utf8')
  const sheet = files.get(SHEET_FILE)
  put('INSERT INTO sheet VALUES (1, ?, NULL, ?)', [
    [sealed, sheet ? Buffer.from(sheet).toString('utf8') : null],
  ])
  const neighbours = station.devices.filter(({ id }) => id !== device.id)
  const size = Math.min(3, device.entries.length)
  const heads = neighbours.flatMap((neighbour) => [
    headRow(neighbour, cosignedHead(station, neighbour, Math.min(3, neighbour.entries.length), [device])),
    headRow(device, cosignedHead(station, device, size, [neighbour])),
  ])
  put(
    'INSERT INTO heads VALUES (?, ?)',
    heads.map((head, i) => [i + 1, head]),
  )
  database.close()
}

/** A head as a device keeps it, one a row. */
export function headRow({ certificate }: TestDevice, note: string): Uint8Array {
  return encodeHeads([{ certificate, note, proofs: [] }])
}
