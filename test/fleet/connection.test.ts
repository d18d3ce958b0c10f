/** The collector's connection against aedes itself: what it acknowledges, when, and what it refuses. */
import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { Aedes } from 'aedes'
import { afterEach, beforeEach, expect, it } from 'vitest'
import {
  type Connection,
  MAX_UNHANDLED,
  openConnection,
  type UpMessage,
} from '../../fleet/collector/connection.ts'
import { weakenedSources } from '../end-to-end/weakened/build.ts'
import { CENTRE, centreTls, election, Office, silentLogger } from './office.ts'

const { election: electionId } = election.definition
const up = (device: string) => `sandogh/${electionId}/${device}/up/entries`

let office: Office
let aedes: Aedes
let port: number
let sockets: Set<Socket>
let taps: ((bytes: Buffer) => void)[]

beforeEach(async () => {
  office = new Office()
  aedes = await Aedes.createBroker()
  sockets = new Set()
  taps = []
  const server = createServer(centreTls, (socket) => {
    sockets.add(socket)
    for (const tap of taps) socket.on('data', tap)
    aedes.handle(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
  office.later(async () => {
    await new Promise<void>((resolve) => aedes.close(resolve))
    server.close()
    for (const socket of sockets) socket.destroy()
  })
})
afterEach(() => office.close())

type Build = typeof import('../../fleet/collector/connection.ts')
const BUILD: Build = { openConnection, MAX_UNHANDLED }

function open(onMessage: (message: UpMessage) => Promise<void>, group?: string, build = BUILD) {
  return build.openConnection({
    broker: { url: `mqtts://127.0.0.1:${port}`, tls: centreTls, servername: CENTRE, clientId: CENTRE },
    election: electionId,
    group,
    logger: silentLogger,
    onMessage,
  })
}

async function opened(onMessage: (message: UpMessage) => Promise<void>, build?: Build): Promise<Connection> {
  const connection = await open(onMessage, undefined, build)
  if (!connection.ok) throw new Error(connection.error.what)
  office.later(() => connection.value.close())
  return connection.value
}

function publish(topic: string, text: string, qos: 0 | 1 = 1): Promise<void> {
  return new Promise((resolve, reject) => {
    const packet = {
      cmd: 'publish',
      topic,
      payload: Buffer.from(text),
      qos,
      retain: false,
      dup: false,
    } as const
    aedes.publish(packet, (error) => (error ? reject(error) : resolve()))
  })
}

/** Identifiers that PUBACK packets to the broker named, in order. Each packet is one byte, its length, and so many more bytes. */
function acknowledged(): number[] {
  const ids: number[] = []
  taps.push((bytes) => {
    for (let at = 0; at < bytes.length; ) {
      // No client of these tests sends packets of 128 bytes and more, nor cuts one in two.
      const length = bytes[at + 1] ?? 0
      if (bytes[at] === 0x40) ids.push(bytes.readUInt16BE(at + 2))
      at += 2 + length
    }
  })
  return ids
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}

it('many messages are handled at once, and each is acknowledged when it was handled, in the order in which they came', async () => {
  const seen = acknowledged()
  const waiting = new Map<string, () => void>()
  await opened(
    ({ payload }) => new Promise((resolve) => waiting.set(Buffer.from(payload).toString(), resolve)),
  )
  for (const text of ['a', 'b', 'c']) await publish(up('device-1'), text)
  await until(() => waiting.size === 3)
  expect(seen).toEqual([])
  waiting.get('b')?.()
  await publish(up('device-1'), 'd')
  await until(() => waiting.size === 4)
  expect(seen).toEqual([])
  waiting.get('a')?.()
  await until(() => seen.length === 2)
  waiting.get('c')?.()
  waiting.get('d')?.()
  await until(() => seen.length === 4)
  const [first = 0] = seen
  // Identifiers go from 1 to 65535.
  expect(seen).toEqual([0, 1, 2, 3].map((i) => ((first - 1 + i) % 0xffff) + 1))
})

it('a broker that refuses the subscription of a line that came back is asked again until it grants it', async () => {
  const heard: string[] = []
  await opened(async ({ device }) => {
    heard.push(device)
  })
  let refusals = 0
  aedes.authorizeSubscribe = (_client, subscription, done) => {
    refusals += 1
    done(null, refusals > 1 ? subscription : null)
  }
  for (const socket of sockets) socket.destroy()
  await until(() => refusals > 1)
  const again = setInterval(() => void publish(up('device-1'), 'hello'), 20)
  await until(() => heard.length > 0)
  clearInterval(again)
})

it('a message that is no device’s of this election is acknowledged and handled by nobody', async () => {
  const seen = acknowledged()
  const heard: string[] = []
  await opened(async ({ device }) => {
    heard.push(device)
  })
  await publish(`sandogh/${electionId}/device-1/up/gossip`, 'x')
  await publish(up('device-2'), 'without acknowledgement', 0)
  await publish(up('device-3'), 'y')
  await until(() => heard.length === 2)
  await until(() => seen.length === 2)
  expect(heard).toEqual(['device-2', 'device-3'])
})

it('behind so many unhandled messages the line is not read, and all arrive once they are handled', async () => {
  const count = MAX_UNHANDLED + 50
  let heard = 0
  const waiting: (() => void)[] = []
  await opened(() => {
    heard += 1
    return new Promise((resolve) => waiting.push(resolve))
  })
  for (let i = 0; i < count; i += 1) await publish(up('device-1'), String(i))
  await until(() => heard === MAX_UNHANDLED)
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(heard).toBe(MAX_UNHANDLED)
  while (heard < count || waiting.length > 0) {
    for (const handled of waiting.splice(0)) handled()
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  expect(heard).toBe(count)
})

/** How many messages were acknowledged on a new line, of one that came by it and one that came by the line before. */
async function acknowledgedOnNewLine(build?: Build): Promise<number> {
  const seen = acknowledged()
  const waiting = new Map<string, () => void>()
  await opened(
    ({ payload }) => new Promise((resolve) => waiting.set(Buffer.from(payload).toString(), resolve)),
    build,
  )
  await publish(up('device-1'), 'old')
  await until(() => waiting.has('old'))
  const again = once(aedes, 'subscribe')
  for (const socket of sockets) socket.destroy()
  await again
  await publish(up('device-1'), 'new')
  await until(() => waiting.has('new'))
  waiting.get('old')?.()
  waiting.get('new')?.()
  await until(() => seen.length >= 1)
  await new Promise((resolve) => setTimeout(resolve, 20))
  return seen.length
}

it('after a broken line it hears again, and does not acknowledge there what came by the old one', async () => {
  expect(await acknowledgedOnNewLine()).toBe(1)
})

const FILE = 'fleet/collector/connection.ts'
const weakened = (line: string, by: string): Promise<Build> =>
  import(/* @vite-ignore */ join(weakenedSources({ file: FILE, line, by }), FILE))

it('a build that acknowledges whatever line a message came by acknowledges what this broker never sent: the test sees it', async () => {
  const build = await weakened(
    'cameBy === stream && id !== undefined',
    'cameBy !== undefined && id !== undefined',
  )
  expect(await acknowledgedOnNewLine(build)).toBe(2)
})

it('a build that acknowledges before it handles: the test sees it', async () => {
  const build = await weakened('isHandled: false,', 'isHandled: schedule() === undefined,')
  const seen = acknowledged()
  await opened(() => new Promise((resolve) => office.later(resolve)), build)
  await publish(up('device-1'), 'a')
  await until(() => seen.length === 1)
})

it('closing waits for what is being handled and takes nothing more', async () => {
  const waiting: (() => void)[] = []
  const connection = await opened(() => new Promise((resolve) => waiting.push(resolve)))
  await publish(up('device-1'), 'x')
  await until(() => waiting.length === 1)
  let isClosed = false
  const closed = connection.close().then(() => {
    isClosed = true
  })
  await publish(up('device-1'), 'y')
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(isClosed).toBe(false)
  waiting[0]?.()
  await closed
  expect(waiting).toHaveLength(1)
})

it('aedes grants a shared subscription and delivers nothing on it: why a collector must not share there', async () => {
  const client = await office.client(port, centreTls, 'somebody')
  const heard: string[] = []
  client.on('message', (topic) => heard.push(topic))
  const [granted] = await client.subscribeAsync(`$share/group/sandogh/${electionId}/+/up/#`, { qos: 1 })
  expect(granted?.qos).toBe(1)
  await publish(up('device-1'), 'x')
  await client.subscribeAsync('last', { qos: 1 })
  await publish('last', 'x')
  await until(() => heard.length > 0)
  expect(heard).toEqual(['last'])
})

it('a collector that is to share refuses a broker that has no MQTT 5, and says what to do', async () => {
  const refused = await open(async () => {}, 'group')
  expect(refused).toMatchObject({ ok: false, error: { code: 'collector.cannot-share' } })
})

it('a collector that the broker lets hear nobody says so', async () => {
  aedes.authorizeSubscribe = (_client, _subscription, done) => done(null, null)
  expect(await open(async () => {})).toMatchObject({ ok: false, error: { code: 'collector.not-heard' } })
})

it('a collector that the broker does not let in says so', async () => {
  aedes.authenticate = (_client, _user, _password, done) =>
    done(Object.assign(new Error('no'), { returnCode: 5 }) as never, false)
  expect(await open(async () => {})).toMatchObject({ ok: false, error: { code: 'collector.not-let-in' } })
})
