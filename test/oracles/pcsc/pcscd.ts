/**
 * Debian's `pcscd` with libccid's driver for a serial GemPC Twin, and `opensc-tool` as its client, before a virtual reader on a
 * pseudo-terminal: programs that have never seen our driver.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Contacts } from '../../../simulator/cards/contacts.ts'
import { type PtyLine, ptyLine } from '../../../simulator/lines/pty.ts'
import { VirtualCardReader } from '../../../simulator/peripherals/card-reader.ts'
import { realClock } from '../../../simulator/real-clock.ts'

const DRIVER = '/usr/lib/pcsc/drivers/serial/libccidtwin.so'
/** Where pcscd listens and its clients look: both are built so. */
const SOCKET = '/run/pcscd/pcscd.comm'
const READY_MS = 10_000
const LOOK_MS = 50
const ANSWER_MS = 30_000

/** What a program said. */
export interface Said {
  readonly code: number | null
  readonly text: string
}

/** A running daemon, its reader and the line between them. */
export class Pcscd {
  readonly reader: VirtualCardReader
  readonly #folder: string
  readonly #line: PtyLine
  readonly #daemon: ChildProcess
  #log = ''

  private constructor() {
    this.#folder = mkdtempSync(join(tmpdir(), 'sandogh-pcscd-'))
    const link = join(this.#folder, 'reader')
    this.#line = ptyLine({ clock: realClock, baudRate: 115_200, bitsPerByte: 11, paced: true, link })
    this.reader = new VirtualCardReader({ line: this.#line, clock: realClock })
    const configuration = join(this.#folder, 'reader.conf.d')
    const lines = ['FRIENDLYNAME "GemPCTwin serial"', `DEVICENAME ${link}:GemPCTwin`, `LIBPATH ${DRIVER}`, '']
    mkdirSync(configuration)
    writeFileSync(join(configuration, 'twin'), lines.join('\n'))
    this.#daemon = spawn('/usr/sbin/pcscd', ['--foreground', '--debug', '--config', configuration], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // What goes over the line, and what the driver makes of it.
      env: { ...process.env, LIBCCID_ifdLogLevel: '0x0007' },
    })
    for (const stream of [this.#daemon.stdout, this.#daemon.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#log += chunk.toString()
      })
    }
  }

  /** Starts it and waits until it listens. Rejects with its log when it does not. */
  static async start(): Promise<Pcscd> {
    const pcscd = new Pcscd()
    const until = Date.now() + READY_MS
    while (!existsSync(SOCKET) || !pcscd.#log.includes('Firmware:')) {
      if (Date.now() > until || pcscd.#daemon.exitCode !== null) {
        const { log } = pcscd
        await pcscd.stop()
        throw new Error(`pcscd did not come up; it said:\n${log}`)
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
    }
    return pcscd
  }

  /** What it has logged so far, without its clock and the machine's names. */
  get log(): string {
    return this.#log.replaceAll(/^[0-9]{8,} /gm, '').replaceAll(this.#folder, '')
  }

  /** Puts a card in and waits until the daemon has seen it and read its answer to reset. */
  async insert(contacts: Contacts): Promise<void> {
    const before = this.#log.length
    this.reader.insertCard(contacts.card, contacts)
    await this.#logged(before, 'Card inserted into GemPCTwin', 'Card ATR:')
  }

  /** Takes it out and waits until the daemon has seen that. */
  async pull(): Promise<void> {
    const before = this.#log.length
    this.reader.pullCard()
    await this.isSeenOut(before)
  }

  /** Waits until the daemon has logged, since then, that the card is out. */
  isSeenOut(before: number): Promise<void> {
    return this.#logged(before, 'Card Removed From GemPCTwin')
  }

  /** How much it has logged. */
  get logged(): number {
    return this.#log.length
  }

  async #logged(before: number, ...words: readonly string[]): Promise<void> {
    const until = Date.now() + READY_MS
    while (!words.every((word) => this.#log.includes(word, before))) {
      if (Date.now() > until) {
        throw new Error(`pcscd did not log "${words.join('" and "')}" but:\n${this.#log.slice(before)}`)
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
    }
  }

  /** Runs `opensc-tool` to its end. */
  async tool(...args: readonly string[]): Promise<Said> {
    const child = spawn('opensc-tool', args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: ANSWER_MS })
    let text = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        text += chunk.toString()
      })
    }
    const [code] = await once(child, 'close')
    return { code, text: text.trimEnd() }
  }

  /** Ends it and takes its line away. */
  async stop(): Promise<void> {
    if (this.#daemon.exitCode === null && this.#daemon.signalCode === null) {
      const gone = once(this.#daemon, 'close')
      this.#daemon.kill('SIGTERM')
      await gone
    }
    this.#line.unplug()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
