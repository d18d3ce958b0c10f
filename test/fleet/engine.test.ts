import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { encodeEntriesMessage } from '../../core/messages/entries.ts'
import { MAX_UP_BYTES } from '../../core/messages/payload.ts'
import { parseReceipt } from '../../core/messages/receipt.ts'
import type { Clock } from '../../core/ports.ts'
import { valueOrThrow } from '../../core/result.ts'
import { openDesk } from '../../fleet/collector/desk.ts'
import { type Engine, startEngine } from '../../fleet/collector/engine.ts'
import type { Inbound } from '../../fleet/collector/examine.ts'
import type { CentreStore } from '../../fleet/store/store.ts'
import { StoreUnavailable } from '../../fleet/store/unavailable.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { VirtualClock } from '../../simulator/virtual-clock.ts'
import { closedDevices, EngineProcess, sendUntilReceived } from './engines.ts'
import { Office, realClock, silentLogger, TestDevice } from './office.ts'
import { deskOn } from './totals.ts'

let office: Office
let store: CentreStore

beforeEach(async () => {
  office = new Office()
  store = await office.openStore()
})
afterEach(() => office.close())

// Not the system's: a clock that is given in is called as what it is.
function engineOn(over: CentreStore = store, clock: Clock = new VirtualClock(Date.now())): Engine {
  const desk = openDesk({ ...deskOn(over), clock })
  const engine = startEngine(desk, silentLogger)
  office.later(() => engine.close())
  return engine
}

/** The same store, of which each transaction is counted, and may be made to fail before its end. */
function counted(fail: (wrote: readonly string[]) => Error | undefined) {
  const transactions: (readonly string[])[] = []
  const over: CentreStore = {
    ...store,
    transact: (stations, work) =>
      store.transact(stations, async (held) => {
        const wrote: string[] = []
        const outcome = await work({
          journal: (origin) => held.journal(origin),
          journalsOf: (device) => held.journalsOf(device),
          takersOf: (origin) => held.takersOf(origin),
          entries: (origin, from, to) => held.entries(origin, from, to),
          checkpoint: (origin, size) => held.checkpoint(origin, size),
          latestCheckpoint: (origin) => held.latestCheckpoint(origin),
          tree: (origin, most) => held.tree(origin, most),
          tally: (origin) => held.tally(origin),
          sheet: (station) => held.sheet(station),
          storeTally: (origin, document) => held.storeTally(origin, document),
          storeSheet: (station, origin, document) => held.storeSheet(station, origin, document),
          storeSecondTotals: (second) => held.storeSecondTotals(second),
          storeFork: (origin, size, note) => held.storeFork(origin, size, note),
          storeAlarm: (alarm) => held.storeAlarm(alarm),
          storeStatus: (status) => held.storeStatus(status),
          append: (addition) => {
            wrote.push(addition.owner.device)
            return held.append(addition)
          },
        })
        transactions.push(wrote)
        const error = fail(wrote)
        if (error !== undefined) throw error
        return outcome
      }),
  }
  return { over, transactions }
}

const whole = (device: TestDevice): Inbound => ({
  device: device.deviceId,
  kind: 'entries',
  payload: encodeEntriesMessage(device.message(0, device.entries.length)),
})
const devicesOf = (count: number) =>
  Array.from({ length: count }, (_, i) => new TestDevice(`extra-${i}`).appendMany(3 + (i % 4)))

