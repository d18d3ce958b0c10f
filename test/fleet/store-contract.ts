/** What every store of the centre holds to, whichever database is under it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LONGEST_JOURNAL } from '../../core/journal/longest.ts'
import { toBase64 } from '../../core/keys/hash.ts'
import { encodeEntriesMessage } from '../../core/messages/entries.ts'
import { valueOrThrow } from '../../core/result.ts'
import { signCheckpoint } from '../../core/tlog/checkpoint.ts'
import { frontierRoot } from '../../core/tlog/tree.ts'
import { takeMessage } from '../../fleet/collector/take-messages.ts'
import {
  type CentreStore,
  type HeldStatus,
  type KeptAlarm,
  MOST_ALARMS,
  type OpeningCheck,
  openCentreStore,
} from '../../fleet/store/store.ts'
import { addition, append, storeSheet } from './additions.ts'
import { everyDevice, TestDevice, votes } from './office.ts'
import { hash, spareOf } from './spares.ts'
import { deskOn, hear, storeTally, TestStation } from './totals.ts'

/** An empty database of its own for a test. */
export interface TestDatabase {
  readonly location: string
  /** Runs SQL on a connection of its own, as whoever holds the database may. Rejects as the database does. */
  run(sql: string): Promise<void>
  /** The SQL that takes the protection of a table away. */
  unprotect(table: string): string
  close(): Promise<void>
}

/** An alarm by the number of its message. */
function alarmOf(device: string, number: number): KeptAlarm {
  return { device, kind: 'forged', evidence: new Uint8Array(32).fill(number), at: number, what: `${number}` }
}

