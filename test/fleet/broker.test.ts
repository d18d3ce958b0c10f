import { connect as connectTls } from 'node:tls'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FrameMeter } from '../../core/messages/frame-meter.ts'
import { mayPublish, maySubscribe } from '../../fleet/broker/access.ts'
import { type Broker, startBroker } from '../../fleet/broker/broker.ts'
import {
  authorityKey,
  CENTRE,
  centreTls,
  election,
  identity,
  Office,
  realClock,
  signerOf,
  silentLogger,
  TestDevice,
} from './office.ts'

const electionId = election.definition.election
const up = (device: string) => `sandogh/${electionId}/${device}/up/entries`
const down = (device: string) => `sandogh/${electionId}/${device}/down/receipt`

describe('the access list', () => {
  const device = { subject: 'device-1', role: 'device' } as const
  const centre = { subject: CENTRE, role: 'centre' } as const

  it('lets a device write its own topics and no other', () => {
    expect(mayPublish(electionId, device, up('device-1'))).toBe(true)
    for (const topic of [
      up('device-2'),
      up('device-11'),
      down('device-1'),
      `sandogh/${electionId}/device-1/up/gossip`,
      `sandogh/${electionId}/device-1/up/entries/more`,
      'sandogh/other/device-1/up/entries',
      '$SYS/x',
    ]) {
      expect(mayPublish(electionId, device, topic), topic).toBe(false)
    }
  })

  it('lets a device read what is for it by one filter, and nothing else', () => {
    expect(maySubscribe(electionId, device, `sandogh/${electionId}/device-1/down/#`)).toBe(true)
    for (const filter of [
      '#',
      `sandogh/${electionId}/+/down/#`,
      `sandogh/${electionId}/device-2/down/#`,
      `sandogh/${electionId}/device-1/#`,
      up('device-1'),
      down('device-1'),
      `sandogh/${electionId}/device-1/down/+`,
      `sandogh/${electionId}/device-1/down/receipt/#`,
    ]) {
      expect(maySubscribe(electionId, device, filter), filter).toBe(false)
    }
  })

  it('lets the centre hear every device and answer it, but not speak for one', () => {
    expect(maySubscribe(electionId, centre, `sandogh/${electionId}/+/up/#`)).toBe(true)
    expect(mayPublish(electionId, centre, down('device-2'))).toBe(true)
    expect(mayPublish(electionId, centre, up('device-2'))).toBe(false)
    expect(maySubscribe(electionId, centre, '#')).toBe(false)
  })
})

describe('the limit on packets', () => {
  /** Packets of the given lengths behind the header, one after another. */
  function packets(lengths: readonly number[]): Uint8Array {
    const parts = lengths.map((length) => {
      const header = [0x30]
      for (let rest = length; ; rest = Math.floor(rest / 128)) {
        header.push((rest % 128) | (rest >= 128 ? 0x80 : 0))
        if (rest < 128) break
      }
      return Buffer.concat([Buffer.from(header), Buffer.alloc(length, 0xff)])
    })
    return Buffer.concat(parts)
  }

  it('passes small packets and stops at the first large one, however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(400), { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }),
        (lengths, cuts) => {
          const bytes = packets(lengths)
          const meter = new FrameMeter(300)
          let passed = true
          for (let at = 0, i = 0; at < bytes.length && passed; i += 1) {
            const cut = cuts[i % cuts.length] ?? 1
            passed = meter.take(bytes.subarray(at, at + cut))
            at += cut
          }
          expect(passed).toBe(lengths.every((length) => length <= 300))
        },
      ),
    )
  })

  it('does not take a length of more than four bytes', () => {
    expect(new FrameMeter(2 ** 40).take(Uint8Array.of(0x30, 0x80, 0x80, 0x80, 0x80, 0x01))).toBe(false)
  })
})

const OPTIONS = {
  host: '127.0.0.1',
  port: 0,
  tls: centreTls,
  electionId,
  authorityKey,
  clock: realClock,
  logger: silentLogger,
}

