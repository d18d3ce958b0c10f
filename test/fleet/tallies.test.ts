import { afterEach, beforeEach, expect, it } from 'vitest'
import { valueOrThrow } from '../../core/result.ts'
import type { Desk } from '../../fleet/collector/desk.ts'
import { takeMessage } from '../../fleet/collector/take-messages.ts'
import { resultOf } from '../../fleet/results/results.ts'
import type { CentreStore } from '../../fleet/store/store.ts'
import { election, Office, TestDevice, votes } from './office.ts'
import { answerIn, deskOn, hear, hearNeighbours, TestStation, tell } from './totals.ts'

let office: Office
let store: CentreStore
let desk: Desk

beforeEach(async () => {
  office = new Office()
  store = await office.openStore()
  desk = deskOn(store)
})
afterEach(() => office.close())

it('a tally is stored when the closing entry commits to it, and answered the same when sent again', async () => {
  await hearNeighbours(desk)
  const device = new TestDevice('device-1').appendMany(2).close()
  device.append({ type: 'report.printed', report: 'minutes' })
  await hear(desk, device)
  const outcome = await tell(desk, device)
  expect(answerIn(outcome)).toMatchObject({ result: 'stored', have: device.entries.length })
  expect(await tell(desk, device)).toEqual(outcome)
  expect((await store.tally(device.origin))?.document).toBe(device.waitingTally)
})

it('a tally before the closing entry has arrived makes the centre ask for the entries', async () => {
  const device = new TestDevice('device-1').appendMany(2).close()
  expect(answerIn(await tell(desk, device))).toMatchObject({ result: 'resend', have: 0 })
  await hear(desk, device, 3)
  expect(answerIn(await tell(desk, device))).toMatchObject({ result: 'resend', have: 3 })
  expect(await store.tallies()).toEqual([])
})

it('a tally other than the committed one is refused', async () => {
  await hearNeighbours(desk)
  const device = new TestDevice('device-1').close()
  await hear(desk, device)
  for (const other of [votes(32, 1), votes(33)]) {
    const outcome = await tell(desk, device, device.signedTally(other))
    expect(outcome.alarm?.kind).toBe('other-tally')
    expect(answerIn(outcome).result).toBe('refused')
  }
  expect(await store.tallies()).toEqual([])
})

it('a tally behind a day that was never legal is refused, however well it is signed', async () => {
  await hearNeighbours(desk)
  const device = new TestDevice('device-1').close()
  device.append({ type: 'ballot.cast', count: 33 })
  await hear(desk, device)
  const outcome = await tell(desk, device)
  expect(outcome.alarm?.kind).toBe('malformed')
  expect(answerIn(outcome).result).toBe('refused')
  expect(await store.tallies()).toEqual([])
})

it('a tally signed by another key, or sent on the topic of another device, is forged', async () => {
  const device = new TestDevice('device-1').close()
  await hear(desk, device)
  const other = new TestDevice('device-2')
  Object.assign(other, { origin: device.origin })
  expect((await tell(desk, device, other.signedTally(votes(32)))).alarm?.kind).toBe('forged')
  expect(
    (
      await takeMessage(desk, {
        device: 'device-2',
        kind: 'tally',
        payload: Buffer.from(device.waitingTally ?? ''),
      })
    ).alarm?.kind,
  ).toBe('forged')
  expect(await store.tallies()).toEqual([])
})

it('the tally of a device with 31 ballots is refused, an alarm says so, and no copy of it is kept', async () => {
  const device = new TestDevice('device-1').close(votes(31))
  await hear(desk, device)
  const outcome = await tell(desk, device)
  expect(outcome.alarm).toMatchObject({ kind: 'small-device', refusal: { code: 'tally.small' } })
  expect(JSON.stringify(outcome.alarm)).not.toContain('options')
  expect(answerIn(outcome)).toMatchObject({ result: 'refused' })
  expect(await store.tallies()).toEqual([])
})

it('a device of no station is held to the same number', async () => {
  const device = new TestDevice('spare-9').close(votes(31))
  await hear(desk, device)
  expect((await tell(desk, device)).alarm?.kind).toBe('small-device')
  expect(await store.tallies()).toEqual([])
})

