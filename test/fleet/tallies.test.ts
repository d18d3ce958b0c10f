import { afterEach, beforeEach, expect, it } from 'vitest'
import { valueOrThrow } from '../../core/result.ts'
import type { Desk } from '../../fleet/collector/desk.ts'
import { takeTally } from '../../fleet/collector/take-tally.ts'
import { electionResult } from '../../fleet/results/results.ts'
import type { CentreStore } from '../../fleet/store/store.ts'
import { election, Office, TestDevice, votes } from './office.ts'
import { answerIn, deskOn, hear, TestStation, tell } from './totals.ts'

let office: Office
let store: CentreStore
let desk: Desk

beforeEach(() => {
  office = new Office()
  store = office.openStore()
  desk = deskOn(store)
})
afterEach(() => office.close())

it('a tally is stored when the closing entry commits to it, and answered the same when sent again', () => {
  const device = new TestDevice('device-1').appendMany(2).close()
  device.append({ type: 'report.printed', report: 'minutes' })
  hear(desk, device)
  const outcome = tell(desk, device)
  expect(answerIn(outcome)).toMatchObject({ result: 'stored', have: device.entries.length })
  expect(tell(desk, device)).toEqual(outcome)
  expect(store.tally(device.origin)?.document).toBe(device.waitingTally)
})

it('a tally before the closing entry has arrived makes the centre ask for the entries', () => {
  const device = new TestDevice('device-1').appendMany(2).close()
  expect(answerIn(tell(desk, device))).toMatchObject({ result: 'resend', have: 0 })
  hear(desk, device, 3)
  expect(answerIn(tell(desk, device))).toMatchObject({ result: 'resend', have: 3 })
  expect(store.tallies()).toEqual([])
})

it('a tally other than the committed one is refused', () => {
  const device = new TestDevice('device-1').close()
  hear(desk, device)
  for (const other of [votes(32, 1), votes(33)]) {
    const outcome = tell(desk, device, device.signedTally(other))
    expect(outcome.alarm?.kind).toBe('other-tally')
    expect(answerIn(outcome).result).toBe('refused')
  }
  expect(store.tallies()).toEqual([])
})

it('a tally behind a day that was never legal is refused, however well it is signed', () => {
  const device = new TestDevice('device-1').close()
  device.append({ type: 'ballot.cast', count: 33 })
  hear(desk, device)
  const outcome = tell(desk, device)
  expect(outcome.alarm?.kind).toBe('malformed')
  expect(answerIn(outcome).result).toBe('refused')
  expect(store.tallies()).toEqual([])
})

it('a tally signed by another key, or sent on the topic of another device, is forged', () => {
  const device = new TestDevice('device-1').close()
  hear(desk, device)
  const other = new TestDevice('device-2')
  Object.assign(other, { origin: device.origin })
  expect(tell(desk, device, other.signedTally(votes(32))).alarm?.kind).toBe('forged')
  expect(takeTally(desk, 'device-2', Buffer.from(device.waitingTally ?? '')).alarm?.kind).toBe('forged')
  expect(store.tallies()).toEqual([])
})

it('the tally of a device with 31 ballots is refused, an alarm says so, and no copy of it is kept', () => {
  const device = new TestDevice('device-1').close(votes(31))
  hear(desk, device)
  const outcome = tell(desk, device)
  expect(outcome.alarm).toMatchObject({ kind: 'small-device', refusal: { code: 'tally.small' } })
  expect(JSON.stringify(outcome.alarm)).not.toContain('options')
  expect(answerIn(outcome)).toMatchObject({ result: 'refused' })
  expect(store.tallies()).toEqual([])
})

it('a device of no station is held to the same number', () => {
  const device = new TestDevice('spare-9').close(votes(31))
  hear(desk, device)
  expect(tell(desk, device).alarm?.kind).toBe('small-device')
  expect(store.tallies()).toEqual([])
})

it('beside a neighbour with few ballots no device of the station gives its own tally away', () => {
  const { devices } = new TestStation([40, 0, 63])
  for (const device of devices) hear(desk, device)
  for (const device of devices) {
    expect(tell(desk, device).alarm, device.deviceId).toMatchObject({ kind: 'small-device' })
  }
  expect(store.tallies()).toEqual([])
})

it('a neighbour still voting, or closed with enough ballots, keeps no tally back', () => {
  const open = new TestDevice('device-2').appendMany(3)
  const [device, , third] = new TestStation([40, 32, 32]).devices
  for (const one of [device, open, third]) hear(desk, one)
  expect(answerIn(tell(desk, device)).result).toBe('stored')
})

it('a tally that was stored before the small neighbour was known is answered as before, and not taken for a fault', () => {
  const [device, small] = new TestStation([40, 5, 32]).devices
  hear(desk, device)
  const outcome = tell(desk, device)
  hear(desk, small)
  expect(tell(desk, device)).toEqual(outcome)
})

it('tallies add up to the result of each station, and the missing are named', () => {
  for (const [index, name] of ['device-1', 'device-3', 'spare-9'].entries()) {
    const device = new TestDevice(name).close(votes(32, index))
    hear(desk, device)
    tell(desk, device)
  }
  const result = valueOrThrow(electionResult(election.definition, store.tallies(), store.sheets()))
  expect(result.stations[0]).toMatchObject({
    by: 'devices',
    missing: ['device-2'],
    doubled: [],
    beside: [],
  })
  expect(result.unknown).toEqual(['spare-9'])
  expect(result.sum[0]).toMatchObject({ valid: 64, blank: 0 })
  expect(result.sum[0]?.options.slice(0, 3)).toEqual([32, 32, 0])
})

it('of a device with two journals no tally is counted, and it is named', () => {
  for (const journal of ['one journal', 'another journal']) {
    const device = new TestDevice('device-1', journal).close()
    hear(desk, device)
    expect(answerIn(tell(desk, device)).result).toBe('stored')
  }
  const result = valueOrThrow(electionResult(election.definition, store.tallies(), store.sheets()))
  expect(result.stations[0]).toMatchObject({
    by: 'devices',
    devices: [],
    missing: ['device-2', 'device-3'],
    doubled: ['device-1'],
  })
  expect(result.sum[0]?.valid).toBe(0)
})
