import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { StationSheet } from '../../core/bundle/station-sheet.ts'
import { tallyJson } from '../../core/election/tally.ts'
import { signDocument } from '../../core/keys/signed-document.ts'
import { openAnswer } from '../../core/messages/answer.ts'
import { encodeEntriesMessage } from '../../core/messages/entries.ts'
import { deviceFilter, topicOf } from '../../core/messages/topic.ts'
import { valueOrThrow } from '../../core/result.ts'
import type { Desk } from '../../fleet/collector/desk.ts'
import { electionResult, resultOf } from '../../fleet/results/results.ts'
import type { CentreStore } from '../../fleet/store/store.ts'
import { election, messageSigner, Office, TestDevice, votes } from './office.ts'
import { answerIn, deskOn, hear, storeTally, TestStation, tell } from './totals.ts'

const { definition } = election

let office: Office
let store: CentreStore
let desk: Desk

beforeEach(async () => {
  office = new Office()
  store = await office.openStore()
  desk = deskOn(store)
})
afterEach(() => office.close())

/** A station of which the centre holds every journal. */
async function heard(casts: readonly [number, number, number]): Promise<TestStation> {
  const station = new TestStation(casts)
  for (const device of station.devices) await hear(desk, device)
  return station
}

const resultHere = async () => valueOrThrow(await resultOf(definition, store))

/** Sends a sheet that must be refused and says why; nothing is kept of it. */
async function refusalOf(station: TestStation, changes: Partial<StationSheet>, by?: TestDevice) {
  const outcome = await tell(desk, station.devices[0], station.signed(changes, by))
  expect(answerIn(outcome).result).toBe('refused')
  expect(await store.sheets()).toEqual([])
  const { alarm } = outcome
  return alarm !== undefined && 'refusal' in alarm ? [alarm.kind, alarm.refusal.code] : alarm
}

