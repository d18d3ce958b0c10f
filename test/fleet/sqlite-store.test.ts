import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openCentreStore } from '../../fleet/store/store.ts'
import { addition, append, storeSheet } from './additions.ts'
import { election, Office, TestDevice } from './office.ts'
import { programsContract } from './programs-contract.ts'
import { storeContract, type TestDatabase } from './store-contract.ts'
import { deskOn, hear, TestStation } from './totals.ts'

let office: Office

beforeEach(() => {
  office = new Office()
})
afterEach(() => office.close())

function connection(path = office.storePath) {
  const database = new SqliteDatabase(path)
  database.pragma('recursive_triggers = ON')
  database.pragma('foreign_keys = OFF')
  office.later(() => database.close())
  return database
}

describe('the contract over SQLite:', () => {
  const make = async (): Promise<TestDatabase> => ({
    location: office.storePath,
    run: async (sql) => {
      connection().exec(sql)
    },
    unprotect: (table) => `DROP TRIGGER ${table}_no_update; DROP TRIGGER ${table}_no_delete`,
    close: async () => {},
  })
  storeContract(make, (hex) => `x'${hex}'`)
  programsContract(async () => ({
    ...(await make()),
    before: 'DROP TABLE programs; PRAGMA user_version = 6',
  }))
})

it('no row is replaced either', async () => {
  const store = await office.openStore()
  await storeSheet(store, new TestStation([40, 5, 33]))
  const database = connection()
  for (const statement of [
    "INSERT OR REPLACE INTO entries SELECT origin, seq, x'00' FROM entries WHERE seq = 1",
    "INSERT OR REPLACE INTO sheets SELECT station, origin, x'00' FROM sheets",
  ])
    expect(() => database.exec(statement), statement).toThrow(/never|order/)
})

it('a sheet of no journal is refused at opening', async () => {
  await storeSheet(await office.openStore(), new TestStation([40, 5, 33]))
  connection().exec("DROP TRIGGER sheets_no_update; UPDATE sheets SET origin = 'elsewhere'")
  const opened = await openCentreStore(office.storePath)
  expect(!opened.ok && opened.error.code).toBe('store.changed')
})

it('a file that is no store of the centre, or of a later version, is refused and left as it is', async () => {
  const path = join(office.folder, 'other.sqlite')
  const other = new SqliteDatabase(path)
  other.exec('CREATE TABLE mine (x)')
  other.close()
  const codeOf = async (file: string) => {
    const opened = await openCentreStore(file)
    return opened.ok ? 'opened' : opened.error.code
  }
  expect(await codeOf(path)).toBe('store.foreign')
  const text = join(office.folder, 'text')
  writeFileSync(text, 'not a database at all, but long enough to be read as one'.repeat(20))
  expect(await codeOf(text)).toBe('store.open')
  expect(await codeOf(join(office.folder, 'missing', 'x.sqlite'))).toBe('store.open')
  await (await office.openStore()).close()
  connection().pragma('user_version = 8')
  expect(await codeOf(office.storePath)).toBe('store.foreign')
})

describe('a file of version 2', () => {
  const OLD = join(import.meta.dirname, '../fixtures/centre-version-2.db')

  it('is brought forward with all that is in it, and goes on', async () => {
    const path = join(office.folder, 'old.db')
    copyFileSync(OLD, path)
    const before = connection(path)
    const rows = (table: string) => before.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).all()
    const kept = ['devices', 'entries', 'tallies', 'sheets', 'forks'].map(rows)
    const opened = await openCentreStore(path)
    if (!opened.ok) throw new Error(opened.error.what)
    office.later(() => opened.value.close())
    expect(before.pragma('user_version', { simple: true })).toBe(7)
    expect(['devices', 'entries', 'tallies', 'sheets', 'forks'].map(rows)).toEqual(kept)
    const journals = await opened.value.journals()
    expect(
      journals.map(({ device, frontier, closing, illegal, takeover, dead, hasTally, programs }) => [
        device,
        frontier.size,
        closing?.casts,
        illegal?.code,
        takeover?.size,
        dead,
        hasTally,
        programs.length,
      ]),
    ).toEqual([
      ['device-1', 37, 32, undefined, undefined, [], true, 1],
      ['device-2', 46, 40, undefined, undefined, ['device-3'], false, 1],
      ['device-3', 5, undefined, undefined, undefined, [], false, 1],
      ['device-8', 2, undefined, undefined, 5, [], false, 1],
      ['device-4', 39, 33, 'journal.order', undefined, [], false, 1],
    ])
    // It goes on, and what version 2 promised is still promised.
    // The file is of the package of its day, whose texts are not today's.
    const [opening] = await opened.value.entries(new TestDevice('device-1').origin, 0, 1)
    const hash = Buffer.from(JSON.parse(Buffer.from(opening ?? []).toString()).package, 'base64')
    const one = new TestDevice('device-1', undefined, { package: hash }).close()
    const desk = deskOn(opened.value, { ...election, hash })
    const { reply } = await hear(desk, one.append({ type: 'report.printed', report: 'minutes' }))
    expect(reply?.kind).toBe('receipt')
    expect(() => before.exec('DELETE FROM checkpoints')).toThrow(/never/)
  })

  it('whose entries are not those of its checkpoints is refused', async () => {
    const path = join(office.folder, 'old.db')
    copyFileSync(OLD, path)
    connection(path).exec("DROP TRIGGER entries_no_update; UPDATE entries SET bytes = x'7b7d' WHERE seq = 2")
    const opened = await openCentreStore(path)
    expect(!opened.ok && opened.error.code).toBe('store.changed')
  })
})

it('another process that writes is waited for', async () => {
  const store = await office.openStore()
  const device = new TestDevice('device-1').appendMany(3)
  const other = connection()
  other.exec('BEGIN IMMEDIATE')
  const appended = append(store, addition(device, 0, 4))
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(await store.journals()).toEqual([])
  other.exec('COMMIT')
  await appended
  expect(await store.journals()).toHaveLength(1)
})
