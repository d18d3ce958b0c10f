/** A spare that the stations around a depot list together: whichever of them it serves, it is taken as if it were that station's alone. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sumTallies, tallyJson } from '../../core/election/tally.ts'
import { encodeStatus } from '../../core/messages/status.ts'
import { valueOrThrow } from '../../core/result.ts'
import type { Desk } from '../../fleet/collector/desk.ts'
import { takeMessage } from '../../fleet/collector/take-messages.ts'
import { resultOf } from '../../fleet/results/results.ts'
import type { CentreStore } from '../../fleet/store/store.ts'
import { soundStatus } from '../fixtures/status.ts'
import { spareThatSays } from './disputed.ts'
import { Office, TestDevice, votes } from './office.ts'
import { spareOf, twoStations } from './spares.ts'
import { answerIn, deskOn, hear, TestStation, tell } from './totals.ts'

const { definition, hash } = twoStations

let office: Office
let store: CentreStore
let desk: Desk

beforeEach(async () => {
  office = new Office()
  store = await office.openStore()
  desk = deskOn(store, twoStations)
})
afterEach(() => office.close())

const deviceOf = (id: string) => new TestDevice(id, `journal ${id}`, { package: hash })
const alarms = async () => (await store.alarms()).map(({ device, kind }) => `${kind} of ${device}`)

describe.each([
  ['station-1', ['device-1', 'device-2', 'device-3']],
  ['station-2', ['device-4', 'device-5', 'device-6']],
] as const)('in %s a spare that another station lists too', (id, [first, second, third]) => {
  const resultHere = async () =>
    valueOrThrow(await resultOf(definition, store)).stations.find(({ station: one }) => one === id)

  it('takes the place of a device that died, and the station has all its tallies', async () => {
    const dead = deviceOf(first).appendMany(3)
    await hear(desk, dead)
    const spare = spareThatSays(dead, 4, 40, { package: hash })
    const heard = await hear(desk, spare)
    expect([heard.reply?.kind, heard.alarm]).toEqual(['receipt', undefined])
    const others = [deviceOf(second).close(votes(33)), deviceOf(third).close(votes(34))]
    for (const device of others) expect((await hear(desk, device)).alarm).toBeUndefined()
    for (const device of [spare, ...others])
      expect(answerIn(await tell(desk, device)).result, device.deviceId).toBe('stored')
    const result = await resultHere()
    expect(result).toMatchObject({ by: 'devices', missing: [], withheld: [] })
    expect(result?.sum[0]?.valid).toBe(40 + 33 + 34)
    expect(await alarms()).toEqual([])
  })

  it('reports for it too', async () => {
    const dead = deviceOf(first).appendMany(3)
    await hear(desk, dead)
    const spare = spareThatSays(dead, 4, 40, { package: hash })
    const others = [deviceOf(second).close(votes(5)), deviceOf(third).close(votes(34))]
    const tallies = [votes(40, 1), votes(5), votes(34)]
    const journals = [spare, ...others].map((device, index) => ({
      origin: device.origin,
      commitment: device.commitment(tallies[index] ?? []),
    }))
    for (const device of [spare, ...others]) await hear(desk, device)
    const tally = tallyJson(definition, sumTallies(definition, tallies))
    const sheet = new TestStation([32, 32, 32]).signed({ station: id, journals, tally }, spare)
    expect(answerIn(await tell(desk, spare, sheet)).result).toBe('stored')
    expect((await resultHere())?.sum[0]?.valid).toBe(40 + 5 + 34)
    expect(await alarms()).toEqual([])
  })

  it('says how it is, and what goes on beyond it is told', async () => {
    const dead = deviceOf(first).appendMany(9)
    await hear(desk, dead, 4)
    await hear(desk, spareOf(dead, 4, 'device-8', { package: hash }))
    const payload = encodeStatus(soundStatus)
    expect(await takeMessage(desk, { device: 'device-8', kind: 'status', payload })).toEqual({})
    expect((await store.statuses()).map(({ device }) => device)).toEqual(['device-8'])
    expect((await hear(desk, dead)).alarm).toMatchObject({ kind: 'takeover-fork', what: 'went-on' })
  })
})

it('a spare takes no place of a station that does not list it, though another does', async () => {
  const dead = deviceOf('device-4').appendMany(3)
  expect((await hear(desk, spareOf(dead, 4, 'device-9', { package: hash }))).alarm).toMatchObject({
    kind: 'malformed',
    refusal: { code: 'entries.takeover' },
  })
})

it('a spare that takes a place of either station has two journals, and neither place is counted', async () => {
  for (const [id, journal] of [
    ['device-1', 'one'],
    ['device-4', 'another'],
  ] as const) {
    const spare = spareThatSays(deviceOf(id), 1, 40, { package: hash, journal })
    await hear(desk, spare)
  }
  const { stations } = valueOrThrow(await resultOf(definition, store))
  expect(stations.map(({ withheld }) => withheld)).toEqual([
    [{ device: 'device-1', why: ['second-journal'] }],
    [{ device: 'device-4', why: ['second-journal'] }],
  ])
  expect(await alarms()).toEqual(['second-journal of device-8'])
})
