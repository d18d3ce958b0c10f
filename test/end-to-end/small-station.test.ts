/**
 * A day on which one device of the station has fewer than 32 ballots: whole virtual devices, the real network, the audit as its own process. No
 * totals of a device leave, by any way; the station's do, once, from its reporting device.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { shuffle } from '../../core/ballot-box/draw.ts'
import { toBase64 } from '../../core/keys/hash.ts'
import { valueOrThrow } from '../../core/result.ts'
import { DEVICES, type RealBallot, realBallots } from '../../demo/elections/gy-les-nonains.ts'
import { type Provisioned, provision, writeConfig } from '../../demo/provisioned.ts'
import { VirtualDesk } from '../../demo/virtual-desk.ts'
import { startVirtualDevice, type VirtualDevice } from '../../demo/virtual-station.ts'
import { systemClock } from '../../device-agent/system.ts'
import { resultOf } from '../../fleet/results/results.ts'
import { closePolls, openPolls, takeLeave } from '../../simulator/people/officers.ts'
import { vote } from '../../simulator/people/voter.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { VirtualClock } from '../../simulator/virtual-clock.ts'
import { sandogh } from './command.ts'
import { type RunningCentre, runCentre, silent } from './station.ts'

const SEED = 'small station'
const MORNING = Date.parse('2026-06-19T03:30:00Z')
/** Voters of each device: the last has too few, and the first is the reporting one. */
const VOTERS = [33, 32, 4] as const

const out = mkdtempSync(join(tmpdir(), 'sandogh-small-station-'))
const bundles = join(out, 'bundles')
const cast: RealBallot[] = []
let provisioned: Provisioned
let centre: RunningCentre
let devices: readonly VirtualDevice[]

beforeAll(async () => {
  const clock = new VirtualClock(MORNING)
  const random = seededRandom(SEED)
  provisioned = provision(out, random, [MORNING, systemClock.now()])
  const release = clock.hold()
  centre = await runCentre(out, provisioned)
  release()
  const parts = { out, provisioned, clock, networkClock: systemClock, logger: silent }
  const desk = new VirtualDesk({ ...parts, random: seededRandom(`${SEED} desk`) })
  devices = DEVICES.map((id) => {
    const nowhere = { touchscreen: '-', cardReader: '-', printer: '-', ioBoard: '-', display: '-' }
    writeConfig(out, id, provisioned.authority, nowhere, { host: '127.0.0.1', port: centre.port })
    return startVirtualDevice(id, { ...parts, random: seededRandom(`${SEED} ${id}`) })
  })
  await clock.run(
    (async () => {
      for (const { bench } of devices) await openPolls(bench, clock, provisioned.officers)
      const ballots = shuffle(realBallots(), random)
      await Promise.all(
        devices.map(async ({ bench }, place) => {
          for (let voter = 0; voter < (VOTERS[place] ?? 0); voter += 1) {
            const codes = ballots[3 * voter + place] ?? []
            const card = provisioned.voterCard(random)
            await desk.authorise(card)
            expect(await vote(bench, clock, { card, codes: shuffle(codes, random) })).toBe('voted')
            cast.push(codes)
          }
        }),
      )
      for (const { bench } of devices) await closePolls(bench, clock, provisioned.officers)
      for (const { bench } of [...devices, ...devices]) await takeLeave(bench, clock, provisioned.officers)
      for (const { agent } of devices) expect(await agent.handedOver()).toMatchObject({ sync: 'received' })
      mkdirSync(join(bundles, 'check-in'), { recursive: true })
      desk.writeStatement(join(bundles, 'check-in'))
      await desk.close()
      const held = clock.hold()
      for (const { agent } of devices) await agent.close()
      held()
    })(),
  )
}, 120_000)

afterAll(async () => {
  await centre.close()
  rmSync(out, { recursive: true, force: true })
})

/** Votes by code, counted without any code of the project. */
function meant(): ReadonlyMap<string, number> {
  const votes = new Map<string, number>()
  for (const code of cast.flat()) votes.set(code, (votes.get(code) ?? 0) + 1)
  return votes
}

test('the bundles hold sealed tallies, and the reporting device the sheet', () => {
  const totals = DEVICES.map((id) =>
    readdirSync(join(bundles, id)).filter((name) => /tally|sheet/.test(name)),
  )
  expect(totals).toEqual([
    ['sealed-tally.json', 'station-sheet.json'],
    ['sealed-tally.json'],
    ['sealed-tally.json'],
  ])
})

test('the centre has the sheet, no tally of any device, and the right sum', async () => {
  const { definition } = provisioned.electionPackage
  const { store, alarms } = centre
  expect([(await store.tallies()).length, (await store.sheets()).length, alarms]).toEqual([0, 1, []])
  const result = valueOrThrow(await resultOf(definition, store))
  expect(result.stations[0]).toMatchObject({ by: 'sheet', missing: [], withheld: [] })
  const options = result.sum[0]?.options ?? []
  const votes = meant()
  expect(options).toEqual(definition.contests[0]?.candidates.map(({ code }) => votes.get(code) ?? 0))
})

test('results are printed once, by the reporting device', () => {
  const printed = DEVICES.map((id) =>
    readFileSync(join(bundles, id, 'journal.jsonl'), 'utf8')
      .split('\n')
      .filter((line) => line.includes('"report":"totals"')),
  )
  expect(printed.map((lines) => lines.length)).toEqual([1, 0, 0])
})

test('the audit takes it, and with the trustees finds devices and sheet equal, telling no device’s totals', async () => {
  const given = ['--authority', toBase64(provisioned.authority.publicKey), '--json']
  const verified = JSON.parse(await sandogh('audit', 'verify', bundles, ...given))
  expect(verified.verdict).toBe('holds')
  const shares = provisioned.shareFiles.slice(0, 3).flatMap((file) => ['--share', file])
  const opened = JSON.parse(await sandogh('audit', 'open', ...shares, bundles, ...given))
  expect(opened).toMatchObject({ verdict: 'holds', stations: [{ sheet: 'equal' }] })
  expect(opened.stations[0].devices.map(({ equal }: { equal: boolean }) => equal)).toEqual([true, true, true])
  const votes = meant()
  for (const { code, votes: counted } of opened.contests[0].candidates)
    expect(counted, code).toBe(votes.get(code) ?? 0)
})
