import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, describe, expect, it } from 'vitest'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { committed, decodeRecord, freedStretches, freePages, logFrames, tableCells } from './sqlite-carver.ts'

const folder = mkdtempSync(join(tmpdir(), 'sandogh-carver-'))
afterAll(() => rmSync(folder, { recursive: true }))

const random = seededRandom('carver')
const blob = (size: number) => Buffer.from(random.bytes(size))

/** A database with a log, tables of both kinds over several pages, values of every type, payloads over several pages. */
function makeDatabase(name: string, secureDelete: 'ON' | 'OFF') {
  const path = join(folder, name)
  const database = new Database(path)
  database.pragma('journal_mode = WAL')
  database.pragma('wal_autocheckpoint = 100')
  database.pragma(`secure_delete = ${secureDelete}`)
  database.exec('CREATE TABLE plain (id INTEGER PRIMARY KEY, a, b BLOB)')
  database.exec('CREATE TABLE keyed (a INTEGER, b BLOB, PRIMARY KEY (a, b)) WITHOUT ROWID')
  const plain = database.prepare('INSERT INTO plain (a, b) VALUES (?, ?)')
  const keyed = database.prepare('INSERT INTO keyed (a, b) VALUES (?, ?)')
  const numbers = [0, 1, -1, 200, -40_000, 8_000_000, 2 ** 31, -(2 ** 45), 2 ** 50, 1.5]
  for (let i = 0; i < 400; i += 1) {
    plain.run(i % 7 === 0 ? null : i % 5 === 0 ? `text ${i}` : numbers[i % 10], blob((i * 37) % 20_000))
    keyed.run(i % 3, blob(20 + ((i * 11) % 3_000)))
  }
  return { path, database, log: () => readFileSync(`${path}-wal`), file: () => readFileSync(path) }
}

describe('the carver', () => {
  it('reads every row of every table as SQLite does, in order, from file and log', () => {
    const { database, file, log } = makeDatabase('rows.db', 'ON')
    const pages = committed(file(), log())
    const plain = [...tableCells(pages, 'plain')].map(({ rowId, payload }) => [
      rowId,
      ...decodeRecord(payload).slice(1),
    ])
    const keyed = [...tableCells(pages, 'keyed')].map(({ payload }) => decodeRecord(payload))
    expect(plain).toEqual(database.prepare('SELECT id, a, b FROM plain ORDER BY id').raw().all())
    expect(keyed).toEqual(database.prepare('SELECT a, b FROM keyed ORDER BY a, b').raw().all())
    // The log went round at least once, so that both its live part and leftovers were there to be told apart.
    expect(logFrames(log()).some(({ live }) => !live)).toBe(true)
    database.close()
  })

  it('finds deleted rows in free pages and free stretches, and zeros where SQLite was told to overwrite', () => {
    const left = (['ON', 'OFF'] as const).map((secureDelete) => {
      const { database, file, log } = makeDatabase(`deleted-${secureDelete}.db`, secureDelete)
      const rows = database.prepare('SELECT b FROM plain WHERE id % 3 = 0').pluck().all() as Buffer[]
      database.exec('DELETE FROM plain WHERE id % 3 = 0')
      database.pragma('wal_checkpoint(TRUNCATE)')
      const pages = committed(file(), log())
      const freed = Buffer.concat([...freePages(pages), ...freedStretches(pages)])
      database.close()
      const found = rows.filter((row) => row.length > 200 && freed.includes(row.subarray(100, 150))).length
      return { bytes: freed.filter((byte) => byte !== 0).length, found }
    })
    expect(left[0]).toEqual({ bytes: 0, found: 0 })
    expect(left[1]?.found).toBeGreaterThan(10)
  })
})
