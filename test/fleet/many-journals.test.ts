/** A device that begins journal after journal: it fills no disk, and whoever has its keys keeps nothing from the centre that people can bring. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Desk } from '../../fleet/collector/desk.ts'
import { withScopes } from '../../fleet/collector/examine.ts'
import { examineJournalPart } from '../../fleet/collector/examine-entries.ts'
import { decideOn, takeMessage } from '../../fleet/collector/take-messages.ts'
import { alarmsText, wantsPeople } from '../../fleet/status/alarms.ts'
import { type CentreStore, MOST_ALARMS, openCentreStore } from '../../fleet/store/store.ts'
import { Office, realClock, TestDevice, votes } from './office.ts'
import { spareOf } from './spares.ts'
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

/** Journals that somebody begins who has the keys of a device. */
const made = (device: string, count: number) =>
  Array.from({ length: count }, (_, i) => new TestDevice(device, `made up ${i}`).close(votes(40)))

/** What people bring on a memory stick. */
function bring(device: TestDevice) {
  const message = device.message(0, device.entries.length)
  const found = examineJournalPart(desk, device.deviceId, message, realClock.now(), 'stick')
  return decideOn(desk, withScopes(desk, device.deviceId, 'stick', found))
}

const heldOf = async (device: string) =>
  (await store.journals()).filter((journal) => journal.device === device).map(({ origin }) => origin)

it('has the first four of them kept, and of the others nothing but the alarm', async () => {
  const journals = made('device-1', 30)
  for (const [i, journal] of journals.entries()) {
    const { reply, alarm } = await hear(desk, journal, 3)
    const kept = [reply?.kind, alarm?.kind]
    expect(kept, `journal ${i}`).toEqual(
      i === 0
        ? ['receipt', undefined]
        : i < 4
          ? ['receipt', 'second-journal']
          : [undefined, 'further-journal'],
    )
  }
  expect(await heldOf('device-1')).toEqual(journals.slice(0, 4).map(({ origin }) => origin))
})

it('names a journal that was not kept though junk came before, once however often it is sent, before what is only malformed', async () => {
  for (let i = 0; i < 2 * MOST_ALARMS; i += 1)
    await takeMessage(desk, { device: 'device-1', kind: 'entries', payload: Buffer.from(`junk ${i}`) })
  for (const journal of made('device-1', 4)) await hear(desk, journal, 3)
  const honest = new TestDevice('device-1').appendMany(20)
  for (const size of [3, 3, 3, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]) await hear(desk, honest, size)
  const alarms = await store.alarms()
  const further = alarms.filter(({ kind }) => kind === 'further-journal')
  expect(further.map(({ what }) => what)).toEqual([
    expect.stringMatching(`^nothing was kept of ${honest.origin}, .* import its memory stick`),
  ])
  expect(alarms.filter(({ kind }) => kind === 'malformed')).toHaveLength(MOST_ALARMS)
  expect(wantsPeople(further)).toBe(true)
  const lines = alarmsText(alarms).split('\n')
  const lineOf = (kind: string) => lines.findIndex((line) => line.startsWith(`ALARM  ${kind} of device-1`))
  expect(lineOf('further-journal')).toBeLessThan(lineOf('malformed'))
})

it('names of a device that begins ever other journals the first few that were not kept', async () => {
  for (const journal of made('device-1', 4 + 2 * MOST_ALARMS)) await hear(desk, journal, 3)
  const further = (await store.alarms()).filter(({ kind }) => kind === 'further-journal')
  expect(further).toHaveLength(MOST_ALARMS)
})

it('has these four go on to their ends, with every receipt', async () => {
  await hearNeighbours(desk)
  const journals = made('device-1', 5)
  for (const journal of journals) await hear(desk, journal, 3)
  for (const journal of journals.slice(0, 4)) {
    expect((await hear(desk, journal)).reply?.kind).toBe('receipt')
    expect((await store.journal(journal.origin))?.frontier.size).toBe(journal.entries.length)
  }
})

it('has four kept however many collectors are told of them at once', async () => {
  const other = await openCentreStore(office.storePath, 'heads')
  if (!other.ok) throw new Error(other.error.what)
  office.later(() => other.value.close())
  const desks = [desk, deskOn(other.value)]
  await Promise.all(made('device-1', 12).map((journal, i) => hear(desks[i % 2] ?? desk, journal, 2)))
  expect(await heldOf('device-1')).toHaveLength(4)
})

it('keeps no stick out: what people bring of the device is stored, and it has its receipts from then on', async () => {
  for (const journal of made('device-1', 6)) await hear(desk, journal)
  const honest = new TestDevice('device-1').appendMany(9)
  expect((await hear(desk, honest)).reply).toBeUndefined()
  expect((await bring(honest)).reply?.kind).toBe('receipt')
  expect(await heldOf('device-1')).toContain(honest.origin)
  honest.appendMany(4).close()
  const { reply } = await hear(desk, honest)
  expect(reply?.kind).toBe('receipt')
  expect((await store.journal(honest.origin))?.frontier.size).toBe(honest.entries.length)
})

it('leaves the spare its place: its own journal comes by its line, and that of the dead device by its stick', async () => {
  const dead = new TestDevice('device-1').appendMany(9)
  for (const journal of made('device-1', 6)) await hear(desk, journal)
  const spare = spareOf(dead, 10).appendMany(5)
  expect(await hear(desk, spare)).toMatchObject({ reply: { kind: 'receipt' } })
  expect((await bring(dead)).reply?.kind).toBe('receipt')
  expect((await store.journal(dead.origin))?.frontier.size).toBe(10)
})

it('lets no neighbour tell its own totals: the account that was not kept may be one of few ballots', async () => {
  const [first, second, third] = new TestStation([40, 33, 5]).devices
  for (const journal of made('device-3', 4)) await hear(desk, journal)
  for (const device of [first, second, third]) await hear(desk, device)
  expect(await heldOf('device-3')).not.toContain(third.origin)
  for (const device of [first, second]) {
    const outcome = await tell(desk, device)
    expect([answerIn(outcome).result, outcome.alarm]).toEqual(['resend', undefined])
  }
  expect(await store.tallies()).toEqual([])
})
