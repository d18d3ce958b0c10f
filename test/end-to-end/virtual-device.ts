/** One ballot device of the demonstration's station in this process and in virtual time, whose plugs a test can pull. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OpenLine } from '../../core/ports.ts'
import { valueOrThrow } from '../../core/result.ts'
import { DEVICES } from '../../demo/elections/gy-les-nonains.ts'
import {
  CALIBRATION,
  deviceFolder,
  type Provisioned,
  provision,
  writeConfig,
} from '../../demo/provisioned.ts'
import { virtualLine } from '../../demo/virtual-line.ts'
import { type Agent, startAgent } from '../../device-agent/ballot/agent.ts'
import { mediumFolder, readHome } from '../../device-agent/ballot/home.ts'
import { type DeviceLines, PERIPHERALS, type PeripheralName } from '../../device-agent/ballot/peripherals.ts'
import { setUpStore } from '../../device-agent/ballot/setup.ts'
import { systemClock } from '../../device-agent/system.ts'
import type { VoterCard } from '../../simulator/cards/voter-card.ts'
import type { InProcessPlug, inProcessLine } from '../../simulator/lines/in-process.ts'
import type { PeripheralLine } from '../../simulator/lines/peripheral-line.ts'
import { type Bench, setUpBench } from '../../simulator/people/bench.ts'
import { closePolls, type Officers, openPolls } from '../../simulator/people/officers.ts'
import { Person } from '../../simulator/people/person.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { VirtualClock } from '../../simulator/virtual-clock.ts'
import { PROGRAM } from '../fixtures/program.ts'
import { type Audited, auditDevice } from './audited.ts'
import { type Box, lookIntoBox } from './box.ts'
import { issueCards, silent } from './station.ts'

const DEVICE = DEVICES[0]
const MORNING = Date.parse('2026-06-19T04:00:00Z')
/** Between two connections a device waits up to ten seconds. */
const RECONNECTED_MS = 15_000
const PIECE_BYTES = 500

/** What a test's people work with. */
export interface Hall {
  readonly bench: Bench
  readonly person: Person
  readonly clock: VirtualClock
  readonly plugs: Readonly<Record<PeripheralName, InProcessPlug>>
  /** The printer says nothing while this is true; it hears and prints. */
  readonly printerLine: MutableLine
  readonly boardLine: MutableLine
  readonly touchscreenLine: MutableLine
  readonly cards: readonly VoterCard[]
  readonly officers: Officers
  /** Where the device's database is. */
  readonly medium: string
  /** Switches the device off, does something meanwhile and switches it on again: before the same people, with nothing but its disk. */
  restart(meanwhile: () => void): Promise<void>
}

/** What is left after the polls were closed. */
export interface Evening {
  readonly audited: Audited
  /** What dropped after the zero report and before the minutes. */
  readonly box: Box
  /** The device's journal. */
  readonly journal: readonly { readonly type: string }[]
}

/** A line on which the peripheral can be muted. */
export class MutableLine implements PeripheralLine {
  mute = false
  readonly #line: PeripheralLine

  constructor(line: PeripheralLine) {
    this.#line = line
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.#line.onData(listener)
  }

  onOpen(listener: () => void): void {
    this.#line.onOpen(listener)
  }

  write(bytes: Uint8Array): void {
    if (!this.mute) this.#line.write(bytes)
  }
}

/** The device's program. */
const AS_IT_IS = { startAgent, readHome, setUpStore }

/** What a day may be kept with instead of the usual. */
interface DayParts {
  /** An existing folder for everything. */
  readonly within?: string
  /** The device's program. */
  readonly build?: typeof AS_IT_IS
  /** What people do before the polls are opened. */
  readonly morning?: (hall: Hall) => Promise<void>
}

/**
 * Opens the polls, lets the people do what they do, closes the polls and has everything audited.
 * @param voters how many cards the check-in issues
 */