describe('the broker', () => {
  let office: Office
  let broker: Broker

  beforeEach(async () => {
    office = new Office()
    broker = await startBroker(OPTIONS)
    office.later(() => broker.close())
  })
  afterEach(() => office.close())

  it('carries a message from a device to the centre', async () => {
    const centre = await office.client(broker.port, centreTls, CENTRE)
    await centre.subscribeAsync(`sandogh/${electionId}/+/up/#`, { qos: 1 })
    const heard = new Promise<string>((resolve) => centre.on('message', (topic) => resolve(topic)))
    const device = await office.client(broker.port, new TestDevice('device-1').tls, 'device-1')
    await device.publishAsync(up('device-1'), 'x', { qos: 1 })
    expect(await heard).toBe(up('device-1'))
  })

  it("drops a device that writes on another's topic, and nobody hears it", async () => {
    const heard: string[] = []
    const centre = await office.client(broker.port, centreTls, CENTRE)
    await centre.subscribeAsync(`sandogh/${electionId}/+/up/#`, { qos: 1 })
    const device = await office.client(broker.port, new TestDevice('device-1').tls, 'device-1')
    const closed = new Promise<void>((resolve) => device.once('close', () => resolve()))
    device.publish(up('device-2'), 'x', { qos: 1 }, () => {})
    await closed
    const honest = await office.client(broker.port, new TestDevice('device-3').tls, 'device-3')
    const last = new Promise((resolve) => {
      centre.on('message', (topic) => {
        heard.push(topic)
        if (topic === up('device-3')) resolve(undefined)
      })
    })
    await honest.publishAsync(up('device-3'), 'x', { qos: 1 })
    await last
    expect(heard).toEqual([up('device-3')])
  })

  it("refuses a device the answers to others, another's name, a lasting session and a retained message", async () => {
    const tls = new TestDevice('device-1').tls
    const device = await office.client(broker.port, tls, 'device-1')
    await expect(device.subscribeAsync(`sandogh/${electionId}/device-2/down/#`)).rejects.toThrow()
    await expect(device.subscribeAsync('#')).rejects.toThrow()
    await expect(office.client(broker.port, tls, 'device-2')).rejects.toThrow()
    await expect(office.client(broker.port, { ...tls, clean: false }, 'device-1')).rejects.toThrow()
    const again = await office.client(broker.port, tls, 'device-1')
    const closed = new Promise<void>((resolve) => again.once('close', () => resolve()))
    again.publish(up('device-1'), 'x', { qos: 1, retain: true }, () => {})
    await closed
  })

  it('tells once of the filters that it refuses a connection, however many they are', async () => {
    const told: string[] = []
    const logger = { ...silentLogger, warn: (_: object, message: string) => told.push(message) }
    const talkative = await startBroker({ ...OPTIONS, logger })
    office.later(() => talkative.close())
    const device = await office.client(talkative.port, new TestDevice('device-1').tls, 'device-1')
    const filters = Array.from({ length: 1_000 }, (_, i) => `${down('device-1')}/${i}`)
    for (let i = 0; i < 2; i += 1) await expect(device.subscribeAsync(filters)).rejects.toThrow()
    expect(told).toEqual(['broker: subscription refused'])
  })

  it('speaks to nobody without a certificate of this authority', async () => {
    const { key: _key, cert: _cert, ...nothing } = centreTls
    await expect(office.client(broker.port, nothing, 'device-1')).rejects.toThrow()
    const stranger = identity('device-1', 'device', { log: signerOf('x') }, signerOf('another authority'))
    await expect(office.client(broker.port, stranger.tls, 'device-1')).rejects.toThrow()
  })

  it('hangs up on a packet that is larger than any message', async () => {
    const { tls } = new TestDevice('device-1')
    const socket = connectTls({ ...tls, host: '127.0.0.1', port: broker.port, servername: CENTRE })
    socket.on('error', () => {})
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.write(Uint8Array.of(0x30, 0xff, 0xff, 0xff, 0x7f))
    await closed
  })

  describe('whose collector stands still while devices write', () => {
    /** One that hears the first message and no other: soon its line takes nothing any more. */
    async function standsStill(port = broker.port) {
      const collector = await office.client(port, centreTls, CENTRE)
      await collector.subscribeAsync(`sandogh/${electionId}/+/up/#`, { qos: 1 })
      collector.handleMessage = () => {}
      return collector
    }

    /** More than any line holds, and behind it many small ones, of several devices: of each the broker has read a piece. */
    async function everybodyWrites(port = broker.port) {
      for (let i = 0; i < 10; i += 1) {
        const device = await office.client(port, new TestDevice(`device-${i}`).tls, `device-${i}`)
        for (let j = 0; j < 60; j += 1) device.publish(up(`device-${i}`), Buffer.alloc(16_000), { qos: 0 })
        for (let j = 0; j < 4_000; j += 1) device.publish(up(`device-${i}`), 'x', { qos: 0 })
      }
      await new Promise((resolve) => setTimeout(resolve, 500))
    }

    it('goes on when that collector is gone, and the next one hears them', async () => {
      const collector = await standsStill()
      await everybodyWrites()
      collector.stream.destroy()
      const next = await office.client(broker.port, centreTls, CENTRE)
      await next.subscribeAsync(`sandogh/${electionId}/+/up/#`, { qos: 1 })
      const heard = new Promise<string>((resolve) =>
        next.on('message', (topic) => topic === up('device-99') && resolve(topic)),
      )
      const device = await office.client(broker.port, new TestDevice('device-99').tls, 'device-99')
      await device.publishAsync(up('device-99'), 'x', { qos: 1 })
      expect(await heard).toBe(up('device-99'))
    })

    it('hangs up on that collector before what waits for it fills the memory', async () => {
      const notes: string[] = []
      const logger = {
        ...silentLogger,
        warn: ({ error }: object & { error?: string }) => notes.push(error ?? ''),
      }
      const strict = await startBroker({ ...OPTIONS, logger, maxWaitingBytes: 2 ** 20 })
      office.later(() => strict.close())
      await standsStill(strict.port)
      await everybodyWrites(strict.port)
      expect(notes).toContain('more than 1048576 bytes wait for a collector')
    })

    it('carries the answers of another one meanwhile', async () => {
      await standsStill()
      await everybodyWrites()
      const device = await office.client(broker.port, new TestDevice('device-99').tls, 'device-99')
      await device.subscribeAsync(`sandogh/${electionId}/device-99/down/#`, { qos: 1 })
      const answered = new Promise<string>((resolve) => device.on('message', (topic) => resolve(topic)))
      const { tls } = identity('collector-2', 'centre', { log: signerOf('collector-2') })
      const other = await office.client(broker.port, tls, 'collector-2')
      await other.publishAsync(down('device-99'), 'x', { qos: 1 })
      expect(await answered).toBe(down('device-99'))
    })
  })

  it('closes although devices are connected and one stands silent before its handshake', async () => {
    const device = await office.client(broker.port, new TestDevice('device-1').tls, 'device-1')
    const { connect } = await import('node:net')
    const silent = connect(broker.port, '127.0.0.1')
    silent.on('error', () => {})
    await new Promise((resolve) => silent.once('connect', resolve))
    const closed = new Promise<void>((resolve) => device.once('close', () => resolve()))
    await broker.close()
    await closed
    silent.destroy()
  })
})