describe('a station’s sheet', () => {
  it('is stored byte for byte once every journal it lists is closed, and answered the same when sent again', async () => {
    const station = await heard([40, 5, 33])
    const [reporting] = station.devices
    const outcome = await tell(desk, reporting, station.signed())
    expect(outcome.alarm).toBeUndefined()
    expect(answerIn(outcome)).toMatchObject({ result: 'stored', have: reporting.entries.length })
    expect(await tell(desk, reporting, station.signed())).toEqual(outcome)
    expect(await store.sheet('station-1')).toMatchObject({ device: 'device-1', document: station.signed() })
    expect(await store.sheets()).toHaveLength(1)
  })

  it('is asked for again, without an alarm, as long as a journal or closing entry is not there', async () => {
    const station = new TestStation([40, 5, 33])
    const [reporting, second, third] = station.devices
    const again = () => tell(desk, reporting, station.signed())
    expect(answerIn(await again())).toMatchObject({ result: 'resend', have: 0 })
    await hear(desk, reporting)
    await hear(desk, second)
    expect((await again()).alarm).toBeUndefined()
    expect(answerIn(await again())).toMatchObject({ result: 'resend', have: reporting.entries.length })
    await hear(desk, third, third.entries.length - 1)
    expect((await store.journal(third.origin))?.frontier.size).toBe(third.entries.length - 1)
    expect(answerIn(await again()).result).toBe('resend')
    expect(await store.sheets()).toEqual([])
    await hear(desk, third)
    expect(answerIn(await again()).result).toBe('stored')
  })

  it('that another device of the station sends, or of a station that it does not report for, is forged', async () => {
    const station = await heard([40, 5, 33])
    const [reporting, second] = station.devices
    for (const [device, text] of [
      [second, station.signed()],
      [second, station.signed({}, second)],
      [reporting, station.signed({ station: 'station-2' })],
      [reporting, station.signed({ journals: station.sheet.journals.slice(1) })],
    ] as const) {
      const { alarm, reply } = await tell(desk, device, text)
      expect(alarm).toMatchObject({ kind: 'forged', refusal: { code: 'sheet.reporter' } })
      expect(reply).toBeUndefined()
    }
    expect(await store.sheets()).toEqual([])
  })

  it('signed by another device’s key is forged, also if it comes from the reporting device', async () => {
    const station = await heard([40, 5, 33])
    expect(await refusalOf(station, {}, station.devices[1])).toEqual(['forged', 'document.wrong-key'])
  })

  it('whose journals stand in another order than theirs is no sheet, however well it is signed', async () => {
    const station = await heard([40, 5, 33])
    const [reporting] = station.devices
    const journals = [...station.sheet.journals].reverse().map((one) => ({ ...one }))
    const payload = { version: 1, station: 'station-1', journals, tally: station.sheet.tally }
    const text = signDocument('station-sheet', payload, [reporting.messageSigner])
    const outcome = await tell(desk, reporting, text)
    expect(outcome.alarm).toMatchObject({ kind: 'forged', refusal: { code: 'sheet.shape' } })
    expect(answerIn(outcome).result).toBe('refused')
    expect(await store.sheets()).toEqual([])
  })

  it('that leaves out a device, or lists one twice or one of another station, is refused', async () => {
    const station = await heard([40, 5, 33])
    const [first, second, third] = station.sheet.journals
    if (first === undefined || second === undefined || third === undefined) throw new Error('three journals')
    const anew = { ...second, origin: new TestDevice('device-2', 'another journal').origin }
    const spare = { ...second, origin: new TestDevice('spare-9').origin }
    for (const journals of [
      [first, second],
      [first, second, anew],
      [first, second, third, anew],
      [first, second, spare],
      [first, second, third, spare],
      [first, second, { ...third, origin: 'elsewhere' }],
    ]) {
      expect(await refusalOf(station, { journals })).toEqual(['malformed', 'sheet.journals'])
    }
  })

  it('with another commitment than that of a closing entry is refused', async () => {
    const station = await heard([40, 5, 33])
    const journals = station.sheet.journals.map((one, index) =>
      index === 2 ? { ...one, commitment: station.devices[2].commitment(votes(33, 9)) } : one,
    )
    expect(await refusalOf(station, { journals })).toEqual(['other-tally', 'sheet.commitment'])
  })

  it('with a day behind it that was never legal is refused', async () => {
    const station = new TestStation([40, 5, 33])
    station.devices[1].append({ type: 'ballot.cast', count: 6 })
    for (const device of station.devices) await hear(desk, device)
    expect(await refusalOf(station, {})).toEqual(['malformed', 'journal.order'])
  })

  it('that is no sum of so many ballots, or no tally of this election, is refused', async () => {
    const station = await heard([40, 5, 33])
    const sumOf = (count: number) => tallyJson(definition, votes(count))
    expect(await refusalOf(station, { tally: sumOf(79) })).toEqual(['other-tally', 'tally.arithmetic'])
    expect(await refusalOf(station, { tally: sumOf(77) })).toEqual(['other-tally', 'tally.arithmetic'])
    expect(await refusalOf(station, { tally: [] })).toEqual(['other-tally', 'tally.shape'])
  })

  it('is refused where every device has 32 ballots: the devices send their own', async () => {
    expect(await refusalOf(await heard([32, 32, 63]), {})).toEqual(['malformed', 'sheet.needless'])
  })

  it('that differs from the one held is an alarm, and the first stays', async () => {
    const station = await heard([40, 5, 33])
    const [reporting] = station.devices
    await tell(desk, reporting, station.signed())
    const outcome = await tell(
      desk,
      reporting,
      station.signed({ tally: tallyJson(definition, votes(78, 7)) }),
    )
    expect(outcome.alarm).toMatchObject({ kind: 'second-sheet', refusal: { code: 'sheet.second' } })
    expect(answerIn(outcome).result).toBe('refused')
    expect((await store.sheets()).map(({ document }) => document)).toEqual([station.signed()])
    const forged = await tell(desk, reporting, station.signed({ tally: [] }, station.devices[1]))
    expect(forged.alarm?.kind).toBe('forged')
  })

  it('goes the whole way: from the device through the broker to the store, and a signed answer back', async () => {
    const centre = await office.startCentre(store)
    const station = new TestStation([40, 5, 33])
    const { election: id } = definition
    const topic = (device: TestDevice, kind: 'entries' | 'tally') => topicOf(id, device.deviceId, 'up', kind)
    const [reporting] = station.devices
    for (const device of station.devices.slice(1)) {
      const client = await office.client(centre.port, device.tls, device.deviceId)
      const receipt = new Promise((resolve) => client.once('message', resolve))
      await client.subscribeAsync(deviceFilter(id, device.deviceId), { qos: 1 })
      const message = encodeEntriesMessage(device.message(0, device.entries.length))
      await client.publishAsync(topic(device, 'entries'), Buffer.from(message), { qos: 1 })
      await receipt
    }
    const client = await office.client(centre.port, reporting.tls, 'device-1')
    await client.subscribeAsync(deviceFilter(id, 'device-1'), { qos: 1 })
    const answered = new Promise<Uint8Array>((resolve) =>
      client.on('message', (at, bytes) => at.endsWith('/down/answer') && resolve(bytes)),
    )
    const entries = encodeEntriesMessage(reporting.message(0, reporting.entries.length))
    await client.publishAsync(topic(reporting, 'entries'), Buffer.from(entries), { qos: 1 })
    await client.publishAsync(topic(reporting, 'tally'), station.signed(), { qos: 1 })
    const answer = valueOrThrow(openAnswer(await answered, messageSigner.publicKey, 'test'))
    expect(answer.result).toBe('stored')
    expect((await store.sheet('station-1'))?.document).toBe(station.signed())
    expect(centre.counts()).toMatchObject({ receipt: 3, answer: 1, 'small-device': 0, 'second-sheet': 0 })
  })
})

