/** What the tests of brokers have in common: the device's own sync, a collector, and an ear of the centre at a broker. */
import { connect as connectTcp } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { MqttClient } from 'mqtt'
import { valueOrThrow } from '../../core/result.ts'
import { type Sync, startSync } from '../../device-agent/sync/sync.ts'
import { centreFilter } from '../../fleet/broker/access.ts'
import { type Collector, startCollector } from '../../fleet/collector/collector.ts'
import type { CentreStore } from '../../fleet/store/store.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import {
  CENTRE,
  centreTls,
  election,
  messageSigner,
  type Office,
  realClock,
  silentLogger,
  TestDevice,
} from './office.ts'
import { deskOn } from './totals.ts'

const electionId = election.definition.election
export const up = (device: string) => `sandogh/${electionId}/${device}/up/entries`
export const down = (device: string) => `sandogh/${electionId}/${device}/down/answer`

/** Resolves once `condition` holds; the test's own time limit ends it otherwise. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** Resolves when the broker, or anybody, has ended the client's connection. */
export function gone(client: MqttClient): Promise<void> {
  return new Promise((resolve) => (client.connected ? client.once('close', () => resolve()) : resolve()))
}

/** Those who connect and never say who they are. */
export const SILENT = [
  'a handshake that stalls behind its first bytes',
  'a handshake with nothing behind it',
  'a first packet that comes a byte at a time',
] as const

/** One of each. @returns how long the broker let each be, milliseconds */
export function saySoLittle(
  office: Office,
  port: number,
): Readonly<Record<(typeof SILENT)[number], Promise<number>>> {
  const { tls } = new TestDevice('device-1')
  const began = performance.now()
  const stalled = connectTcp(port, '127.0.0.1', () => stalled.write(Uint8Array.of(0x16, 0x03, 0x01)))
  const shake = () => connectTls({ ...tls, host: '127.0.0.1', port, servername: CENTRE })
  const [still, slow] = [shake(), shake()]
  slow.once('secureConnect', () => {
    slow.write(Uint8Array.of(0x10, 0xff, 0x7f))
    const timer = setInterval(() => slow.write(Uint8Array.of(0)), 50)
    slow.once('close', () => clearInterval(timer))
  })
  const [a, b, c] = [stalled, still, slow].map((socket) => {
    socket.on('error', () => {})
    // What is never read would hide that the other end has hung up.
    socket.resume()
    office.later(() => socket.destroy())
    return new Promise<number>((resolve) => socket.once('close', () => resolve(performance.now() - began)))
  }) as [Promise<number>, Promise<number>, Promise<number>]
  return { [SILENT[0]]: a, [SILENT[1]]: b, [SILENT[2]]: c }
}

/** The device's own program for telling the centre. */
export function syncOf(
  office: Office,
  device: TestDevice,
  port: number,
  ordered?: (payload: Uint8Array) => Uint8Array | undefined,
): Sync {
  const sync = startSync({
    address: { url: `mqtts://127.0.0.1:${port}`, servername: CENTRE, tls: device.tls },
    outbox: device,
    package: election,
    centreMessageKey: messageSigner.publicKey,
    clock: realClock,
    // An answer that does not come is waited for half a second, not ten.
    networkClock: { ...realClock, after: (ms, callback) => realClock.after(ms / 20, callback) },
    random: seededRandom(device.deviceId),
    logger: silentLogger,
    intervalMs: () => 50,
    contradicted: () => {},
    failed: (error) => {
      throw error
    },
    ...(ordered && { ordered }),
  })
  office.later(() => sync.close())
  return sync
}

export async function collectorOn(
  office: Office,
  store: CentreStore,
  port: number,
  group?: string,
): Promise<Collector> {
  const collector = valueOrThrow(
    await startCollector({
      ...deskOn(store),
      broker: { url: `mqtts://127.0.0.1:${port}`, tls: centreTls, servername: CENTRE, clientId: CENTRE },
      group,
      logger: silentLogger,
      onAlarm: (alarm) => office.alarms.push(alarm),
    }),
  )
  office.later(() => collector.close())
  return collector
}

/** What the centre hears on all topics. */
export class Ear {
  readonly heard: string[] = []
  readonly #office: Office
  readonly #port: number

  constructor(office: Office, port: number) {
    this.#office = office
    this.#port = port
  }

  async open(): Promise<this> {
    const client = await this.#office.client(this.#port, centreTls, CENTRE)
    client.on('message', (topic, payload) => this.heard.push(`${topic} ${payload.subarray(0, 20)}`))
    await client.subscribeAsync(centreFilter(electionId), { qos: 1 })
    return this
  }

  /** Everything heard until an honest device that spoke now was heard, without its own message. */
  async untilNow(): Promise<readonly string[]> {
    const honest = await this.#office.client(this.#port, new TestDevice('device-3').tls, 'device-3')
    const last = `${up('device-3')} last`
    await honest.publishAsync(up('device-3'), 'last', { qos: 1 })
    await until(() => this.heard.includes(last))
    return this.heard.filter((message) => message !== last)
  }
}