it('beside a neighbour with few ballots no device of the station gives its own tally away', async () => {
  const { devices } = new TestStation([40, 0, 63])
  for (const device of devices) await hear(desk, device)
  for (const device of devices) {
    expect((await tell(desk, device)).alarm, device.deviceId).toMatchObject({ kind: 'small-device' })
  }
  expect(await store.tallies()).toEqual([])
})

it('a tally waits until the closings of the whole station are held, in whatever order they come', async () => {
  const { devices } = new TestStation([40, 32, 33])
  const [device, ...neighbours] = devices
  await hear(desk, device)
  for (const neighbour of neighbours) {
    for (const size of [1, neighbour.entries.length - 1]) {
      await hear(desk, neighbour, size)
      const waiting = await tell(desk, device)
      expect(answerIn(waiting)).toMatchObject({ result: 'resend', have: device.entries.length })
      expect(waiting.alarm).toBeUndefined()
      expect(await store.tallies()).toEqual([])
    }
    await hear(desk, neighbour)
  }
  for (const one of devices) expect(answerIn(await tell(desk, one)).result).toBe('stored')
})

it('of a station with a dead device no tally is taken, as long as its closing is not held', async () => {
  const [device, dead, third] = new TestStation([40, 40, 40]).devices
  await hear(desk, dead, 20)
  for (const one of [device, third]) await hear(desk, one)
  for (const one of [device, third]) expect(answerIn(await tell(desk, one)).result).toBe('resend')
  expect(await store.tallies()).toEqual([])
})

it('while closings are missing a small device that is known is refused all the same, and so is what another key signed', async () => {
  const [device, small] = new TestStation([40, 5, 32]).devices
  for (const one of [device, small]) await hear(desk, one)
  expect((await tell(desk, device)).alarm?.kind).toBe('small-device')
  const other = Object.assign(new TestDevice('device-2'), { origin: device.origin })
  expect((await tell(desk, device, other.signedTally(votes(40)))).alarm?.kind).toBe('forged')
  expect(await store.tallies()).toEqual([])
})

it('a tally that is stored is answered as before, whatever comes to be known of a neighbour', async () => {
  const { devices } = new TestStation([40, 33, 32])
  for (const one of devices) await hear(desk, one)
  const outcome = await tell(desk, devices[0])
  await hear(desk, new TestDevice('device-2', 'another journal').close(votes(5)))
  expect(await tell(desk, devices[0])).toEqual(outcome)
  const later = await tell(desk, devices[1])
  expect([answerIn(later).result, later.alarm]).toEqual(['resend', undefined])
})

it('tallies add up to the result of each station, and the missing are named', async () => {
  const devices = ['device-1', 'device-3', 'spare-9'].map((name, index) =>
    new TestDevice(name).close(votes(32, index)),
  )
  for (const device of [new TestDevice('device-2').close(), ...devices]) await hear(desk, device)
  for (const device of devices) await tell(desk, device)
  const result = valueOrThrow(await resultOf(election.definition, store))
  expect(result.stations[0]).toMatchObject({
    by: 'devices',
    missing: ['device-2'],
    withheld: [],
    beside: [],
  })
  expect(result.unknown).toEqual(['spare-9'])
  expect(result.sum[0]).toMatchObject({ valid: 64, blank: 0 })
  expect(result.sum[0]?.options.slice(0, 3)).toEqual([32, 32, 0])
})

it('of a device with two journals no tally is counted, and it is named', async () => {
  await hearNeighbours(desk)
  for (const journal of ['one journal', 'another journal']) {
    const device = new TestDevice('device-1', journal).close()
    await hear(desk, device)
    expect(answerIn(await tell(desk, device)).result).toBe('stored')
  }
  const result = valueOrThrow(await resultOf(election.definition, store))
  expect(result.stations[0]).toMatchObject({
    by: 'devices',
    devices: [],
    missing: ['device-2', 'device-3'],
    withheld: [{ device: 'device-1', why: ['second-journal'] }],
  })
  expect(result.sum[0]?.valid).toBe(0)
})
