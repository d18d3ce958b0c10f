import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { main as run } from '../../command.ts'
import { addition, append, storeSheet } from './additions.ts'
import { everyDevice, Office, TestDevice } from './office.ts'
import { storeTally, TestStation } from './totals.ts'

let office: Office

const main = (args: readonly string[]) => run(['centre', ...args])

beforeEach(() => {
  office = new Office()
})
afterEach(async () => {
  vi.restoreAllMocks()
  await office.close()
})

/** What the command writes from now on. */
function written(): readonly string[] {
  const out: string[] = []
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0)
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => out.push(String(text)) > 0)
  return out
}

it('the status command says which journals a sheet counts, and which tally should not be there', async () => {
  const station = new TestStation([40, 5, 33])
  const store = await office.openStore()
  await storeSheet(store, station)
  await storeTally(store, station.devices[2])
  const out = written()
  expect(await main(['status', '--store', office.storePath])).toBe(0)
  const [first, second, third, sheet, sums] = out.join('').split('\n')
  expect(first).toContain('counted by the sheet of station-1')
  expect(second).toContain('counted by the sheet of station-1')
  expect(third).toContain('A TALLY OF ITS OWN IS NOT COUNTED')
  expect(sheet).toBe('station-1  sheet received from device-1')
  expect(sums).toContain('1 tallies received, 1 sheets of stations received')
})

it('the status command says what is held, and what is missing', async () => {
  const device = new TestDevice('device-1').appendMany(3).close()
  const store = await office.openStore()
  await append(store, addition(device, 0, 5))
  await storeTally(store, device)
  await store.transact(everyDevice, async (held) => held.storeFork(device.origin, 3, 'a note'))
  const out = written()
  expect(await main(['status', '--store', office.storePath])).toBe(1)
  expect(out.join('')).toContain('1 devices, 5 entries, 1 tallies received')
  expect(out.join('')).toContain('EQUIVOCATION')
  expect(await main(['status', '--store', join(office.folder, 'none')])).toBe(2)
  expect(out.join('')).toContain('there is no such file')
  expect(await main(['status'])).toBe(2)
  expect(await main(['--nonsense'])).toBe(2)
})

it('the status command reads every entry again where it is asked to, and says what was changed', async () => {
  const device = new TestDevice('device-1').close()
  const store = await office.openStore()
  await append(store, addition(device, 0, device.entries.length))
  await storeTally(store, device)
  const out = written()
  expect(await main(['status', '--check', '--store', office.storePath])).toBe(0)
  const database = new SqliteDatabase(office.storePath)
  database.exec("DROP TRIGGER entries_no_update; UPDATE entries SET bytes = x'7b7d' WHERE seq = 2")
  database.close()
  expect(await main(['status', '--check', '--store', office.storePath])).toBe(1)
  expect(out.join('')).toContain('the entries are not those of the checkpoint')
})
