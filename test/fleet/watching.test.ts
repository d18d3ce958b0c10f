/** What the centre tells people of devices that are silent, and of clocks that are wrong. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Alarm } from '../../fleet/collector/alarm.ts'
import { openDesk } from '../../fleet/collector/desk.ts'
import { watchSilence } from '../../fleet/collector/silence.ts'
import type { CentreStore } from '../../fleet/store/store.ts'
import { VirtualClock } from '../../simulator/virtual-clock.ts'
import { Office, silentLogger, TestDevice } from './office.ts'
import { deskOn, hear } from './totals.ts'

const EIGHT = Date.parse('2026-06-19T08:00:00Z')
const HOUR = 3_600_000

let office: Office
let store: CentreStore
let clock: VirtualClock

beforeEach(async () => {
  office = new Office()
  store = await office.openStore()
  clock = new VirtualClock(EIGHT)
})
afterEach(() => office.close())

const desk = () => openDesk({ ...deskOn(store), clock })

describe('a device of the definition of which nothing new is heard', () => {
  /** Runs the clock on; while the store is asked it stands still. */
  async function hours(count: number): Promise<void> {
    for (let quarter = 0; quarter < count * 4; quarter += 1) {
      await clock.run(new Promise<void>((resolve) => clock.after(HOUR / 4, resolve)))
      for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    }
  }

  it('is told once for each silence, by what all collectors of the store heard', async () => {
    const alarms: Alarm[] = []
    const watch = watchSilence(desk(), HOUR, silentLogger, (alarm) => alarms.push(alarm))
    office.later(() => watch.close())
    const told = () => alarms.splice(0).map((alarm) => [alarm.kind, alarm.device])
    const [one, two] = [new TestDevice('device-1').appendMany(9), new TestDevice('device-2').close()]
    await hear(desk(), one, 3)
    await hear(desk(), two)
    await hours(2)
    expect(told()).toEqual([
      ['stale', 'device-1'],
      ['stale', 'device-3'],
    ])
    await hours(2)
    expect(told()).toEqual([])
    await hear(desk(), one, 5)
    await hours(0.75)
    expect(told()).toEqual([])
    await hours(0.5)
    expect(told()).toEqual([['stale', 'device-1']])
    expect((await store.alarms()).map(({ device, what }) => `${device}: ${what}`)).toEqual([
      'device-1: nothing new was heard since 2026-06-19T08:00:00Z',
      'device-3: nothing was ever heard',
      'device-1: nothing new was heard since 2026-06-19T12:00:00Z',
    ])
  })
})

describe('a device whose clock', () => {
  /** The device writes entries at these times, and the centre hears it whenever it has written so many. */
  async function written(minutes: readonly number[], heardAfter: readonly number[]) {
    const device = new TestDevice('device-1')
    const alarms: unknown[] = []
    for (const at of minutes)
      device.append({ type: 'card.refused', reason: 'unreadable' }, EIGHT + at * 60_000)
    for (const size of heardAfter) {
      const { alarm, reply } = await hear(desk(), device, size)
      expect(reply?.kind).toBe('receipt')
      alarms.push(alarm?.kind === 'clock' ? [alarm.what, alarm.seq] : alarm)
    }
    return alarms
  }

  it('is right, or only was so long ago, is nobody’s concern', async () => {
    expect(await written([0, 0, 5, 9], [2, 5])).toEqual([undefined, undefined])
    clock.set(40 * 24 * HOUR)
    expect(await hear(desk(), new TestDevice('device-2'))).not.toHaveProperty('alarm')
  })

  it('is ahead of the centre’s is told, and its entries are kept', async () => {
    expect(await written([1, 30, 31], [2, 4])).toEqual([undefined, ['ahead', 2]])
  })

  it('runs backwards is told, within a message and between two', async () => {
    expect(await written([5, 4], [3])).toEqual([['backwards', 2]])
  })

  it('ran backwards between two messages is told', async () => {
    expect(await written([5, 6, 2, 3], [3, 5])).toEqual([undefined, ['backwards', 3]])
  })
})
