/**
 * Somebody with the disk and plain `sqlite3` changes one row. The device refuses to start, or at the latest to open its ballot box, and names
 * the table; so does the audit wherever it can know without the day key.
 */
import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { beforeAll, describe, expect, test } from 'vitest'
import { main as audit } from '../../../audit/cli.ts'
import { describeRefusal, valueOrThrow } from '../../../core/result.ts'
import { cosign } from '../../../core/tlog/cosignature.ts'
import { type DeviceHome, mediumFolder } from '../../../device-agent/ballot/home.ts'
import { resumeStore, setUpStore } from '../../../device-agent/ballot/setup.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { OPENING } from '../../audit/fixtures.ts'
import { run } from '../../audit/run.ts'
import { PROGRAM } from '../../fixtures/program.ts'
import { makeHome, newFolder } from './device.ts'
import { openHome } from './home.ts'
import { runSql } from './sqlite-client.ts'
import { clock, dayKey, officers, openPolls, station, Voters } from './voting.ts'

const CASTS = 97
const files = ['ballots.db', 'slots.bin'] as const

/** An honest day, cleanly switched off: its files and rows. */
interface Day {
  readonly folder: string
  readonly rows: ReadonlyMap<string, readonly (readonly unknown[])[]>
  readonly triggers: readonly { readonly name: string; readonly sql: string }[]
}

let home: DeviceHome
const days = new Map<'open' | 'closed', Day>()

beforeAll(() => {
  const random = seededRandom('changed rows')
  home = openHome(makeHome())
  const medium = mediumFolder(home.folder)
  const store = valueOrThrow(setUpStore(home, clock, random, PROGRAM))
  openPolls(store)
  const voters = new Voters('changed rows')
  while (voters.nonces.length < CASTS) voters.vote(store)
  const { name } = station.electionPackage.definition.witness
  for (const size of [20, 60]) {
    const note = store.checkpointAt(size) ?? ''
    store.storeReceipt(size, cosign(note, { name, signer: station.witness, time: OPENING / 1000 }))
  }
  store.close()
  days.set('open', keep(medium))
  const again = valueOrThrow(resumeStore(home, clock, random))
  valueOrThrow(again.unlock(dayKey()))
  again.closePolls(officers)
  again.append({ type: 'report.printed', report: 'minutes' })
  again.close()
  days.set('closed', keep(medium))
})

/** Copies a medium of a device that is off, and reads its rows. */
function keep(medium: string): Day {
  const folder = newFolder()
  for (const name of files) copyFileSync(join(medium, name), join(folder, name))
  const database = new Database(join(folder, 'ballots.db'), { readonly: true })
  const tables = [
    'device',
    'journal',
    'checkpoints',
    'batches',
    'ballots',
    'spent',
    'pool',
    'receipts',
    'released',
  ]
  const rows = new Map(
    tables.map((table) => [
      table,
      database.prepare(`SELECT * FROM ${table} ORDER BY 1`).raw().all() as unknown[][],
    ]),
  )
  const triggers = database
    .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
    .all() as Day['triggers']
  database.close()
  return { folder, rows, triggers }
}

const day = (name: 'open' | 'closed') => days.get(name) as Day
const hex = (bytes: unknown) => `x'${Buffer.from(bytes as Uint8Array).toString('hex')}'`
const flipped = (bytes: unknown, at: number) => {
  const copy = Buffer.from(bytes as Uint8Array)
  copy[at] = (copy[at] ?? 0) ^ 1
  return copy
}
const text = (value: unknown) => `'${String(value).replaceAll("'", "''")}'`
/** First, middle and last place of a table with that many rows. */
const places = (count: number) => [0, count >> 1, count - 1]

interface Answers {
  readonly device: string
  readonly audit: string
}

let made = 0

/** Runs statements on a copy of an honest day, triggers out of the way, and asks device and audit. */
async function askAfter(
  name: 'open' | 'closed',
  statements: string,
  restoreTriggers = true,
): Promise<Answers> {
  const { folder, triggers } = day(name)
  made += 1
  const copy = { ...home, folder: join(newFolder(), `home-${made}`) }
  const medium = mediumFolder(copy.folder)
  mkdirSync(medium, { recursive: true })
  for (const file of files) copyFileSync(join(folder, file), join(medium, file))
  const path = join(medium, 'ballots.db')
  const dropped = triggers.map((trigger) => `DROP TRIGGER ${trigger.name};`).join('\n')
  const restored = restoreTriggers ? triggers.map(({ sql }) => `${sql};`).join('\n') : ''
  runSql(path, `${dropped}\n${statements};\n${restored}\n`)
  const audited = await run(audit, 'verify', path, '--package', join(home.folder, 'package.json'))
  expect(audited.exitCode === 0 || audited.exitCode === 1).toBe(true)
  const started = resumeStore(copy, clock, seededRandom(made))
  let device = 'starts'
  if (started.ok) {
    const unlocked = name === 'open' ? started.value.unlock(dayKey()) : undefined
    started.value.close()
    if (unlocked?.ok === false) device = describeRefusal(unlocked.error)
  } else device = describeRefusal(started.error)
  return { device, audit: audited.exitCode === 0 ? 'holds' : audited.out }
}

