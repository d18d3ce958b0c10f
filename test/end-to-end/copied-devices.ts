/** A station whose devices' home folders are copied, put back and run twice: whole devices in virtual time, officers with real cards, a centre. */

import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { type Refusal, type Result, valueOrThrow } from '../../core/result.ts'
import {
  CALIBRATION,
  deviceFolder,
  type Provisioned,
  provision,
  writeConfig,
} from '../../demo/provisioned.ts'
import { virtualLine } from '../../demo/virtual-line.ts'
import type { Agent } from '../../device-agent/ballot/agent.ts'
import { DevicePaper } from '../../device-agent/ballot/documents.ts'
import { type DeviceHome, mediumFolder, readHome } from '../../device-agent/ballot/home.ts'
import type { DeviceLines, PeripheralName } from '../../device-agent/ballot/peripherals.ts'
import { resumeStore } from '../../device-agent/ballot/setup.ts'
import { systemClock } from '../../device-agent/system.ts'
import type { VoterCard } from '../../simulator/cards/voter-card.ts'
import { type Bench, setUpBench } from '../../simulator/people/bench.ts'
import { closePolls, openPolls, resumePolls, turnKeys } from '../../simulator/people/officers.ts'
import { Person } from '../../simulator/people/person.ts'
import { vote } from '../../simulator/people/voter.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { VirtualClock } from '../../simulator/virtual-clock.ts'
import { installedFontFiles, registerFonts } from '../../ui/fonts.ts'
import { PROGRAM } from '../fixtures/program.ts'
import { issueCards, type RunningCentre, runCentre, silent } from './station.ts'
import type { Build } from './weakened/build.ts'

const MORNING = Date.parse('2026-06-19T04:00:00Z')
const NOWHERE = { touchscreen: '-', cardReader: '-', printer: '-', ioBoard: '-', display: '-' }

export type Role = 'executive' | 'supervisory' | 'spare'

/** Where the officers were led with one card. */
export type Shown = 'stopped' | 'taken' | 'refused'

type BoardKind = Parameters<typeof setUpBench>[3]

/** The peripherals of one device, on their lines: they outlive its program. */
interface Table {
  readonly bench: Bench
  readonly opens: DeviceLines
}

function setUpTable(clock: VirtualClock, boardKind: BoardKind): Table {
  const lines = forEachPeripheral((name) => virtualLine(name, clock))
  const plugs = forEachPeripheral((name) => lines[name].plug)
  return {
    bench: setUpBench(plugs, clock, CALIBRATION, boardKind),
    opens: forEachPeripheral((name) => lines[name].open),
  }
}

/** A device at work: the program on one home folder, and a bench before it. */
export class RunningDevice {
  readonly device: string
  readonly folder: string
  readonly table: Table
  readonly bench: Bench
  readonly person: Person
  readonly #agent: Agent
  readonly #station: CopiedStation
  #ended = false

  constructor(station: CopiedStation, folder: string, home: DeviceHome, table: Table) {
    const { build, clock } = station
    this.device = home.config.device
    this.folder = folder
    this.table = table
    this.bench = table.bench
    this.#station = station
    this.person = new Person(this.bench, clock)
    const random = seededRandom(`${folder} ${clock.now()}`)
    const hold = () => clock.hold()
    const parts = {
      home,
      program: PROGRAM,
      lines: table.opens,
      clock,
      networkClock: systemClock,
      random,
      logger: silent,
      hold,
    }
    this.#agent = valueOrThrow(build.startAgent(parts))
  }

  /** Name of the screen that is shown now. */
  get screen(): string | undefined {
    return this.bench.display.current()?.name
  }

  /** What is written on the screen that is shown now. */
  get words(): string {
    return (
      this.bench.display
        .current()
        ?.elements.map(({ name }) => name)
        .join('\n') ?? ''
    )
  }