describe('messages', () => {
  it('that come together go into few transactions, and each device gets its own receipt', async () => {
    const { over, transactions } = counted(() => undefined)
    const engine = engineOn(over)
    const devices = devicesOf(60)
    const outcomes = await Promise.all(devices.map((device) => engine.take(whole(device))))
    expect(transactions.length).toBeLessThan(4)
    for (const [i, device] of devices.entries()) {
      const receipt = valueOrThrow(parseReceipt(outcomes[i]?.reply?.payload ?? new Uint8Array(), 'test'))
      expect(receipt).toMatchObject({ origin: device.origin, size: device.entries.length })
      expect((await store.checkpoint(device.origin, receipt.size))?.cosignature).toBe(receipt.cosignature)
    }
  })

  it('of one device are taken in the order in which they came', async () => {
    const engine = engineOn()
    const device = new TestDevice('device-1').appendMany(14)
    const parts = Array.from({ length: 15 }, (_, i) => ({
      ...whole(device),
      payload: encodeEntriesMessage(device.message(i, i + 1)),
    }))
    const outcomes = await Promise.all(parts.map((part) => engine.take(part)))
    expect(outcomes.map(({ reply, alarm }) => [reply?.kind, alarm])).toEqual(
      new Array(15).fill(['receipt', undefined]),
    )
  })

  it('beside one that cannot be stored are stored, and it alone has no answer', async () => {
    const { over, transactions } = counted((wrote) =>
      wrote.includes('extra-7') ? new Error('no such thing') : undefined,
    )
    const engine = engineOn(over)
    const devices = devicesOf(40)
    const outcomes = await Promise.all(devices.map((device) => engine.take(whole(device))))
    for (const [i, { reply, alarm }] of outcomes.entries())
      expect([reply?.kind, alarm?.kind], `extra-${i}`).toEqual(
        i === 7 ? [undefined, 'not-stored'] : ['receipt', undefined],
      )
    expect((await store.journals()).length).toBe(39)
    expect(transactions.length).toBeLessThan(20)
  })

  it('are not answered while the database is away, nor tried one by one', async () => {
    let away = true
    const { over, transactions } = counted(() => (away ? new StoreUnavailable('no connection') : undefined))
    const engine = engineOn(over)
    const devices = devicesOf(20)
    const outcomes = await Promise.all(devices.map((device) => engine.take(whole(device))))
    expect(new Set(outcomes.map(({ reply, alarm }) => `${reply?.kind} ${alarm?.kind}`))).toEqual(
      new Set(['undefined not-stored']),
    )
    expect(transactions.length).toBeLessThan(4)
    away = false
    const again = await Promise.all(devices.map((device) => engine.take(whole(device))))
    expect(new Set(again.map(({ reply }) => reply?.kind))).toEqual(new Set(['receipt']))
  })
})

describe('a device that sends faster than it may', () => {
  it('is dropped with one alarm beyond its share, and others have their receipts before its flood is through', async () => {
    const engine = engineOn()
    const flood = Array.from({ length: 2_000 }, (_, i) =>
      engine.take({ device: 'device-3', kind: 'entries', payload: Buffer.from(`${i}`) }),
    )
    let isThrough = false
    const through = Promise.all(flood).then((outcomes) => {
      isThrough = true
      return outcomes
    })
    const honest = [new TestDevice('device-1').appendMany(3), new TestDevice('device-2').appendMany(3)]
    const answers = await Promise.all(
      honest.map(async (device) => {
        const outcome = await engine.take(whole(device))
        return [outcome.reply?.kind, isThrough]
      }),
    )
    expect(answers.map(([kind]) => kind)).toEqual(['receipt', 'receipt'])
    const alarms = (await through).map(({ alarm }) => alarm?.kind)
    expect(alarms.filter((kind) => kind === 'flood')).toHaveLength(1)
    expect(alarms.filter((kind) => kind === 'malformed')).toHaveLength(16)
    expect(alarms.filter((kind) => kind === undefined)).toHaveLength(2_000 - 17)
  })

  it('holds nobody up with the largest messages either, and is heard again afterwards', async () => {
    const engine = engineOn()
    const huge = { device: 'device-3', kind: 'tally', payload: Buffer.alloc(MAX_UP_BYTES, '[') } as const
    const flood = Array.from({ length: 50 }, () => engine.take(huge))
    const kinds = (await Promise.all(flood)).map(({ alarm }) => alarm?.kind)
    expect(kinds.filter((kind) => kind === 'malformed')).toHaveLength(2)
    const device = new TestDevice('device-3').appendMany(3)
    expect((await engine.take(whole(device))).reply?.kind).toBe('receipt')
  })
})

