/** The part of the brokers' contract on what is too large, too slow, too much, or gone: others are served all the same, and nothing is lost. */
import type { MqttClient } from 'mqtt'
import { expect, it } from 'vitest'
import { MAX_DOWN_BYTES, MAX_UP_BYTES } from '../../core/messages/payload.ts'
import { deviceFilter } from '../../core/messages/topic.ts'
import {
  collectorOn,
  down,
  type Ear,
  gone,
  SILENT,
  type saySoLittle,
  syncOf,
  until,
  up,
} from './broker-ends.ts'
import type { BrokerUnderTest, RunningBroker } from './brokers.ts'
import { CENTRE, centreTls, election, type Office, TestDevice } from './office.ts'

const electionId = election.definition.election

interface Bench {
  /** What the test that runs works with. */
  readonly now: () => {
    readonly office: Office
    readonly broker: RunningBroker
    readonly device: (id: string) => Promise<MqttClient>
    readonly ear: () => Promise<Ear>
  }
  /** Those who say too little since before the first test: how long the broker let each be, once it has hung up. */
  readonly silent: () => ReturnType<typeof saySoLittle>
  /** `kill -9`, and a new one in its place. */
  readonly restart: () => Promise<void>
}

/** Registers these tests for one broker. */
export function loadContract(ways: BrokerUnderTest['ways'], { now, silent, restart }: Bench): void {
  it('a packet larger than any message ends its connection and reaches nobody', async () => {
    const { device, ear } = now()
    const centre = await ear()
    const client = await device('device-1')
    client.publish(up('device-1'), Buffer.alloc(MAX_UP_BYTES + 4096, 'x'), { qos: 1 }, () => {})
    await gone(client)
    const largest = await device('device-2')
    await largest.publishAsync(up('device-2'), Buffer.alloc(MAX_UP_BYTES, 'y'), { qos: 1 })
    expect(await centre.untilNow()).toEqual([`${up('device-2')} ${'y'.repeat(20)}`])
  })

  it('deep, broken and hostile payloads are alarms, and the collector goes on', async () => {
    const { office, broker, device } = now()
    const store = await office.openStore()
    const collector = await collectorOn(office, store, broker.port)
    const payloads = [
      '',
      '['.repeat(MAX_UP_BYTES),
      '{"a":'.repeat(200_000),
      `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
      '{"version":1e999}',
      '{"__proto__":{"version":1}}',
      `{"origin":"'; DROP TABLE entries; --","from":0}`,
      '{"origin":"<script>alert(1)</script>","from":-1}',
      Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28]),
      Buffer.alloc(MAX_UP_BYTES),
    ]
    const liar = await device('device-1')
    let sent = 0
    for (const kind of ['entries', 'tally']) {
      for (const payload of payloads) {
        await liar.publishAsync(`sandogh/${electionId}/device-1/up/${kind}`, payload, { qos: 1 })
        sent += 1
        await until(() => collector.counts().malformed === sent)
      }
    }
    const honest = new TestDevice('device-2').appendMany(3)
    expect(await syncOf(office, honest, broker.port).flush()).toBe('received')
    expect((await store.journals()).map(({ device: id }) => id)).toEqual(['device-2'])
  })

  it('a device that reads none of its answers keeps none from the others', async () => {
    const { office, broker, device } = now()
    const [deaf, honest] = [await device('device-1'), await device('device-2')]
    for (const [id, client] of [
      ['device-1', deaf],
      ['device-2', honest],
    ] as const) {
      await client.subscribeAsync(`sandogh/${electionId}/${id}/down/#`, { qos: 1 })
    }
    // It hears one message and never comes back for the next.
    deaf.handleMessage = () => {}
    const centre = await office.client(broker.port, centreTls, CENTRE)
    const answered = new Promise((resolve) => honest.once('message', resolve))
    for (let i = 0; i < 2_000; i += 1)
      centre.publish(down('device-1'), Buffer.alloc(MAX_DOWN_BYTES), { qos: 1 })
    centre.publish(down('device-2'), 'answer', { qos: 1 })
    await answered
  })

  it('a flood from one device leaves the others served', async () => {
    const { office, broker, device } = now()
    const store = await office.openStore()
    const collector = await collectorOn(office, store, broker.port)
    const flood = await device('device-1')
    const began = performance.now()
    let isFlooding = true
    flood.on('error', () => {})
    const pour = () => {
      for (let i = 0; i < 50 && isFlooding; i += 1)
        flood.publish(up('device-1'), Buffer.alloc(1024, '{'), { qos: 0 })
      if (isFlooding) setImmediate(pour)
    }
    pour()
    const honest = ['device-2', 'device-3'].map((id) => new TestDevice(id).appendMany(20))
    const ends = await Promise.all(honest.map((each) => syncOf(office, each, broker.port).flush()))
    isFlooding = false
    expect(ends).toEqual(['received', 'received'])
    const minutes = (performance.now() - began) / 60_000
    const { malformed, flood: floods } = collector.counts()
    expect(malformed).toBeGreaterThan(0)
    // Its allowance at once and what was in hand then; two a second afterwards.
    expect(malformed).toBeLessThan(160 + 120 * minutes)
    expect(floods).toBeLessThanOrEqual(1 + minutes)
  })

  if (ways.forbiddenFilter === 'refuses')
    it('a device that subscribes without end is refused and keeps nobody waiting', async () => {
      const { office, broker, device } = now()
      await collectorOn(office, await office.openStore(), broker.port)
      const greedy = await device('device-1')
      let isPouring = true
      let [packets, granted] = [0, 0]
      // Each is within what it may read, and none is like another.
      const pour = async () => {
        while (isPouring) {
          packets += 1
          const filters = Array.from({ length: 200 }, (_, i) => `${down('device-1')}/${packets}/${i}/#`)
          await greedy.subscribeAsync(filters, { qos: 1 }).then(
            () => (granted += 1),
            () => {},
          )
        }
      }
      const poured = Promise.all([pour(), pour(), pour(), pour()])
      const honest = ['device-2', 'device-3'].map((id) => new TestDevice(id).appendMany(20))
      const ends = await Promise.all(honest.map((each) => syncOf(office, each, broker.port).flush()))
      isPouring = false
      await poured
      expect(ends).toEqual(['received', 'received'])
      expect({ granted, some: packets > 4 }).toEqual({ granted: 0, some: true })
      // Nor does it lose what it is allowed.
      await greedy.subscribeAsync(deviceFilter(electionId, 'device-1'), { qos: 1 })
    })

  if (ways.stalled === 'hangs up after 10 s')
    it.each(SILENT)(`%s holds no connection: the broker ${ways.stalled}`, async (who) => {
      const ms = await silent()[who]
      expect(ms).toBeGreaterThan(9_000)
      expect(ms).toBeLessThan(25_000)
    })

  it('after kill -9 of the broker and its return everything arrives', async () => {
    const { office, broker } = now()
    const store = await office.openStore()
    await collectorOn(office, store, broker.port)
    const devices = ['device-1', 'device-2', 'device-3'].map((id) => new TestDevice(id).appendMany(5))
    const syncs = devices.map((each) => syncOf(office, each, broker.port))
    await Promise.all(syncs.map((sync) => sync.flush()))
    for (const each of devices) each.close()
    const ends = Promise.all(syncs.map((sync) => sync.flush()))
    await restart()
    expect(await ends).toEqual(['received', 'received', 'received'])
    expect(await store.tallies()).toHaveLength(3)
    expect(devices.map((each) => each.receipted())).toEqual(devices.map(({ entries }) => entries.length))
  })
}
