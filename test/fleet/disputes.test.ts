/**
 * What the result counts of places of which there are two accounts, or one that cannot be: nothing, and it names them. Whoever came first, and
 * whichever the centre could not hear.
 */
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { tallyJson } from '../../core/election/tally.ts'
import type { JournalEvent } from '../../core/journal/catalogue.ts'
import { valueOrThrow } from '../../core/result.ts'
import type { Desk } from '../../fleet/collector/desk.ts'
import { resultOf } from '../../fleet/results/results.ts'
import { type CentreStore, openCentreStore } from '../../fleet/store/store.ts'
import { closingWith, signedAgain, spareThatSays } from './disputed.ts'
import { election, Office, TestDevice, votes } from './office.ts'
import { spareOf } from './spares.ts'
import { answerIn, deskOn, hear, hearNeighbours, TestStation, tell } from './totals.ts'

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

/** What is counted of device-1: its ballots, what is withheld of the station and why. */
async function counted() {
  const { stations } = valueOrThrow(await resultOf(definition, store))
  const { sum, withheld } = stations[0] ?? { sum: [], withheld: [] }
  return [sum[0]?.valid, ...withheld.flatMap(({ device, why }) => [device, ...why])]
}

describe('nothing is counted of a place', () => {
  it('whose device goes on although a spare says that it took over: both are kept, answered and withheld', async () => {
    await hearNeighbours(desk)
    const honest = new TestDevice('device-1').appendMany(5).close(votes(40))
    await hear(desk, honest, 20)
    const spare = spareThatSays(honest, 1, 60)
    expect((await hear(desk, spare)).alarm).toMatchObject({ kind: 'takeover-fork', what: 'went-on' })
    expect(answerIn(await tell(desk, spare)).result).toBe('stored')
    expect(await counted()).toEqual([0, 'device-1', 'went-on'])
    expect((await hear(desk, honest)).reply?.kind).toBe('receipt')
    expect(answerIn(await tell(desk, honest)).result).toBe('stored')
    expect(await store.tallies()).toHaveLength(2)
    expect(await counted()).toEqual([0, 'device-1', 'went-on'])
  })

  it('whose device closed, though a spare says that it took over more than there is', async () => {
    await hearNeighbours(desk)
    const honest = new TestDevice('device-1').close(votes(40))
    await hear(desk, honest)
    await tell(desk, honest)
    expect(await counted()).toEqual([40])
    const never = new TestDevice('device-1').appendMany(99)
    expect((await hear(desk, spareOf(never, 100))).alarm).toMatchObject({ what: 'closed' })
    expect(await counted()).toEqual([0, 'device-1', 'closed'])
  })

  it('of whose device a copy begins a second journal, closes and is heard first', async () => {
    await hearNeighbours(desk)
    await hear(desk, new TestDevice('device-1').appendMany(5))
    const copy = new TestDevice('device-1', 'the journal of a copy').close(votes(60, 1))
    expect((await hear(desk, copy)).alarm?.kind).toBe('second-journal')
    await tell(desk, copy)
    expect(await counted()).toEqual([0, 'device-1', 'second-journal'])
  })

  it('whose device signed two histories, though only one of them has a tally', async () => {
    await hearNeighbours(desk)
    const device = new TestDevice('device-1').close(votes(40))
    await hear(desk, device)
    await tell(desk, device)
    expect((await hear(desk, new TestDevice('device-1').appendMany(9))).alarm?.kind).toBe('equivocation')
    expect(await counted()).toEqual([0, 'device-1', 'two-histories'])
  })

  it('of which the spare took over another history than the device has, whichever came first', async () => {
    await hearNeighbours(desk)
    const died = new TestDevice('device-1').appendMany(5)
    const spare = spareThatSays(died, 6, 60)
    await hear(desk, spare)
    await tell(desk, spare)
    expect(await counted()).toEqual([60])
    const lying = new TestDevice('device-1').appendMany(4).append({ type: 'card.refused', reason: 'forged' })
    expect((await hear(desk, lying)).alarm).toMatchObject({ what: 'other-history' })
    expect(await counted()).toEqual([0, 'device-1', 'other-history'])
  })

  it('whose device was declared dead and closed', async () => {
    const [a, b, c] = new TestStation([40, 40, 40]).devices
    for (const device of [a, b, c]) await hear(desk, device)
    for (const device of [a, b, c]) await tell(desk, device)
    const [first, second] = ['one', 'two'].map((name) => Buffer.from(name.padEnd(32)).toString('base64'))
    b.append({
      type: 'device.declared_dead',
      device: 'device-3',
      by: [
        { role: 'executive', certificate: first ?? '' },
        { role: 'supervisory', certificate: second ?? '' },
      ],
    })
    expect((await hear(desk, b)).alarm?.kind).toBe('not-dead')
    expect(await counted()).toEqual([80, 'device-3', 'not-dead'])
  })

  it('of a station whose reporting device signed two sheets that differ, whichever came first', async () => {
    const station = new TestStation([40, 5, 33])
    for (const device of station.devices) await hear(desk, device)
    await tell(desk, station.devices[0], station.signed())
    expect(await counted()).toEqual([78])
    const other = station.signed({ tally: tallyJson(definition, votes(78)) })
    expect((await tell(desk, station.devices[0], other)).alarm?.kind).toBe('second-sheet')
    expect(await counted()).toEqual([0, 'device-1', 'second-sheet'])
    expect((await store.secondTotals()).map(({ document }) => document)).toEqual([other])
  })
})