  open(): Promise<void> {
    return openPolls(this.bench, this.#station.clock, this.#station.provisioned.officers)
  }

  resume(): Promise<void> {
    return resumePolls(this.bench, this.#station.clock, this.#station.provisioned.officers)
  }

  /** Closes the polls and waits for the minutes. */
  close(): Promise<void> {
    return closePolls(this.bench, this.#station.clock, this.#station.provisioned.officers)
  }

  turnKeysBack(): void {
    turnKeys(this.bench, false)
  }

  /** The next voter votes. */
  async vote(): Promise<void> {
    const card = this.#station.cards.pop()
    if (card === undefined) throw new Error('too few cards were issued')
    const outcome = await vote(this.bench, this.#station.clock, { card, codes: ['239'] })
    if (outcome !== 'voted') throw new Error('a voter was refused')
  }

  /** Puts one officer's card in, types its PIN and takes it out again. The keys are on. */
  async show(role: Role): Promise<Shown> {
    const { card, pin } = this.#station.provisioned.officers[role]
    await this.person.see('polls.admitting.insert')
    this.bench.reader.insertCard(card)
    await this.person.see('polls.admitting.pin')
    await this.person.type(pin)
    const { name } = await this.person.see('polls.stopped', 'polls.admitting.take', 'polls.admitting.refused')
    this.bench.reader.pullCard()
    if (name === 'polls.stopped') return 'stopped'
    return name === 'polls.admitting.take' ? 'taken' : 'refused'
  }

  /** Turns the keys on and shows one card. */
  async admit(role: Role): Promise<Shown> {
    await this.person.see('polls.closed', 'polls.paused')
    turnKeys(this.bench, true)
    return this.show(role)
  }

  /** Waits, in minutes of the day, for nothing in particular: the centre may answer meanwhile. */
  async wait(minutes: number): Promise<void> {
    for (let i = 0; i < minutes; i += 1) await this.person.pause(60_000)
  }

  /** Ends the program as a power cut would find it: nothing is said to anybody. */
  async end(): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    await this.#station.whileHeld(() => this.#agent.close())
  }
}

/** The station, with a build of the programs. */
export class CopiedStation {
  readonly build: Build
  readonly out: string
  readonly clock = new VirtualClock(MORNING)
  readonly provisioned: Provisioned
  readonly cards: VoterCard[]
  #centre: RunningCentre | undefined
  readonly #running: RunningDevice[] = []
  #copies = 0

  private constructor(build: Build, out: string, provisioned: Provisioned, cards: readonly VoterCard[]) {
    this.build = build
    this.out = out
    this.provisioned = provisioned
    this.cards = [...cards]
  }

  /** Provisions a station, runs what happens in it on the virtual clock, and takes everything away again. */
  static async during<T>(build: Build, happens: (station: CopiedStation) => Promise<T>): Promise<T> {
    const out = mkdtempSync(join(tmpdir(), 'sandogh-copied-'))
    const random = seededRandom('copied devices')
    const provisioned = provision(out, random, [MORNING, systemClock.now()])
    const station = new CopiedStation(build, out, provisioned, await issueCards(4, provisioned, random))
    try {
      return await station.clock.run(happens(station))
    } finally {
      for (const device of station.#running) await device.end()
      await station.#centre?.close()
      rmSync(out, { recursive: true, force: true })
    }
  }

  /** The centre, from now on. */
  async runCentre(): Promise<RunningCentre> {
    this.#centre = await this.whileHeld(() => runCentre(this.out, this.provisioned, this.build.startCentre))
    return this.#centre
  }

  /** The home folder of a device, set up for its first start. */
  setUp(device: string): string {
    writeConfig(this.out, device, this.provisioned.authority, NOWHERE, undefined)
    const folder = deviceFolder(this.out, device)
    this.setUpAgain(folder)
    return folder
  }

  /** Begins a journal in a home folder that has none. */
  setUpAgain(folder: string): void {
    const home = valueOrThrow(this.build.readHome(folder))
    valueOrThrow(this.build.setUpStore(home, this.clock, seededRandom(`${folder} set up`), PROGRAM)).close()
  }

  /** A copy of a home folder as its disk is now. */
  copyOf(folder: string): string {
    this.#copies += 1
    const copy = join(this.out, 'images', String(this.#copies))
    cpSync(folder, copy, { recursive: true })
    return copy
  }

  /** Puts a copy in the place of a home folder. */
  restore(folder: string, copy: string): void {
    rmSync(folder, { recursive: true })
    cpSync(copy, folder, { recursive: true })
  }

  /** Puts one file or folder of a home folder into the place of another's. */
  exchange(folder: string, from: string, name: string): void {
    rmSync(join(folder, name), { recursive: true })
    cpSync(join(from, name), join(folder, name), { recursive: true })
  }

  /** What a program says of a home folder when it should start: nothing, or why it does not. */
  async refusalOf(folder: string): Promise<Refusal | undefined> {
    const home = this.build.readHome(folder)
    if (!home.ok) return home.error
    const parts = {
      home: home.value,
      program: PROGRAM,
      lines: forEachPeripheral((name) => virtualLine(name, this.clock).open),
      clock: this.clock,
      networkClock: systemClock,
      random: seededRandom('refused'),
      logger: silent,
      hold: () => this.clock.hold(),
    }
    const started: Result<Agent> = this.build.startAgent(parts)
    if (!started.ok) return started.error
    await this.whileHeld(() => started.value.close())
    return undefined
  }

  /** Starts the program on a home folder, with peripherals of its own. @param online whether it reaches the centre */
  start(device: string, folder: string, online = false, board: BoardKind = 'light'): Promise<RunningDevice> {
    return this.#start(device, folder, online, setUpTable(this.clock, board))
  }

  /** Starts a program that has ended again, at the same peripherals. */
  startAgain({ device, folder, table }: RunningDevice): Promise<RunningDevice> {
    return this.#start(device, folder, false, table)
  }

  async #start(device: string, folder: string, online: boolean, table: Table): Promise<RunningDevice> {
    const port = this.#centre?.port ?? 0
    const broker = online ? { host: '127.0.0.1', port, closingWindowSeconds: 2 } : undefined
    const home = valueOrThrow(this.build.readHome(folder))
    if (home.config.device !== device) throw new Error(`this is no home folder of ${device}`)
    const config = { ...home.config }
    if (broker !== undefined) config.broker = broker
    const running = new RunningDevice(this, folder, { ...home, config }, table)
    this.#running.push(running)
    await running.person.see('polls')
    return running
  }

  /** The journal on a disk. */
  journalOf(folder: string): readonly { readonly type: string; readonly [member: string]: unknown }[] {
    const path = join(mediumFolder(folder), 'ballots.db')
    const database = new Database(path, { readonly: true })
    const entries = database.prepare('SELECT entry FROM journal ORDER BY seq').pluck().all() as Buffer[]
    database.close()
    return entries.map((entry) => JSON.parse(entry.toString('utf8')))
  }

  /** What happened, as the minutes of a closed device tell it. */
  incidentsOf(folder: string): readonly string[] {
    const home = valueOrThrow(readHome(folder))
    const store = valueOrThrow(resumeStore(home, this.clock, seededRandom('minutes')))
    const papers = new DevicePaper(home, store, this.clock, registerFonts(installedFontFiles()))
    const incidents = papers.minutesData().incidents.map(({ text }) => text)
    store.close()
    return incidents
  }

  /** Virtual time stands still while real time is needed. */
  async whileHeld<T>(work: () => Promise<T>): Promise<T> {
    const release = this.clock.hold()
    try {
      return await work()
    } finally {
      release()
    }
  }
}

function forEachPeripheral<T>(make: (name: PeripheralName) => T): Readonly<Record<PeripheralName, T>> {
  return {
    touchscreen: make('touchscreen'),
    'card-reader': make('card-reader'),
    printer: make('printer'),
    'io-board': make('io-board'),
    display: make('display'),
  }
}
