/** Totals that a device tells again: until it has its answer it may, and whoever does so without end is not served for ever. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { encodeEntriesMessage } from '../../core/messages/entries.ts'
import { openDesk } from '../../fleet/collector/desk.ts'
import { type Engine, startEngine } from '../../fleet/collector/engine.ts'
import type { Inbound } from '../../fleet/collector/examine.ts'
import { Office, realClock, silentLogger, type TestDevice } from './office.ts'
import { answerIn, deskOn, TestStation } from './totals.ts'

let office: Office
let engine: Engine
/** Moved by the tests alone. */
let clock: typeof realClock & { ms: number }

beforeEach(async () => {
  office = new Office()
  clock = { ...realClock, ms: 0, elapsed: () => clock.ms }
  engine = startEngine(openDesk({ ...deskOn(await office.openStore()), clock }), silentLogger)
  office.later(() => engine.close())
})
afterEach(() => office.close())

const entriesOf = (device: TestDevice): Inbound => ({
  device: device.deviceId,
  kind: 'entries',
  payload: encodeEntriesMessage(device.message(0, device.entries.length)),
})
const totalsOf = ({ deviceId, waitingTally }: TestDevice, text = waitingTally ?? ''): Inbound => ({
  device: deviceId,
  kind: 'tally',
  payload: Buffer.from(text),
})

/** The totals of the reporting device, and those of a neighbour that does not repeat them more than it has to. */
interface Bench {
  readonly totals: Inbound
  readonly neighbour: Inbound
  readonly result: 'stored' | 'resend'
}

/** A station of which all has been heard, or of one device nothing. */
async function bench(of: 'device' | 'station', result: Bench['result']): Promise<Bench> {
  const station = new TestStation(of === 'device' ? [40, 33, 32] : [40, 5, 32])
  const [reporting, second, third] = station.devices
  const heard = result === 'stored' ? [reporting, second, third] : [reporting, second]
  for (const device of heard) await engine.take(entriesOf(device))
  const totals = totalsOf(reporting, of === 'device' ? reporting.waitingTally : station.signed())
  // Of a station with a small device a neighbour tells no totals; so what it says again is its journal.
  const neighbour = of === 'device' ? totalsOf(second) : entriesOf(second)
  for (const message of [totals, neighbour]) await engine.take(message)
  return { totals, neighbour, result }
}

const benches = [
  ['a tally that is held', 'device', 'stored'],
  ['a tally that waits for its station', 'device', 'resend'],
  ['a sheet that is held', 'station', 'stored'],
  ['a sheet that waits for its station', 'station', 'resend'],
] as const

describe.each(benches)('a device that tells %s', (_, of, result) => {
  it('again at its turns is answered the same each time, for an hour', async () => {
    const { totals } = await bench(of, result)
    for (let turn = 0; turn < 360; turn += 1) {
      const outcome = await engine.take(totals)
      expect([outcome.alarm, answerIn(outcome).result], `turn ${turn}`).toEqual([undefined, result])
      clock.ms += 10_000
    }
  })

  it('again without end is one flood, holds no neighbour up, and is answered again when it has stopped', async () => {
    const { totals, neighbour } = await bench(of, result)
    const came = { answers: 0, floods: 0, dropped: 0 }
    for (let step = 0; step < 60; step += 1) {
      const poured = Array.from({ length: 10 }, () => engine.take(totals))
      if (step % 10 === 0)
        expect((await engine.take(neighbour)).reply, `step ${step}`).toMatchObject({
          kind: of === 'device' ? 'answer' : 'receipt',
        })
      for (const { reply, alarm } of await Promise.all(poured)) {
        if (reply !== undefined) came.answers += 1
        else if (alarm?.kind === 'flood') came.floods += 1
        else came.dropped += 1
      }
      clock.ms += 50
    }
    expect(came.answers).toBeGreaterThan(90)
    expect(came.answers).toBeLessThan(120)
    expect([came.floods, came.answers + came.floods + came.dropped]).toEqual([1, 600])
    clock.ms += 60_000
    expect(answerIn(await engine.take(totals)).result).toBe(result)
  })
})

it('totals that are new are taken of a device that has nothing left', async () => {
  const [first, second, third] = new TestStation([40, 33, 32]).devices
  for (const device of [first, second]) await engine.take(entriesOf(device))
  const waiting = totalsOf(first)
  for (let count = 0; count < 120; count += 1) await engine.take(waiting)
  expect(await engine.take(waiting)).toEqual({})
  await engine.take(entriesOf(third))
  expect(answerIn(await engine.take(waiting)).result).toBe('stored')
})
