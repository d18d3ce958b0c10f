/** What becomes of the alarms when much of a country falls silent at once. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Definition } from '../../core/election/definition.ts'
import { encodeStatus } from '../../core/messages/status.ts'
import { openDesk } from '../../fleet/collector/desk.ts'
import { watchSilence } from '../../fleet/collector/silence.ts'
import { takeMessage } from '../../fleet/collector/take-messages.ts'
import type { CentreStore } from '../../fleet/store/store.ts'
import { StoreUnavailable } from '../../fleet/store/unavailable.ts'
import { VirtualClock } from '../../simulator/virtual-clock.ts'
import { soundStatus } from '../fixtures/status.ts'
import { election, Office, silentLogger } from './office.ts'
import { deskOn } from './totals.ts'

const HOUR = 3_600_000
const EIGHT = Date.parse(soundStatus.at)

let office: Office
let store: CentreStore
let clock: VirtualClock

beforeEach(async () => {
  office = new Office()
  store = await office.openStore()
  clock = new VirtualClock(EIGHT)
})
afterEach(() => office.close())

/** An election of so many devices, four a station. */
function country(devices: number): Definition {
  const [station] = election.definition.stations
  if (station === undefined) throw new Error('no station')
  const stations = Array.from({ length: devices / 4 }, (_, s) => ({
    ...station,
    id: `silent-${s}`,
    devices: [0, 1, 2, 3].map((d) => `silent-${s}-${d}`),
    spares: [],
  }))
  return { ...election.definition, stations }
}

/** Watches them over this store; who was told since it was asked last. */
function watch(devices: number, over: CentreStore, onAlarm = () => {}) {
  const desk = openDesk({
    ...deskOn(over),
    package: { ...election, definition: country(devices) },
    clock,
  })
  const alarms: string[] = []
  const error = vi.fn()
  const watching = watchSilence(desk, HOUR, { ...silentLogger, error }, ({ device }) => {
    alarms.push(device)
    onAlarm()
  })
  office.later(() => watching.close())
  return { desk, error, told: () => alarms.splice(0), close: () => watching.close() }
}

/** The virtual clock goes on for an hour; what that sets going runs by real time. */
const hour = () => clock.run(new Promise<void>((resolve) => clock.after(HOUR, resolve)))
const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}
const kept = async () => (await store.alarms()).map(({ device }) => device)

it('nobody is missed on the day before who has not spoken yet, and everybody on the day itself', async () => {
  clock.set(-24 * HOUR)
  const { told } = watch(4, store)
  await hour()
  await hour()
  await turns(5)
  expect(told()).toEqual([])
  clock.set(24 * HOUR)
  await hour()
  await turns(5)
  expect(told()).toHaveLength(4)
})

it('of thousands that are silent each alarm is told and kept, and messages and timers have their turns in between', async () => {
  const devices = 4_000
  let meanwhile: Promise<readonly number[]> | undefined
  const { desk, told } = watch(devices, store, () => {
    meanwhile ??= Promise.all(
      [
        new Promise<void>((resolve) => setTimeout(resolve, 0)),
        takeMessage(desk, { device: 'silent-0-0', kind: 'status', payload: encodeStatus(soundStatus) }),
      ].map(async (turn) => {
        await turn
        return (await kept()).length
      }),
    )
  })
  await hour()
  await vi.waitFor(async () => expect(await kept()).toHaveLength(devices), { timeout: 20_000 })
  for (const count of (await meanwhile) ?? [devices]) expect(count).toBeLessThan(devices / 2)
  expect(new Set(told()).size).toBe(devices)
})

it('what could not be kept is told and tried again at the next look, and only that', async () => {
  const devices = 1_000
  let isAway = true
  const { told, error } = watch(devices, {
    ...store,
    transact: async (stations, work) => {
      if (!isAway) return store.transact(stations, work)
      isAway = false
      throw new StoreUnavailable('no connection')
    },
  })
  await hour()
  await turns(20)
  expect(told()).toHaveLength(devices)
  const first = new Set(await kept())
  expect(first.size).toBeGreaterThan(0)
  expect(first.size).toBeLessThan(devices)
  expect(error.mock.calls).toEqual([
    [expect.objectContaining({ reason: 'no connection' }), 'collector: alarms not kept'],
  ])
  await hour()
  await turns(20)
  const again = told()
  expect(again).toHaveLength(devices - first.size)
  expect(again.filter((device) => first.has(device))).toEqual([])
  expect(await kept()).toHaveLength(devices)
  await hour()
  await turns(20)
  expect(told()).toEqual([])
})

it('a look that takes long is the only one at work, and is given up when the watch is closed', async () => {
  const devices = 1_000
  let goOn = () => {}
  const slow = new Promise<void>((resolve) => {
    goOn = resolve
  })
  const statuses = vi.fn(store.statuses)
  const transact = vi.fn<CentreStore['transact']>(async (stations, work) => {
    await slow
    return store.transact(stations, work)
  })
  const { told, close } = watch(devices, {
    ...store,
    statuses,
    transact: transact as CentreStore['transact'],
  })
  for (let count = 0; count < 3; count += 1) {
    await hour()
    await turns(20)
  }
  expect([statuses.mock.calls.length, transact.mock.calls.length]).toEqual([1, 1])
  close()
  goOn()
  await turns(20)
  const first = await kept()
  expect(first).toEqual(told().sort())
  expect(first.length).toBeLessThan(devices)
  await hour()
  await turns(20)
  expect([statuses.mock.calls.length, transact.mock.calls.length]).toEqual([1, 1])
})
