import { afterEach, beforeEach, expect, it } from 'vitest'
import type { CentreHome } from '../../fleet/home.ts'
import type { CentreStore } from '../../fleet/store/store.ts'
import { writeHome } from './brokers.ts'
import { election, Office, TestDevice, votes } from './office.ts'
import { runCommand } from './run-command.ts'
import { deskOn, hear, TestStation, tell } from './totals.ts'

const [contest] = election.definition.contests

let office: Office
let store: CentreStore
let home: CentreHome

beforeEach(async () => {
  office = new Office()
  store = await office.openStore()
  home = writeHome(office)
})
afterEach(() => office.close())

const result = (...more: readonly string[]) =>
  runCommand('centre', 'result', '--home', home.folder, '--store', office.storePath, ...more)

/** The line of the candidate at that place of the contest. */
const lineOf = (place: number, count: number) => {
  const { code, name } = contest?.candidates[place] ?? { code: '', name: { fa: '' } }
  return `  ${code}  ${count}  ${name.fa}`
}

async function hearAll(...devices: readonly TestDevice[]): Promise<void> {
  for (const device of devices) await hear(deskOn(store), device)
  for (const device of devices) await tell(deskOn(store), device)
}

it('the result command adds up what is held, and is content when nothing is left out', async () => {
  await hearAll(...new TestStation([40, 33, 35]).devices)
  const [code, text] = await result()
  const lines = text.split('\n')
  expect([code, lines[0]]).toEqual([0, `${contest?.id}: 108 valid, 0 blank`])
  for (const [place, count] of [40, 33, 35, 0].entries()) expect(lines).toContain(lineOf(place, count))
  expect(lines.at(-2)).toBe('1 stations: 1 whole, 0 with something withheld, 0 with something missing')
})

it('the result command names what is missing, and before any figure what is withheld and why', async () => {
  const [, second, third] = new TestStation([40, 33, 35]).devices
  const first = new TestDevice('device-1').close(votes(40))
  await hearAll(first, second, third.append({ type: 'ballot.cast', count: 36 }))
  await hear(deskOn(store), new TestDevice('device-2', 'another journal'))
  const [code, text] = await result()
  expect(code).toBe(1)
  expect(text.split('\n').slice(0, 3)).toEqual([
    'WITHHELD  device-2 of station station-1: its device, or the spare in its place, has two journals',
    'WITHHELD  device-3 of station station-1: its journal tells a day that no device could have had',
    `${contest?.id}: 40 valid, 0 blank`,
  ])
  const [, status] = await runCommand('centre', 'status', '--store', office.storePath)
  expect(status).toMatch(/^device-2 .* WITHHELD: its device, or the spare/m)
  expect(status).toMatch(/^device-3 .* ILLEGAL DAY: .* WITHHELD: its journal tells a day/m)
  expect(status).toMatch(/^device-1 (?!.*WITHHELD)/m)
})

it('the result command says the same to a program, and that a device is missing', async () => {
  const [first, second, third] = new TestStation([40, 33, 35]).devices
  for (const device of [first, second, third]) await hear(deskOn(store), device)
  await tell(deskOn(store), first)
  const [code, text] = await result('--json')
  expect(code).toBe(3)
  const { stations, sum } = JSON.parse(text)
  expect(stations).toMatchObject([
    {
      station: 'station-1',
      by: 'devices',
      devices: ['device-1'],
      missing: ['device-2', 'device-3'],
      withheld: [],
    },
  ])
  expect([sum, stations[0].sum]).toMatchObject([[{ valid: 40 }], [{ valid: 40 }]])
})

it('the result command says of a sheet with a disputed place that nothing of it is counted', async () => {
  const station = new TestStation([40, 5, 33])
  await hearAll(...station.devices)
  await tell(deskOn(store), station.devices[0], station.signed())
  expect((await result())[0]).toBe(0)
  await hear(deskOn(store), new TestDevice('device-3', 'another journal'))
  const [code, text] = await result()
  expect(code).toBe(1)
  expect(text).toContain('WITHHELD  station station-1: its sheet is one sum, and nothing of it is counted')
  expect(text).toContain(`${contest?.id}: 0 valid, 0 blank`)
})