export async function pollingDay(
  voters: number,
  people: (hall: Hall) => Promise<void>,
  { within = tmpdir(), build = AS_IT_IS, morning }: DayParts = {},
): Promise<Evening> {
  const out = mkdtempSync(join(within, 'sandogh-unplug-'))
  const random = seededRandom(out)
  const clock = new VirtualClock(MORNING)
  const provisioned = provision(out, random, [MORNING, systemClock.now()])
  const cards = await issueCards(voters, provisioned, random)
  const { startNow, ...device } = setUp(out, provisioned, clock, build)
  let agent = startNow()
  try {
    const { officers } = provisioned
    const person = new Person(device.bench, clock)
    const medium = mediumFolder(deviceFolder(out, DEVICE))
    const restart = async (meanwhile: () => void) => {
      await agent.close()
      meanwhile()
      agent = startNow()
    }
    const hall: Hall = { ...device, clock, cards, officers, person, medium, restart }
    const dropped = device.bench.printer.dropped
    const pieces = await clock.run(
      (async () => {
        await morning?.(hall)
        await openPolls(hall.bench, clock, provisioned.officers)
        const before = dropped.length
        await Promise.race([people(hall), stopped(agent)])
        const after = dropped.length
        await closePolls(hall.bench, clock, provisioned.officers)
        await agent.ended
        return dropped.slice(before, after)
      })(),
    )
    return {
      audited: await auditDevice(out, DEVICE, provisioned),
      box: lookIntoBox(pieces, provisioned.electionPackage.definition),
      journal: readFileSync(join(out, 'bundles', DEVICE, 'journal.jsonl'), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    }
  } finally {
    await agent.close()
    rmSync(out, { recursive: true, force: true })
  }
}

/** Puts a plug in again and waits until the device has surely connected. */
export async function replug({ plugs, person }: Hall, name: PeripheralName): Promise<void> {
  plugs[name].replug()
  await person.pause(RECONNECTED_MS)
}

/** A device that stops ends the test with its reason. */
async function stopped(agent: Agent): Promise<never> {
  const end = await agent.ended
  throw new Error('the device stopped', { cause: end.is === 'failed' ? end.error : end.is })
}

function setUp(
  out: string,
  provisioned: Provisioned,
  clock: VirtualClock,
  { startAgent, readHome, setUpStore }: typeof AS_IT_IS,
) {
  const nowhere = { touchscreen: '-', cardReader: '-', printer: '-', ioBoard: '-', display: '-' }
  writeConfig(out, DEVICE, provisioned.authority, nowhere, undefined)
  const random = seededRandom(`${out} device`)
  const home = valueOrThrow(readHome(deviceFolder(out, DEVICE)))
  valueOrThrow(setUpStore(home, clock, random, PROGRAM)).close()
  const lines = Object.fromEntries(PERIPHERALS.map((name) => [name, virtualLine(name, clock)])) as Record<
    PeripheralName,
    ReturnType<typeof inProcessLine>
  >
  const plugs = Object.fromEntries(PERIPHERALS.map((name) => [name, lines[name].plug])) as Hall['plugs']
  const opens = Object.fromEntries(PERIPHERALS.map((name) => [name, lines[name].open])) as DeviceLines
  const printer = inPieces(opens.printer)
  const printerLine = new MutableLine(plugs.printer)
  const boardLine = new MutableLine(plugs['io-board'])
  const touchscreenLine = new MutableLine(plugs.touchscreen)
  const bench = setUpBench(
    { ...plugs, printer: printerLine, 'io-board': boardLine, touchscreen: touchscreenLine },
    clock,
    CALIBRATION,
    'firmware',
  )
  const startNow = () =>
    valueOrThrow(
      startAgent({
        home,
        program: PROGRAM,
        lines: { ...opens, printer },
        clock,
        networkClock: systemClock,
        random,
        logger: silent,
        hold: () => clock.hold(),
      }),
    )
  return { bench, plugs, printerLine, boardLine, touchscreenLine, startNow }
}

/** A line on which a picture arrives bit by bit, as on a wire, so that its middle can be lost. */
function inPieces(open: OpenLine): OpenLine {
  return async () => {
    const line = await open()
    return {
      listen: (receive, lost) => line.listen(receive, lost),
      close: () => line.close(),
      write: (bytes) => {
        for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
          line.write(bytes.subarray(from, from + PIECE_BYTES))
        }
      },
    }
  }
}
