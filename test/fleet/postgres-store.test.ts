import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { valueOrThrow } from '../../core/result.ts'
import { MIGRATION_LOCK } from '../../fleet/store/postgres-schema.ts'
import { openCentreStore } from '../../fleet/store/store.ts'
import { StoreUnavailable } from '../../fleet/store/unavailable.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { describeWith, POSTGRES } from '../oracles/needs.ts'
import { addition, append } from './additions.ts'
import { closedDevices, EngineProcess, sendUntilReceived } from './engines.ts'
import { everyDevice, TestDevice } from './office.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'
import { programsContract } from './programs-contract.ts'
import { storeContract, type TestDatabase } from './store-contract.ts'

it.each([
  'postgres://u:geheim@127.0.0.1:1/db',
  'postgres://127.0.0.1:1/db?user=u&password=geheim',
  'postgres://u:ge@heim@127.0.0.1:1/db',
  'postgres://u:geheim/1@127.0.0.1:1/db',
  'postgres://u:1#geheim@127.0.0.1:1/db',
  'postgres://u:1?geheim@127.0.0.1:1/db',
  'POSTGRES://:geheim@127.0.0.1:1/db',
])('no refusal tells the password of %s', async (url) => {
  const opened = await openCentreStore(url)
  expect(!opened.ok && [opened.error.code, /geheim|heim/.test(JSON.stringify(opened.error))]).toEqual([
    'store.open',
    false,
  ])
})

describeWith([POSTGRES], 'PostgreSQL', () => {
  let server: PostgresServer

  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(() => server.close())

  const codeOf = async (url: string) => {
    const opened = await openCentreStore(url)
    if (!opened.ok) return opened.error.code
    await opened.value.close()
    return 'opened'
  }

  describe('the contract:', () => {
    const make = async (): Promise<TestDatabase> => {
      const location = await server.database()
      return {
        location,
        run: async (sql) => {
          await server.ask(sql, location)
        },
        unprotect: (table) => `DROP TRIGGER ${table}_never ON ${table}`,
        close: async () => {},
      }
    }
    storeContract(make, (hex) => `'\\x${hex}'`)
    programsContract(async () => ({
      ...(await make()),
      before: 'DROP TABLE programs; DELETE FROM sandogh_centre_versions WHERE version = 5',
    }))
  })

  it('no table is emptied', async () => {
    const url = await server.database()
    await append(
      valueOrThrow(await openCentreStore(url)),
      addition(new TestDevice('device-1').appendMany(3), 0, 4),
    )
    for (const table of ['entries', 'tallies', 'devices CASCADE'])
      await expect(server.ask(`TRUNCATE ${table}`, url), table).rejects.toThrow(/never/)
  })

  it('a database that is not the centre’s, or of a later version, is refused and left as it is', async () => {
    const [other, later] = [await server.database(), await server.database()]
    await server.ask('CREATE TABLE mine (x int)', other)
    expect(await codeOf(other)).toBe('store.foreign')
    expect(
      await server.ask('SELECT tablename FROM pg_tables WHERE schemaname = current_schema()', other),
    ).toEqual([{ tablename: 'mine' }])
    expect(await codeOf(later)).toBe('opened')
    await server.ask('INSERT INTO sandogh_centre_versions VALUES (6)', later)
    expect(await codeOf(later)).toBe('store.foreign')
  })

  it('several programs open an empty database at once, and one makes the tables', async () => {
    const url = await server.database()
    expect(await Promise.all([1, 2, 3, 4].map(() => codeOf(url)))).toEqual(new Array(4).fill('opened'))
    expect(await server.ask('SELECT version FROM sandogh_centre_versions', url)).toEqual([
      { version: 1 },
      { version: 2 },
      { version: 3 },
      { version: 4 },
      { version: 5 },
    ])
  })

  it('who comes while another brings the tables forward waits for it, longer than for any other statement', async () => {
    const url = await server.database()
    const brings = server.ask(`SELECT pg_advisory_xact_lock(${MIGRATION_LOCK}), pg_sleep(3)`, url)
    const locks = "SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted"
    await vi.waitUntil(async () => (await server.ask(locks)).length > 0, { timeout: 3_000 })
    const impatient = `${url}?options=-c%20synchronous_commit%3Don%20-c%20statement_timeout%3D1s`
    expect((await Promise.all([codeOf(impatient), brings]))[0]).toBe('opened')
  })

  it('one that may forget what it acknowledged is refused, and no refusal tells the password', async () => {
    const url = await server.database()
    expect(await codeOf(`${url}?options=-c%20synchronous_commit%3Doff`)).toBe('store.setting')
    const opened = await openCentreStore(url.replace('for%20a%20test', 'secret'))
    expect(!opened.ok && [opened.error.code, JSON.stringify(opened.error).includes('secret')]).toEqual([
      'store.open',
      false,
    ])
    const careless = await startPostgres(['fsync=off'])
    try {
      expect(await codeOf(careless.url())).toBe('store.setting')
    } finally {
      await careless.close()
    }
  })

  it('a connection that is killed in the middle of a transaction leaves nothing half, and the next one is made', async () => {
    const store = valueOrThrow(await openCentreStore(await server.database()))
    const device = new TestDevice('device-1').appendMany(9)
    await append(store, addition(device, 0, 3))
    const killed = store.transact(everyDevice, async (held) => {
      await held.append(addition(device, 3, 6))
      // It is written, though not committed.
      expect(await held.entries(device.origin, 0, 99)).toHaveLength(6)
      await server.ask(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'",
      )
      await held.append(addition(device, 6, 8))
    })
    await expect(killed).rejects.toThrow(StoreUnavailable)
    expect(await store.entries(device.origin, 0, 99)).toHaveLength(3)
    await append(store, addition(device, 3, 10))
    expect(await store.entries(device.origin, 0, 99)).toHaveLength(10)
    await store.close()
  })

  it('a server that is killed keeps what it acknowledged, and the store finds it again', async () => {
    const url = await server.database()
    const store = valueOrThrow(await openCentreStore(url))
    const device = new TestDevice('device-1').appendMany(9)
    await append(store, addition(device, 0, 5))
    await server.kill()
    await expect(append(store, addition(device, 5, 10))).rejects.toThrow(StoreUnavailable)
    await server.run()
    expect(await store.entries(device.origin, 0, 99)).toHaveLength(5)
    await append(store, addition(device, 5, 10))
    await store.close()
    expect(await codeOf(url)).toBe('opened')
  })

  it('two collectors take shuffled and doubled messages once each, though one is killed, and then the server', async () => {
    const url = await server.database()
    const random = seededRandom('postgres')
    const engines = [await EngineProcess.start(url), await EngineProcess.start(url)]
    try {
      await sendUntilReceived(url, engines, closedDevices(24), random, async (round) => {
        if (round > 1) return
        await new Promise((resolve) => setTimeout(resolve, (random.bytes(1)[0] ?? 0) / 2))
        if (round === 0) {
          await engines[0]?.kill()
          engines[0] = await EngineProcess.start(url)
        } else {
          await server.kill()
          await server.run()
        }
      })
    } finally {
      for (const engine of engines) await engine.kill()
    }
  })
})
