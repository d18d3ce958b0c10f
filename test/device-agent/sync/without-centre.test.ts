import { describe, expect, it } from 'vitest'
import { until } from '../../fleet/broker-ends.ts'
import { freePort } from '../../fleet/brokers.ts'
import { realClock, TestDevice } from '../../fleet/office.ts'
import { officeForEachTest, sync } from './syncing.ts'

const office = officeForEachTest()

describe('without a centre', () => {
  it.each([
    ['nobody listens there', freePort],
    ['another answers there', async () => (await office().startCentre(await office().openStore())).port],
  ])('each failed connection is logged once: %s', async (_, portOf) => {
    const device = new TestDevice('device-1')
    const lines: string[] = []
    const keep = (_fields: unknown, message: string) => void lines.push(message)
    const waiting: (() => void)[] = []
    const clock = {
      now: realClock.now,
      elapsed: realClock.elapsed,
      after: (_ms: number, callback: () => void) => {
        waiting.push(callback)
        return { cancel: () => {} }
      },
    }
    const url = `mqtts://127.0.0.1:${await portOf()}`
    const address = { url, servername: 'another.example', tls: device.tls }
    sync(device, 0, { address, clock, logger: { info: keep, warn: keep, error: keep } })
    // The first that waits is the timer of the day, then one for each next connection.
    await until(() => waiting.length === 2)
    waiting[1]?.()
    await until(() => waiting.length === 3)
    expect(lines).toEqual(['sync: link failed', 'sync: link failed'])
  })
})
