/** What Mosquitto alone can do, and what it needs our configuration for. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { MAX_UP_BYTES } from '../../core/messages/payload.ts'
import type { Logger } from '../../core/ports.ts'
import { centreFilter } from '../../fleet/broker/access.ts'
import { accessList } from '../../fleet/broker/mosquitto.ts'
import { openConnection, type UpMessage } from '../../fleet/collector/connection.ts'
import type { CentreHome } from '../../fleet/home.ts'
import { describeWith, MOSQUITTO } from '../oracles/needs.ts'
import { collectorOn, syncOf, until, up } from './broker-ends.ts'
import { freePort, type RunningBroker, SECOND, startMosquitto, writeHome } from './brokers.ts'
import { CENTRE, election, Office, silentLogger, TestDevice } from './office.ts'

const { election: electionId } = election.definition

it('the access list names every collector, and a device by its own name only', () => {
  expect(accessList('e-1', ['centre.example', 'second.example']).split('\n')).toEqual([
    expect.stringMatching(/^# /),
    'user centre.example',
    'topic read sandogh/e-1/+/up/#',
    'topic write sandogh/e-1/+/down/+',
    '',
    'user second.example',
    'topic read sandogh/e-1/+/up/#',
    'topic write sandogh/e-1/+/down/+',
    '',
    expect.stringMatching(/^# /),
    'pattern write sandogh/e-1/%u/up/entries',
    'pattern write sandogh/e-1/%u/up/tally',
    'pattern write sandogh/e-1/%u/up/status',
    'pattern write sandogh/e-1/%u/up/order-answer',
    'pattern read sandogh/e-1/%u/down/+',
    '',
  ])
})

describeWith([MOSQUITTO], 'Mosquitto', () => {
  let office: Office
  let home: CentreHome

  beforeEach(() => {
    office = new Office()
    home = writeHome(office)
  })
  afterEach(() => office.close())

  async function start(change?: (text: string) => string): Promise<RunningBroker> {
    const broker = await startMosquitto(home, await freePort(), change)
    office.later(() => broker.kill())
    return broker
  }

  async function connectionOn(
    port: number,
    clientId: string,
    onMessage: (message: UpMessage) => Promise<void>,
    group?: string,
    logger: Logger = silentLogger,
  ) {
    const tls = home.identities.get(clientId)
    if (tls === undefined) throw new Error(`no keys of ${clientId}`)
    const broker = { url: `mqtts://127.0.0.1:${port}`, tls, servername: CENTRE, clientId }
    const options = { broker, election: electionId, group, logger, onMessage }
    const opened = await openConnection(options)
    if (!opened.ok) throw new Error(opened.error.what)
    office.later(() => opened.value.close())
    return opened.value
  }

  /** How many of so many messages that were all acknowledged come to a collector that was busy meanwhile. */
  async function deliveredOf(count: number, change?: (text: string) => string): Promise<number> {
    const { port } = await start(change)
    const heard = new Set<string>()
    let free = () => {}
    const busy = new Promise<void>((resolve) => {
      free = resolve
    })
    await connectionOn(port, CENTRE, async ({ payload }) => {
      heard.add(Buffer.from(payload).toString())
      await busy
    })
    const device = await office.client(port, new TestDevice('device-1').tls, 'device-1')
    const send = (text: string) => device.publishAsync(up('device-1'), text, { qos: 1 })
    await Promise.all(Array.from({ length: count }, (_, i) => send(String(i))))
    free()
    // One message after the others: whatever was kept comes before it.
    const other = await office.client(port, new TestDevice('device-2').tls, 'device-2')
    while (!heard.has('last')) {
      await other.publishAsync(up('device-2'), 'last', { qos: 1 })
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    return heard.size - 1
  }

  it('in its default settings it acknowledges messages to the device and drops them', async () => {
    const defaults = (ours: string) => ours.replaceAll(/^max_(inflight|queued)_.*$/gm, '')
    // 20 under way and 1,000 waiting.
    expect(await deliveredOf(1_500, defaults)).toBe(1_020)
  })

  it('in our settings every message that it acknowledged arrives', async () => {
    expect(await deliveredOf(1_500)).toBe(1_500)
  })

  it('of two collectors that share, each message comes to exactly one, and both have work', async () => {
    const { port } = await start()
    const heard = { first: [] as string[], second: [] as string[] }
    const note = (list: string[]) => async (message: UpMessage) => {
      list.push(Buffer.from(message.payload).toString())
    }
    await connectionOn(port, CENTRE, note(heard.first), home.group)
    await connectionOn(port, SECOND, note(heard.second), home.group)
    const sent = Array.from({ length: 200 }, (_, i) => String(i))
    const devices = await Promise.all(
      ['device-1', 'device-2'].map((id) => office.client(port, new TestDevice(id).tls, id)),
    )
    await Promise.all(
      sent.map((text, i) => devices[i % 2]?.publishAsync(up(`device-${(i % 2) + 1}`), text, { qos: 1 })),
    )
    await until(() => heard.first.length + heard.second.length >= sent.length)
    expect([...heard.first, ...heard.second].toSorted()).toEqual(sent.toSorted())
    expect(heard.first.length).toBeGreaterThan(0)
    expect(heard.second.length).toBeGreaterThan(0)
  })

  it('a collector that shares may answer thousands at once', async () => {
    const { port } = await start()
    const device = await office.client(port, new TestDevice('device-1').tls, 'device-1')
    const heard = new Set<string>()
    device.on('message', (_topic, payload) => heard.add(payload.toString()))
    await device.subscribeAsync(`sandogh/${electionId}/device-1/down/#`, { qos: 1 })
    const { reply } = await connectionOn(port, CENTRE, async () => {}, home.group)
    for (let i = 0; i < 5_000; i += 1) reply('device-1', 'receipt', Buffer.from(String(i)))
    await until(() => heard.size === 5_000)
  })

  it('two collectors with one certificate throw each other out, and say so', async () => {
    const { port } = await start()
    const said = { first: [] as string[], second: [] as string[] }
    const loggerTo = (list: string[]) => ({
      ...silentLogger,
      error: (_what: object, words: string) => list.push(words),
    })
    const nothing = async () => {}
    await connectionOn(port, CENTRE, nothing, home.group, loggerTo(said.first))
    await connectionOn(port, CENTRE, nothing, home.group, loggerTo(said.second))
    const words = 'collector: link lost again and again; is another program at work with this certificate?'
    await until(() => said.first.includes(words) || said.second.includes(words))
  })

  it('when a collector dies with messages in its hands the other takes over all', async () => {
    const { port } = await start()
    const store = await office.openStore()
    await collectorOn(office, store, port, home.group)
    const dying = await office.client(port, home.identities.get(SECOND) ?? {}, SECOND)
    let inHand = 0
    dying.handleMessage = () => {
      inHand += 1
    }
    await dying.subscribeAsync(`$share/${home.group}/${centreFilter(electionId)}`, { qos: 1 })
    const devices = ['device-1', 'device-2', 'device-3'].map((id) => new TestDevice(id).appendMany(5).close())
    const ends = Promise.all(devices.map((device) => syncOf(office, device, port).flush()))
    await until(() => inHand > 0)
    dying.stream.destroy()
    expect(await ends).toEqual(['received', 'received', 'received'])
    expect(await store.tallies()).toHaveLength(3)
  })

  it('without the line that ties a client id to its certificate one device ends the other’s connection', async () => {
    const { port } = await start((ours) => ours.replace('use_username_as_clientid true', ''))
    const victim = await office.client(port, new TestDevice('device-2').tls, 'device-2')
    const ended = new Promise<void>((resolve) => victim.once('close', () => resolve()))
    await office.client(port, new TestDevice('device-1').tls, 'device-2')
    await ended
  })

  it('a device that subscribes without end is hung up on at the bound, as often as it comes, and the others are served', async () => {
    const { port } = await start((ours) => ours.replace(/^memory_limit .*$/m, 'memory_limit 25000000'))
    const store = await office.openStore()
    await collectorOn(office, store, port)
    const honest = new TestDevice('device-2')
    const sync = syncOf(office, honest, port)
    for (let times = 0; times < 2; times += 1) {
      const greedy = await office.client(port, new TestDevice('device-1').tls, 'device-1')
      let isGone = false
      const ended = new Promise<void>((resolve) => greedy.once('close', resolve)).then(() => {
        isGone = true
      })
      // Of these about 8,000 fit in.
      for (let packet = 0; packet < 150 && !isGone; packet += 1) {
        const filters = Array.from({ length: 200 }, (_, i) => `${up('device-1')}/${packet}/${i}/a/b/c/d/e/#`)
        await Promise.race([greedy.subscribeAsync(filters, { qos: 1 }).catch(() => {}), ended])
      }
      expect(isGone).toBe(true)
      honest.appendMany(3)
      expect(await sync.flush()).toBe('received')
    }
    expect(honest.receipted()).toBe(honest.entries.length)
  })

  it('without the lines on topics and sizes, what the contract forbids is heard: its tests can fail', async () => {
    const { port } = await start((ours) =>
      ours.replace('%u/up/', '+/up/').replace(/^max_packet_size .*$/m, ''),
    )
    const heard: string[] = []
    await connectionOn(port, CENTRE, async ({ device, payload }) => {
      heard.push(`${device} ${payload.length}`)
    })
    const device = await office.client(port, new TestDevice('device-1').tls, 'device-1')
    const large = MAX_UP_BYTES + 4096
    await device.publishAsync(up('device-2'), 'forbidden', { qos: 1 })
    await device.publishAsync(up('device-1'), Buffer.alloc(large), { qos: 1 })
    await until(() => heard.length === 2)
    expect(heard).toEqual(['device-2 9', `device-1 ${large}`])
  })

  it('a device that knew the name under which collectors share would take its share: why that name is a secret', async () => {
    const { port } = await start()
    let heard = 0
    const count = async () => {
      heard += 1
    }
    await connectionOn(port, CENTRE, count, home.group)
    const thief = await office.client(port, new TestDevice('device-1').tls, 'device-1')
    const honest = await office.client(port, new TestDevice('device-2').tls, 'device-2')
    const send = async (times: number) => {
      for (let i = 0; i < times; i += 1) await honest.publishAsync(up('device-2'), String(i), { qos: 1 })
    }
    await thief.subscribeAsync(`$share/guessed/${centreFilter(electionId)}`, { qos: 1 })
    await send(20)
    await until(() => heard === 20)
    await thief.subscribeAsync(`$share/${home.group}/${centreFilter(electionId)}`, { qos: 1 })
    await send(20)
    // Not the thief: Mosquitto gives it nothing. The messages are lost, and a device would have to send them again.
    expect(heard).toBeLessThan(35)
  })
})