/** What both must say. */
async function bothName(table: string, name: 'open' | 'closed', statements: string): Promise<void> {
  const answers = await askAfter(name, statements)
  expect(answers.device, statements).toMatch(new RegExp(`table ${table}\\b`))
  expect(answers.audit, statements).toMatch(new RegExp(`table ${table}\\b`))
}

async function deviceNames(table: string, name: 'open' | 'closed', statements: string): Promise<void> {
  const { device } = await askAfter(name, statements)
  expect(device, statements).toMatch(new RegExp(`table ${table}\\b`))
}

test.each(['open', 'closed'] as const)(
  'an honest device starts and its audit holds: polls %s',
  async (name) => {
    expect(await askAfter(name, 'SELECT 1')).toEqual({ device: 'starts', audit: 'holds' })
  },
)

/** Rows of numbered tables: a number and one column of evidence that is changed. */
const NUMBERED = [
  ['journal', 'seq', 'entry'],
  ['checkpoints', 'size', 'note'],
  ['batches', 'batch', 'root'],
] as const

describe.each(['open', 'closed'] as const)('polls %s, with plain sqlite3', (name) => {
  describe.each(NUMBERED)('table %s', (table, number, column) => {
    const rows = () => day(name).rows.get(table) as readonly (readonly [number, ...unknown[]])[]
    const value = (row: readonly unknown[] | undefined) => row?.at(-1)
    const changed = (row: readonly unknown[] | undefined) => {
      const of = value(row)
      return typeof of === 'string' ? text(of.replace('\n', '\n ')) : hex(flipped(of, 10))
    }

    test('a row changed', async () => {
      for (const place of places(rows().length)) {
        const row = rows()[place]
        await bothName(
          table,
          name,
          `UPDATE ${table} SET ${column} = ${changed(row)} WHERE ${number} = ${row?.[0]}`,
        )
      }
    })

    test('a row deleted', async () => {
      for (const place of places(rows().length))
        await bothName(table, name, `DELETE FROM ${table} WHERE ${number} = ${rows()[place]?.[0]}`)
    })

    test('a row added, the later ones moved up', async () => {
      const last = rows().at(-1)?.[0] as number
      for (const place of places(rows().length + 1)) {
        const at = rows()[place]?.[0] ?? last + 1
        const source = rows()[0] as readonly unknown[]
        const cells = source.slice(1).map((cell) => (cell instanceof Uint8Array ? hex(cell) : text(cell)))
        await bothName(
          table,
          name,
          `UPDATE ${table} SET ${number} = ${number} + 100000 WHERE ${number} >= ${at};
           UPDATE ${table} SET ${number} = ${number} - 99999 WHERE ${number} > 100000 - 1;
           INSERT INTO ${table} VALUES (${[at, ...cells].join(', ')})`,
        )
      }
    })
  })

  describe('table ballots', () => {
    const rows = () => day(name).rows.get('ballots') as readonly (readonly [number, Uint8Array])[]

    test('a row changed, deleted or added', async () => {
      for (const place of places(rows().length)) {
        const [batch, sealed] = rows()[place] as readonly [number, Uint8Array]
        const where = `WHERE batch = ${batch} AND sealed = ${hex(sealed)}`
        await bothName('ballots', name, `UPDATE ballots SET sealed = ${hex(flipped(sealed, 40))} ${where}`)
        await bothName('ballots', name, `DELETE FROM ballots ${where}`)
        await bothName('ballots', name, `INSERT INTO ballots VALUES (${batch}, ${hex(flipped(sealed, 0))})`)
      }
    })

    test('a row moved or copied to another batch, or put into one that does not exist', async () => {
      const [batch, sealed] = rows()[0] as readonly [number, Uint8Array]
      await bothName('ballots', name, `UPDATE ballots SET batch = 2 WHERE sealed = ${hex(sealed)}`)
      await bothName('ballots', name, `INSERT INTO ballots VALUES (${batch + 1}, ${hex(sealed)})`)
      await bothName('ballots', name, `INSERT INTO ballots VALUES (900, ${hex(sealed)})`)
    })
  })

  test('table spent: a row deleted or added', async () => {
    const rows = day(name).rows.get('spent') as readonly (readonly [Uint8Array])[]
    for (const place of places(rows.length))
      await bothName('spent', name, `DELETE FROM spent WHERE tag = ${hex(rows[place]?.[0])}`)
    for (const tag of [new Uint8Array(32), new Uint8Array(32).fill(0x7f), new Uint8Array(32).fill(0xff)])
      await bothName('spent', name, `INSERT INTO spent VALUES (${hex(tag)})`)
  })

  test('table spent: a row changed', async () => {
    const rows = day(name).rows.get('spent') as readonly (readonly [Uint8Array])[]
    for (const place of places(rows.length)) {
      const tag = rows[place]?.[0]
      const statement = `UPDATE spent SET tag = ${hex(flipped(tag, 31))} WHERE tag = ${hex(tag)}`
      // While the polls are open only the pool knows the tags, and only the day key opens the pool.
      if (name === 'closed') await bothName('spent', name, statement)
      else await deviceNames('spent', name, statement)
    }
  })

  test('table device: a column changed, the row deleted, a second one added past the constraint', async () => {
    const [row] = day(name).rows.get('device') as readonly (readonly [number, string, string, Uint8Array])[]
    const [, origin, packageHash, certificate] = row as readonly [number, string, string, Uint8Array]
    await bothName('device', name, `UPDATE device SET origin = ${text(`${origin}0`)}`)
    await bothName('device', name, `UPDATE device SET package = ${text(packageHash.replace(/^./, '_'))}`)
    await bothName('device', name, `UPDATE device SET certificate = ${hex(flipped(certificate, 200))}`)
    await bothName('device', name, 'DELETE FROM device')
    const { device, audit: audited } = await askAfter(
      name,
      'PRAGMA ignore_check_constraints = ON; INSERT INTO device SELECT 2, origin, package, certificate FROM device',
    )
    expect(device).toContain('CHECK constraint failed in device')
    expect(audited).toContain('table device')
  })

  test('table receipts: one changed or moved, or one for more entries than there are', async () => {
    await deviceNames('receipts', name, `UPDATE receipts SET cosignature = replace(cosignature, ' ', '  ')`)
    await deviceNames('receipts', name, 'UPDATE receipts SET size = 21 WHERE size = 20')
    await deviceNames('receipts', name, "INSERT INTO receipts VALUES (5000, 'x')")
  })
})

