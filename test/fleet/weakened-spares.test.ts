/** The promise that a spare is taken in every place for which the package lists it, and nobody else in any, held against builds that break it. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { encodeEntriesMessage } from '../../core/messages/entries.ts'
import { valueOrThrow } from '../../core/result.ts'
import { centreBuild } from '../attacks/weakened/weaken.ts'
import type { Replacement } from '../attacks/weakened/weakenings.ts'
import { spareThatSays } from './disputed.ts'
import { election, Office, TestDevice, votes } from './office.ts'
import { spareOf, twoStations } from './spares.ts'
import { deskOn } from './totals.ts'

const judgesOverOne: Replacement = {
  file: 'fleet/collector/examine-entries.ts',
  line: 'const stations = ground.stations.of(device)',
  by: 'const stations = ground.stations.of(device).slice(-1)',
}
const locksOne: Replacement = {
  file: 'fleet/collector/examine.ts',
  line: 'scopes: ground.stations.scopesOf(touched) }',
  by: 'scopes: ground.stations.scopesOf(touched).slice(-1) }',
}
/** A device of no station is not asked whose place it says it took. */
const asksNoStranger: Replacement = {
  file: 'fleet/collector/examine-entries.ts',
  line: 'stations.length === 0 && tookOver === undefined',
  by: 'stations.length === 0',
}
/** What was stored is believed. */
const believesWhatIsHeld: Replacement = {
  file: 'fleet/results/results.ts',
  line: 'disputesIn({ ...held, journals: withinStations(definition, held.journals) })',
  by: 'disputesIn(held)',
}

let office: Office

beforeEach(() => {
  office = new Office()
})
afterEach(() => office.close())

/** What was told while a spare that two stations list stood in a place of the first, and ballots that are counted there. */
async function served(replacements: readonly Replacement[]) {
  const { takeMessage, openCentreStore, resultOf } = await centreBuild(replacements)
  const store = valueOrThrow(await openCentreStore(office.storePath))
  const desk = deskOn(store, twoStations)
  const of = { package: twoStations.hash }
  const closed = (id: string) => new TestDevice(id, `journal ${id}`, of).close(votes(32))
  const dead = new TestDevice('device-1', 'journal device-1', of).appendMany(3)
  const spare = spareThatSays(dead, 4, 40, of)
  const told: string[] = []
  const take = async ({ deviceId: device }: TestDevice, kind: 'entries' | 'tally', payload: Uint8Array) => {
    const taken = takeMessage(desk, { device, kind, payload })
    const { alarm } = await taken.catch(({ message }: Error) => ({ alarm: { kind: message } }))
    if (alarm !== undefined) told.push(alarm.kind)
  }
  const devices = [spare, closed('device-2'), closed('device-3')]
  for (const device of devices)
    await take(device, 'entries', encodeEntriesMessage(device.message(0, device.entries.length)))
  for (const device of devices) await take(device, 'tally', Buffer.from(device.waitingTally ?? ''))
  const { stations } = valueOrThrow(await resultOf(twoStations.definition, store))
  await store.close()
  return { told: [...new Set(told)], counted: stations[0]?.sum[0]?.valid }
}

it('the centre as it is counts all of the station', async () => {
  expect(await served([])).toEqual({ told: [], counted: 40 + 32 + 32 })
})

it('one that judges a spare by one of its stations accuses it: the test sees it', async () => {
  expect(await served([judgesOverOne])).toEqual({ told: ['malformed'], counted: 0 })
})

it('one that locks one of its stations cannot take what it sends: the test sees it', async () => {
  const { told, counted } = await served([locksOne])
  expect(told[0]).toContain('of a station that was not locked')
  expect(counted).toBe(0)
})

/** How a device of no station is answered that says it took a device's place, and what is withheld of that device. */
async function taken(replacements: readonly Replacement[]) {
  const { takeMessage, openCentreStore, resultOf } = await centreBuild(replacements)
  const store = valueOrThrow(await openCentreStore(office.storePath))
  const honest = new TestDevice('device-1').appendMany(5)
  const answers: unknown[] = []
  for (const device of [honest, spareOf(honest, 2, 'spare-9')]) {
    const payload = encodeEntriesMessage(device.message(0, device.entries.length))
    const { reply } = await takeMessage(deskOn(store), { device: device.deviceId, kind: 'entries', payload })
    answers.push(reply?.kind)
  }
  const { stations } = valueOrThrow(await resultOf(election.definition, store))
  await store.close()
  return [...answers, ...(stations[0]?.withheld ?? []).map(({ device }) => device)]
}

it('the centre as it is takes a place for nobody whom no station lists', async () => {
  expect(await taken([])).toEqual(['receipt', undefined])
})

it('one that does not ask a stranger gives it a receipt, and withholds nothing: the test sees it', async () => {
  expect(await taken([asksNoStranger])).toEqual(['receipt', 'receipt'])
})

it('one that believes what it stored then withholds an honest device: the test sees it', async () => {
  expect(await taken([asksNoStranger, believesWhatIsHeld])).toEqual(['receipt', 'receipt', 'device-1'])
})
