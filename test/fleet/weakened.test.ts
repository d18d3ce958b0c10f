/**
 * The promise "no totals of a small device are taken", held against builds that break it. Each is the real centre with one line replaced; a line
 * that is no longer there once and only once fails the test.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { MOST_JOURNALS } from '../../fleet/collector/desk.ts'
import { closingWith } from './disputed.ts'
import { Office, TestDevice, votes } from './office.ts'
import { deskOn, hear, TestStation } from './totals.ts'

const ROOT = join(import.meta.dirname, '../..')
const FILE = 'fleet/collector/take-tally.ts'

type Build = typeof import('../../fleet/collector/take-messages.ts')

let office: Office
let folder: string

beforeEach(() => {
  office = new Office()
  folder = mkdtempSync(join(tmpdir(), 'sandogh-weakened-'))
})
afterEach(async () => {
  await office.close()
  rmSync(folder, { recursive: true })
})

function weakened(line: string, by: string): Promise<Build> {
  for (const area of ['core', 'fleet']) cpSync(join(ROOT, area), join(folder, area), { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  const parts = readFileSync(join(folder, FILE), 'utf8').split(line)
  if (parts.length !== 2) throw new Error(`${FILE} has this line ${parts.length - 1} times: ${line}`)
  writeFileSync(join(folder, FILE), parts.join(by))
  return import(/* @vite-ignore */ join(folder, 'fleet/collector/take-messages.ts'))
}

/** Which devices' totals the centre holds after all of a station with a small device sent their own. */
async function taken({ takeMessage }: Build): Promise<readonly string[]> {
  const store = await office.openStore()
  const desk = deskOn(store)
  const { devices } = new TestStation([40, 5, 33])
  for (const device of devices) await hear(desk, device)
  for (const { deviceId: device, waitingTally } of devices)
    await takeMessage(desk, { device, kind: 'tally', payload: Buffer.from(waitingTally ?? '') })
  return (await store.tallies()).map(({ device }) => device)
}

it('the centre as it is takes no totals of any device of a station with a small one', async () => {
  expect(await taken(await import('../../fleet/collector/take-messages.ts'))).toEqual([])
})

it('a centre that does not ask how many ballots there are takes them all: the test sees it', async () => {
  const build = await weakened("if (small.length === 0 && isAllHeld) return 'device'", "return 'device'")
  expect(await taken(build)).toEqual(['device-1', 'device-2', 'device-3'])
})

it('a centre that asks a device only for its own ballots takes its neighbours’, and the sheet tells the rest: the test sees it', async () => {
  const build = await weakened(
    'all.journals.filter(',
    'all.journals.filter(({ journal }) => journal.device === own.device).filter(',
  )
  expect(await taken(build)).toEqual(['device-1', 'device-3'])
})

/** Whose totals the centre took, and whom it accused, beside a device of five ballots whose keys sign more: a second journal, or a second closing. */
async function besideDisputed({ takeMessage }: Build, more: 'journal' | 'closing') {
  const store = await office.openStore()
  const desk = deskOn(store)
  const { devices } = new TestStation([40, 5, 33])
  const [first, small, third] = devices
  const second = new TestDevice('device-2', 'another journal').close(votes(40))
  if (more === 'closing') small.append(closingWith(small, votes(40)))
  for (const device of more === 'closing' ? devices : [...devices, second]) await hear(desk, device)
  for (const { deviceId: device, waitingTally } of [first, third])
    await takeMessage(desk, { device, kind: 'tally', payload: Buffer.from(waitingTally ?? '') })
  const accused = (await store.alarms()).filter(({ kind }) => kind === 'small-device')
  const held = (await store.tallies()).map(({ device }) => device)
  return { held, accused: accused.map(({ device }) => device) }
}

/** Whose totals the centre took beside a device whose own journal, of five ballots, came behind as many as are kept. */
async function besideMany({ takeMessage }: Build): Promise<readonly string[]> {
  const store = await office.openStore()
  const desk = deskOn(store)
  const [first, second, small] = new TestStation([40, 33, 5]).devices
  const many = Array.from({ length: MOST_JOURNALS }, (_, i) => new TestDevice('device-3', `${i}`).close())
  for (const device of [first, second, ...many, small]) await hear(desk, device)
  const payload = Buffer.from(first.waitingTally ?? '')
  await takeMessage(desk, { device: 'device-1', kind: 'tally', payload })
  return (await store.tallies()).map(({ device }) => device)
}

it.each(['journal', 'closing'] as const)(
  'the centre as it is takes nothing and accuses nobody where a second %s says that there are enough',
  async (more) => {
    const build = await import('../../fleet/collector/take-messages.ts')
    expect(await besideDisputed(build, more)).toEqual({ held: [], accused: [] })
  },
)

it('a centre that takes what it cannot know to be allowed lets the sheet tell the rest: the test sees it', async () => {
  const build = await weakened("release === 'disputed' || !isStationClosed", '!isStationClosed')
  expect((await besideDisputed(build, 'journal')).held).toEqual(['device-1', 'device-3'])
})

it('a centre that asks for the last closing alone does too: the test sees it', async () => {
  const build = await weakened(
    "({ journal: { fewestCasts } }) => fewestCasts !== undefined && releaseOf([fewestCasts]) === 'station'",
    "({ journal: { closing } }) => closing !== undefined && releaseOf([closing.casts]) === 'station'",
  )
  expect((await besideDisputed(build, 'closing')).held).toEqual(['device-1', 'device-3'])
})

it('a centre that counts on there being no account that it refused takes them: the test sees it', async () => {
  expect(await besideMany(await import('../../fleet/collector/take-messages.ts'))).toEqual([])
  const build = await weakened('small.length === 0 && isAllHeld', 'small.length === 0')
  expect(await besideMany(build)).toEqual(['device-1'])
})

it('a centre that asks nobody whether there are two accounts accuses the neighbours: the test sees it', async () => {
  const build = await weakened('|| !disputed.has(place)', '|| !disputed.has(own.origin)')
  expect((await besideDisputed(build, 'journal')).accused).toEqual(['device-1', 'device-3'])
})
