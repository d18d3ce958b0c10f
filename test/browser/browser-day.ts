/**
 * A polling day on one whole device whose screens a browser paints, in virtual time: time stands still while the browser draws, and while it is
 * pressed. Everything else on the bench is virtual; the audit is the real one.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import type { OpenLine } from '../../core/ports.ts'
import { valueOrThrow } from '../../core/result.ts'
import { pagesFolder } from '../../demo/build-pages.ts'
import { AUTOMATIC_DAY, DEVICES } from '../../demo/elections/gy-les-nonains.ts'
import { CALIBRATION, deviceFolder, provision, writeConfig } from '../../demo/provisioned.ts'
import { virtualLine } from '../../demo/virtual-line.ts'
import { startAgent } from '../../device-agent/ballot/agent.ts'
import { readHome } from '../../device-agent/ballot/home.ts'
import { serveDisplay } from '../../device-agent/ballot/page/display-server.ts'
import { readPageFiles } from '../../device-agent/ballot/page/page-files.ts'
import { type DeviceLines, PERIPHERALS, type PeripheralName } from '../../device-agent/ballot/peripherals.ts'
import { setUpStore } from '../../device-agent/ballot/setup.ts'
import { systemClock, systemRandom } from '../../device-agent/system.ts'
import type { VoterCard } from '../../simulator/cards/voter-card.ts'
import type { InProcessPlug } from '../../simulator/lines/in-process.ts'
import { type Painting, setUpBench, type WatchedBench } from '../../simulator/people/bench.ts'
import { closePolls, openPolls } from '../../simulator/people/officers.ts'
import { Person } from '../../simulator/people/person.ts'
import type { Screen } from '../../simulator/peripherals/display.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { VirtualClock } from '../../simulator/virtual-clock.ts'
import { GRID } from '../../ui/screen.ts'
import { type Audited, auditDevice } from '../end-to-end/audited.ts'
import { issueCards, silent } from '../end-to-end/station.ts'
import { PROGRAM } from '../fixtures/program.ts'

const DEVICE = DEVICES[0]
type Plugs = Record<PeripheralName, InProcessPlug>
const MORNING = Date.parse('2026-06-19T04:00:00Z')

/** What people of such a day work with. */
export interface BrowserDay {
  readonly bench: WatchedBench
  readonly person: Person
  readonly clock: VirtualClock
  readonly cards: readonly VoterCard[]
  readonly page: Page
  /** What the browser complained of. */
  readonly complaints: readonly string[]
  /** Does something to the page, and waits for the next screen. */
  act(something: (page: Page) => Promise<unknown>): Promise<Screen>
  /** Looks at the page while time stands still. */
  look<T>(task: (page: Page) => Promise<T>): Promise<T>
}

/** Opens the polls, lets the people do what they do, closes the polls and has everything audited. */
export async function browserDay(
  browser: Browser,
  settings: {
    readonly voters: number
    readonly pointer?: boolean
    /** What lies between the device and the line of a peripheral. */
    readonly between?: (name: PeripheralName, open: OpenLine) => OpenLine
  },
  people: (day: BrowserDay) => Promise<void>,
): Promise<Audited> {
  const out = mkdtempSync(join(tmpdir(), 'sandogh-browser-day-'))
  const random = seededRandom('browser day')
  const clock = new VirtualClock(MORNING)
  const plan = { ...AUTOMATIC_DAY, pointer: settings.pointer ?? false }
  const provisioned = provision(out, random, [MORNING, systemClock.now()], plan)
  const cards = await issueCards(settings.voters, provisioned, random)
  const nowhere = { touchscreen: '-', cardReader: '-', printer: '-', ioBoard: '-', display: '-' }
  writeConfig(out, DEVICE, provisioned.authority, nowhere, undefined)
  const home = valueOrThrow(readHome(deviceFolder(out, DEVICE)))
  valueOrThrow(setUpStore(home, clock, random, PROGRAM)).close()
  const server = await serveDisplay({
    page: valueOrThrow(readPageFiles(pagesFolder('ballot'))),
    photos: home.photos,
    random: systemRandom,
    clock: systemClock,
  })
  const context = await browser.newContext({ viewport: GRID, hasTouch: true })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(server.newAddress())

  const pairs = PERIPHERALS.map((name) => [name, virtualLine(name, clock)] as const)
  const plugs = Object.fromEntries(pairs.map(([name, { plug }]) => [name, plug])) as Plugs
  const display = new PaintedInBrowser(server.open, () => clock.hold())
  const { between = (_name, open) => open } = settings
  const lines = {
    ...(Object.fromEntries(pairs.map(([name, { open }]) => [name, between(name, open)])) as DeviceLines),
    display: display.open,
  }
  const bench: WatchedBench = { ...setUpBench(plugs, clock, CALIBRATION, 'light'), display }
  const parts = { home, program: PROGRAM, lines, clock, networkClock: systemClock, random, logger: silent }
  const agent = valueOrThrow(startAgent({ ...parts, hold: () => clock.hold() }))
  const day: BrowserDay = {
    bench,
    person: new Person(bench, clock),
    clock,
    cards,
    page,
    complaints,
    act: async (something) => {
      const release = clock.hold()
      await display.painted()
      const before = display.current()?.revision ?? 0
      const heard = display.nextInput()
      await something(page)
      await heard
      release()
      return display.waitFor(({ revision }) => revision > before)
    },
    look: (task) => {
      const release = clock.hold()
      return task(page).finally(release)
    },
  }
  try {
    await clock.run(
      (async () => {
        await openPolls(bench, clock, provisioned.officers)
        await people(day)
        await closePolls(bench, clock, provisioned.officers)
        await agent.ended
      })(),
    )
    return await auditDevice(out, DEVICE, provisioned)
  } finally {
    await agent.close()
    await server.close()
    await context.close()
    rmSync(out, { recursive: true, force: true })
  }
}

