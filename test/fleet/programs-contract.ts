/** What every store of the centre notes of the programs that devices name, whichever database is under it. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { valueOrThrow } from '../../core/result.ts'
import { MOST_PROGRAMS } from '../../fleet/store/noted.ts'
import { type CentreStore, openCentreStore } from '../../fleet/store/store.ts'
import { View } from '../../fleet/store/view.ts'
import { PROGRAM } from '../fixtures/program.ts'
import { addition, append } from './additions.ts'
import { TestDevice } from './office.ts'
import { hash } from './spares.ts'
import type { TestDatabase } from './store-contract.ts'

/** Its program was started, and named so. */
function startsAgain(device: TestDevice, program: string): TestDevice {
  const said = { touchscreen: program, 'card-reader': 'x', printer: 'x', 'io-board': 'x', display: 'x' }
  return device.append({ type: 'device.started', peripherals: said, program: hash(program) })
}

/** @param make a database, and the SQL that makes of its tables those of the version before, with all that is in them */
export function programsContract(make: () => Promise<TestDatabase & { readonly before: string }>): void {
  let database: Awaited<ReturnType<typeof make>>
  let stores: CentreStore[]

  beforeEach(async () => {
    database = await make()
    stores = []
  })
  afterEach(async () => {
    vi.restoreAllMocks()
    for (const store of stores) await store.close()
    await database.close()
  })

  async function open(): Promise<CentreStore> {
    const store = valueOrThrow(await openCentreStore(database.location))
    stores.push(store)
    return store
  }

  it('which programs ran is known of an open journal too, without reading again what is held', async () => {
    const device = startsAgain(new TestDevice('device-1'), 'one').appendMany(2)
    startsAgain(startsAgain(device, 'one'), 'another').appendMany(1)
    const store = await open()
    const reading = vi.spyOn(View.prototype, 'entries')
    const named = [PROGRAM, hash('one'), hash('another')]
    for (const [from, size, programs] of [
      [0, 1, named.slice(0, 1)],
      [1, 2, named.slice(0, 2)],
      [2, 5, named.slice(0, 2)],
      [5, 7, named],
    ] as const) {
      await append(store, addition(device, from, size))
      expect((await store.journal(device.origin))?.programs, `after ${size}`).toEqual(programs)
    }
    expect(reading).not.toHaveBeenCalled()
    startsAgain(device.close(), 'one')
    await append(store, addition(device, 7, device.entries.length))
    expect((await (await open()).journals()).map(({ programs }) => programs)).toEqual([
      [...named, hash('one')],
    ])
  })

  it('of a device that starts ever other programs the first few are noted', async () => {
    const device = new TestDevice('device-1')
    for (let start = 0; start < 300; start += 1) startsAgain(device, `${start}`)
    const store = await open()
    for (const [from, size] of [
      [0, 5],
      [5, 200],
      [200, 301],
    ] as const)
      await append(store, addition(device, from, size))
    const noted = Array.from({ length: MOST_PROGRAMS - 1 }, (_, i) => hash(`${i}`))
    expect((await (await open()).journal(device.origin))?.programs).toEqual([PROGRAM, ...noted])
  })

  it('which programs ran is noted of what the version before held', async () => {
    const first = startsAgain(startsAgain(new TestDevice('device-1'), 'one'), 'one')
    first.append({ type: 'card.refused', reason: 'forged' })
    startsAgain(first, 'another')
    const many = new TestDevice('device-2')
    for (let start = 0; start < 20; start += 1) startsAgain(many, `"program":"${start}"`)
    const closed = startsAgain(new TestDevice('device-3'), 'one').close()
    const store = await open()
    for (const device of [first, many, closed])
      await append(store, addition(device, 0, device.entries.length))
    const noted = await store.journals()
    await database.run(database.before)
    expect(await (await open()).journals()).toEqual(noted)
    await expect(database.run('DELETE FROM programs')).rejects.toThrow(/never/)
  })
}