describe('the result', () => {
  it('counts a station by its sheet, and calls none of its devices missing', async () => {
    const station = await heard([40, 5, 33])
    await tell(desk, station.devices[0], station.signed())
    const { stations, sum, unknown } = await resultHere()
    expect(stations[0]).toMatchObject({ by: 'sheet', devices: [], missing: [], withheld: [], beside: [] })
    expect(stations[0]?.sum[0]).toMatchObject({ valid: 78, blank: 0 })
    expect(sum[0]?.options.slice(0, 4)).toEqual([40, 5, 33, 0])
    expect(unknown).toEqual([])
  })

  it('counts the sheet alone where tallies of devices came before it, and names those devices', async () => {
    const station = await heard([40, 5, 33])
    const [reporting, , third] = station.devices
    // As a centre that did not know the rule yet stored them.
    for (const device of [third, reporting]) await storeTally(store, device)
    await tell(desk, reporting, station.signed())
    const { stations, sum } = await resultHere()
    expect(stations[0]).toMatchObject({ by: 'sheet', devices: [], beside: ['device-1', 'device-3'] })
    expect(sum[0]?.valid).toBe(78)
  })

  it('is in no sum if a device of the station has two journals, and names it', async () => {
    const anew = new TestDevice('device-3', 'another journal').close()
    const station = new TestStation([40, 5, 33])
    for (const device of [anew, ...station.devices]) await hear(desk, device)
    for (const device of [anew, station.devices[2]]) await storeTally(store, device)
    await tell(desk, station.devices[0], station.signed())
    const { stations, sum } = await resultHere()
    expect(stations[0]).toMatchObject({
      by: 'sheet',
      withheld: [{ device: 'device-3', why: ['second-journal'] }],
      beside: ['device-3'],
    })
    expect(sum[0]?.valid).toBe(0)
  })

  it('is none if a sheet is not that of the reporting device of its station', async () => {
    const station = await heard([40, 5, 33])
    await tell(desk, station.devices[0], station.signed())
    const [held] = await store.sheets()
    if (held === undefined) throw new Error('a sheet is held')
    for (const changed of [
      { ...held, device: 'device-2' },
      { ...held, station: 'station-2' },
      { ...held, messageKey: station.devices[1].messageSigner.publicKey },
    ]) {
      const held = { tallies: [], journals: [], forks: new Map(), secondTotals: [] }
      expect(electionResult(definition, { ...held, sheets: [changed] }).ok).toBe(false)
    }
  })
})
