/** Several collectors on one store, each a process, with devices that send everything shuffled and twice until they have their receipts. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect } from 'vitest'
import { openTally } from '../../core/bundle/bundle.ts'
import { parseTally, sumTallies, type Tally } from '../../core/election/tally.ts'
import { openAnswer } from '../../core/messages/answer.ts'
import { encodeEntriesMessage } from '../../core/messages/entries.ts'
import { parseReceipt } from '../../core/messages/receipt.ts'
import type { Random } from '../../core/ports.ts'
import { valueOrThrow } from '../../core/result.ts'
import type { Json } from '../../core/text/canonical-json.ts'
import type { Alarm } from '../../fleet/collector/alarm.ts'
import type { Inbound } from '../../fleet/collector/examine.ts'
import type { Outcome } from '../../fleet/collector/outcome.ts'
import { type CentreStore, openCentreStore } from '../../fleet/store/store.ts'
import { kill } from './brokers.ts'
import { election, messageSigner, TestDevice, votes } from './office.ts'

export class EngineProcess {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, (outcome: Outcome | undefined) => void>()
  #count = 0

  private constructor(child: ChildProcess) {
    this.#child = child
    child.on('message', ({ id, outcome }: { readonly id: number; readonly outcome: Outcome }) => {
      this.#waiting.get(id)?.(outcome)
      this.#waiting.delete(id)
    })
    child.on('exit', () => {
      for (const resolve of this.#waiting.values()) resolve(undefined)
      this.#waiting.clear()
    })
  }

  static async start(location: string): Promise<EngineProcess> {
    const child = fork(join(import.meta.dirname, 'engine-process.ts'), [location], {
      serialization: 'advanced',
    })
    const [ready] = await once(child, 'message')
    expect(ready).toBe('ready')
    return new EngineProcess(child)
  }

  /** What comes of a message; undefined if the process ended before it said so. */
  take(message: Inbound): Promise<Outcome | undefined> {
    const id = this.#count
    this.#count += 1
    return new Promise((resolve) => {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) return resolve(undefined)
      this.#waiting.set(id, resolve)
      this.#child.send({ id, message }, (error) => {
        if (error) resolve(undefined)
      })
    })
  }

  kill(): Promise<void> {
    return kill(this.#child)
  }
}

/** Devices of the test station and of none, closed, with some votes each. */
export function closedDevices(count: number): readonly TestDevice[] {
  const ids = Array.from({ length: count }, (_, i) => (i < 3 ? `device-${i + 1}` : `extra-${i + 1}`))
  return ids.map((id, i) => new TestDevice(id).appendMany(10 + (i % 7)).close(votes(32 + (i % 5), i % 16)))
}

function messagesOf(device: TestDevice, random: Random): readonly Inbound[] {
  const { deviceId, entries, waitingTally } = device
  const [a = 0, b = 0] = random.bytes(2)
  const cuts = [1 + (a % 8), 10 + (b % 20), entries.length]
  const parts = cuts.map((size, i) => {
    const from = Math.max(0, (cuts[i - 1] ?? 0) - (i % 2))
    return { kind: 'entries' as const, payload: encodeEntriesMessage(device.message(from, size)) }
  })
  const tally = { kind: 'tally' as const, payload: Buffer.from(waitingTally ?? '') }
  return [...parts, tally].map((message) => ({ device: deviceId, ...message }))
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  return items
    .map((item) => ({ item, at: Buffer.from(random.bytes(6)).readUIntBE(0, 6) }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)
}

/**
 * Sends everything of all devices, shuffled and twice over all engines, again and again until each has the receipt of its whole journal and word
 * that its tally is stored. Every receipt is held against the store at the end.
 * @param disturb called before each round
 */
export async function sendUntilReceived(
  location: string,
  engines: EngineProcess[],
  devices: readonly TestDevice[],
  random: Random,
  disturb: (round: number) => unknown = () => {},
): Promise<readonly Alarm['kind'][]> {
  const receipts: { readonly origin: string; readonly size: number; readonly cosignature: string }[] = []
  const alarms: Alarm['kind'][] = []
  const stored = new Set<string>()
  const closed = new Set<string>()
  const hear = (device: TestDevice, outcome: Outcome | undefined) => {
    if (outcome?.alarm !== undefined) alarms.push(outcome.alarm.kind)
    if (outcome?.reply?.kind === 'receipt') {
      const receipt = valueOrThrow(parseReceipt(outcome.reply.payload, 'receipt'))
      receipts.push(receipt)
      if (receipt.size === device.entries.length) closed.add(device.deviceId)
    } else if (outcome?.reply?.kind === 'answer') {
      const { result } = valueOrThrow(openAnswer(outcome.reply.payload, messageSigner.publicKey, 'answer'))
      if (result === 'stored') stored.add(device.deviceId)
    }
  }
  for (let round = 0; stored.size < devices.length || closed.size < devices.length; round += 1) {
    expect(round, 'rounds').toBeLessThan(40)
    const disturbed = disturb(round)
    const waiting = devices.filter(({ deviceId }) => !stored.has(deviceId) || !closed.has(deviceId))
    const sent = waiting.flatMap((device) =>
      messagesOf(device, random).flatMap((message) => [
        { device, message },
        { device, message },
      ]),
    )
    await Promise.all(
      shuffled(sent, random).map(async ({ device, message }, i) =>
        hear(device, await engines[i % engines.length]?.take(message)),
      ),
    )
    await disturbed
  }
  const store = valueOrThrow(await openCentreStore(location, 'everything'))
  try {
    for (const { origin, size, cosignature } of receipts)
      expect((await store.checkpoint(origin, size))?.cosignature, `receipt ${size} of ${origin}`).toBe(
        cosignature,
      )
    for (const { origin, entries } of devices)
      expect((await store.entries(origin, 0, 9_999)).map(String)).toEqual(entries.map(String))
    expect(await sumHeld(store)).toEqual(sumMeant(devices.length))
  } finally {
    await store.close()
  }
  return alarms
}

const { definition } = election

async function sumHeld(store: CentreStore): Promise<Tally> {
  const tallies = await store.tallies()
  return sumTallies(
    definition,
    tallies.map(({ document, messageKey, origin }) => {
      const { tally } = valueOrThrow(openTally(document, messageKey, origin))
      return valueOrThrow(parseTally(definition, tally as Json, origin))
    }),
  )
}

function sumMeant(count: number): Tally {
  return sumTallies(
    definition,
    Array.from({ length: count }, (_, i) => votes(32 + (i % 5), i % 16)),
  )
}