it('whoever is heard first, however often, and in whatever pieces, nothing of two accounts is counted', async () => {
  const [honest, died] = [
    new TestDevice('device-1').close(votes(40)),
    new TestDevice('device-1').appendMany(9),
  ]
  const accounts = [
    honest,
    spareThatSays(died, 7, 60),
    new TestDevice('device-2').close(votes(33)),
    new TestDevice('device-2', 'the journal of a copy').close(votes(34)),
    new TestDevice('device-3').close(votes(35)),
    new TestDevice('device-3').appendMany(2).close(votes(36)),
  ]
  const messages = accounts.flatMap((account) => {
    const { length } = account.entries
    return ([1, length - 2, length] as const).map((size) => ({ account, size }))
  })
  const order = fc.shuffledSubarray(messages, { minLength: messages.length })
  await fc.assert(
    fc.asyncProperty(order, async (shuffled) => {
      const own = new Office()
      const kept = await own.openStore()
      // As devices do that get no receipt: everything once more, and then totals.
      for (const { account, size } of [...shuffled, ...messages]) await hear(deskOn(kept), account, size)
      for (const { account, size } of shuffled) if (size > 1) await tell(deskOn(kept), account)
      const { stations, sum } = valueOrThrow(await resultOf(definition, kept))
      await own.close()
      expect(sum[0]?.valid).toBe(0)
      expect(stations[0]?.withheld.map(({ device }) => device)).toEqual(['device-1', 'device-2', 'device-3'])
    }),
    { numRuns: 6 },
  )
})

describe('a device that goes on after its tally was taken', () => {
  const events: readonly (readonly [string, (device: TestDevice) => JournalEvent])[] = [
    ['casts a ballot', () => ({ type: 'ballot.cast', count: 41 })],
    ['closes once more', (device) => closingWith(device, votes(41))],
  ]

  it.each(events)(
    'and %s is told, counted no more, and accuses nobody of changing the database',
    async (_, event) => {
      await hearNeighbours(desk)
      const device = new TestDevice('device-1').close(votes(40))
      await hear(desk, device)
      await tell(desk, device)
      device.append(event(device))
      const outcome = await hear(desk, device)
      expect([outcome.reply?.kind, outcome.alarm?.kind]).toEqual(['receipt', 'malformed'])
      expect((await store.alarms()).map(({ kind }) => kind)).toEqual(['malformed'])
      expect(await counted()).toEqual([0, 'device-1', 'illegal-day'])
      const again = await openCentreStore(office.storePath, 'everything')
      expect(again.ok || again.error).toBe(true)
      if (again.ok) await again.value.close()
      // It is told once, not with every message that follows.
      expect((await hear(desk, device.appendMany(1))).alarm).toBeUndefined()
    },
  )
})

describe('totals signed a second time in another way', () => {
  it('are answered as before, kept once and told', async () => {
    await hearNeighbours(desk)
    const device = new TestDevice('device-1').close(votes(40))
    await hear(desk, device)
    await tell(desk, device)
    for (const nonce of ['one', 'two']) {
      const again = signedAgain(device, device.waitingTally ?? '', nonce)
      const outcome = await tell(desk, device, again)
      expect(answerIn(outcome).result).toBe('stored')
      expect(outcome.alarm).toMatchObject({ kind: 'other-tally', refusal: { code: 'tally.again' } })
    }
    const first = signedAgain(device, device.waitingTally ?? '', 'one')
    expect(await store.secondTotals()).toEqual([
      { origin: device.origin, station: undefined, document: first },
    ])
    expect((await store.alarms()).map(({ kind }) => kind)).toEqual(['other-tally', 'other-tally'])
    expect(await counted()).toEqual([40])
  })

  it('are no second sheet', async () => {
    const station = new TestStation([40, 5, 33])
    for (const device of station.devices) await hear(desk, device)
    const [reporting] = station.devices
    await tell(desk, reporting, station.signed())
    const again = signedAgain(reporting, station.signed(), 'one')
    const outcome = await tell(desk, reporting, again)
    expect(answerIn(outcome).result).toBe('stored')
    expect(outcome.alarm).toMatchObject({ kind: 'second-sheet', refusal: { code: 'sheet.again' } })
    expect(await counted()).toEqual([78])
  })
})
