import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { appendLeaf, emptyFrontier, frontierRoot, leafHash } from '../../core/tlog/tree.ts'
import { main } from '../../fleet/cli.ts'
import { type Addition, openCentreStore } from '../../fleet/store/store.ts'
import { Office, TestDevice } from './office.ts'
import { TestStation } from './totals.ts'

let office: Office

beforeEach(() => {
  office = new Office()
})
afterEach(async () => {
  vi.restoreAllMocks()
  await office.close()
})

function addition(device: TestDevice, from: number, size: number): Addition {
  const { origin, deviceId, certificate, logSigner, messageSigner } = device
  return {
    owner: {
      origin,
      device: deviceId,
      certificate,
      logKey: logSigner.publicKey,
      messageKey: messageSigner.publicKey,
    },
    entries: device.entries.slice(from, size),
    frontier: device.entries.slice(0, size).map(leafHash).reduce(appendLeaf, emptyFrontier()),
    note: device.note(size),
    cosignature: `— line of ${size}`,
  }
}

it('what was stored is there again after the program was started anew', () => {
  const device = new TestDevice('device-1').appendMany(6).close()
  const first = office.openStore()
  first.append(addition(device, 0, 4))
  const size = device.entries.length
  first.append(addition(device, 4, size))
  first.storeTally(device.origin, device.waitingTally ?? '')
  const again = office.openStore()
  const journal = again.journal(device.origin)
  expect(journal?.device).toBe('device-1')
  expect(journal && frontierRoot(journal.frontier)).toEqual(frontierRoot(addition(device, 0, size).frontier))
  expect(again.entries(device.origin, 0, 99).map(String)).toEqual(device.entries.map(String))
  expect(again.checkpoint(device.origin, 4)?.cosignature).toBe('— line of 4')
  expect(again.latestCheckpoint(device.origin)?.size).toBe(size)
  expect(again.tally(device.origin)?.document).toBe(device.waitingTally)
})

it('an entry can neither be changed, deleted, replaced nor put out of order', () => {
  const device = new TestDevice('device-1').appendMany(3)
  const store = office.openStore()
  store.append(addition(device, 0, 4))
  const database = new SqliteDatabase(office.storePath)
  office.later(() => database.close())
  database.pragma('recursive_triggers = ON')
  for (const statement of [
    "UPDATE entries SET bytes = x'00'",
    'DELETE FROM entries',
    "INSERT OR REPLACE INTO entries SELECT origin, seq, x'00' FROM entries WHERE seq = 1",
    "INSERT INTO entries SELECT origin, 7, x'00' FROM entries WHERE seq = 1",
    "UPDATE checkpoints SET cosignature = ''",
    'DELETE FROM checkpoints',
    "UPDATE devices SET device = 'device-2'",
  ]) {
    expect(() => database.exec(statement), statement).toThrow(/never|order/)
  }
})

it('a half of an addition is never stored', () => {
  const device = new TestDevice('device-1').appendMany(5)
  const store = office.openStore()
  store.append(addition(device, 0, 3))
  // The entries alone would fit; the checkpoint of size 3 is there already.
  const broken = { ...addition(device, 3, 6), frontier: addition(device, 0, 3).frontier }
  expect(() => store.append(broken)).toThrow()
  expect(store.entries(device.origin, 0, 99)).toHaveLength(3)
  expect(store.journal(device.origin)?.frontier.size).toBe(3)
  store.append(addition(device, 3, 6))
  expect(store.entries(device.origin, 0, 99)).toHaveLength(6)
})

it('a database whose entries were changed behind its back is refused at opening', () => {
  const device = new TestDevice('device-1').appendMany(3)
  const store = office.openStore()
  store.append(addition(device, 0, 4))
  const database = new SqliteDatabase(office.storePath)
  office.later(() => database.close())
  database.exec("DROP TRIGGER entries_no_update; UPDATE entries SET bytes = x'7b7d' WHERE seq = 2")
  const opened = openCentreStore(office.storePath)
  expect(!opened.ok && opened.error.code).toBe('store.changed')
})

/** A store with the journals of a station and its sheet. */
function withSheet(station: TestStation) {
  const store = office.openStore()
  for (const device of station.devices) store.append(addition(device, 0, device.entries.length))
  store.storeSheet('station-1', station.devices[0].origin, station.signed())
  return store
}

it('a sheet is there again after a new start, and is neither changed, deleted, replaced nor added to', () => {
  const station = new TestStation([40, 5, 33])
  const store = withSheet(station)
  const [reporting, second] = station.devices
  expect(() => store.storeSheet('station-1', second.origin, station.signed({}, second))).toThrow()
  expect(() => store.storeSheet('station-2', 'no journal', station.signed())).toThrow()
  const database = new SqliteDatabase(office.storePath)
  office.later(() => database.close())
  database.pragma('recursive_triggers = ON')
  for (const statement of [
    "UPDATE sheets SET document = x'00'",
    'DELETE FROM sheets',
    "INSERT OR REPLACE INTO sheets SELECT station, origin, x'00' FROM sheets",
  ]) {
    expect(() => database.exec(statement), statement).toThrow(/never/)
  }
  expect(office.openStore().sheets()).toEqual([
    {
      station: 'station-1',
      device: 'device-1',
      messageKey: Buffer.from(reporting.messageSigner.publicKey),
      document: station.signed(),
    },
  ])
})

it.each([
  ['signed by nobody', "UPDATE sheets SET document = x'7b7d'"],
  ['of another station', "UPDATE sheets SET station = 'station-2'"],
  ['of another device', "UPDATE sheets SET origin = (SELECT origin FROM devices WHERE device = 'device-2')"],
  ['of no journal', "UPDATE sheets SET origin = 'elsewhere'"],
])('a database with a sheet %s is refused at opening', (_, statement) => {
  withSheet(new TestStation([40, 5, 33]))
  const database = new SqliteDatabase(office.storePath)
  office.later(() => database.close())
  database.pragma('foreign_keys = OFF')
  database.exec(`DROP TRIGGER sheets_no_update; ${statement}`)
  const opened = openCentreStore(office.storePath)
  expect(!opened.ok && opened.error.code).toBe('store.changed')
})

it('a file that is no store of the centre is refused and left as it is', () => {
  const path = join(office.folder, 'other.sqlite')
  const other = new SqliteDatabase(path)
  other.exec('CREATE TABLE mine (x)')
  other.close()
  const opened = openCentreStore(path)
  expect(!opened.ok && opened.error.code).toBe('store.foreign')
  const text = join(office.folder, 'text')
  writeFileSync(text, 'not a database at all, but long enough to be read as one'.repeat(20))
  expect(openCentreStore(text).ok).toBe(false)
  expect(openCentreStore(join(office.folder, 'missing', 'x.sqlite')).ok).toBe(false)
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
  const store = withSheet(station)
  store.storeTally(station.devices[2].origin, station.devices[2].waitingTally ?? '')
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
  const store = office.openStore()
  store.append(addition(device, 0, 5))
  store.storeTally(device.origin, device.waitingTally ?? '')
  store.storeFork(device.origin, 3, 'a note')
  const out = written()
  expect(await main(['status', '--store', office.storePath])).toBe(0)
  expect(out.join('')).toContain('1 devices, 5 entries, 1 tallies received')
  expect(out.join('')).toContain('EQUIVOCATION')
  expect(await main(['status', '--store', join(office.folder, 'none')])).toBe(2)
  expect(out.join('')).toContain('there is no such file')
  expect(await main(['status'])).toBe(2)
  expect(await main(['--nonsense'])).toBe(2)
})
