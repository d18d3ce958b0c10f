import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { MAX_ENTRIES } from '../../../core/messages/entries.ts'
import { addSignatureLine, openCosignature } from '../../../core/tlog/cosignature.ts'
import { startSync } from '../../../device-agent/sync/sync.ts'
import { withScopes } from '../../../fleet/collector/examine.ts'
import { examineJournalPart } from '../../../fleet/collector/examine-entries.ts'
import { decideOn } from '../../../fleet/collector/take-messages.ts'
import type { CentreStore } from '../../../fleet/store/store.ts'
import { VirtualClock } from '../../../simulator/virtual-clock.ts'
import { weakenedSources } from '../../end-to-end/weakened/build.ts'
import { until } from '../../fleet/broker-ends.ts'
import { oneVote, realClock, TestDevice, witness } from '../../fleet/office.ts'
import { deskOn, hearNeighbours } from '../../fleet/totals.ts'
import { deadlinesByHand, officeForEachTest, sync } from './syncing.ts'

const office = officeForEachTest()

const FULL = Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' })

/** What would have ended a program while something was done. */
async function catching(uncaught: unknown[], work: () => Promise<void>): Promise<void> {
  const listeners = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  process.on('uncaughtException', (error) => uncaught.push(error))
  try {
    await work()
  } finally {
    process.removeAllListeners('uncaughtException')
    for (const listener of listeners) process.on('uncaughtException', listener)
  }
}

