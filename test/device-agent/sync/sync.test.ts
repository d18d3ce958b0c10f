import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { messageHash, signAnswer } from '../../../core/messages/answer.ts'
import { MAX_ENTRIES } from '../../../core/messages/entries.ts'
import { encodeReceipt } from '../../../core/messages/receipt.ts'
import { encodeStatus, parseStatus } from '../../../core/messages/status.ts'
import { topicOf } from '../../../core/messages/topic.ts'
import { signCheckpoint } from '../../../core/tlog/checkpoint.ts'
import { addSignatureLine, cosign, openCosignature } from '../../../core/tlog/cosignature.ts'
import { backoffMs, LARGEST_BOUND_MS } from '../../../device-agent/sync/backoff.ts'
import { slotMs, slotWaitMs } from '../../../device-agent/sync/slot.ts'
import { type Sync, type SyncOptions, startSync } from '../../../device-agent/sync/sync.ts'
import { startBroker } from '../../../fleet/broker/broker.ts'
import { withScopes } from '../../../fleet/collector/examine.ts'
import { examineJournalPart } from '../../../fleet/collector/examine-entries.ts'
import { decideOn } from '../../../fleet/collector/take-messages.ts'
import type { CentreStore } from '../../../fleet/store/store.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { VirtualClock } from '../../../simulator/virtual-clock.ts'
import { sayingBuild } from '../../attacks/weakened/weaken.ts'
import { weakenedSources } from '../../end-to-end/weakened/build.ts'
import { soundStatus } from '../../fixtures/status.ts'
import {
  authorityKey,
  CENTRE,
  centreTls,
  election,
  identity,
  messageSigner,
  Office,
  oneVote,
  realClock,
  signerOf,
  silentLogger,
  TestDevice,
  witness,
} from '../../fleet/office.ts'
import { deskOn, hear } from '../../fleet/totals.ts'

const electionId = election.definition.election
let office: Office

beforeEach(() => {
  office = new Office()
})
afterEach(() => office.close())

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

function sync(
  device: TestDevice,
  port: number,
  overrides: Partial<SyncOptions> = {},
  start = startSync,
): Sync {
  const started = start({
    address: { url: `mqtts://127.0.0.1:${port}`, servername: CENTRE, tls: device.tls },
    outbox: device,
    package: election,
    centreMessageKey: messageSigner.publicKey,
    clock: realClock,
    networkClock: realClock,
    random: seededRandom(1),
    logger: silentLogger,
    intervalMs: () => 20,
    contradicted: () => {},
    failed: (error) => {
      throw error
    },
    ...overrides,
  })
  office.later(() => started.close())
  return started
}

/** The centre's side as a script: the broker is real, the answers are the test's. */
async function actor(
  answer: (kind: string, payload: Buffer) => readonly (readonly ['receipt' | 'answer', Uint8Array])[],
) {
  const broker = await startBroker({
    host: '127.0.0.1',
    port: 0,
    tls: centreTls,
    electionId,
    authorityKey,
    clock: realClock,
    logger: silentLogger,
  })
  office.later(() => broker.close())
  const client = await office.client(broker.port, centreTls, CENTRE)
  client.on('message', (topic, payload) => {
    const [, , device = '', , kind = ''] = topic.split('/')
    for (const [reply, bytes] of answer(kind, payload)) {
      client.publish(topicOf(electionId, device, 'down', reply), Buffer.from(bytes), { qos: 1 })
    }
  })
  await client.subscribeAsync(`sandogh/${electionId}/+/up/#`, { qos: 1 })
  return broker
}

/** A network's clock on which the time for an answer is over when it is said so. */
function deadlinesByHand() {
  let last = () => {}
  const networkClock = {
    now: realClock.now,
    elapsed: realClock.elapsed,
    after: (_ms: number, callback: () => void) => {
      last = callback
      return { cancel: () => {} }
    },
  }
  return { networkClock, expire: () => last() }
}

/** A port on which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** The centre holds the closings of device-1's neighbours: it takes no tally before. */
async function hearNeighbours(store: CentreStore): Promise<void> {
  for (const id of ['device-2', 'device-3']) await hear(deskOn(store), new TestDevice(id).close())
}

