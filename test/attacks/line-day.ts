/**
 * A polling day on one whole device of a build, in virtual time, in front of people who meet with broken lines. What is left is what the journal
 * says and what the audit counts.
 */

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { valueOrThrow } from '../../core/result.ts'
import { DEVICES } from '../../demo/elections/gy-les-nonains.ts'
import { CALIBRATION, deviceFolder, provision, writeConfig } from '../../demo/provisioned.ts'
import { virtualLine } from '../../demo/virtual-line.ts'
import { mediumFolder } from '../../device-agent/ballot/home.ts'
import { type DeviceLines, PERIPHERALS, type PeripheralName } from '../../device-agent/ballot/peripherals.ts'
import { systemClock } from '../../device-agent/system.ts'
import type { VoterCard } from '../../simulator/cards/voter-card.ts'
import type { InProcessPlug } from '../../simulator/lines/in-process.ts'
import { type Bench, setUpBench } from '../../simulator/people/bench.ts'
import { closePolls, type Officers, openPolls } from '../../simulator/people/officers.ts'
import { Person } from '../../simulator/people/person.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { VirtualClock } from '../../simulator/virtual-clock.ts'
import { type Audited, auditDevice } from '../end-to-end/audited.ts'
import { issueCards, silent } from '../end-to-end/station.ts'
import type { Build } from '../end-to-end/weakened/build.ts'
import { PROGRAM } from '../fixtures/program.ts'

const DEVICE = DEVICES[0]
const MORNING = Date.parse('2026-06-19T04:00:00Z')
/** Between two connections a device waits up to ten seconds. */
const RECONNECTED_MS = 15_000

/** What the people of a day work with. */
export interface LineDay {
  readonly bench: Bench
  readonly person: Person
  readonly clock: VirtualClock
  readonly plugs: Readonly<Record<PeripheralName, InProcessPlug>>
  readonly cards: readonly VoterCard[]
  readonly officers: Officers
  /** The folder of the second medium. */
  readonly second: string
  /** Ends the program and starts it again. */
  restart(): Promise<void>
  /** The journal's entries so far, without their numbers and times. */
  journal(): readonly Event[]
  /** Closes the polls and has the bundle audited. */
  close(): Promise<Audited>
}

type Event = Readonly<Record<string, unknown>> & { readonly type: string }

/** Opens the polls and lets the people do what they do; gives what they found. */
export async function lineDay<T>(
  build: Build,
  voters: number,
  people: (day: LineDay) => Promise<T>,
): Promise<T> {
  const out = mkdtempSync(join(tmpdir(), 'sandogh-lines-'))
  const clock = new VirtualClock(MORNING)
  const provisioned = provision(out, seededRandom('line day'), [MORNING, systemClock.now()])
  const { officers } = provisioned
  const cards = await issueCards(voters, provisioned, seededRandom('line day cards'))
  const { begin, bench, plugs, medium, second } = start(build, out, provisioned.authority, clock)
  const stopped = Promise.withResolvers<never>()
  const started = () => {
    const begun = begin()
    void begun.ended.then((end) => {
      if (end.is === 'failed') stopped.reject(new Error('the device stopped', { cause: end.error }))
    })
    return begun
  }
  let agent = started()
  const day: LineDay = {
    bench,
    plugs,
    cards,
    officers,
    clock,
    person: new Person(bench, clock),
    second,
    restart: async () => {
      await agent.close()
      agent = started()
    },
    journal: () => entriesOf(medium),
    close: async () => {
      await closePolls(bench, clock, officers)
      await agent.ended
      const release = clock.hold()
      return auditDevice(out, DEVICE, provisioned).finally(release)
    },
  }
  try {
    return await clock.run(
      (async () => {
        await openPolls(bench, clock, officers)
        return Promise.race([people(day), stopped.promise])
      })(),
    )
  } finally {
    await agent.close()
    rmSync(out, { recursive: true, force: true })
  }
}

/** Puts a plug in again and waits until the device has surely connected. */
export async function replug({ plugs, person }: LineDay, name: PeripheralName): Promise<void> {
  plugs[name].replug()
  await person.pause(RECONNECTED_MS)
}

function start(build: Build, out: string, authority: Parameters<typeof writeConfig>[2], clock: VirtualClock) {
  // Where a memory stick would be.
  mkdirSync(join(out, 'bundles'), { recursive: true })
  const nowhere = { touchscreen: '-', cardReader: '-', printer: '-', ioBoard: '-', display: '-' }
  writeConfig(out, DEVICE, authority, nowhere, undefined)
  const random = seededRandom('line day device')
  const folder = deviceFolder(out, DEVICE)
  const home = valueOrThrow(build.readHome(folder))
  valueOrThrow(build.setUpStore(home, clock, random, PROGRAM)).close()
  const pairs = PERIPHERALS.map((name) => [name, virtualLine(name, clock)] as const)
  const plugs = Object.fromEntries(pairs.map(([name, { plug }]) => [name, plug])) as LineDay['plugs']
  const lines = Object.fromEntries(pairs.map(([name, { open }]) => [name, open])) as DeviceLines
  const bench = setUpBench(plugs, clock, CALIBRATION, 'light')
  const parts = {
    home,
    program: PROGRAM,
    lines,
    clock,
    networkClock: systemClock,
    random,
    logger: silent,
  }
  const begin = () => valueOrThrow(build.startAgent({ ...parts, hold: () => clock.hold() }))
  return { begin, bench, plugs, medium: mediumFolder(folder), second: join(folder, 'medium-b') }
}

function entriesOf(medium: string): readonly Event[] {
  const database = new Database(join(medium, 'ballots.db'), { readonly: true })
  const entries = database.prepare('SELECT entry FROM journal ORDER BY seq').pluck().all() as Buffer[]
  database.close()
  return entries.map((entry) => {
    const { seq: _seq, at: _at, ...event } = JSON.parse(entry.toString('utf8'))
    return event
  })
}
