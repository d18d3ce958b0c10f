import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { messageHash, signAnswer } from '../../../core/messages/answer.ts'
import { encodeReceipt } from '../../../core/messages/receipt.ts'
import { topicOf } from '../../../core/messages/topic.ts'
import { signCheckpoint } from '../../../core/tlog/checkpoint.ts'
import { cosign } from '../../../core/tlog/cosignature.ts'
import { startSync } from '../../../device-agent/sync/sync.ts'
import { startBroker } from '../../../fleet/broker/broker.ts'
import { sayingBuild } from '../../attacks/weakened/weaken.ts'
import { weakenedSources } from '../../end-to-end/weakened/build.ts'
import { until } from '../../fleet/broker-ends.ts'
import {
  authorityKey,
  CENTRE,
  centreTls,
  messageSigner,
  realClock,
  signerOf,
  silentLogger,
  TestDevice,
  witness,
} from '../../fleet/office.ts'
import { deadlinesByHand, electionId, officeForEachTest, sync } from './syncing.ts'

const office = officeForEachTest()

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
  office().later(() => broker.close())
  const client = await office().client(broker.port, centreTls, CENTRE)
  client.on('message', (topic, payload) => {
    const [, , device = '', , kind = ''] = topic.split('/')
    for (const [reply, bytes] of answer(kind, payload)) {
      client.publish(topicOf(electionId, device, 'down', reply), Buffer.from(bytes), { qos: 1 })
    }
  })
  await client.subscribeAsync(`sandogh/${electionId}/+/up/#`, { qos: 1 })
  return broker
}

const cosignatureOf = (device: TestDevice, size: number, signer = witness.signer) =>
  cosign(device.note(size), { name: witness.name, signer, time: 1_780_000_000 })

/** A broker that lets a device in and begins a message of 256 MiB, of which it sends what is taken. @returns how many bytes went out on the line of the first device */
async function sentBy(device: TestDevice, start = startSync): Promise<number> {
  const gone = Promise.withResolvers<number>()
  const server = createServer({ ...centreTls, requestCert: true }, (socket) => {
    socket.on('error', () => {})
    socket.on('close', () => gone.resolve(socket.bytesWritten))
    // MQTT 3.1.1: 3.2 CONNACK, accepted; 3.3 PUBLISH with the longest length that there is.
    socket.write(Uint8Array.of(0x20, 0x02, 0x00, 0x00, 0x30, 0xff, 0xff, 0xff, 0x7f))
    const more = (error?: Error | null) => {
      if (error) return
      if (socket.bytesWritten > MUCH) socket.destroy()
      else socket.write(new Uint8Array(PIECE), more)
    }
    more()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  office().later(() => server.close())
  const started = sync(device, (server.address() as AddressInfo).port, {}, start)
  const sent = await gone.promise
  await started.close()
  return sent
}

const PIECE = 64 * 1024
const MUCH = 64 * 1024 * 1024

describe('with a false centre', () => {
  it('a message that has no end is hung up on', async () => {
    expect(await sentBy(new TestDevice('device-1'))).toBeLessThan(MUCH / 4)
  })

  it('a build that does not ask how long a message is takes all of it: the test sees it', async () => {
    const weak = weakenedSources({
      file: 'device-agent/sync/link.ts',
      line: 'if (!meter.take(chunk))',
      by: 'if (!meter.take(chunk.subarray(0, 0)))',
    })
    const { startSync } = (await import(
      join(weak, 'device-agent/sync/sync.ts')
    )) as typeof import('../../../device-agent/sync/sync.ts')
    expect(await sentBy(new TestDevice('device-1'), startSync)).toBeGreaterThan(MUCH)
  })

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
    const centre = await office().startCentre(await office().openStore())
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