/** Resolves once `condition` holds; the test's own time limit ends it otherwise. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}

const cosignatureOf = (device: TestDevice, size: number, signer = witness.signer) =>
  cosign(device.note(size), { name: witness.name, signer, time: 1_780_000_000 })

describe('with the centre', () => {
  it('every entry and the tally arrive, and the receipt holds under the device’s own checkpoint', async () => {
    const store = await office.openStore()
    await hearNeighbours(store)
    const centre = await office.startCentre(store)
    const device = new TestDevice('device-1').appendMany(5).close()
    expect(await sync(device, centre.port).flush()).toBe('received')
    const size = device.entries.length
    expect(device.receipted()).toBe(size)
    const note = addSignatureLine(device.note(size), device.receipts.get(size) ?? '')
    expect(openCosignature(note, { name: witness.name, publicKey: witness.signer.publicKey }).ok).toBe(true)
    expect(device.tally()).toBeUndefined()
    expect(await store.tallies()).toHaveLength(1)
    expect(office.alarms).toEqual([])
  })

  it('three devices at once do not get in each other’s way', async () => {
    const store = await office.openStore()
    const centre = await office.startCentre(store)
    const devices = ['device-1', 'device-2', 'device-3'].map((id) => new TestDevice(id).appendMany(9).close())
    const ends = await Promise.all(devices.map((device) => sync(device, centre.port).flush()))
    expect(ends).toEqual(['received', 'received', 'received'])
    expect((await store.tallies()).map(({ device }) => device)).toEqual(['device-1', 'device-2', 'device-3'])
    expect(centre.counts()).toMatchObject({ receipt: 3, forged: 0, malformed: 0 })
  })

  it('a long journal goes up in several messages, each with a receipt', async () => {
    const store = await office.openStore()
    const centre = await office.startCentre(store)
    const device = new TestDevice('device-1').appendMany(MAX_ENTRIES + 100)
    await sync(device, centre.port).flush()
    expect([...device.receipts.keys()]).toEqual([MAX_ENTRIES, MAX_ENTRIES + 101])
    expect((await store.journal(device.origin))?.frontier.size).toBe(MAX_ENTRIES + 101)
  })

  it('entries that come later go up by the timer alone', async () => {
    const centre = await office.startCentre(await office.openStore())
    const device = new TestDevice('device-1')
    sync(device, centre.port)
    await until(() => device.receipted() === 1)
    device.appendMany(3)
    await until(() => device.receipted() === 4)
  })

  /** An outbox of which one call refuses, from the message that asks for it on. @returns what its owner was told, and what nobody caught */
  async function refusing(call: 'storeReceipt' | 'journalFrom' | 'clearTally', start = startSync) {
    const store = await office.openStore()
    await hearNeighbours(store)
    const centre = await office.startCentre(store)
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
    const store = await office.openStore()
    await hearNeighbours(store)
    const centre = await office.startCentre(store)
    expect(await sync(device, centre.port).flush()).toBe('received')
    expect((await store.journal(device.origin))?.frontier.size).toBe(device.entries.length)
    expect(await store.tallies()).toHaveLength(1)
  })

  it.each([
    ['all of its entries', 0],
    ['all but its last', 20],
  ])('a device of which a stick brought %s gets its receipt all the same', async (_, later) => {
    const store = await office.openStore()
    const device = new TestDevice('device-1').appendMany(MAX_ENTRIES + 99)
    const message = device.message(0, device.entries.length)
    const desk = deskOn(store)
    const found = examineJournalPart(desk, device.deviceId, message, realClock.now(), 'stick')
    await decideOn(desk, withScopes(desk, device.deviceId, '', found))
    device.appendMany(later)
    const centre = await office.startCentre(store)
    expect(await sync(device, centre.port).flush()).toBe('received')
    expect([...device.receipts.keys()]).toEqual([device.entries.length])
  })

  it('a tally that the centre refuses stays with the device', async () => {
    const store = await office.openStore()
    await hearNeighbours(store)
    const centre = await office.startCentre(store)
    const device = new TestDevice('device-1').close()
    device.waitingTally = device.signedTally(oneVote(3))
    expect(await sync(device, centre.port).flush()).toBe('tally-refused')
    expect(device.tally()).toBeDefined()
    expect(office.alarms.map(({ kind }) => kind)).toEqual(['other-tally'])
  })

  it('after the centre went away and came back in the middle of the day everything still arrives', async () => {
    const store = await office.openStore()
    await hearNeighbours(store)
    const first = await office.startCentre(store)
    const device = new TestDevice('device-1').appendMany(3)
    const running = sync(device, first.port)
    await running.flush()
    await first.close()
    device.appendMany(5).close()
    const flushed = running.flush()
    await office.startCentre(store, { port: first.port })
    expect(await flushed).toBe('received')
    expect((await store.entries(device.origin, 0, 99)).map(String)).toEqual(device.entries.map(String))
    expect(await store.tallies()).toHaveLength(1)
  })

  it('no receipt goes out for what the store could not write, and it arrives once the store can', async () => {
    const store = await office.openStore()
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
    const centre = await office.startCentre(failing)
    const device = new TestDevice('device-1').appendMany(3)
    const { networkClock, expire } = deadlinesByHand()
    const running = sync(device, centre.port, { networkClock })
    await until(() => office.alarms.length > 0)
    expect(office.alarms[0]).toMatchObject({ kind: 'not-stored', reason: 'disk full' })
    expect(centre.counts().receipt).toBe(0)
    expect(device.receipted()).toBe(0)
    broken = false
    expire()
    await running.flush()
    expect(device.receipted()).toBe(4)
  })

  it('a day on virtual time passes at once and waits for every answer', async () => {
    const store = await office.openStore()
    const centre = await office.startCentre(store)
    const device = new TestDevice('device-1')
    const clock = new VirtualClock(Date.parse('2026-06-19T08:00:00Z'))
    const running = sync(device, centre.port, { clock, hold: () => clock.hold(), intervalMs: () => 60_000 })
    for (let hour = 0; hour < 3; hour += 1) clock.after(3_600_000 * (hour + 1), () => device.appendMany(2))
    const noon = new Promise<void>((resolve) => clock.after(4 * 3_600_000, resolve))
    await clock.run(noon)
    expect(device.receipted()).toBe(7)
    device.close()
    // Its tally is told again at each turn of the timer, and taken once its neighbours are closed, some half an hour later.
    clock.after(1_800_000, () => void hearNeighbours(store).then(clock.hold()))
    const closing = clock.now()
    expect(await clock.run(running.flush())).toBe('received')
    expect(clock.now() - closing).toBe(1_800_000)
    expect(await store.tallies()).toHaveLength(1)
  })
})