/** @param bytes how the database writes bytes, from hexadecimal digits */
export function storeContract(make: () => Promise<TestDatabase>, bytes: (hex: string) => string): void {
  let database: TestDatabase
  let stores: CentreStore[]

  beforeEach(async () => {
    database = await make()
    stores = []
  })
  afterEach(async () => {
    for (const store of stores) await store.close()
    await database.close()
  })

  async function open(check?: OpeningCheck): Promise<CentreStore> {
    const store = valueOrThrow(await openCentreStore(database.location, check))
    stores.push(store)
    return store
  }

  /** The refusal at opening, after somebody changed the database behind the store's back. */
  async function refusalAfter(check: OpeningCheck, ...statements: readonly string[]): Promise<string> {
    for (const statement of statements) await database.run(statement)
    const opened = await openCentreStore(database.location, check)
    if (!opened.ok) return opened.error.code
    stores.push(opened.value)
    return 'opened'
  }

  it('what was stored is there again after the program was started anew', async () => {
    const device = new TestDevice('device-1').appendMany(6).close()
    const size = device.entries.length
    const first = await open()
    await append(first, addition(device, 0, 4))
    await append(first, addition(device, 4, size))
    await first.transact(everyDevice, async (held) =>
      held.storeTally(device.origin, device.waitingTally ?? ''),
    )
    const again = await open()
    const journal = await again.journal(device.origin)
    expect(journal).toMatchObject({
      device: 'device-1',
      closing: { casts: 32, seq: size - 1 },
      hasTally: true,
      isForked: false,
      dead: [],
      receiptedAt: 1_780_000_000 + size,
    })
    expect(journal?.illegal).toBeUndefined()
    expect(journal && frontierRoot(journal.frontier)).toEqual(
      frontierRoot(addition(device, 0, size).frontier),
    )
    expect(await again.journals()).toEqual([journal])
    expect((await again.entries(device.origin, 0, 999)).map(String)).toEqual(device.entries.map(String))
    expect(await again.checkpoint(device.origin, 4)).toEqual({
      size: 4,
      note: device.note(4),
      cosignature: '— line of 4',
    })
    expect((await again.latestCheckpoint(device.origin))?.size).toBe(size)
    expect((await again.tally(device.origin))?.document).toBe(device.waitingTally)
    expect((await again.tallies()).map(({ device: id }) => id)).toEqual(['device-1'])
  })

  it('what a transaction wrote it reads back at once, and nobody else reads it before its end', async () => {
    const device = new TestDevice('device-1').appendMany(3)
    const store = await open()
    await store.transact(everyDevice, async (held) => {
      await held.append(addition(device, 0, 2))
      expect(held.journal(device.origin)?.frontier.size).toBe(2)
      expect(held.journalsOf('device-1')).toHaveLength(1)
      expect(await held.entries(device.origin, 0, 9)).toHaveLength(2)
      expect((await held.latestCheckpoint(device.origin))?.size).toBe(2)
      expect((await held.tree(device.origin, 1)).size).toBe(0)
      const tree = await held.tree(device.origin, 3)
      expect(toBase64(frontierRoot(tree))).toBe(toBase64(frontierRoot(addition(device, 0, 2).frontier)))
      await held.append(addition(device, 2, 4))
      expect((await held.tree(device.origin, 3)).size).toBe(2)
      expect(await store.journals()).toEqual([])
    })
    expect((await store.journal(device.origin))?.frontier.size).toBe(4)
  })

  it('a half of a transaction is never stored', async () => {
    const device = new TestDevice('device-1').appendMany(5)
    const store = await open()
    await append(store, addition(device, 0, 3))
    // The entries alone would fit; the checkpoint of size 3 is there already.
    const broken = { ...addition(device, 3, 6), frontier: addition(device, 0, 3).frontier }
    await expect(append(store, broken)).rejects.toThrow()
    const failing = store.transact(everyDevice, async (held) => {
      await held.append(addition(device, 3, 6))
      await held.entries(device.origin, 0, 9)
      throw new Error('in the middle')
    })
    await expect(failing).rejects.toThrow('in the middle')
    expect(await store.entries(device.origin, 0, 99)).toHaveLength(3)
    expect((await store.journal(device.origin))?.frontier.size).toBe(3)
    await append(store, addition(device, 3, 6))
    expect(await store.entries(device.origin, 0, 99)).toHaveLength(6)
  })

  it('is found in order by whoever opens it while others write', async () => {
    const device = new TestDevice('device-1').appendMany(150)
    const store = await open()
    let isWriting = true
    const write = async () => {
      for (let size = 1; size <= device.entries.length; size += 1)
        await append(store, addition(device, size - 1, size))
      isWriting = false
    }
    const read = async () => {
      let opened = 0
      while (isWriting) {
        const other = valueOrThrow(await openCentreStore(database.location, 'heads'))
        await other.close()
        opened += 1
      }
      return opened
    }
    const [opened] = await Promise.all([read(), write()])
    expect(opened).toBeGreaterThan(3)
  })

  it('two programs at one journal come one after the other, and each finds what the other stored', async () => {
    const devices = ['device-1', 'device-2', 'device-4'].map((id) => new TestDevice(id).appendMany(29))
    const two = [await open(), await open('heads')]
    const grow = (store: CentreStore, device: TestDevice) =>
      store.transact(everyDevice, async (held) => {
        const size = held.journal(device.origin)?.frontier.size ?? 0
        await held.append(addition(device, size, size + 2))
      })
    await Promise.all(
      Array.from({ length: 45 }, (_, i) => {
        const [store, device] = [two[i % 2], devices[i % 3]]
        if (store === undefined || device === undefined) throw new Error('two stores, three devices')
        return grow(store, device)
      }),
    )
    for (const { origin, entries } of devices)
      expect((await two[0]?.entries(origin, 0, 99))?.map(String)).toEqual(entries.map(String))
    expect(await refusalAfter('everything')).toBe('opened')
  })

  it('no row can be changed, deleted, replaced or put out of order', async () => {
    const station = new TestStation([40, 5, 33])
    const store = await open()
    await storeSheet(store, station)
    const [device, second] = station.devices
    const { origin } = device
    await store.transact(everyDevice, async (held) => {
      held.storeTally(origin, device.waitingTally ?? '')
      held.storeSecondTotals({ origin, station: undefined, document: 'a tally' })
      held.storeFork(origin, 3, 'a note')
      await held.storeAlarm(alarmOf('device-1', 1))
      await held.append(addition(spareOf(device, 4), 0, 2))
    })
    const declaring = second.append({
      type: 'device.declared_dead',
      device: 'device-3',
      by: [
        { role: 'executive', certificate: hash('executive') },
        { role: 'supervisory', certificate: hash('supervisory') },
      ],
    })
    const size = declaring.entries.length
    await append(store, addition(declaring, size - 1, size))
    for (const [table, column] of [
      ['devices', 'device'],
      ['entries', 'seq'],
      ['checkpoints', 'cosignature'],
      ['closings', 'casts'],
      ['declarations', 'device'],
      ['takeovers', 'size'],
      ['programs', 'program'],
      ['tallies', 'document'],
      ['sheets', 'station'],
      ['second_totals', 'document'],
      ['forks', 'note'],
      ['alarms', 'what'],
    ] as const) {
      await expect(database.run(`UPDATE ${table} SET ${column} = ${column}`), table).rejects.toThrow(/never/)
      await expect(database.run(`DELETE FROM ${table}`), table).rejects.toThrow(/never/)
    }
    const entry = (seq: number) =>
      `INSERT INTO entries (origin, seq, bytes) VALUES ('${origin}', ${seq}, ${bytes('00')})`
    await expect(database.run(entry(999)), 'a gap').rejects.toThrow(/order/)
    await expect(database.run(entry(3)), 'one twice').rejects.toThrow()
    await expect(
      store.transact(everyDevice, async (held) =>
        held.storeSheet('station-1', second.origin, station.signed({}, second)),
      ),
    ).rejects.toThrow()
    await expect(
      store.transact(everyDevice, async (held) => held.storeSheet('station-2', 'no journal', 'text')),
    ).rejects.toThrow()
    expect(await refusalAfter('everything')).toBe('opened')
  })

  it('an alarm is kept once, with what raised it, and of a kind and device no more than a few', async () => {
    const store = await open()
    const keep = (...alarms: readonly KeptAlarm[]) =>
      store.transact(everyDevice, async (held) => {
        for (const alarm of alarms) await held.storeAlarm(alarm)
      })
    await keep(alarmOf('device-1', 2), alarmOf('device-1', 2), alarmOf('device-2', 2))
    await keep({ ...alarmOf('device-1', 2), at: 9 }, { ...alarmOf('device-1', 2), kind: 'gap' })
    for (let number = 3; number < 40; number += 1) await keep(alarmOf('device-1', number))
    const kept = await (await open()).alarms()
    const plain = kept.map((alarm) => ({ ...alarm, evidence: new Uint8Array(alarm.evidence) }))
    expect(plain.filter(({ device }) => device === 'device-2')).toEqual([alarmOf('device-2', 2)])
    expect(kept.filter(({ kind }) => kind === 'gap')).toHaveLength(1)
    const flooded = plain.filter(({ device, kind }) => device === 'device-1' && kind === 'forged')
    expect(flooded).toEqual(Array.from({ length: MOST_ALARMS }, (_, i) => alarmOf('device-1', i + 2)))
    const failing = store.transact(everyDevice, async (held) => {
      await held.storeAlarm(alarmOf('device-3', 1))
      throw new Error('in the middle')
    })
    await expect(failing).rejects.toThrow('in the middle')
    expect(await store.alarms()).toHaveLength(kept.length)
  })

  it('of a device the status that came last is kept, whatever the clocks of collectors say, and none of a transaction that failed', async () => {
    const store = await open()
    const told = (device: string, receivedAt: number) => ({
      device,
      receivedAt,
      document: `${device} at ${receivedAt}`,
    })
    const keep = (...statuses: readonly HeldStatus[]) =>
      store.transact(everyDevice, async (held) => {
        for (const status of statuses) held.storeStatus(status)
      })
    await keep(told('device-2', 5), told('device-1', 5), told('device-1', 6))
    await keep(told('device-1', 4), told('device-2', 9))
    const failing = store.transact(everyDevice, async (held) => {
      held.storeStatus(told('device-3', 9))
      throw new Error('in the middle')
    })
    await expect(failing).rejects.toThrow('in the middle')
    await expect(keep(told('no device', 1))).rejects.toThrow('not locked')
    expect(await (await open()).statuses()).toEqual([told('device-1', 4), told('device-2', 9)])
  })

  it('the first contradicting checkpoint of each size is kept', async () => {
    const device = new TestDevice('device-1').appendMany(3)
    const store = await open()
    await append(store, addition(device, 0, 4))
    for (const [size, note] of [
      [3, 'one'],
      [3, 'two'],
      [4, 'three'],
    ] as const)
      await store.transact(everyDevice, async (held) => held.storeFork(device.origin, size, note))
    expect((await store.forks()).get(device.origin)).toBe(2)
  })

  it('totals that were signed a second time are kept beside those held: the first of each journal and station', async () => {
    const device = new TestDevice('device-1').appendMany(3)
    const { origin } = device
    const store = await open()
    await append(store, addition(device, 0, 4))
    for (const [station, document] of [
      [undefined, 'a tally'],
      [undefined, 'another'],
      ['station-1', 'a sheet'],
      ['station-2', "'; DROP TABLE second_totals; --"],
      ['station-1', 'another'],
    ] as const)
      await store.transact(everyDevice, async (held) => held.storeSecondTotals({ origin, station, document }))
    expect(await (await open()).secondTotals()).toEqual([
      { origin, station: undefined, document: 'a tally' },
      { origin, station: 'station-1', document: 'a sheet' },
      { origin, station: 'station-2', document: "'; DROP TABLE second_totals; --" },
    ])
  })

  it('numbers that no device would write are kept as they are', async () => {
    const store = await open()
    const device = new TestDevice('device-1').close()
    const most = Number.MAX_SAFE_INTEGER
    const [closing] = device.entries.slice(-1)
    const { seq: _, at: __, ...event } = JSON.parse(String(closing))
    device.append({ ...event, casts: most })
    await append(store, addition(device, 0, device.entries.length))
    const spare = new TestDevice('device-8')
    const takeover = JSON.parse(String(spareOf(device, 4).entries[1]))
    const { seq: ___, at: ____, ...taken } = takeover
    spare.append({ ...taken, size: most })
    await append(store, addition(spare, 0, 2))
    const [first, second] = await (await open()).journals()
    expect([first?.closing?.casts, second?.takeover?.size]).toEqual([most, most])
  })

  it('a checkpoint of a size that no journal has comes to no table, and is told and kept as an alarm', async () => {
    const store = await open()
    const device = new TestDevice('device-1').appendMany(5)
    const desk = deskOn(store)
    await hear(desk, device)
    await store.transact(everyDevice, async (held) =>
      held.storeFork(device.origin, LONGEST_JOURNAL, 'the largest there can be'),
    )
    for (const size of [LONGEST_JOURNAL + 1, 2 ** 31 + 1, Number.MAX_SAFE_INTEGER]) {
      const root = new Uint8Array(32).fill(7)
      const checkpoint = signCheckpoint({ origin: device.origin, size, root }, device.logSigner)
      const payload = encodeEntriesMessage({ ...device.message(5, 6), from: size - 1, checkpoint })
      const { alarm } = await takeMessage(desk, { device: 'device-1', kind: 'entries', payload })
      expect(alarm?.kind, String(size)).toBe('malformed')
    }
    expect((await store.forks()).get(device.origin)).toBe(1)
    expect((await store.alarms()).map(({ kind }) => kind)).toEqual(new Array(3).fill('malformed'))
  })

  it('a sheet is there again after a new start', async () => {
    const station = new TestStation([40, 5, 33])
    await storeSheet(await open(), station)
    const [sheet, ...others] = await (await open()).sheets()
    expect(others).toEqual([])
    expect(sheet).toMatchObject({ station: 'station-1', device: 'device-1', document: station.signed() })
    expect(Buffer.from(sheet?.messageKey ?? [])).toEqual(
      Buffer.from(station.devices[0].messageSigner.publicKey),
    )
  })

  it('strings are kept as they are, whatever they say to a database or a browser', async () => {
    const device = new TestDevice('device-1').appendMany(1)
    for (const text of [
      "x'); DROP TABLE entries; --",
      '<script>alert(1)</script>&amp;"',
      '$1 ? :name \\ \u202e\u0000'.slice(0, -1),
      '\u0626\ud83d\udc9b',
    ])
      device.append({
        type: 'device.started',
        peripherals: {
          touchscreen: text,
          'card-reader': text,
          printer: text,
          'io-board': text,
          display: text,
        },
        program: hash('program'),
      })
    const store = await open()
    const size = device.entries.length
    await append(store, { ...addition(device, 0, size), cosignature: "— '; DELETE FROM checkpoints; --" })
    await store.transact(everyDevice, async (held) => {
      held.storeTally(device.origin, `{"'; DROP TABLE tallies; --":"<b>\u0000</b>"}`)
      held.storeFork(device.origin, 1, "'); DROP TABLE forks; --")
    })
    // These are no checkpoints and no totals: what is signed is not looked at here.
    const again = await open('heads')
    expect((await again.entries(device.origin, 0, 99)).map(String)).toEqual(device.entries.map(String))
    expect((await again.tally(device.origin))?.document).toBe(`{"'; DROP TABLE tallies; --":"<b>\u0000</b>"}`)
    expect((await again.latestCheckpoint(device.origin))?.cosignature).toBe(
      "— '; DELETE FROM checkpoints; --",
    )
    expect(await again.journal("' OR 1=1 --")).toBeUndefined()
    expect((await again.forks()).get(device.origin)).toBe(1)
  })

  describe('a database that was changed behind its back is refused at opening:', () => {
    const at = `WHERE seq = 2`

    it.each([
      ['an entry', 'entries', `UPDATE entries SET bytes = ${bytes('7b7d')} ${at}`, 'everything'],
      ['the last entry taken away', 'entries', 'DELETE FROM entries WHERE seq = 4', 'heads'],
      [
        'the head of its tree',
        'checkpoints',
        `UPDATE checkpoints SET roots = ${bytes('00'.repeat(64))}`,
        'heads',
      ],
      ['the signed checkpoint', 'checkpoints', "UPDATE checkpoints SET note = 'mine'", 'heads'],
      ['its size', 'checkpoints', 'UPDATE checkpoints SET size = 4', 'heads'],
      ['no checkpoint at all', 'checkpoints', 'DELETE FROM checkpoints', 'heads'],
    ] as const)('%s', async (_, table, statement, check) => {
      await append(await open(), addition(new TestDevice('device-1').appendMany(4), 0, 5))
      expect(await refusalAfter(check, database.unprotect(table), statement)).toBe('store.changed')
    })

    it.each([
      ['closings', 'UPDATE closings SET casts = 33'],
      ['closings', "UPDATE closings SET commitment = 'other'"],
      ['closings', 'DELETE FROM closings'],
      ['checkpoints', `UPDATE checkpoints SET day = '{}'`],
      ['programs', "UPDATE programs SET program = 'other'"],
      ['programs', 'DELETE FROM programs'],
    ] as const)('what was noted of its entries, %s: %s', async (table, statement) => {
      const device = new TestDevice('device-1').close().append({ type: 'ballot.cast', count: 33 })
      await append(await open(), addition(device, 0, device.entries.length))
      expect(await refusalAfter('everything', database.unprotect(table), statement)).toBe('store.changed')
    })

    it.each([
      ['signed by nobody', () => '7b7d'],
      [
        'of other votes',
        (device: TestDevice) => Buffer.from(device.signedTally(votes(32, 7))).toString('hex'),
      ],
    ] as const)('a tally %s', async (_, other) => {
      const device = new TestDevice('device-1').close()
      const store = await open()
      await append(store, addition(device, 0, device.entries.length))
      await storeTally(store, device)
      const statement = `UPDATE tallies SET document = ${bytes(other(device))}`
      expect(await refusalAfter('everything', database.unprotect('tallies'), statement)).toBe('store.changed')
    })

    it.each([
      ['signed by nobody', `UPDATE sheets SET document = ${bytes('7b7d')}`],
      ['of another station', "UPDATE sheets SET station = 'station-2'"],
      [
        'of another device',
        "UPDATE sheets SET origin = (SELECT origin FROM devices WHERE device = 'device-2')",
      ],
    ] as const)('a sheet %s', async (_, statement) => {
      await storeSheet(await open(), new TestStation([40, 5, 33]))
      expect(await refusalAfter('heads', database.unprotect('sheets'), statement)).toBe('store.changed')
    })
  })
}
