import type { MqttClient } from 'mqtt'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { main } from '../../command.ts'
import { toBase64 } from '../../core/keys/hash.ts'
import { messageHash } from '../../core/messages/answer.ts'
import { topicOf } from '../../core/messages/topic.ts'
import type { Centre } from '../../fleet/centre.ts'
import type { Inbound } from '../../fleet/collector/examine.ts'
import { alarmsText } from '../../fleet/status/alarms.ts'
import { heldText } from '../../fleet/status/command.ts'
import { type CentreStore, MOST_ALARMS } from '../../fleet/store/store.ts'
import { addition, append } from './additions.ts'
import { syncOf } from './broker-ends.ts'
import { EngineProcess } from './engines.ts'
import { election, everyDevice, Office, realClock, silentLogger, TestDevice } from './office.ts'
import { deskOn, hear, TestStation, tell } from './totals.ts'

let office: Office
let store: CentreStore

beforeEach(async () => {
  office = new Office()
  store = await office.openStore()
})
afterEach(async () => {
  vi.restoreAllMocks()
  await office.close()
})

/** What the status says, and its exit code: 1 in most of these tests, for somebody lied. */
async function status(code = 1, ...more: readonly string[]): Promise<string> {
  let out = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += text
    return true
  })
  expect(await main(['centre', 'status', '--store', office.storePath, ...more])).toBe(code)
  vi.restoreAllMocks()
  return out
}

const malformed = (device: string, text: string): Inbound => ({
  device,
  kind: 'entries',
  payload: Buffer.from(text),
})

it('an alarm that a collector told is kept though the collector is killed, with the hash of what raised it', async () => {
  const engine = await EngineProcess.start(office.storePath)
  const message = malformed('device-1', '{"no":"entries"}')
  const outcome = await engine.take(message)
  await engine.kill()
  expect(outcome?.alarm?.kind).toBe('malformed')
  const [alarm, ...others] = await store.alarms()
  expect(others).toEqual([])
  expect(alarm).toMatchObject({ device: 'device-1', kind: 'malformed' })
  expect(toBase64(alarm?.evidence ?? new Uint8Array())).toBe(messageHash(message.payload))
  expect(await status()).toContain(`ALARM  malformed of device-1`)
})

it('a lie that is sent again is one alarm, and whoever floods with lies fills no disk', async () => {
  const desk = deskOn(store)
  const [first, second, third] = new TestStation([40, 33, 32]).devices
  for (const device of [first, second, third]) await hear(desk, device)
  const lie = second.waitingTally ?? ''
  for (let round = 0; round < 3; round += 1) await tell(desk, first, lie)
  expect((await store.alarms()).map(({ device, kind }) => [device, kind])).toEqual([['device-1', 'forged']])
  for (let round = 0; round < 3 * MOST_ALARMS; round += 1) await tell(desk, third, `lie ${round}`)
  expect(await store.alarms()).toHaveLength(1 + MOST_ALARMS)
  const text = await status()
  expect(text).toContain(`${1 + MOST_ALARMS} alarms: 1 forged, ${MOST_ALARMS} malformed`)
})

it('whatever strings are in the database, the status moves no cursor, turns no text and begins no line', async () => {
  const hostile = [
    "'; DROP TABLE alarms; --",
    '<script>alert(1)</script>',
    '\u001b[2J\u001b]0;owned\u0007',
    '\u202egro.live\u202c',
    'a\nALARM  forged of nobody',
    '\u0085\u2028\u2066\u200f\u009b31m',
  ]
  const stations = hostile.map((device) => ({ name: `device ${device}`, devices: [device] }))
  const device = new TestDevice('device-1').appendMany(2)
  await append(store, addition(device, 0, 3))
  await store.transact([...everyDevice, ...stations], async (held) => {
    for (const [i, text] of hostile.entries())
      await held.storeAlarm({
        device: text,
        kind: text,
        evidence: new Uint8Array(32).fill(i),
        at: i,
        what: text,
      })
    for (const text of hostile) {
      const owner = { ...addition(device, 0, 3).owner, origin: text, device: text }
      await held.append({ ...addition(device, 0, 3), owner })
    }
  })
  // Only a damaged database has these journals: the heads are not those of the notes.
  const journals = await store.journals()
  const held = heldText({ journals, sheets: [], forks: new Map() })

  const alarms = alarmsText(await store.alarms())
  for (const text of [held, alarms]) expect(text).not.toMatch(/[^\P{C}\n\u200c\u200d]|[\u2028\u2029]/u)
  expect(held.trim().split('\n')).toHaveLength(1 + hostile.length + 1)
  expect(alarms.trim().split('\n')).toHaveLength(hostile.length + 1)
  expect(alarms).toContain('<U+001B>[2J')
  expect(alarms).toContain('<U+202E>gro')
})

