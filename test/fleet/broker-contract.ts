/** What every broker of the centre has to keep, whichever it is. Where two do it in different ways, the suite asks each for its own and says so by name. */
import { connect, type IClientOptions, type MqttClient } from 'mqtt'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { centreFilter } from '../../fleet/broker/access.ts'
import type { CentreHome } from '../../fleet/home.ts'
import { describeWith } from '../oracles/needs.ts'
import { collectorOn, down, Ear, gone, saySoLittle, syncOf, until, up } from './broker-ends.ts'
import { loadContract } from './broker-load.ts'
import { type BrokerUnderTest, freePort, type RunningBroker, writeHome } from './brokers.ts'
import { CENTRE, centreTls, election, identity, Office, signerOf, TestDevice } from './office.ts'

const electionId = election.definition.election

/** Registers the whole contract for one broker. */
export function brokerContract({ name, needs, start, ways }: BrokerUnderTest): void {
  describeWith(needs, name, () => {
    let house: Office
    let home: CentreHome
    let broker: RunningBroker
    let office: Office
    let silent: ReturnType<typeof saySoLittle>

    beforeAll(async () => {
      house = new Office()
      home = writeHome(house)
      broker = await start(home, await freePort())
      house.later(() => broker.kill())
      // From now on, while the other tests go on: nobody waits for these.
      silent = saySoLittle(house, broker.port)
    })
    afterAll(() => house.close())
    beforeEach(() => {
      office = new Office()
    })
    afterEach(() => office.close())

    const ear = () => new Ear(office, broker.port).open()
    const device = (id: string) => office.client(broker.port, new TestDevice(id).tls, id)
    /** A client with wishes of its own; undefined if it is not let in. */
    async function clientWith(options: IClientOptions): Promise<MqttClient | undefined> {
      const url = `mqtts://127.0.0.1:${broker.port}`
      const client = connect(url, { servername: CENTRE, protocolVersion: 4, reconnectPeriod: 0, ...options })
      office.later(() => client.endAsync(true))
      return new Promise((resolve) => {
        client.once('connect', () => resolve(client))
        client.once('close', () => resolve(undefined))
        client.on('error', () => {})
      })
    }

    it('whole journals and tallies of a station go up, and every receipt comes back', async () => {
      const store = await office.openStore()
      const collector = await collectorOn(office, store, broker.port)
      const devices = ['device-1', 'device-2', 'device-3'].map((id) =>
        new TestDevice(id).appendMany(9).close(),
      )
      const ends = await Promise.all(devices.map((each) => syncOf(office, each, broker.port).flush()))
      expect(ends).toEqual(['received', 'received', 'received'])
      expect(devices.map((each) => each.receipted())).toEqual(devices.map(({ entries }) => entries.length))
      expect(await store.tallies()).toHaveLength(3)
      expect(collector.counts()).toMatchObject({ forged: 0, malformed: 0 })
    })

    it(`a message on another's topic is heard by nobody: the broker ${ways.forbiddenTopic}`, async () => {
      const centre = await ear()
      for (const topic of [
        up('device-2'),
        down('device-2'),
        down('device-1'),
        'sandogh',
        '$SYS/x',
        'sandogh/x',
        `sandogh/${electionId}/device-1/up/gossip`,
      ]) {
        const client = await device('device-1')
        const closed = gone(client)
        const sent = client.publishAsync(topic, 'forbidden', { qos: 1 }).catch(() => {})
        await (ways.forbiddenTopic === 'hangs up' ? closed : sent)
        await client.endAsync(true)
      }
      expect(await centre.untilNow()).toEqual([])
    })

    it(`what is for others is read by nobody: the broker ${ways.forbiddenFilter}`, async () => {
      const filters = [
        '#',
        '+/+/+/+/+',
        '$SYS/#',
        centreFilter(electionId),
        `$share/centre/${centreFilter(electionId)}`,
        `sandogh/${electionId}/+/down/#`,
        `sandogh/${electionId}/device-2/#`,
        `sandogh/${electionId}/device-1/up/#`,
      ]
      const spy = await device('device-1')
      const heard: string[] = []
      spy.on('message', (topic) => heard.push(topic))
      for (const filter of filters) {
        const granted = await spy.subscribeAsync(filter, { qos: 1 }).then(
          () => 'grants and delivers nothing',
          () => 'refuses',
        )
        expect(granted, filter).toBe(ways.forbiddenFilter)
      }
      await spy.subscribeAsync(`sandogh/${electionId}/device-1/down/#`, { qos: 1 })
      const listener = await device('device-2')
      await listener.subscribeAsync(`sandogh/${electionId}/device-2/down/#`, { qos: 1 })
      const arrived = new Promise((resolve) => listener.once('message', resolve))
      const centre = await office.client(broker.port, centreTls, CENTRE)
      await listener.publishAsync(up('device-2'), 'x', { qos: 1 })
      await centre.publishAsync(down('device-2'), 'x', { qos: 1 })
      await arrived
      await centre.publishAsync(down('device-1'), 'x', { qos: 1 })
      await until(() => heard.includes(down('device-1')))
      expect(heard).toEqual([down('device-1')])
    })

    it('a device that joins a group of its own making takes no message from the centre', async () => {
      const thief = await device('device-1')
      await thief.subscribeAsync(`$share/a-group/${centreFilter(electionId)}`, { qos: 1 }).catch(() => {})
      const centre = await ear()
      const honest = await device('device-2')
      for (let i = 0; i < 10; i += 1) await honest.publishAsync(up('device-2'), String(i), { qos: 1 })
      expect(await centre.untilNow()).toHaveLength(10)
    })

    it('forged, expired and foreign certificates, and none at all, open nothing', async () => {
      const forger = signerOf('another authority')
      const past = { notBefore: new Date('2020-01-01T00:00:00Z'), notAfter: new Date('2021-01-01T00:00:00Z') }
      const keys = { log: signerOf('x') }
      const { ca } = centreTls
      const other = new TestDevice('device-2').tls
      for (const [what, tls] of Object.entries({
        forged: identity('device-1', 'device', keys, forger).tls,
        'the centre’s, forged': identity(CENTRE, 'centre', keys, forger).tls,
        expired: identity('device-1', 'device', keys, undefined, past).tls,
        none: { ca },
        'with another’s key': { ...new TestDevice('device-1').tls, key: other.key },
      })) {
        // The certificate that does not fit its key is refused here already.
        const client = await clientWith({ ...tls, clientId: 'device-1' }).catch(() => undefined)
        expect(client, what).toBeUndefined()
      }
    })

    it(`a card's certificate gives no device's place: the broker ${ways.otherRole}`, async () => {
      const centre = await ear()
      const card = identity('officer-card', 'executive', {}).tls
      const client = await clientWith({ ...card, clientId: 'officer-card' })
      expect(client === undefined).toBe(ways.otherRole === 'refuses')
      for (const topic of [up('device-1'), down('device-1'), up('officer-card')]) {
        // Mosquitto 2.0.11 acknowledges what it denies, and then hangs up.
        const each = await clientWith({ ...card, clientId: 'officer-card' })
        await each?.publishAsync(topic, 'x', { qos: 1 })
        await each?.endAsync(true)
      }
      // Of the last the collector knows no device and refuses whatever it says.
      const allowed = ways.otherRole === 'refuses' ? [] : [`${up('officer-card')} x`]
      expect(await centre.untilNow()).toEqual(allowed)
    })

    it(`nobody takes another's client id: the broker ${ways.otherName}`, async () => {
      const centre = await ear()
      const victim = await device('device-2')
      const { tls } = new TestDevice('device-1')
      const intruder = await clientWith({ ...tls, clientId: 'device-2' })
      expect(intruder === undefined).toBe(ways.otherName === 'refuses')
      await intruder?.publishAsync(up('device-2'), 'forbidden', { qos: 1 })
      await victim.publishAsync(up('device-2'), 'mine', { qos: 1 })
      expect(await centre.untilNow()).toEqual([`${up('device-2')} mine`])
      expect(victim.connected).toBe(true)
    })

    it('a retained message is not kept, and who sends one is hung up on', async () => {
      const client = await device('device-1')
      client.publish(up('device-1'), 'for ever', { qos: 1, retain: true }, () => {})
      await gone(client)
      expect(await (await ear()).untilNow()).toEqual([])
    })

    it("a will speaks on nobody else's topic", async () => {
      const centre = await ear()
      const { tls } = new TestDevice('device-1')
      for (const topic of [up('device-2'), down('device-1'), down('device-2')]) {
        const will = { topic, payload: Buffer.from('testament'), qos: 1, retain: false } as const
        const client = await clientWith({ ...tls, clientId: 'device-1', will })
        client?.stream.destroy()
      }
      expect(await centre.untilNow()).toEqual([])
    })

    it(`a lasting session brings nothing of others: the broker ${ways.lastingSession}`, async () => {
      const { tls } = new TestDevice('device-1')
      const lasting = { ...tls, clientId: 'device-1', clean: false }
      const client = await clientWith(lasting)
      expect(client === undefined).toBe(ways.lastingSession === 'refuses')
      if (client === undefined) return
      for (const id of ['device-1', 'device-2']) {
        await client.subscribeAsync(`sandogh/${electionId}/${id}/down/#`, { qos: 1 })
      }
      await client.endAsync(true)
      const centre = await office.client(broker.port, centreTls, CENTRE)
      for (const id of ['device-2', 'device-1']) await centre.publishAsync(down(id), 'x', { qos: 1 })
      const heard: string[] = []
      const again = await clientWith(lasting)
      again?.on('message', (topic) => heard.push(topic))
      await until(() => heard.length > 0)
      expect(heard).toEqual([down('device-1')])
      // Its next connection of the ordinary kind ends that session.
      await again?.endAsync(true)
      await (await device('device-1')).endAsync()
    })

    loadContract(ways, {
      now: () => ({ office, broker, device, ear }),
      silent: () => silent,
      restart: async () => {
        await broker.kill()
        broker = await start(home, broker.port)
      },
    })
  })
}