/** The display as people see it: a screen is there once the browser has said so. Virtual time stands still until it has. */
class PaintedInBrowser implements Painting {
  readonly #open: OpenLine
  readonly #hold: () => () => void
  readonly #listeners = new Set<(screen: Screen) => void>()
  #current: Screen | undefined
  #sent: Screen | undefined
  #painting: (() => void) | undefined
  #asking: (() => void) | undefined
  #heard: (() => void) | undefined

  constructor(open: OpenLine, hold: () => () => void) {
    this.#open = open
    this.#hold = hold
  }

  readonly open: OpenLine = async () => {
    const release = this.#hold()
    const line = await this.#open().finally(release)
    return {
      listen: (receive, lost) =>
        line.listen(
          (bytes) => {
            receive(bytes)
            this.#up(JSON.parse(Buffer.from(bytes).toString('utf8')))
          },
          (why) => {
            this.#letGo()
            lost(why)
          },
        ),
      write: (bytes) => {
        this.#down(JSON.parse(Buffer.from(bytes).toString('utf8')))
        line.write(bytes)
      },
      close: () => {
        this.#letGo()
        line.close()
      },
    }
  }

  current(): Screen | undefined {
    return this.#current
  }

  onScreen(listener: (screen: Screen) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  waitFor(predicate: (screen: Screen) => boolean): Promise<Screen> {
    if (this.#current !== undefined && predicate(this.#current)) return Promise.resolve(this.#current)
    return new Promise((resolve) => {
      const stop = this.onScreen((screen) => {
        if (!predicate(screen)) return
        stop()
        resolve(screen)
      })
    })
  }

  /** Nothing is being painted now: what is pressed counts. */
  async painted(): Promise<void> {
    while (this.#painting !== undefined) await new Promise((resolve) => setTimeout(resolve, 1))
  }

  /** The next that the page says of its own accord has come to the device. */
  nextInput(): Promise<void> {
    return new Promise((resolve) => {
      this.#heard = resolve
    })
  }

  #down({ screen }: { readonly screen?: Screen }): void {
    if (screen === undefined) this.#asking ??= this.#hold()
    else {
      this.#sent = screen
      this.#painting ??= this.#hold()
    }
  }

  #up(said: Readonly<Record<string, unknown>>): void {
    if ('showing' in said) {
      this.#asking?.()
      this.#asking = undefined
    } else if (!('painted' in said)) this.#heard?.()
    else if (said['painted'] === this.#sent?.revision) {
      this.#current = this.#sent
      this.#painting?.()
      this.#painting = undefined
      for (const listener of [...this.#listeners]) if (this.#current !== undefined) listener(this.#current)
    }
  }

  #letGo(): void {
    this.#painting?.()
    this.#asking?.()
    this.#painting = undefined
    this.#asking = undefined
  }
}
