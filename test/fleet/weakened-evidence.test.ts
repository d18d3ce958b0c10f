/** What the centre keeps of lies, and what it takes from paper, held against builds that break it. Each is the real centre with a line replaced. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { splitIntoCodes } from '../../core/printed/code-parts.ts'
import { encodePrintedTotals } from '../../core/printed/printed-totals.ts'
import { valueOrThrow } from '../../core/result.ts'
import { importBrought } from '../../fleet/import/command.ts'
import { centreBuild, importBuild } from '../attacks/weakened/weaken.ts'
import type { Replacement } from '../attacks/weakened/weakenings.ts'
import { writeHome } from './brokers.ts'
import { election, Office, silentLogger, votes } from './office.ts'
import { deskOn, hear, TestStation, tell } from './totals.ts'

const keepsNothing: readonly Replacement[] = [
  {
    file: 'fleet/collector/take-messages.ts',
    line: 'if (alarm !== undefined)',
    by: 'if (alarm === null)',
  },
]
const keepsAll: readonly Replacement[] = [
  { file: 'fleet/store/view.ts', line: 'alike.length >= MOST_ALARMS ||', by: 'alike.length >= 1e9 ||' },
]
const believesAnyTally: readonly Replacement[] = [
  {
    file: 'fleet/collector/take-tally.ts',
    line: "if (commitment !== '' && commitment === closing.commitment) return ok(undefined)",
    by: 'if (closing !== undefined) return ok(undefined)',
  },
]

/** Whoever has totals of a journal has them. */
const takesTheFirstForAll: readonly Replacement[] = [
  {
    file: 'fleet/collector/take-tally.ts',
    line: 'if (known?.document === document) return',
    by: 'if (known !== undefined) return',
  },
]

let office: Office

beforeEach(() => {
  office = new Office()
})
afterEach(() => office.close())

/** After a lie, such as paper may bring, and a flood of twenty others: alarms that are kept of each, and tallies held. */
async function after(replacements: readonly Replacement[]): Promise<readonly number[]> {
  const { startEngine, openCentreStore } = await centreBuild(replacements)
  const store = valueOrThrow(await openCentreStore(office.storePath))
  const { devices } = new TestStation([40, 33, 36])
  for (const device of devices) await hear(deskOn(store), device)
  const engine = startEngine(deskOn(store), silentLogger)
  const [first] = devices
  const take = (text: string) =>
    engine.take({ device: first.deviceId, kind: 'tally', payload: Buffer.from(text) })
  await take(first.signedTally(votes(40, 7)))
  for (let round = 0; round < 20; round += 1) await take(`lie ${round}`)
  const alarms = await store.alarms()
  const counted = (kind: string) => alarms.filter((alarm) => alarm.kind === kind).length
  const found = [counted('other-tally'), counted('malformed'), (await store.tallies()).length]
  await engine.close()
  await store.close()
  return found
}

it('the centre as it is keeps the alarm of the lie, the first few of a flood, and no tally', async () => {
  expect(await after([])).toEqual([1, 8, 0])
})

it.each([
  ['that tells its alarms and keeps none', keepsNothing, [0, 0, 0]],
  ['that keeps every alarm of a flood', keepsAll, [1, 20, 0]],
  ['that believes a tally to which no closing commits', believesAnyTally, [0, 8, 1]],
])('a centre %s: the test sees it', async (_, replacements, expected) => {
  expect(await after(replacements)).toEqual(expected)
})

/** The codes of a printed page with other totals than those that came over the network: exit code of the import, alarms kept. */
async function onPaper(
  importing: typeof importBrought,
): Promise<readonly [exitCode: number, alarms: number]> {
  const store = await office.openStore()
  const { devices } = new TestStation([40, 33, 36])
  for (const device of devices) await hear(deskOn(store), device)
  for (const device of devices) await tell(deskOn(store), device)
  const [first] = devices
  const page = { document: first.signedTally(votes(40, 7)), note: first.note(first.entries.length) }
  const codes = splitIntoCodes(encodePrintedTotals(election.definition, page))
  const stdout = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  const exitCode = await importing([
    '--home',
    writeHome(office).folder,
    '--store',
    office.storePath,
    ...codes,
  ])
  stdout.mockRestore()
  return [exitCode, (await store.alarms()).length]
}

it('totals on paper that differ are an alarm', async () => {
  expect(await onPaper(importBrought)).toEqual([1, 1])
})

it('totals on paper that differ are none in a centre that asks only whether it has some: the test sees it', async () => {
  expect(await onPaper((await importBuild(takesTheFirstForAll)).importBrought)).toEqual([0, 0])
})
