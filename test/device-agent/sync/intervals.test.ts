import { describe, expect, it } from 'vitest'
import { encodeStatus, parseStatus } from '../../../core/messages/status.ts'
import { topicOf } from '../../../core/messages/topic.ts'
import { type SyncOptions, startSync } from '../../../device-agent/sync/sync.ts'
import type { CentreStore } from '../../../fleet/store/store.ts'
import { VirtualClock } from '../../../simulator/virtual-clock.ts'
import { sayingBuild } from '../../attacks/weakened/weaken.ts'
import { soundStatus } from '../../fixtures/status.ts'
import { TestDevice } from '../../fleet/office.ts'
import { electionId, officeForEachTest, secondCollector, sync } from './syncing.ts'

const office = officeForEachTest()

describe('how a device is', () => {
  /** The minutes in which it is told, with a ballot cast every 54 seconds. */
  async function toldAt(store: CentreStore, start = startSync): Promise<readonly number[]> {
    const centre = await office().startCentre(store)
    const clock = new VirtualClock(Date.parse('2026-06-19T08:00:00Z'))
    const device = new TestDevice('device-1')
    const begin = clock.now()
    const asked: number[] = []
    const minute = 60_000
    const overrides: Partial<SyncOptions> = {
      clock,
      hold: () => clock.hold(),
      intervalMs: () => 5 * minute,
      status: () => {
        asked.push((clock.now() - begin) / minute)
        return clock.now() - begin > 20 * minute ? undefined : encodeStatus(soundStatus)
      },
    }
    sync(device, centre.port, overrides, start)
    for (let at = 1; at < 30; at += 1) clock.after(at * 0.9 * minute, () => device.appendMany(1))
    await clock.run(new Promise<void>((resolve) => clock.after(27 * minute, resolve)))
    return asked
  }

  it('is told at the first cast in a build that tells what is new: the test sees it', async () => {
    const line = 'let timer = clock.after(options.intervalMs(), turn)'
    const atNews = `let known = outbox.journalFrom(0).size
  const look = () => {
    if (outbox.journalFrom(0).size !== known) options.status?.()
    clock.after(1_000, look)
  }
  clock.after(1_000, look)
  ${line}`
    const weakened = await sayingBuild([{ file: 'device-agent/sync/sync.ts', line, by: atNews }])
    expect((await toldAt(await office().openStore(), weakened.startSync))[0]).toBeCloseTo(0.9, 1)
  })

  it('is told at each turn of the timer and at no other time, whatever is cast, until there is nothing more to say', async () => {
    const store = await office().openStore()
    expect(await toldAt(store)).toEqual([5, 10, 15, 20, 25])
    while ((await store.statuses()).length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    const [held] = await store.statuses()
    expect(held?.device).toBe('device-1')
    expect(parseStatus(Buffer.from(held?.document ?? ''), 'held')).toEqual({ ok: true, value: soundStatus })
    expect(office().alarms).toEqual([])
  })
})

describe('an order to tell at other intervals', () => {
  const minute = 60_000

  /** The minutes in which a device tells that tells each fifth; one order comes at 12 minutes, to tell each minute, one at 14.5, that says the same. */
  async function toldAt(start = startSync): Promise<readonly number[]> {
    const centre = await office().startCentre(await office().openStore())
    const second = await secondCollector(centre.port)
    const device = new TestDevice('device-1')
    const clock = new VirtualClock(Date.parse('2026-06-19T08:00:00Z'))
    const begin = clock.now()
    const asked: number[] = []
    let interval = 5 * minute
    let arrived = () => {}
    const overrides: Partial<SyncOptions> = {
      clock,
      hold: () => clock.hold(),
      intervalMs: () => interval,
      ordered: () => {
        interval = minute
        arrived()
        return undefined
      },
      status: () => {
        asked.push((clock.now() - begin) / minute)
        return undefined
      },
    }
    sync(device, centre.port, overrides, start)
    for (const at of [12, 14.5]) {
      clock.after(at * minute, () => {
        arrived = clock.hold()
        second.publish(topicOf(electionId, device.deviceId, 'down', 'order'), 'tell oftener', { qos: 1 })
      })
    }
    await clock.run(new Promise<void>((resolve) => clock.after(17.5 * minute, resolve)))
    return asked
  }

  it('holds at once, and one that changes nothing puts no turn off', async () => {
    expect(await toldAt()).toEqual([5, 10, 13, 14, 15, 16, 17])
  })

  it.each([
    ['waits out the old interval', 'false', [5, 10, 15, 16, 17]],
    ['begins anew at every order', 'before > 0', [5, 10, 13, 14, 15.5, 16.5]],
  ])('a build that %s is seen', async (_, by, asked) => {
    const line = 'options.intervalMs() !== before'
    const weakened = await sayingBuild([{ file: 'device-agent/sync/sync.ts', line, by }])
    expect(await toldAt(weakened.startSync)).toEqual(asked)
  })
})
