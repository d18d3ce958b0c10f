/**
 * A device's own tally beside a neighbour of which there are two accounts, of few ballots and of enough: nobody knows whether it may leave. The device that
 * sent it is not accused, and no copy of it is kept.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JournalEvent } from '../../core/journal/catalogue.ts'
import type { Desk } from '../../fleet/collector/desk.ts'
import { type CentreStore, openCentreStore } from '../../fleet/store/store.ts'
import { closingWith, spareThatSays } from './disputed.ts'
import { Office, TestDevice, votes } from './office.ts'
import { hash } from './spares.ts'
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

const declaring = (device: string): JournalEvent => ({
  type: 'device.declared_dead',
  device,
  by: [
    { role: 'executive', certificate: hash('executive') },
    { role: 'supervisory', certificate: hash('supervisory') },
  ],
})

/** What the centre answers a device that sends its own tally, and whether it accuses it. */
async function answered(device: TestDevice) {
  const outcome = await tell(desk, device)
  return [answerIn(outcome).result, outcome.alarm?.kind]
}

const isAccused = async ({ deviceId }: TestDevice) =>
  (await store.alarms()).some(({ device, kind }) => device === deviceId && kind === 'small-device')

describe('a tally waits, and nobody is accused of it, beside a device', () => {
  const large = () => new TestStation([40, 40, 40]).devices

  it.each([
    ['first', true],
    ['last', false],
  ])('that has a second journal, of no ballots, heard %s', async (_, isFirst) => {
    const [a, b, c] = large()
    const second = new TestDevice('device-2', 'another journal').close(votes(0))
    for (const device of isFirst ? [second, a, b, c] : [a, b, c, second]) await hear(desk, device)
    for (const device of [a, b, c]) expect(await answered(device)).toEqual(['resend', undefined])
    expect(await store.tallies()).toEqual([])
    for (const device of [a, b, c]) expect(await isAccused(device)).toBe(false)
  })

  it('whose own journal is open still when the second one closed', async () => {
    const [a, b, c] = large()
    for (const device of [a, c]) await hear(desk, device)
    await hear(desk, b, 20)
    await hear(desk, new TestDevice('device-2', 'another journal').close(votes(0)))
    expect(await answered(a)).toEqual(['resend', undefined])
  })

  it('that closed on a day that no device could have had', async () => {
    const [a, , c] = large()
    const illegal = new TestDevice('device-2').append({ type: 'ballot.cast', count: 1 }).close(votes(0))
    for (const device of [a, illegal, c]) await hear(desk, device)
    expect((await store.journal(illegal.origin))?.illegal).toBeDefined()
    expect(await answered(a)).toEqual(['resend', undefined])
  })

  it('that signed two histories, of which the one that is held closed', async () => {
    const [a, , c] = large()
    const copy = new TestDevice('device-2').close(votes(0))
    const honest = new TestDevice('device-2').appendMany(9)
    for (const device of [a, copy, c]) await hear(desk, device)
    expect((await hear(desk, honest, 4)).alarm?.kind).toBe('equivocation')
    expect(await answered(a)).toEqual(['resend', undefined])
    // As a centre that was started since then knows it.
    const again = await openCentreStore(office.storePath)
    if (!again.ok) throw new Error(again.error.what)
    desk = deskOn(again.value)
    expect(await answered(a)).toEqual(['resend', undefined])
    await again.value.close()
  })

  it('that goes on, though a spare with few ballots says that it took its place', async () => {
    const [a, b, c] = large()
    for (const device of [a, b, c]) await hear(desk, device)
    await hear(desk, spareThatSays(b, 4, 5))
    expect(await answered(a)).toEqual(['resend', undefined])
  })

  it('that closed with few ballots though it was declared dead', async () => {
    const [a, , c] = large()
    const dead = new TestDevice('device-2').close(votes(5))
    c.append(declaring('device-2'))
    for (const device of [a, c, dead]) await hear(desk, device)
    expect(await answered(a)).toEqual(['resend', undefined])
  })
})

describe('no tally is taken beside a device that has few ballots', () => {
  it('whatever larger journal its keys sign too', async () => {
    const [a, b, c] = new TestStation([40, 5, 40]).devices
    const larger = new TestDevice('device-2', 'another journal').close(votes(40))
    for (const device of [a, b, c, larger]) await hear(desk, device)
    for (const device of [a, c, larger]) expect(await answered(device)).toEqual(['resend', undefined])
    expect(await answered(b)).toEqual(['refused', 'small-device'])
    expect(await store.tallies()).toEqual([])
  })

  it('though it closes once more with enough', async () => {
    const [a, b, c] = new TestStation([40, 5, 40]).devices
    b.append(closingWith(b, votes(40)))
    for (const device of [a, b, c]) await hear(desk, device)
    expect((await store.journal(b.origin))?.closing?.casts).toBe(40)
    expect(await answered(a)).toEqual(['resend', undefined])
    expect(await answered(b)).toEqual(['refused', 'small-device'])
    expect(await store.tallies()).toEqual([])
  })

  it('though another device of the station is disputed', async () => {
    const [a, b, c] = new TestStation([40, 5, 40]).devices
    const second = new TestDevice('device-3', 'another journal').close(votes(0))
    for (const device of [a, b, c, second]) await hear(desk, device)
    expect(await answered(a)).toEqual(['refused', 'small-device'])
    expect(await isAccused(a)).toBe(true)
  })
})

it('of two accounts that both have enough ballots each is kept, and no neighbour waits', async () => {
  await hearNeighbours(desk)
  const a = new TestDevice('device-1').close(votes(40))
  await hear(desk, a)
  await hear(desk, new TestDevice('device-2', 'another journal').close(votes(33)))
  expect(await answered(a)).toEqual(['stored', undefined])
})
