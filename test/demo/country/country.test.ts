/** A country of forty devices, by the command as it is installed: its report holds, and a centre that is worse than it should be is found out. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { beforeAll, describe, expect, test } from 'vitest'
import { RefusalError } from '../../../core/result.ts'
import { main, usage } from '../../../demo/country/cli.ts'
import { CountryFile } from '../../../demo/country/country-file.ts'
import { openCountryPackage } from '../../../demo/country/election.ts'
import { judge } from '../../../demo/country/judge.ts'
import type { Held } from '../../../demo/country/light-device.ts'
import { SANDOGH } from '../../end-to-end/command.ts'
import { weakenedCommand } from '../../end-to-end/weakened/build.ts'
import { runFolder, simulateCountry } from './run.ts'

const SEED = 'forty'
const country = ['--devices', '40', '--seed', SEED]

/** A centre that answers for a tally a second before it has it, gives a receipt as long before it has the entries, and takes the word of a tally for whose it is. */
const worse = weakenedCommand(
  {
    file: 'fleet/collector/take-tally.ts',
    line: 'held.storeTally(origin, document)',
    by: `setTimeout(() => {
      desk.store.transact(message.scopes, async (later) => later.storeTally(origin, document)).catch(() => {})
    }, 1_000)`,
  },
  {
    file: 'fleet/collector/take-tally.ts',
    line: 'signedWith(message.signed, journal.messageKey, where)',
    by: 'signedWith(message.signed, message.signed.ok ? message.signed.value.key : journal.messageKey, where)',
  },
  {
    file: 'fleet/collector/take-entries.ts',
    line: 'await held.append({',
    by: `const append = (one: Parameters<typeof held.append>[0]) => {
        setTimeout(() => {
          desk.store
            .transact(message.scopes, async (later) => {
              if ((later.journal(origin)?.frontier.size ?? 0) < size) await later.append(one)
            })
            .catch(() => {})
        }, 1_000)
      }
      append({`,
  },
)

type Run = Awaited<ReturnType<typeof simulateCountry>>
const out = runFolder()
let plain: Run
let faulty: Run
let weakened: Run

beforeAll(async () => {
  plain = await simulateCountry([...country, '--out', out])
  if (plain.status === 2) throw new Error(plain.said)
  const faults = (root?: string) =>
    simulateCountry([...country, '--plan', 'faults', '--out', runFolder(out)], root)
  ;[faulty, weakened] = await Promise.all([faults(), faults(worse)])
})

describe('a country of forty devices', () => {
  test('tells its centre everything, once, and the sums are those of its ballots', () => {
    expect(plain.said).toContain('40 tallies accepted once, 40 receipts held by devices')
    expect(plain.said).toContain('Everything holds.')
    expect(plain.status).toBe(0)
  })

  test('leaves a report in which every figure says where it comes from', () => {
    const report = readFileSync(join(out, 'report.txt'), 'utf8')
    expect(plain.said).toContain(report)
    const figures = report.split('\n').filter((line) => /\d (s|KiB|ms)\b/.test(line))
    expect(figures.length).toBeGreaterThan(5)
    for (const line of figures) expect(line).toContain('simulated, loopback, two cores')
    expect(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'))).toMatchObject({
      plan: 'plain',
      problems: [],
    })
  })

  test('is taken up again by the next run', () => {
    expect(plain.said).toContain('40 devices made in')
    expect(faulty.said).toContain('made by an earlier run')
  })

  test('loses nothing and takes nothing twice while processes are killed and others forge, copy, lie and flood', () => {
    for (const what of ['broker 1', 'broker 2', 'collector 1', 'collector 2'])
      if (faulty.said.includes(`kill -9 of ${what}`)) expect(faulty.said).toContain(`${what} is killed`)
    expect(faulty.said).toContain('the database is killed')
    for (const kind of ['forged', 'equivocation', 'other-tally', 'flood'])
      expect(faulty.said).toMatch(new RegExp(`alarms: .*\\d ${kind}`))
    expect(faulty.said).toContain('statuses of 40 devices stored')
    expect(faulty.said).toContain('40 tallies accepted once')
    expect(faulty.said).toContain('Everything holds.')
    expect(faulty.status).toBe(0)
  })

  test('finds a centre that answers before it has stored', () => {
    expect(weakened.said).toContain(
      'DOES NOT HOLD: a device holds an answer for a tally that the store does not hold',
    )
    expect(weakened.status).toBe(1)
  })

  test('finds a centre that gives receipts before it has stored', () => {
    expect(weakened.said).toContain('DOES NOT HOLD: a device holds a receipt that the store does not back')
  })

  test('finds a centre that believes whoever says he is the device', () => {
    expect(weakened.said).toMatch(/DOES NOT HOLD: an attack was not named: d-[0-9]+: forged/)
    expect(weakened.said).toMatch(
      /DOES NOT HOLD: the centre raised an alarm over an honest device: d-[0-9]+: other-tally/,
    )
  })
})