/** A device sends what is no message, each time another. */
async function lie(client: MqttClient, times: number): Promise<void> {
  const topic = topicOf(election.definition.election, 'device-1', 'up', 'entries')
  const lies = Array.from({ length: times }, () => `{"no":"${crypto.randomUUID()}"}`)
  await Promise.all(lies.map((text) => client.publishAsync(topic, Buffer.from(text), { qos: 1 })))
}

/** However busy the machine is. */
const SOON = { timeout: 10_000 }

/** The same, ten at a time until the centre has looked at them: fewer than may wait for their turn. */
async function lieAndBeHeard(centre: Centre, client: MqttClient, times: number): Promise<void> {
  const { malformed: before } = centre.counts()
  for (let heard = 10; heard <= times; heard += 10) {
    await lie(client, 10)
    await vi.waitUntil(() => centre.counts().malformed === before + heard, SOON)
  }
}

it('a device that lies without end is a line in the log, and another a minute later', async () => {
  const lines = vi.fn()
  let elapsed = 0
  const clock = { ...realClock, elapsed: () => elapsed }
  const centre = await office.startCentre(store, { clock, logger: { ...silentLogger, warn: lines } })
  const device = new TestDevice('device-1')
  const client = await office.client(centre.port, device.tls, 'device-1')
  const told = () => lines.mock.calls.filter(([fields]) => fields.alarm === 'malformed').length
  await lieAndBeHeard(centre, client, 50)
  expect(told()).toBe(1)
  elapsed = 60_000
  await lieAndBeHeard(centre, client, 50)
  expect(told()).toBe(2)
})

it('a device that lies more than it may is not heard until time has passed, and others are', async () => {
  let elapsed = 0
  const lines = vi.fn()
  const clock = { ...realClock, elapsed: () => elapsed }
  const centre = await office.startCentre(store, { clock, logger: { ...silentLogger, warn: lines } })
  const device = new TestDevice('device-1')
  const client = await office.client(centre.port, device.tls, 'device-1')
  await lieAndBeHeard(centre, client, 100)
  await lie(client, 300)
  const other = new TestDevice('device-2').appendMany(3)
  syncOf(office, other, centre.port)
  await vi.waitUntil(() => other.receipted() === 4, SOON)
  expect(centre.counts()).toMatchObject({ malformed: 100, flood: 1 })
  expect(lines.mock.calls.map(([fields]) => fields.alarm)).toEqual(['malformed', 'flood'])
  expect((await store.alarms()).filter(({ kind }) => kind === 'flood')).toHaveLength(1)
  elapsed = 60_000
  await lieAndBeHeard(centre, client, 10)
})

it('a device that floods with answers to orders is named as well', async () => {
  const { port } = await office.startCentre(store)
  const device = new TestDevice('device-1')
  const client = await office.client(port, device.tls, 'device-1')
  const topic = topicOf(election.definition.election, 'device-1', 'up', 'order-answer')
  for (let i = 0; i < 40; i += 1) client.publish(topic, Buffer.alloc(1024), { qos: 0 })
  await vi.waitUntil(async () => (await store.alarms()).length > 0, SOON)
  expect((await store.alarms()).map(({ kind, device: id }) => [kind, id])).toEqual([['flood', 'device-1']])
  expect(office.alarms).toHaveLength(1)
})

it('no flood of alarms pushes one that wants people out of sight, and the exit code says that there is one', async () => {
  const alarm = (device: string, kind: string, at: number) => ({
    device,
    kind,
    evidence: new Uint8Array(32).fill(at % 256),
    at,
    what: `${kind} ${at}`,
  })
  const devices = Array.from({ length: 210 }, (_, i) => `quiet-${i}`)
  const scopes = devices.map((device) => ({ name: `device ${device}`, devices: [device] }))
  await store.transact(scopes, async (held) => {
    for (const [i, device] of devices.entries()) await held.storeAlarm(alarm(device, 'stale', 100 + i))
  })
  expect(await status(0)).toContain('ALARM  10 before these are kept too')
  expect((await status(0, '--alarms')).match(/stale of quiet-/g)).toHaveLength(210)
  await store.transact(everyDevice, async (held) => {
    await held.storeAlarm(alarm('device-2', 'forged', 1))
    await held.storeAlarm(alarm('device-1', 'equivocation', 2))
  })
  const lines = (await status()).split('\n').filter((line) => line.startsWith('ALARM'))
  expect(lines[0]).toContain('equivocation of device-1')
  expect(lines[1]).toContain('forged of device-2')
})
