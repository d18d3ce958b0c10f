/** A device's own screen as it stands in a polling station: the kiosk on a screen without glass, its line kept by the device's supervisor. */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Page } from 'playwright-core'
import type { Display } from '../../device-agent/ballot/display.ts'
import type { DisplayInput } from '../../device-agent/ballot/display-input.ts'
import type { Kiosk } from '../../device-agent/ballot/page/kiosk.ts'
import { systemClock, systemRandom } from '../../device-agent/system.ts'
import { Supervisor } from '../../firmware/link/supervisor.ts'
import type { Screen } from '../../ui/screen.ts'
import { silent } from '../end-to-end/station.ts'
import { good } from '../firmware/scripted-line.ts'
import { CHROMIUM_PATH } from './chromium.ts'
import type { DisplayBuild } from './display-build.ts'
import { XServer } from './x-server.ts'

/** As it was before kiosks were given places of their own. */
const TEMPORARY = tmpdir()

interface Settings {
  readonly build: DisplayBuild
  readonly screen: Screen
  /** Lines of shell before the browser is started; `$@` are its arguments. */
  readonly before?: string
}

/** One device's display. */
export class KioskDevice {
  readonly x: XServer
  readonly taken: DisplayInput[] = []
  /** How often the display was connected. */
  connections = 0
  readonly #kiosk: Kiosk
  readonly #supervisor: Supervisor<Display>
  readonly #folder: string
  readonly #port: number

  private constructor(x: XServer, kiosk: Kiosk, folder: string, port: number, { build, screen }: Settings) {
    this.x = x
    this.#kiosk = kiosk
    this.#folder = folder
    this.#port = port
    const parts = { open: kiosk.open, clock: systemClock, random: systemRandom, logger: silent }
    const inputs = { pointer: true, keyboard: true }
    this.#supervisor = new Supervisor(
      'display',
      (open) => build.connectDisplay({ open, clock: systemClock, inputs }),
      parts,
      (display) => {
        if (display === undefined) return
        this.connections += 1
        display.onInput((input) => this.taken.push(input))
        display.show(screen)
      },
    )
    this.#supervisor.start()
  }

  static async start(settings: Settings): Promise<KioskDevice> {
    const { build, before = '' } = settings
    const x = await XServer.start()
    const port = await freePort()
    const folder = mkdtempSync(join(TEMPORARY, 'sandogh-kiosk-test-'))
    const browser = join(folder, 'browser')
    // Root, as in many a container, has no sandbox; the debugger only looks on.
    const added = `${process.getuid?.() === 0 ? '--no-sandbox ' : ''}--disable-gpu --remote-debugging-port=${port}`
    writeFileSync(browser, `#!/bin/sh\n${before}\nexec ${CHROMIUM_PATH} ${added} "$@"\n`)
    chmodSync(browser, 0o755)
    mkdirSync(join(folder, 'tmp'))
    Object.assign(process.env, { DISPLAY: x.display, TMPDIR: join(folder, 'tmp') })
    const kiosk = await build.startKiosk({
      page: good(build.readPageFiles(build.page)),
      photos: new Map(),
      random: systemRandom,
      clock: systemClock,
      logger: silent,
      browser,
    })
    return new KioskDevice(x, kiosk, folder, port, settings)
  }

  /** The display that is connected and has painted its screen, or undefined. */
  get painted(): Display | undefined {
    const display = this.#supervisor.current
    return display?.painted() === undefined ? undefined : display
  }

  /** Addresses of all pages of the browser. */
  async pages(): Promise<readonly string[]> {
    const answer = await fetch(`http://127.0.0.1:${this.#port}/json/list`)
    const targets = (await answer.json()) as { readonly type: string; readonly url: string }[]
    return targets.filter(({ type }) => type === 'page' || type === 'tab').map(({ url }) => url)
  }

  /** Looks at the page with a debugger, which changes nothing. */
  async look<T>(task: (page: Page) => Promise<T>): Promise<T> {
    const browser = await chromium.connectOverCDP(`http://127.0.0.1:${this.#port}`)
    try {
      const page = browser.contexts()[0]?.pages()[0]
      if (page === undefined) throw new Error('no page')
      return await task(page)
    } finally {
      await browser.close()
    }
  }

  /** Processes of the browser, by what they do; the browser itself does nothing in particular. */
  processes(kind?: 'renderer' | 'gpu-process'): readonly number[] {
    const browser = processesWith(`--remote-debugging-port=${this.#port}`, '--user-data-dir=')
    const groups = new Set(browser.map(groupOf))
    const all = numbersIn('/proc').filter((pid) => groups.has(groupOf(pid)))
    if (kind === undefined) return all
    return all.filter((pid) => commandOf(pid).includes(`--type=${kind}`))
  }

  /** Where the browser's profiles lie now. */
  profiles(): readonly string[] {
    return readdirSync(join(this.#folder, 'tmp'))
  }

  /** The program of the device ends. */
  async end(): Promise<void> {
    this.#supervisor.close()
    await this.#kiosk.close()
  }

  async close(): Promise<void> {
    await this.end()
    await this.x.close()
    process.env['TMPDIR'] = TEMPORARY
    rmSync(this.#folder, { recursive: true })
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' ? (address?.port ?? 0) : 0
      server.close(() => resolve(port))
    })
  })
}

function processesWith(...words: readonly string[]): readonly number[] {
  return numbersIn('/proc').filter((pid) => words.every((word) => commandOf(pid).includes(word)))
}

function numbersIn(folder: string): readonly number[] {
  return readdirSync(folder)
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
}

/** A process may be gone at any moment. */
function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return ''
  }
}

function groupOf(pid: number): number {
  try {
    return Number(/\) \S \d+ (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1])
  } catch {
    return -1
  }
}
