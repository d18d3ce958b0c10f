/**
 * The device's own screen: serves the page and keeps one Chromium that shows it. A browser that ends, or whose page is gone, is started
 * anew with a fresh profile and a fresh token, for ever, each time waiting longer if it did not last.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock, Logger, OpenLine, Random, Timer } from '../../../core/ports.ts'
import { backoffMs } from '../../sync/backoff.ts'
import { type DisplayServer, serveDisplay } from './display-server.ts'
import { CHROMIUM, kioskArguments, kioskEnvironment } from './kiosk-browser.ts'
import type { ServedFile } from './page-files.ts'
import type { PageState } from './page-line.ts'

/** A browser that has not shown the page by then, milliseconds after its start, never will. */
const START_MS = 30_000
/** A page whose line was closed and that has not come back by then, milliseconds, never will. */
const BACK_MS = 3_000
/** A page that was there so long, milliseconds, was no failed start. */
const LASTED_MS = 60_000
/** However often it failed: an officer who looks at a dark screen does not wait longer than 8 s for the next start. */
const FAILURES_COUNTED = 4
/** Who has not ended so long after being asked, milliseconds, is ended. */
const END_MS = 3_000

/** What a kiosk is made of. */
interface KioskParts {
  readonly page: ReadonlyMap<string, ServedFile>
  readonly photos: ReadonlyMap<string, ServedFile>
  readonly random: Random
  readonly clock: Clock
  readonly logger: Logger
  /** The browser's program: Debian's, unless it is somewhere else. */
  readonly browser?: string
}

/** A screen that is kept. */
export interface Kiosk {
  /** The display's line. */
  readonly open: OpenLine
  /** Ends the browser, then the server. */
  close(): Promise<void>
}

/** Serves the page and starts the browser. */
export async function startKiosk(parts: KioskParts): Promise<Kiosk> {
  const server = await serveDisplay({
    ...parts,
    pageChanged: (state) => browser.pageChanged(state),
  })
  const browser = new KioskBrowser(parts, server)
  browser.start()
  return {
    open: server.open,
    close: async () => {
      await browser.close()
      await server.close()
    },
  }
}

/** One browser after another. */
class KioskBrowser {
  readonly #parts: KioskParts
  readonly #server: DisplayServer
  #child: ChildProcess | undefined
  /** Exactly one runs: to the page's coming or coming back, to the end of patience with a browser that should end, to the next start. */
  #timer: Timer | undefined
  #pageSince: number | undefined
  #failures = 0
  #isEnding = false
  readonly #ended = Promise.withResolvers<void>()
  #isClosed = false

  constructor(parts: KioskParts, server: DisplayServer) {
    this.#parts = parts
    this.#server = server
  }

  start(): void {
    const profile = mkdtempSync(join(tmpdir(), 'sandogh-kiosk-'))
    const { browser = CHROMIUM } = this.#parts
    // A group of its own, so that all processes of the browser can be ended together, and those alone.
    const browserArguments = kioskArguments(profile, this.#server.newAddress())
    // However this process ends, the kernel ends the browser too.
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', browser, ...browserArguments], {
      env: kioskEnvironment(profile),
      stdio: 'ignore',
      detached: true,
    })
    this.#child = child
    this.#isEnding = false
    let over = false
    const ended = (how: string) => {
      if (over) return
      over = true
      signal(child, 'SIGKILL')
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
      this.#over(how)
    }
    child.once('error', (error) => ended(error.message))
    child.once('exit', (code, name) => ended(`it ended (${name ?? code})`))
    this.#wait(START_MS, () => this.#end('it does not show the page', 'SIGKILL'))
  }

  /** A page that left by itself has crashed, or was left: whoever stands before the screen has a browser without a page, so it goes at once. */
  pageChanged(state: PageState): void {
    if (this.#child === undefined || this.#isEnding) return
    if (state === 'left') this.#end('its page is gone', 'SIGKILL')
    else if (state === 'sent-away')
      this.#wait(BACK_MS, () => this.#end('its page does not come back', 'SIGKILL'))
    else {
      this.#timer?.cancel()
      this.#pageSince ??= this.#parts.clock.elapsed()
    }
  }

  close(): Promise<void> {
    this.#isClosed = true
    this.#timer?.cancel()
    if (this.#child === undefined) return Promise.resolve()
    this.#end('the device ends', 'SIGTERM')
    return this.#ended.promise
  }

  /** Ends the browser; one that was only asked to and does not is ended then. */
  #end(why: string, how: 'SIGTERM' | 'SIGKILL'): void {
    const child = this.#child
    if (child === undefined) return
    this.#isEnding = true
    this.#parts.logger.info({ why }, 'the browser of the display is ended')
    signal(child, how)
    this.#wait(END_MS, () => signal(child, 'SIGKILL'))
  }

  #over(how: string): void {
    const { clock, random, logger } = this.#parts
    this.#timer?.cancel()
    this.#child = undefined
    const lasted = this.#pageSince !== undefined && clock.elapsed() - this.#pageSince >= LASTED_MS
    this.#pageSince = undefined
    if (this.#isClosed) {
      this.#ended.resolve()
      return
    }
    this.#failures = lasted ? 1 : this.#failures + 1
    logger.warn({ how, failures: this.#failures }, 'the browser of the display is gone')
    this.#wait(backoffMs(Math.min(this.#failures, FAILURES_COUNTED), random), () => this.start())
  }

  #wait(ms: number, then: () => void): void {
    this.#timer?.cancel()
    this.#timer = this.#parts.clock.after(ms, then)
  }
}

/** To all processes of a browser; those that have ended already are no mistake. */
function signal({ pid }: ChildProcess, name: 'SIGTERM' | 'SIGKILL'): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
