import { copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { readDatabase, verifyDatabase } from '../../audit/verify/database.ts'
import { batchRoot } from '../../core/ballot-box/batch.ts'
import { poolBlockSize } from '../../core/ballot-box/pool.ts'
import {
  checkpointNote,
  cosignedHead,
  headRow,
  sealedTally,
  tallyDocument,
  testFolder,
  writeDatabase,
} from './files.ts'
import { makeStation, type TestDevice } from './fixtures.ts'
import { referenceFor } from './in-memory.ts'

const station = makeStation('database', { casts: [80, 4] })
const [device, other] = station.devices as [TestDevice, TestDevice]
const folder = testFolder()
const size = device.entries.length
let made = 0
const honest = join(folder, 'honest.db')
writeDatabase(station, device, honest)

/** A device's database after some SQL, as anyone with a disk and `sqlite3` could have run it. */
function changedBy(sql: string, ...values: readonly unknown[]): string {
  made += 1
  const path = join(folder, `device-${made}.db`)
  copyFileSync(honest, path)
  const database = new Database(path)
  database.prepare(sql).run(...values)
  database.close()
  return path
}

/** `holds`, or the place that is named. */
function check(path: string): string {
  const rows = readDatabase(path)
  const verified = rows.ok ? verifyDatabase(rows.value, referenceFor(station)) : rows
  return verified.ok ? 'holds' : verified.error.where
}

const ballot = device.batches.get(2)?.[3] as Uint8Array
const entry = device.entries[12] as Uint8Array
const changedEntry = entry.map((byte, i) => (i === 30 ? byte ^ 1 : byte))
const receiptOf = (of: TestDevice) => checkpointNote(station, of, true).split('\n').at(-2) ?? ''
const receipt = receiptOf(device)
/** Signed by the device itself, but not what it committed to. */
const falsified: TestDevice = {
  ...device,
  tally: device.tally.map((contest) => ({ ...contest, valid: contest.valid + 1 })),
}
const sealedText = (of: TestDevice) => Buffer.from(sealedTally(station, of)).toString('utf8')
/** Heads that this device never wrote down: of another election, not cosigned by it, and of another history of its own journal. */
const elsewhere = makeStation('elsewhere', { casts: [1], election: 'other-1405' })
const stranger = elsewhere.devices[0] as TestDevice
const strangeHead = headRow(stranger, cosignedHead(elsewhere, stranger, 3, [device]))
const uncosignedHead = headRow(other, cosignedHead(station, other, 5, [other]))
const otherHead = headRow(
  device,
  cosignedHead(station, { ...device, entries: [...device.entries.slice(0, 4), entry] }, 5, [other]),
)
const changedBallot = ballot.map((byte, i) => (i === 30 ? byte ^ 1 : byte))

test('an honest database holds, and is not written to', () => {
  const path = changedBy('DELETE FROM journal WHERE seq = ?', -1)
  const before = [readFileSync(path).toString('base64'), statSync(path).mtimeMs]
  expect(check(path)).toBe('holds')
  expect([readFileSync(path).toString('base64'), statSync(path).mtimeMs]).toEqual(before)
})

test('a database holds with the key to the sealed tallies until the sheet is made, on the reporting device', () => {
  expect(check(changedBy('UPDATE sheet SET key = zeroblob(32), sheet = NULL'))).toBe('holds')
  const second = join(folder, 'second.db')
  writeDatabase(station, other, second)
  expect(check(second)).toBe('holds')
  const database = new Database(second)
  database.exec('UPDATE sheet SET key = zeroblob(32)')
  database.close()
  expect(check(second)).toBe('table sheet')
})

test('a database that was not closed is read with its write-ahead log', () => {
  const path = changedBy('DELETE FROM journal WHERE seq = ?', -1)
  const running = new Database(path)
  running.prepare('DELETE FROM journal WHERE seq = ?').run(20)
  expect(check(path)).toBe('table journal, entry 20')
  running.close()
})

describe('a row changed, deleted or added with plain SQL is found, and the table named', () => {
  const last = size - 1
  const cases: readonly [string, string, readonly unknown[]][] = [
    ['table journal, entry 12', 'UPDATE journal SET entry = ? WHERE seq = 12', [changedEntry]],
    ['table journal, entry 0', 'DELETE FROM journal WHERE seq = 0', []],
    [`table journal, entry ${last}`, 'DELETE FROM journal WHERE seq = ?', [last]],
    [`table journal, entry ${size}`, 'INSERT INTO journal VALUES (?, ?)', [size, entry]],
    ['table journal, entry -5', 'INSERT INTO journal VALUES (-5, ?)', [entry]],
    ['table journal, entry 3', 'UPDATE journal SET seq = 900 WHERE seq = 3', []],
    ['table checkpoints, size 13', "UPDATE checkpoints SET note = note || 'x' WHERE size = 13", []],
    [
      'table checkpoints, size 13',
      'UPDATE checkpoints SET note = (SELECT note FROM checkpoints WHERE size = 12) WHERE size = 13',
      [],
    ],
    ['table checkpoints, size 1', 'DELETE FROM checkpoints WHERE size = 1', []],
    [`table checkpoints, size ${size}`, 'DELETE FROM checkpoints WHERE size = ?', [size]],
    [
      `table checkpoints, size ${size + 1}`,
      'INSERT INTO checkpoints SELECT size + 1, note FROM checkpoints WHERE size = ?',
      [size],
    ],
    ['table checkpoints, size 900', 'UPDATE checkpoints SET size = 900 WHERE size = 5', []],
    ['table batches, batch 1', 'UPDATE batches SET count = 31 WHERE batch = 1', []],
    ['table batches, batch 2', 'UPDATE batches SET root = ? WHERE batch = 2', [batchRoot([])]],
    ['table batches, batch 2', 'DELETE FROM batches WHERE batch = 2', []],
    ['table batches, batch 9', 'INSERT INTO batches VALUES (9, 1, ?)', [batchRoot([ballot])]],
    ['table ballots, batch 2', 'UPDATE ballots SET sealed = ? WHERE sealed = ?', [changedBallot, ballot]],
    ['table ballots, batch 2', 'DELETE FROM ballots WHERE sealed = ?', [ballot]],
    ['table ballots, batch 1', 'INSERT INTO ballots VALUES (1, ?)', [ballot]],
    ['table ballots, batch 9', 'INSERT INTO ballots VALUES (9, ?)', [ballot]],
    ['table spent', 'DELETE FROM spent WHERE tag = ?', [device.tags[0]]],
    ['table spent', 'INSERT INTO spent VALUES (?)', [new Uint8Array(32)]],
    ['table spent', 'UPDATE spent SET tag = ? WHERE tag = ?', [new Uint8Array(32), device.tags[0]]],
    [
      'table receipts',
      'UPDATE receipts SET cosignature = ?',
      [receipt.replace(/.(?=.{9}$)/, (c) => (c === 'A' ? 'B' : 'A'))],
    ],
    ['table receipts', "UPDATE receipts SET cosignature = cosignature || '\n' || cosignature", []],
    ['table receipts', "UPDATE receipts SET cosignature = ''", []],
    ['table receipts', 'UPDATE receipts SET cosignature = ?', [receiptOf(other)]],
    ['table receipts', 'UPDATE receipts SET size = size - 1', []],
    ['table receipts', 'INSERT INTO receipts SELECT size + 1, cosignature FROM receipts', []],
    ['table receipts', 'INSERT INTO receipts SELECT 0, cosignature FROM receipts', []],
    ['table released', 'DELETE FROM released', []],
    ['table released', `UPDATE released SET tally = replace(tally, '"blank":', '"blank":1')`, []],
    ['table released', `UPDATE released SET tally = replace(tally, '"version":1', '"version":2')`, []],
    ['table released', 'UPDATE released SET tally = ?', [tallyDocument(station, other)]],
    ['table released', 'UPDATE released SET tally = ?', [tallyDocument(station, falsified)]],
    ['table sheet', 'DELETE FROM sheet', []],
    ['table sheet', "UPDATE sheet SET sealed = '{}'", []],
    ['table sheet', 'UPDATE sheet SET sealed = ?', [sealedText(other)]],
    ['table sheet', 'UPDATE sheet SET sealed = ?', [sealedText({ ...device, origin: other.origin })]],
    ['table sheet', 'UPDATE sheet SET key = zeroblob(32)', []],
    ['table sheet', 'UPDATE sheet SET key = zeroblob(31), sheet = NULL', []],
    ['table sheet', "UPDATE sheet SET sheet = '{}'", []],
    ['table sheet', `UPDATE sheet SET sheet = replace(sheet, '"version":1', '"version":2')`, []],
    ['table heads', "INSERT INTO heads VALUES (90, x'7b7d')", []],
    ['table heads', 'INSERT INTO heads VALUES (90, ?)', [strangeHead]],
    ['table heads', 'INSERT INTO heads VALUES (90, ?)', [uncosignedHead]],
    ['table heads', 'INSERT INTO heads VALUES (90, ?)', [otherHead]],
    ['table pool', "INSERT INTO pool VALUES (1, x'00')", []],
    ['table device, origin', 'UPDATE device SET origin = ?', [other.origin]],
    ['table device, package', "UPDATE device SET package = 'x'", []],
    [
      'table device, certificate',
      'UPDATE device SET certificate = ?',
      [device.certificate.map((b) => b ^ 1)],
    ],
    ['table device', 'DELETE FROM device', []],
  ]
  test.each(cases)('%s: %s', (where, sql, values) => {
    expect(check(changedBy(sql, ...values))).toBe(where)
  })

  test.each([
    ['table journal', "UPDATE journal SET entry = 'text' WHERE seq = 4"],
    ['table checkpoints', 'UPDATE checkpoints SET note = NULL WHERE size = 4'],
    ['table batches', 'UPDATE batches SET count = 2.5 WHERE batch = 1'],
    ['table ballots', "INSERT INTO ballots VALUES ('first', x'00')"],
    ['table receipts', "UPDATE receipts SET cosignature = x'00'"],
    ['table released', 'UPDATE released SET tally = NULL'],
    ['table sheet', "UPDATE sheet SET key = 'text'"],
    ['table sheet', "UPDATE sheet SET sealed = x'00'"],
    ['table heads', "INSERT INTO heads VALUES (90, 'text')"],
    ['table pool', "INSERT INTO pool VALUES (1, 'text')"],
  ])('%s, with a value of a wrong type: %s', (where, sql) => {
    expect(check(changedBy(sql))).toBe(where)
  })

  test('the certificate of another device', () => {
    const path = changedBy('UPDATE device SET certificate = ?', other.certificate)
    expect(check(path)).toBe('table checkpoints, size 1')
  })
})

describe('of a device whose polls are still open', () => {
  // As it was after the twentieth ballot, with a pool that only the day key opens.
  const entries = device.entries.slice(0, 25)
  const casts = entries.filter((bytes) => Buffer.from(bytes).includes('ballot.cast')).length
  const morning = { ...device, entries, tags: device.tags.slice(0, casts), batches: new Map() }
  const path = join(folder, 'morning.db')
  writeDatabase(station, morning, path)
  const block = poolBlockSize(station.electionPackage.definition)
  const checkAfter = (...sql: readonly string[]) => {
    made += 1
    const copy = join(folder, `device-${made}.db`)
    copyFileSync(path, copy)
    const database = new Database(copy)
    database.exec(
      `DELETE FROM released; DELETE FROM sheet; INSERT INTO pool VALUES (1, zeroblob(${block})); ${sql.join(';')}`,
    )
    database.close()
    return check(copy)
  }

  test('the database holds', () => {
    expect(checkAfter()).toBe('holds')
  })

  test.each([
    ['table pool', 'DELETE FROM pool'],
    ['table pool', 'UPDATE pool SET block = substr(block, 2)'],
    ['table released', "INSERT INTO released VALUES (1, '{}', 0)"],
    ['table sheet', "INSERT INTO sheet VALUES (1, '{}', NULL, NULL)"],
    ['table receipts', 'UPDATE receipts SET size = size + 1'],
    ['table spent', 'DELETE FROM spent WHERE tag = (SELECT tag FROM spent LIMIT 1)'],
  ])('%s is named: %s', (where, sql) => {
    expect(checkAfter(sql)).toBe(where)
  })
})

describe('a file that is no database of a device', () => {
  const codeOf = (path: string) => {
    const rows = readDatabase(path)
    return rows.ok ? 'read' : rows.error.code
  }

  test('is refused as bad input', () => {
    const text = join(folder, 'text.db')
    writeFileSync(text, 'this is no database at all, and long enough to look at '.repeat(20))
    expect(codeOf(text)).toBe('input.no-device')
    expect(codeOf(join(folder, 'nowhere.db'))).toBe('input.unreadable')
    expect(codeOf(folder)).toBe('input.unreadable')
    for (const table of ['spent', 'receipts', 'released', 'sheet', 'heads', 'pool'])
      expect(codeOf(changedBy(`DROP TABLE ${table}`))).toBe('input.no-device')
  })

  test('with a view in place of a table is refused before it is read', () => {
    const path = changedBy('DROP TABLE spent')
    const database = new Database(path)
    database.exec(`CREATE VIEW spent AS
      WITH RECURSIVE endless(tag) AS (SELECT 1 UNION ALL SELECT tag + 1 FROM endless) SELECT tag FROM endless`)
    database.close()
    expect(codeOf(path)).toBe('input.no-device')
  })

  test('with damaged pages is refused, unless only unused space was hit; nothing throws', () => {
    const rows = readDatabase(honest)
    const bytes = readFileSync(honest)
    for (let at = 100; at < bytes.length; at += 2048) {
      const damaged = Buffer.from(bytes)
      damaged.fill(0xa5, at, at + 600)
      const copy = join(folder, 'damaged.db')
      writeFileSync(copy, damaged)
      if (check(copy) === 'holds') expect(readDatabase(copy)).toEqual(rows)
    }
  })
})