describe('a device that goes on sending what is refused', () => {
  /** An engine by a clock that the test moves. */
  function paced() {
    const clock = { ...realClock, ms: 0, elapsed: () => clock.ms }
    return { engine: engineOn(store, clock), clock }
  }

  /**
   * Twenty messages each 50 ms, while another device says something new each time.
   * @returns how many alarms of each kind came of it, and how many answers
   */
  async function pour(
    { engine, clock }: ReturnType<typeof paced>,
    { steps, message }: { readonly steps: number; readonly message: Inbound },
  ) {
    const honest = new TestDevice('device-1')
    const came = { flood: 0, refused: 0, answers: 0 }
    for (let step = 0; step < steps; step += 1) {
      const poured = Array.from({ length: 20 }, () => engine.take(message))
      const size = honest.append({ type: 'card.refused', reason: 'forged' }).entries.length
      const payload = encodeEntriesMessage(honest.message(step === 0 ? 0 : size - 1, size))
      const heard = await engine.take({ device: 'device-1', kind: 'entries', payload })
      expect([heard.reply?.kind, heard.alarm], `step ${step}`).toEqual(['receipt', undefined])
      for (const { reply, alarm } of await Promise.all(poured)) {
        if (alarm?.kind === 'flood') came.flood += 1
        else if (alarm !== undefined) came.refused += 1
        if (reply !== undefined) came.answers += 1
      }
      clock.ms += 50
    }
    return came
  }

  const garbage: Inbound = { device: 'device-3', kind: 'entries', payload: Buffer.from('{') }
  const behindGap = (device: TestDevice): Inbound => ({
    ...whole(device),
    payload: encodeEntriesMessage(device.message(4, device.entries.length)),
  })

  it('is one flood, of which no more is looked at than its allowance, and is heard again when it has stopped', async () => {
    const bench = paced()
    const came = await pour(bench, { steps: 60, message: garbage })
    expect(came.flood).toBe(1)
    expect(came.refused).toBeGreaterThan(90)
    expect(came.refused).toBeLessThan(160)
    bench.clock.ms += 30_000
    const device = new TestDevice('device-3').appendMany(3)
    expect((await bench.engine.take(whole(device))).reply?.kind).toBe('receipt')
  })

  it('is told again while its flood lasts, once a minute', async () => {
    const bench = paced()
    let floods = 0
    for (let minute = 0; minute < 3; minute += 1) {
      floods += (await pour(bench, { steps: 12, message: garbage })).flood
      bench.clock.ms += 60_000 - 12 * 50
    }
    expect(floods).toBe(3)
  })

  it('is not answered for ever where it says one thing behind a gap', async () => {
    const bench = paced()
    const device = new TestDevice('device-3').appendMany(6)
    const came = await pour(bench, { steps: 60, message: behindGap(device) })
    expect(came.flood).toBe(1)
    expect(came.answers).toBe(came.refused)
    expect(came.answers).toBeLessThan(160)
    bench.clock.ms += 30_000
    expect((await bench.engine.take(behindGap(device))).reply?.kind).toBe('answer')
  })

  it('is answered each time where it says so at its turns, for an hour', async () => {
    const { engine, clock } = paced()
    const device = new TestDevice('device-3').appendMany(6)
    for (let turn = 0; turn < 360; turn += 1) {
      const { reply, alarm } = await engine.take(behindGap(device))
      expect([reply?.kind, alarm?.kind], `turn ${turn}`).toEqual(['answer', 'gap'])
      clock.ms += 10_000
    }
  })
})

describe('two collectors on one SQLite store', () => {
  it('take shuffled and doubled messages once each, and the sums are right', async () => {
    const engines = [await EngineProcess.start(office.storePath), await EngineProcess.start(office.storePath)]
    for (const engine of engines) office.later(() => engine.kill())
    const alarms = await sendUntilReceived(
      office.storePath,
      engines,
      closedDevices(24),
      seededRandom('shuffled'),
    )
    expect([...new Set(alarms)].filter((kind) => kind !== 'gap')).toEqual([])
  })

  it('of which one is killed again and again lose nothing that was acknowledged', async () => {
    const random = seededRandom('killed')
    const engines = [await EngineProcess.start(office.storePath), await EngineProcess.start(office.storePath)]
    office.later(() => Promise.all(engines.map((engine) => engine.kill())))
    await sendUntilReceived(office.storePath, engines, closedDevices(24), random, async (round) => {
      if (round > 2) return
      await new Promise((resolve) => setTimeout(resolve, (random.bytes(1)[0] ?? 0) / 2))
      await engines[round % 2]?.kill()
      engines[round % 2] = await EngineProcess.start(office.storePath)
    })
  })
})