describe('with the centre', () => {
  it('every entry and the tally arrive, and the receipt holds under the device’s own checkpoint', async () => {
    const store = await office().openStore()
    await hearNeighbours(deskOn(store))
    const centre = await office().startCentre(store)
    const device = new TestDevice('device-1').appendMany(5).close()
    expect(await sync(device, centre.port).flush()).toBe('received')
    const size = device.entries.length
    expect(device.receipted()).toBe(size)
    const note = addSignatureLine(device.note(size), device.receipts.get(size) ?? '')
    expect(openCosignature(note, { name: witness.name, publicKey: witness.signer.publicKey }).ok).toBe(true)
    expect(device.tally()).toBeUndefined()
    expect(await store.tallies()).toHaveLength(1)
    expect(office().alarms).toEqual([])
  })

  it('three devices at once do not get in each other’s way', async () => {
    const store = await office().openStore()
    const centre = await office().startCentre(store)
    const devices = ['device-1', 'device-2', 'device-3'].map((id) => new TestDevice(id).appendMany(9).close())
    const ends = await Promise.all(devices.map((device) => sync(device, centre.port).flush()))
    expect(ends).toEqual(['received', 'received', 'received'])
    expect((await store.tallies()).map(({ device }) => device)).toEqual(['device-1', 'device-2', 'device-3'])
    expect(centre.counts()).toMatchObject({ receipt: 3, forged: 0, malformed: 0 })
  })

  it('a long journal goes up in several messages, each with a receipt', async () => {
    const store = await office().openStore()
    const centre = await office().startCentre(store)
    const device = new TestDevice('device-1').appendMany(MAX_ENTRIES + 100)
    await sync(device, centre.port).flush()
    expect([...device.receipts.keys()]).toEqual([MAX_ENTRIES, MAX_ENTRIES + 101])
    expect((await store.journal(device.origin))?.frontier.size).toBe(MAX_ENTRIES + 101)
  })

  it('entries that come later go up by the timer alone', async () => {
    const centre = await office().startCentre(await office().openStore())
    const device = new TestDevice('device-1')
    sync(device, centre.port)
    await until(() => device.receipted() === 1)
    device.appendMany(3)
    await until(() => device.receipted() === 4)
  })

  /** An outbox of which one call refuses, from the message that asks for it on. @returns what its owner was told, and what nobody caught */
  async function refusing(call: 'storeReceipt' | 'journalFrom' | 'clearTally', start = startSync) {
    const store = await office().openStore()
    await hearNeighbours(deskOn(store))
    const centre = await office().startCentre(store)
    const [told, uncaught]: [unknown[], unknown[]] = [[], []]
    const device = new TestDevice('device-1').close()
    device[call] = () => {
      throw FULL
    }
    await catching(uncaught, async () => {
      const running = sync(
        device,
        centre.port,
        {
          failed: (error) => {
            told.push(error)
            void running.close()
          },
        },
        start,
      )
      await until(() => told.length + uncaught.length > 0)
      if (told.length > 0) expect(await running.flush()).toBe('closed')
      await running.close()
    })
    return { told, uncaught }
  }

  it.each(['storeReceipt', 'journalFrom', 'clearTally'] as const)(
    'an outbox whose %s fails tells its owner, and the error ends the program nowhere else',
    async (call) => {
      expect(await refusing(call)).toEqual({ told: [FULL], uncaught: [] })
    },
  )

  it('a program that guards its timer and not what the centre brings is ended by a receipt that cannot be stored', async () => {
    const root = weakenedSources({
      file: 'device-agent/sync/sync.ts',
      line: `    receive: (kind, payload) =>
      guard(() => {
        if (kind === 'receipt') takeReceipt(payload)
        else if (kind === 'answer') takeAnswer(payload)
        else takeOrder(payload)
      }),
`,
      by: `    receive: (kind, payload) => {
      if (kind === 'receipt') takeReceipt(payload)
      else if (kind === 'answer') takeAnswer(payload)
      else takeOrder(payload)
    },
`,
    })
    const weak = await import(/* @vite-ignore */ join(root, 'device-agent/sync/sync.ts'))
    expect(await refusing('storeReceipt', weak.startSync)).toEqual({ told: [], uncaught: [FULL] })
  })

  it('a centre that lost its database before it had answered for the tally gets everything again', async () => {
    const device = new TestDevice('device-1').appendMany(MAX_ENTRIES + 20).close()
    device.storeReceipt(device.entries.length, 'a receipt of the lost database')
    const store = await office().openStore()
    await hearNeighbours(deskOn(store))
    const centre = await office().startCentre(store)
    expect(await sync(device, centre.port).flush()).toBe('received')
    expect((await store.journal(device.origin))?.frontier.size).toBe(device.entries.length)
    expect(await store.tallies()).toHaveLength(1)
  })

  it.each([
    ['all of its entries', 0],
    ['all but its last', 20],
  ])('a device of which a stick brought %s gets its receipt all the same', async (_, later) => {
    const store = await office().openStore()
    const device = new TestDevice('device-1').appendMany(MAX_ENTRIES + 99)
    const message = device.message(0, device.entries.length)
    const desk = deskOn(store)
    const found = examineJournalPart(desk, device.deviceId, message, realClock.now(), 'stick')
    await decideOn(desk, withScopes(desk, device.deviceId, '', found))
    device.appendMany(later)
    const centre = await office().startCentre(store)
    expect(await sync(device, centre.port).flush()).toBe('received')
    expect([...device.receipts.keys()]).toEqual([device.entries.length])
  })

  it('a tally that the centre refuses stays with the device', async () => {
    const store = await office().openStore()
    await hearNeighbours(deskOn(store))
    const centre = await office().startCentre(store)
    const device = new TestDevice('device-1').close()
    device.waitingTally = device.signedTally(oneVote(3))
    expect(await sync(device, centre.port).flush()).toBe('tally-refused')
    expect(device.tally()).toBeDefined()
    expect(office().alarms.map(({ kind }) => kind)).toEqual(['other-tally'])
  })

  it('after the centre went away and came back in the middle of the day everything still arrives', async () => {
    const store = await office().openStore()
    await hearNeighbours(deskOn(store))
    const first = await office().startCentre(store)
    const device = new TestDevice('device-1').appendMany(3)
    const running = sync(device, first.port)
    await running.flush()
    await first.close()
    device.appendMany(5).close()
    const flushed = running.flush()
    await office().startCentre(store, { port: first.port })
    expect(await flushed).toBe('received')
    expect((await store.entries(device.origin, 0, 99)).map(String)).toEqual(device.entries.map(String))
    expect(await store.tallies()).toHaveLength(1)
  })

  it('no receipt goes out for what the store could not write, and it arrives once the store can', async () => {
    const store = await office().openStore()
    let broken = true
    const failing: CentreStore = {
      ...store,
      transact: (stations, work) =>
        store.transact(stations, async (held) => {
          const outcome = await work(held)
          if (broken) throw new Error('disk full')
          return outcome
        }),
    }
    const centre = await office().startCentre(failing)
    const device = new TestDevice('device-1').appendMany(3)
    const { networkClock, expire } = deadlinesByHand()
    const running = sync(device, centre.port, { networkClock })
    await until(() => office().alarms.length > 0)
    expect(office().alarms[0]).toMatchObject({ kind: 'not-stored', reason: 'disk full' })
    expect(centre.counts().receipt).toBe(0)
    expect(device.receipted()).toBe(0)
    broken = false
    expire()
    await running.flush()
    expect(device.receipted()).toBe(4)
  })

  it('a day on virtual time passes at once and waits for every answer', async () => {
    const store = await office().openStore()
    const centre = await office().startCentre(store)
    const device = new TestDevice('device-1')
    const clock = new VirtualClock(Date.parse('2026-06-19T08:00:00Z'))
    const running = sync(device, centre.port, { clock, hold: () => clock.hold(), intervalMs: () => 60_000 })
    for (let hour = 0; hour < 3; hour += 1) clock.after(3_600_000 * (hour + 1), () => device.appendMany(2))
    const noon = new Promise<void>((resolve) => clock.after(4 * 3_600_000, resolve))
    await clock.run(noon)
    expect(device.receipted()).toBe(7)
    device.close()
    // Its tally is told again at each turn of the timer, and taken once its neighbours are closed, some half an hour later.
    clock.after(1_800_000, () => void hearNeighbours(deskOn(store)).then(clock.hold()))
    const closing = clock.now()
    expect(await clock.run(running.flush())).toBe('received')
    expect(clock.now() - closing).toBe(1_800_000)
    expect(await store.tallies()).toHaveLength(1)
  })
})
