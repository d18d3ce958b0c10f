/** The promise that a spare is taken in every place for which the package lists it, held against builds that break it. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { encodeEntriesMessage } from '../../core/messages/entries.ts'
import { valueOrThrow } from '../../core/result.ts'
import { centreBuild } from '../attacks/weakened/weaken.ts'
import type { Replacement } from '../attacks/weakened/weakenings.ts'
import { spareThatSays } from './disputed.ts'
import { Office, TestDevice, votes } from './office.ts'
import { twoStations } from './spares.ts'
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