describe('polls open', () => {
  test('table pool: any part of the block changed, the row deleted', async () => {
    const [row] = day('open').rows.get('pool') as readonly (readonly [number, Uint8Array])[]
    const block = row?.[1] as Uint8Array
    for (const place of places(block.length))
      await deviceNames('pool', 'open', `UPDATE pool SET block = ${hex(flipped(block, place))}`)
    await deviceNames('pool', 'open', `UPDATE pool SET block = ${hex(block.subarray(1))}`)
    await deviceNames('pool', 'open', 'DELETE FROM pool')
  })

  test('table slip: a state that this day cannot have come to', async () => {
    await deviceNames('slip', 'closed', "UPDATE slip SET state = 'hanging'")
    await deviceNames('slip', 'open', 'DELETE FROM slip')
  })

  test('table released: a tally before the polls closed', async () => {
    await deviceNames('released', 'open', "INSERT INTO released VALUES (1, '{}', 0)")
  })
})

describe('polls closed', () => {
  test('table pool: a row added', async () => {
    await deviceNames('pool', 'closed', "INSERT INTO pool VALUES (1, x'00')")
  })

  test('table released: the tally changed or deleted', async () => {
    await deviceNames(
      'released',
      'closed',
      `UPDATE released SET tally = replace(tally, '"valid":', '"valid":1')`,
    )
    await deviceNames('released', 'closed', 'DELETE FROM released')
  })
})

describe('the schema', () => {
  test('without its triggers is refused by that word, though every row is as it was', async () => {
    const { device } = await askAfter('open', 'SELECT 1', false)
    expect(device).toContain('schema')
  })

  test('made to take a text for bytes and put back leaves a value of a wrong type, which is found', async () => {
    const { device, audit: audited } = await askAfter(
      'open',
      `PRAGMA writable_schema = ON;
       UPDATE sqlite_schema SET sql = replace(sql, 'entry BLOB NOT NULL) STRICT', 'entry BLOB NOT NULL)') WHERE name = 'journal';
       PRAGMA writable_schema = RESET;
       UPDATE journal SET entry = CAST(entry AS TEXT) WHERE seq = 3;
       PRAGMA writable_schema = ON;
       UPDATE sqlite_schema SET sql = replace(sql, 'entry BLOB NOT NULL)', 'entry BLOB NOT NULL) STRICT') WHERE name = 'journal';
       PRAGMA writable_schema = RESET`,
    )
    expect(device).toContain('journal.entry')
    expect(audited).toContain('table journal')
  })
})
