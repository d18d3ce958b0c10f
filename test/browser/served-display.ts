/** A device's display as a page in a browser: the server, the driver on its line, and what the page said of itself. */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { pagesFolder } from '../../demo/build-pages.ts'
import { connectDisplay, type Display } from '../../device-agent/ballot/display.ts'
import type { DisplayInput } from '../../device-agent/ballot/display-input.ts'
import { type DisplayServer, serveDisplay } from '../../device-agent/ballot/page/display-server.ts'
import { readPageFiles, type ServedFile } from '../../device-agent/ballot/page/page-files.ts'
import { systemClock, systemRandom } from '../../device-agent/system.ts'
import type { Screen } from '../../ui/screen.ts'
import { good } from '../firmware/scripted-line.ts'

/** What a browser says of our policies without anything having happened: what it warns of, what it does not know in its version. */
const USUAL = /^An iframe which has both|^Error with Permissions-Policy header: Unrecognized feature/

interface Settings {
  readonly inputs?: { readonly pointer: boolean; readonly keyboard: boolean }
  readonly photos?: ReadonlyMap<string, ServedFile>
  /** Size of the window; the grid's own by default. */
  readonly viewport?: { readonly width: number; readonly height: number }
}

/** A display that is shown in a browser of its own context. */
export class ServedDisplay {
  readonly server: DisplayServer
  readonly context: BrowserContext
  readonly page: Page
  readonly display: Display
  /** What the page pressed and the agent took. */
  readonly taken: DisplayInput[] = []
  /** Every error and every refusal by policy that the page's console told. */
  readonly complaints: readonly string[]

  private constructor(server: DisplayServer, page: Page, display: Display, complaints: readonly string[]) {
    this.server = server
    this.page = page
    this.context = page.context()
    this.display = display
    this.complaints = complaints
    display.onInput((input) => this.taken.push(input))
  }

  static async open(browser: Browser, settings: Settings = {}): Promise<ServedDisplay> {
    const { inputs = { pointer: true, keyboard: true }, photos = new Map() } = settings
    const server = await serveDisplay({
      page: good(readPageFiles(pagesFolder('ballot'))),
      photos,
      random: systemRandom,
      clock: systemClock,
    })
    const context = await browser.newContext({
      viewport: settings.viewport ?? { width: 1080, height: 1920 },
      hasTouch: true,
    })
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', (message) => {
      if (!USUAL.test(message.text())) complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    const connecting = connectDisplay({ open: server.open, clock: systemClock, inputs })
    await page.goto(server.newAddress())
    return new ServedDisplay(server, page, good(await connecting), complaints)
  }

  /** Shows a screen and waits until the page has said that it is painted. */
  async show(screen: Screen): Promise<number> {
    this.display.show(screen)
    while (this.display.painted() === undefined) await turn()
    return this.display.painted()?.revision ?? 0
  }

  /** Waits until what was pressed has come to the agent, or was not sent at all: answers come in the order in which they were asked. */
  async settled(): Promise<void> {
    await this.page.evaluate('new Promise(requestAnimationFrame)')
    good(await this.display.heartbeat())
  }

  async close(): Promise<void> {
    this.display.close()
    await this.context.close()
    await this.server.close()
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5))
}