describe('the judge', () => {
  const look = async (bend: (held: Held[], store: SqliteDatabase.Database) => void) => {
    const folder = runFolder(out)
    const store = join(folder, 'centre.db')
    const source = new SqliteDatabase(join(out, 'centre.db'))
    source.exec(`VACUUM INTO '${store}'`)
    source.close()
    const file = CountryFile.open(join(out, 'country.db'))
    const database = new SqliteDatabase(store)
    database.pragma('foreign_keys = OFF')
    for (const name of database
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
      .pluck()
      .all())
      database.exec(`DROP TRIGGER ${name}`)
    const rows = database.prepare('SELECT origin, size, cosignature FROM checkpoints').all() as {
      origin: string
      size: number
      cosignature: string
    }[]
    const held = rows.map(({ origin, size, cosignature }) => ({
      origin,
      receipts: [[size, cosignature] as const],
      isTallyAnswered: true,
      contradicted: false,
      lost: [],
    }))
    bend(held, database)
    database.close()
    const verdict = await judge({
      file,
      electionPackage: openCountryPackage(SEED, file.packageText),
      store,
      held,
      named: [],
      attackers: [],
      mayBeNamed: () => false,
      doubled: new Set(),
      secondJournals: new Set(),
    })
    file.close()
    return verdict.problems
  }

  test('has nothing to say of a centre as it should be', async () => {
    expect(await look(() => {})).toEqual([])
  })

  test.each<[string, (held: Held[], store: SqliteDatabase.Database) => void, string]>([
    [
      'a receipt of another centre',
      (held) => {
        const [first] = held
        if (first !== undefined) held[0] = { ...first, receipts: [[first.receipts[0]?.[0] ?? 0, '— other']] }
      },
      'a device holds a receipt that the store does not back',
    ],
    [
      'a lost entry',
      (_, store) =>
        store.exec('DELETE FROM entries WHERE seq = 20 AND origin = (SELECT min(origin) FROM devices)'),
      'the centre does not hold the journal as the device wrote it',
    ],
    [
      'a lost tally',
      (_, store) => store.exec('DELETE FROM tallies WHERE origin = (SELECT min(origin) FROM devices)'),
      'a device holds an answer for a tally that the store does not hold',
    ],
    [
      'another device’s tally',
      (_, store) =>
        store.exec(
          'UPDATE tallies SET document = (SELECT document FROM tallies ORDER BY origin DESC) WHERE origin = (SELECT min(origin) FROM devices)',
        ),
      'the centre has another tally than the device signed',
    ],
    [
      'a journal from nowhere',
      (_, store) =>
        store.exec(
          "INSERT INTO devices SELECT origin || 'x', device, certificate, log_key, message_key FROM devices LIMIT 1",
        ),
      'the centre holds a journal that no device wrote',
    ],
    [
      'a day that was noted as none that a device could have had',
      (_, store) =>
        store.exec(
          `UPDATE checkpoints SET day = '{"illegal":{"code":"journal.day","next":"","what":"","where":""},"programs":[]}'
           WHERE origin = (SELECT min(origin) FROM devices)`,
        ),
      'the centre does not open its own database',
    ],
    [
      'a contradiction that nobody made',
      (_, store) => store.exec("INSERT INTO forks SELECT origin, 1, 'a note' FROM devices LIMIT 1"),
      'the result withholds an honest device',
    ],
  ])('sees %s', async (_, bend, problem) => {
    expect((await look(bend)).join('\n')).toContain(problem)
  })
})

describe('the command', () => {
  test.each<[string, readonly string[], string]>([
    ['no device', ['--devices', '0'], 'Give a number from 1 to'],
    ['devices that are no number', ['--devices', 'many'], '"many" is no number of devices'],
    ['more devices than two brokers hold', ['--devices', '99999'], 'Give a number from 1 to 36000'],
    ['too few for faults', ['--devices', '10', '--plan', 'faults'], 'Give a number from 32 to'],
    ['a plan that there is not', ['--plan', 'chaos'], 'Give one of: plain, faults'],
    ['a store that there is not', ['--store', 'paper'], 'Give one of: '],
    ['a broker that there is not', ['--broker', 'post'], 'Give one of: '],
    ['an empty seed', ['--seed', ''], '--seed'],
    ['an empty folder name', ['--out', ''], '--out'],
  ])('refuses %s, and says what to do', async (_, args, says) => {
    const refused = await main(args).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(RefusalError)
    expect(String(refused)).toContain(says)
  })

  test('refuses more devices than its programs may have connections, before anything is made', () => {
    const words = ['simulate', 'country', '--devices', '1000', '--out', runFolder()]
    const limited = spawnSync('sh', [
      '-c',
      'ulimit -n 200; exec "$0" "$@"',
      process.execPath,
      SANDOGH,
      ...words,
    ])
    expect(String(limited.stderr)).toContain('Allow them (ulimit -n 600)')
    expect(limited.status).toBe(2)
  })

  test('is told of by the command above it, and tells of its own flags', async () => {
    expect(await simulateCountry(['--help'])).toEqual({ status: 0, said: usage })
  })
})
