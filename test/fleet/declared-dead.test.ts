/** The centre and a device that two officers declared dead: its station is complete without it, and what it says afterwards is told to people. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sumTallies, tallyJson } from '../../core/election/tally.ts'
import { sha256, toBase64 } from '../../core/keys/hash.ts'
import { valueOrThrow } from '../../core/result.ts'
import type { Desk } from '../../fleet/collector/desk.ts'
import { resultOf } from '../../fleet/results/results.ts'
import type { CentreStore } from '../../fleet/store/store.ts'
import { election, Office, TestDevice, votes } from './office.ts'
import { answerIn, deskOn, hear, TestStation, tell } from './totals.ts'

const by = (certificates: readonly [string, string] = ['one', 'two']) =>
  (['executive', 'supervisory'] as const).map((role, i) => ({
    role,
    certificate: toBase64(sha256(Buffer.from(certificates[i] ?? ''))),
  }))

let office: Office
let store: CentreStore
let desk: Desk

beforeEach(async () => {
  office = new Office()
  store = await office.openStore()
  desk = deskOn(store)
})
afterEach(() => office.close())

/** A device that is still open, of which the centre knows its beginning. */
async function dying(): Promise<TestDevice> {
  const device = new TestDevice('device-3').append({ type: 'report.printed', report: 'zero' })
  await hear(desk, device)
  return device
}

const declare = (device: TestDevice, dead = 'device-3', officers = by()) =>
  device.append({ type: 'device.declared_dead', device: dead, by: officers })

describe('a station with a device that was declared dead', () => {
  it('is complete without it: tallies of large devices are taken, and it stays missing in the result', async () => {
    await dying()
    const [a, b] = new TestStation([40, 33, 1]).devices
    await hear(desk, a)
    await hear(desk, b)
    expect(answerIn(await tell(desk, a)).result).toBe('resend')
    declare(b)
    expect((await hear(desk, b)).alarm).toBeUndefined()
    for (const device of [a, b]) expect(answerIn(await tell(desk, device)).result).toBe('stored')
    const result = valueOrThrow(await resultOf(election.definition, store))
    expect(result.stations[0]).toMatchObject({ by: 'devices', missing: ['device-3'] })
  })

  it('has a sheet without it, once the declaration is held; none that counts too few or says it of another', async () => {
    await dying()
    const station = new TestStation([5, 4, 1])
    const [a, b] = station.devices
    await hear(desk, a)
    await hear(desk, b)
    const [first, second] = [votes(5, 0), votes(4, 1)]
    const changes = {
      journals: station.sheet.journals.slice(0, 2),
      without: ['device-3'],
      tally: tallyJson(election.definition, sumTallies(election.definition, [first, second])),
    }
    expect(answerIn(await tell(desk, a, station.signed(changes))).result).toBe('resend')
    declare(b)
    await hear(desk, b)
    for (const wrong of [
      { ...changes, without: [] },
      { ...changes, journals: changes.journals.slice(0, 1) },
      { ...changes, journals: station.sheet.journals },
    ])
      expect(answerIn(await tell(desk, a, station.signed(wrong))).result).toBe('refused')
    expect(answerIn(await tell(desk, a, station.signed(changes))).result).toBe('stored')
    const result = valueOrThrow(await resultOf(election.definition, store))
    expect(result.stations[0]).toMatchObject({ by: 'sheet', missing: ['device-3'] })
  })

  it('waits for it as before if one officer alone said so, or a device of another station', async () => {
    await dying()
    const [a, b] = new TestStation([40, 33, 1]).devices
    await hear(desk, a)
    declare(b, 'device-3', by(['one', 'one']))
    await hear(desk, b)
    const elsewhere = new TestDevice('device-4').close()
    declare(elsewhere)
    await hear(desk, elsewhere)
    expect(answerIn(await tell(desk, a)).result).toBe('resend')
  })

  it('is told when the device speaks again, and when it closes: its entries are kept', async () => {
    const c = await dying()
    const [, b] = new TestStation([40, 33, 1]).devices
    declare(b)
    await hear(desk, b)
    expect((await hear(desk, c.append({ type: 'printer.paper_low' }))).alarm).toBeUndefined()
    const stopped = await hear(desk, c.append({ type: 'device.stopped', why: 'declared-dead' }))
    expect(stopped.alarm).toMatchObject({
      kind: 'not-dead',
      device: 'device-3',
      by: 'device-2',
      what: 'went-on',
    })
    expect(stopped.reply?.kind).toBe('receipt')
    expect((await store.journal(c.origin))?.frontier.size).toBe(c.entries.length)
  })

  it.each([
    ['before the declaration comes', true],
    ['after it', false],
  ] as const)('is told that the device closed, %s', async (_, first) => {
    const [, b, c] = new TestStation([40, 33, 35]).devices
    declare(b)
    const outcomes: unknown[] = []
    for (const device of first ? [c, b] : [b, c]) outcomes.push((await hear(desk, device)).alarm)
    const alarm = { kind: 'not-dead', device: 'device-3', origin: c.origin, by: 'device-2', what: 'closed' }
    expect(outcomes).toEqual([undefined, alarm])
  })
})