describe('how a device is', () => {
  /** The minutes in which it is told, with a ballot cast every 54 seconds. */
  async function toldAt(store: CentreStore, start = startSync): Promise<readonly number[]> {
    const centre = await office.startCentre(store)
    const clock = new VirtualClock(Date.parse('2026-06-19T08:00:00Z'))
    const device = new TestDevice('device-1')
    const begin = clock.now()
    const asked: number[] = []
    const minute = 60_000
    const overrides: Partial<SyncOptions> = {
      clock,
      hold: () => clock.hold(),
      intervalMs: () => 5 * minute,
      status: () => {
        asked.push((clock.now() - begin) / minute)
        return clock.now() - begin > 20 * minute ? undefined : encodeStatus(soundStatus)
      },
    }
    sync(device, centre.port, overrides, start)
    for (let at = 1; at < 30; at += 1) clock.after(at * 0.9 * minute, () => device.appendMany(1))
    await clock.run(new Promise<void>((resolve) => clock.after(27 * minute, resolve)))
    return asked
  }

  it('is told at the first cast in a build that tells what is new: the test sees it', async () => {
    const line = 'let timer = clock.after(options.intervalMs(), turn)'
    const atNews = `let known = outbox.journalFrom(0).size
  const look = () => {
    if (outbox.journalFrom(0).size !== known) options.status?.()
    clock.after(1_000, look)
  }
  clock.after(1_000, look)
  ${line}`
    const weakened = await sayingBuild([{ file: 'device-agent/sync/sync.ts', line, by: atNews }])
    expect((await toldAt(await office.openStore(), weakened.startSync))[0]).toBeCloseTo(0.9, 1)
  })

  it('is told at each turn of the timer and at no other time, whatever is cast, until there is nothing more to say', async () => {
    const store = await office.openStore()
    expect(await toldAt(store)).toEqual([5, 10, 15, 20, 25])
    while ((await store.statuses()).length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    const [held] = await store.statuses()
    expect(held?.device).toBe('device-1')
    expect(parseStatus(Buffer.from(held?.document ?? ''), 'held')).toEqual({ ok: true, value: soundStatus })
    expect(office.alarms).toEqual([])
  })
})

describe('an order to tell at other intervals', () => {
  const minute = 60_000

  /** The minutes in which a device tells that tells each fifth; one order comes at 12 minutes, to tell each minute, one at 14.5, that says the same. */
  async function toldAt(start = startSync): Promise<readonly number[]> {
    const centre = await office.startCentre(await office.openStore())
    const other = 'collector-2.example'
    const second = await office.client(centre.port, identity(other, 'centre', {}).tls, other)
    const device = new TestDevice('device-1')
    const clock = new VirtualClock(Date.parse('2026-06-19T08:00:00Z'))
    const begin = clock.now()
    const asked: number[] = []
    let interval = 5 * minute
    let arrived = () => {}
    const overrides: Partial<SyncOptions> = {
      clock,
      hold: () => clock.hold(),
      intervalMs: () => interval,
      ordered: () => {
        interval = minute
        arrived()
        return undefined
      },
      status: () => {
        asked.push((clock.now() - begin) / minute)
        return undefined
      },
    }
    sync(device, centre.port, overrides, start)
    for (const at of [12, 14.5]) {
      clock.after(at * minute, () => {
        arrived = clock.hold()
        second.publish(topicOf(electionId, device.deviceId, 'down', 'order'), 'tell oftener', { qos: 1 })
      })
    }
    await clock.run(new Promise<void>((resolve) => clock.after(17.5 * minute, resolve)))
    return asked
  }

  it('holds at once, and one that changes nothing puts no turn off', async () => {
    expect(await toldAt()).toEqual([5, 10, 13, 14, 15, 16, 17])
  })

  it.each([
    ['waits out the old interval', 'false', [5, 10, 15, 16, 17]],
    ['begins anew at every order', 'before > 0', [5, 10, 13, 14, 15.5, 16.5]],
  ])('a build that %s is seen', async (_, by, asked) => {
    const line = 'options.intervalMs() !== before'
    const weakened = await sayingBuild([{ file: 'device-agent/sync/sync.ts', line, by }])
    expect(await toldAt(weakened.startSync)).toEqual(asked)
  })
})

describe('at closing', () => {
  const START = Date.parse('2026-06-19T18:00:00Z')
  const WINDOW_MS = 60_000

  /** A device and its centre around the closing of its polls. */
  interface Around {
    readonly clock: VirtualClock
    readonly device: TestDevice
    readonly centre: { readonly port: number; readonly close: () => Promise<void> }
    readonly store: CentreStore
    readonly start: () => Sync
    readonly closePolls: () => void
    /** The office orders another window. */
    readonly orderWindow: (ms: number) => Promise<void>
    readonly wait: (ms: number) => Promise<void>
  }

  /** Of each message its kind and when it was answered, in virtual milliseconds after the beginning. */
  async function answeredOn(
    run: (around: Around) => Promise<unknown>,
    intervalMs = 300_000,
    start = startSync,
  ): Promise<readonly (readonly [kind: string, at: number])[]> {
    const store = await office.openStore()
    await hearNeighbours(store)
    const centre = await office.startCentre(store)
    const clock = new VirtualClock(START)
    let closedAt: number | undefined
    let windowMs = WINDOW_MS
    let ordered = (): void => undefined
    const answered: (readonly [kind: string, at: number])[] = []
    const device = new TestDevice('device-1')
    const { deviceId } = device
    const [keep, clear] = [device.storeReceipt.bind(device), device.clearTally.bind(device)]
    device.storeReceipt = (size, line) => {
      answered.push(['entries', clock.elapsed() - START])
      keep(size, line)
    }
    device.clearTally = () => {
      answered.push(['tally', clock.elapsed() - START])
      clear()
    }
    const overrides: Partial<SyncOptions> = {
      clock,
      hold: () => clock.hold(),
      intervalMs: () => intervalMs,
      slotWaitMs: (said) =>
        closedAt === undefined
          ? 0
          : slotWaitMs(slotMs(electionId, deviceId, said, windowMs), closedAt, clock.now()),
      ordered: () => {
        ordered()
        return Buffer.from('taken')
      },
    }
    await clock.run(
      run({
        clock,
        device,
        centre,
        store,
        start: () => sync(device, centre.port, overrides, start),
        closePolls: () => {
          device.close()
          closedAt = clock.now()
        },
        orderWindow: async (ms) => {
          const release = clock.hold()
          const other = 'collector-2.example'
          const second = await office.client(centre.port, identity(other, 'centre', {}).tls, other)
          await new Promise<void>((resolve) => {
            ordered = () => {
              windowMs = ms
              resolve()
            }
            second.publish(topicOf(electionId, deviceId, 'down', 'order'), 'another window', { qos: 1 })
          })
          release()
        },
        wait: (ms) => new Promise((resolve) => clock.after(ms, resolve)),
      }),
    )
    return answered
  }
  const slot = (said: 'entries' | 'tally') => slotMs(electionId, 'device-1', said, WINDOW_MS)
  const inItsSlot = [
    ['entries', slot('entries')],
    ['tally', slot('tally')],
  ]

  it('a device says neither its last entries nor its totals before its slot, though it has just connected', async () => {
    expect(slot('entries')).toBeGreaterThan(15_000)
    const answered = await answeredOn(({ start, closePolls }) => {
      closePolls()
      return start().flush()
    })
    expect(answered).toEqual(inItsSlot)
  })

  /** Polls are open for 11 seconds, and the timer's turn is at every fifth. */
  const closedWithTimer = async ({ device, start, closePolls, wait }: Around) => {
    const running = start()
    await wait(1_000)
    device.appendMany(2)
    await wait(6_000)
    device.appendMany(2)
    await wait(4_000)
    device.appendMany(2)
    closePolls()
    await running.flush()
  }

  it('turns of the timer send what there is while polls are open, and before the slot nothing more', async () => {
    expect(await answeredOn(closedWithTimer, 5_000)).toEqual([
      ['entries', 0],
      ['entries', 5_000],
      ['entries', 10_000],
      ['entries', 11_000 + slot('entries')],
      ['tally', 11_000 + slot('tally')],
    ])
  })

  it('a build that asks the slot for totals alone says its last entries at the next turn: the test sees it', async () => {
    const weakened = await sayingBuild([
      {
        file: 'device-agent/sync/sync.ts',
        line: 'if (isBeforeSlot(message.kind)) return',
        by: "if (message.kind === 'tally' && isBeforeSlot('tally')) return",
      },
    ])
    expect((await answeredOn(closedWithTimer, 5_000, weakened.startSync))[3]).toEqual(['entries', 11_000])
  })

  it('a broker that comes back before the slot hears nothing until then', async () => {
    const answered = await answeredOn(async ({ clock, centre, store, start, closePolls, wait }) => {
      const running = start()
      await wait(1_000)
      const release = clock.hold()
      await centre.close()
      closePolls()
      const flushed = running.flush()
      await office.startCentre(store, { port: centre.port })
      release()
      await flushed
    }, 5_000)
    expect(answered).toEqual([
      ['entries', 0],
      ['entries', 1_000 + slot('entries')],
      ['tally', 1_000 + slot('tally')],
    ])
  })

  it.each([
    ['its slot', slot('entries') - 3_000],
    ['that of its totals', slot('tally') - 3_000],
  ])(
    'a device that is started again before %s loses nothing, says nothing twice and keeps its slot',
    async (_, at) => {
      const answered = await answeredOn(async ({ clock, device, store, start, closePolls, wait }) => {
        closePolls()
        const first = start()
        void first.flush()
        await wait(at)
        const release = clock.hold()
        await first.close()
        release()
        await wait(1_000)
        expect(await start().flush()).toBe('received')
        expect((await store.journal(device.origin))?.frontier.size).toBe(device.entries.length)
        expect(await store.tallies()).toHaveLength(1)
      }, 5_000)
      expect(answered).toEqual(inItsSlot)
    },
  )

  it('a device whose clock is set back waits no longer than its slot lasts, though its clock comes to it hours later', async () => {
    const answered = await answeredOn(async ({ clock, start, closePolls, wait }) => {
      closePolls()
      clock.set(-6 * 3_600_000)
      await Promise.race([start().flush(), wait(3_600_000)])
    }, 5_000)
    expect(answered).toEqual([
      ['entries', slot('entries')],
      ['tally', slot('entries') + slot('tally')],
    ])
  })

  it('a longer window that is ordered while a device waits holds for it', async () => {
    const answered = await answeredOn(async ({ start, closePolls, orderWindow, wait }) => {
      const running = start()
      await wait(1_000)
      closePolls()
      const flushed = running.flush()
      await wait(1_000)
      await orderWindow(10 * WINDOW_MS)
      await flushed
    }, 5_000)
    const longer = (said: 'entries' | 'tally') => slotMs(electionId, 'device-1', said, 10 * WINDOW_MS)
    expect(answered).toEqual([
      ['entries', 0],
      ['entries', 1_000 + longer('entries')],
      ['tally', 1_000 + longer('tally')],
    ])
  })

  it('a device that was started again after its slot speaks at once', async () => {
    const answered = await answeredOn(async ({ start, closePolls, wait }) => {
      closePolls()
      await wait(WINDOW_MS)
      await start().flush()
    })
    expect(answered).toEqual([
      ['entries', WINDOW_MS],
      ['tally', WINDOW_MS],
    ])
  })
})

describe('with a false centre', () => {
  it('a receipt that another key signed, or for other entries, clears nothing', async () => {
    const device = new TestDevice('device-1').appendMany(3)
    const { origin } = device
    const other = new TestDevice('device-2').appendMany(3)
    let sent = 0
    const broker = await actor(() => {
      sent += 1
      if (sent > 1) return []
      return [
        [
          'receipt',
          encodeReceipt({ origin, size: 4, cosignature: cosignatureOf(device, 4, signerOf('thief')) }),
        ],
        ['receipt', encodeReceipt({ origin, size: 4, cosignature: cosignatureOf(other, 4) })],
        ['receipt', encodeReceipt({ origin, size: 4, cosignature: cosignatureOf(device, 3) })],
        ['receipt', encodeReceipt({ origin, size: 9, cosignature: cosignatureOf(device, 4) })],
        ['receipt', Buffer.from('{}')],
        // The one good line, for three of the four entries: it alone counts, and only for what it covers.
        ['receipt', encodeReceipt({ origin, size: 3, cosignature: cosignatureOf(device, 3) })],
      ]
    })
    sync(device, broker.port)
    await until(() => device.receipts.size > 0)
    expect([...device.receipts.keys()]).toEqual([3])
  })

  it('an answer that the centre did not sign, or to another message, does not clear the tally', async () => {
    const device = new TestDevice('device-1').close()
    device.storeReceipt(device.entries.length, 'all entries are there')
    const tally = device.waitingTally ?? ''
    const to = messageHash(Buffer.from(tally))
    const stored = { to, have: 2, result: 'stored' as const }
    const broker = await actor(() => [
      ['answer', signAnswer(stored, signerOf('thief'))],
      ['answer', signAnswer({ ...stored, to: messageHash(Buffer.from('x')) }, messageSigner)],
      ['answer', signAnswer({ ...stored, result: 'refused' }, messageSigner)],
    ])
    expect(await sync(device, broker.port).flush()).toBe('tally-refused')
    expect(device.tally()).toBe(tally)
  })

  /** What is said to a centre that answers when the time for it is over. */
  async function saidToSlowCentre(start = startSync): Promise<readonly string[]> {
    const device = new TestDevice('device-1').close()
    device.storeReceipt(device.entries.length, 'all entries are there')
    const said: string[] = []
    const { networkClock, expire } = deadlinesByHand()
    const broker = await actor((kind, payload) => {
      said.push(kind)
      expire()
      return [['answer', signAnswer({ to: messageHash(payload), have: 2, result: 'stored' }, messageSigner)]]
    })
    const ends = [
      sync(device, broker.port, { networkClock, intervalMs: () => 1_000 }, start).flush(),
      // Long before the next turn of the timer.
      new Promise<string>((resolve) => setTimeout(() => resolve('waits'), 800)),
    ]
    const end = await Promise.race(ends)
    return [end, ...said]
  }

  it('an answer that comes late counts as one that comes in time', async () => {
    expect(await saidToSlowCentre()).toEqual(['received', 'tally'])
  })

  it('is waited for again by a build that forgets what it said', async () => {
    const weakened = await sayingBuild([
      { file: 'device-agent/sync/sync.ts', line: 'sent.isOverdue = true\n', by: 'endExchange()\n' },
    ])
    expect(await saidToSlowCentre(weakened.startSync)).toEqual(['waits', 'tally'])
  })

  it('a device that was set back is told so by its own signature that the centre kept, whether it went on since or not', async () => {
    const centre = await office.startCentre(await office.openStore())
    const device = new TestDevice('device-1').appendMany(6)
    const first = sync(device, centre.port)
    await first.flush()
    await first.close()
    for (const [went, expected] of [
      [1, 'rolled-back'],
      [9, 'forked'],
    ] as const) {
      const restored = new TestDevice('device-1')
        .appendMany(2)
        .append({ type: 'card.refused', reason: 'blank' })
      restored.appendMany(went)
      const alarms: string[] = []
      const again = sync(restored, centre.port, { contradicted: (alarm) => alarms.push(alarm) })
      await until(() => alarms.length > 0)
      expect(alarms[0]).toBe(expected)
      await again.close()
    }
  })

  it('the word of the centre alone, or a head that another key signed, stops no device', async () => {
    const device = new TestDevice('device-1').appendMany(3)
    const thief = signCheckpoint(
      { origin: device.origin, size: 31, root: new Uint8Array(32) },
      signerOf('thief'),
    )
    const alarms: string[] = []
    let asked = 0
    const broker = await actor((_, payload) => {
      asked += 1
      const to = messageHash(payload)
      const held = [undefined, thief, device.note(2)][asked % 3]
      const answer = { to, have: 31, result: 'resend' as const, ...(held !== undefined && { held }) }
      return [['answer', signAnswer(answer, messageSigner)]]
    })
    sync(device, broker.port, { contradicted: (alarm) => alarms.push(alarm) })
    await until(() => asked > 6)
    expect(alarms).toEqual([])
  })

  it('nothing of a tally leaves the device before closing', async () => {
    const device = new TestDevice('device-1').appendMany(2)
    const kinds: string[] = []
    const broker = await actor((kind) => {
      kinds.push(kind)
      const { origin } = device
      return [['receipt', encodeReceipt({ origin, size: 3, cosignature: cosignatureOf(device, 3) })]]
    })
    expect(await sync(device, broker.port).flush()).toBe('received')
    expect(kinds).toEqual(['entries'])
  })

  it('closing ends a flush that nobody answers', async () => {
    const broker = await actor(() => [])
    const running = sync(new TestDevice('device-1'), broker.port)
    const flushed = running.flush()
    await running.close()
    expect(await flushed).toBe('closed')
    expect(await running.flush()).toBe('closed')
  })
})

describe('without a centre', () => {
  it.each([
    ['nobody listens there', closedPort],
    ['another answers there', async () => (await office.startCentre(await office.openStore())).port],
  ])('each failed connection is logged once: %s', async (_, portOf) => {
    const device = new TestDevice('device-1')
    const lines: string[] = []
    const keep = (_fields: unknown, message: string) => void lines.push(message)
    const waiting: (() => void)[] = []
    const clock = {
      now: realClock.now,
      elapsed: realClock.elapsed,
      after: (_ms: number, callback: () => void) => {
        waiting.push(callback)
        return { cancel: () => {} }
      },
    }
    const url = `mqtts://127.0.0.1:${await portOf()}`
    const address = { url, servername: 'another.example', tls: device.tls }
    sync(device, 0, { address, clock, logger: { info: keep, warn: keep, error: keep } })
    // The first that waits is the timer of the day, then one for each next connection.
    await until(() => waiting.length === 2)
    waiting[1]?.()
    await until(() => waiting.length === 3)
    expect(lines).toEqual(['sync: link failed', 'sync: link failed'])
  })
})

describe('the wait before the next connection', () => {
  it('lies between nothing and a bound that doubles up to a minute', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000 }), fc.nat(), (failures, seed) => {
        const wait = backoffMs(failures, seededRandom(seed))
        expect(Number.isInteger(wait)).toBe(true)
        expect(wait).toBeGreaterThanOrEqual(0)
        expect(wait).toBeLessThan(Math.min(LARGEST_BOUND_MS, 1_000 * 2 ** (failures - 1)))
      }),
    )
  })
})
