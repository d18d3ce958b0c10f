/** A device's display as a page in a browser: the server, the driver on its line, and what the page said of itself. */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import type { Clock } from '../../core/ports.ts'
import type { Display } from '../../device-agent/ballot/display.ts'
import type { DisplayInput } from '../../device-agent/ballot/display-input.ts'
import type { DisplayServer } from '../../device-agent/ballot/page/display-server.ts'
import type { ServedFile } from '../../device-agent/ballot/page/page-files.ts'
import { systemClock, systemRandom } from '../../device-agent/system.ts'
import { GRID, type Screen } from '../../ui/screen.ts'
import { good } from '../firmware/scripted-line.ts'
import { type DisplayBuild, realDisplay } from './display-build.ts'

interface Settings {
  readonly build?: DisplayBuild
  readonly inputs?: { readonly pointer: boolean; readonly keyboard: boolean }
  readonly photos?: ReadonlyMap<string, ServedFile>
  /** Size of the window; the grid's own by default. */
  readonly viewport?: { readonly width: number; readonly height: number }
  /** Before the page is opened. */
  readonly prepare?: (page: Page) => Promise<unknown>
}

/** Deadlines of these tests are this much longer than a device's: they hold while many browsers share a computer. */
const PATIENCE = 5
const patientClock: Clock = {
  now: systemClock.now,
  elapsed: systemClock.elapsed,
  after: (ms, callback) => systemClock.after(ms * PATIENCE, callback),
}

/** What a browser says of our policies without anything having happened: what it warns of, what it does not know in its version. */
const USUAL = /^An iframe which has both|^Error with Permissions-Policy header: Unrecognized feature/

/** A display that is shown in a browser of its own context. */
export class ServedDisplay {
  readonly server: DisplayServer
  readonly page: Page
  /** What the page pressed and the agent took. */
  readonly taken: DisplayInput[] = []
  /** Why lines of the display were lost, in order. */
  readonly lost: string[] = []
  /** Every error and every refusal by policy that the page's console told. */
  readonly complaints: readonly string[]
  readonly #connect: () => Promise<Display>
  #display: Display

  private constructor(parts: {
    readonly server: DisplayServer
    readonly page: Page
    readonly complaints: readonly string[]
    readonly connect: () => Promise<Display>
    readonly display: Display
  }) {
    this.server = parts.server
    this.page = parts.page
    this.complaints = parts.complaints
    this.#connect = parts.connect
    this.#display = parts.display
    this.#listen()
  }

  static async open(browser: Browser, settings: Settings = {}): Promise<ServedDisplay> {
    const {
      build = await realDisplay(),
      inputs = { pointer: true, keyboard: true },
      photos = new Map(),
    } = settings
    const server = await build.serveDisplay({
      page: good(build.readPageFiles(build.page)),
      photos,
      random: systemRandom,
      clock: systemClock,
    })
    const viewport = settings.viewport ?? GRID
    const context = await browser.newContext({ viewport, hasTouch: true })
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', (message) => {
      if (!USUAL.test(message.text())) complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    await settings.prepare?.(page)
    const connect = async () =>
      good(await build.connectDisplay({ open: server.open, clock: patientClock, inputs }))
    const connecting = connect()
    await page.goto(server.newAddress(), { waitUntil: 'commit' })
    return new ServedDisplay({ server, page, complaints, connect, display: await connecting })
  }

  get display(): Display {
    return this.#display
  }

  get context(): BrowserContext {
    return this.page.context()
  }

  /** Shows a screen and waits until the page has said that it is painted. */
  async show(screen: Screen): Promise<number> {
    this.#display.show(screen)
    for (;;) {
      const painted = this.#display.painted()
      if (painted !== undefined) return painted.revision
      const [why] = this.lost
      if (why !== undefined) throw new Error(why)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }

  /** The driver connects anew, as a supervisor does when a line was lost. */
  async reconnect(): Promise<void> {
    this.#display = await this.#connect()
    this.#listen()
  }

  /** Waits until whatever was pressed has come to the agent: answers come in the order in which things were said. */
  async settled(): Promise<void> {
    await this.page.evaluate('new Promise(requestAnimationFrame)')
    good(await this.#display.heartbeat())
  }

  async close(): Promise<void> {
    this.#display.close()
    await this.context.close()
    await this.server.close()
  }

  #listen(): void {
    this.#display.onInput((input) => this.taken.push(input))
    this.#display.onLost(({ what }) => this.lost.push(what))
  }
}
