/** A ballot device as a real process on real serial ports, and the bench that stands before it, in this process. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Timer } from '../../core/ports.ts'
import { CALIBRATION, deviceFolder, type Provisioned, writeConfig } from '../../demo/provisioned.ts'
import { type DeviceConfig, mediumFolder } from '../../device-agent/ballot/home.ts'
import { systemClock } from '../../device-agent/system.ts'
import type { PeripheralLine } from '../../simulator/lines/peripheral-line.ts'
import { type PtyLine, ptyLine } from '../../simulator/lines/pty.ts'
import { type Bench, setUpBench } from '../../simulator/people/bench.ts'
import type { Screen } from '../../simulator/peripherals/display.ts'
import { sandogh } from './command.ts'
import { type AtCall, setTrap, untilDeath } from './trap.ts'

/** A device needs some two seconds to start, and ten times as long beside many programs; one that shows nothing for so long never will. */
const LONGEST_WAIT_MS = 60_000

/** Ten times a real line's: faster than it prints, and still slow enough to be interrupted in the middle of a picture. */
const BYTES_PER_MS = 115
const PACE_MS = 5

/**
 * A pseudo-terminal passes a whole slip on in an instant; a serial line takes seconds. Here a printer gets its bytes at the pace of a
 * line, and what a killed process had not yet sent is lost.
 */
class PacedLine implements PeripheralLine {
  readonly #line: PeripheralLine
  #waiting: number[] = []
  #timer: Timer | undefined

  constructor(line: PeripheralLine) {
    this.#line = line
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    const deliver = () => {
      this.#timer = undefined
      const bytes = this.#waiting.splice(0, BYTES_PER_MS * PACE_MS)
      if (this.#waiting.length > 0) this.#timer = systemClock.after(PACE_MS, deliver)
      listener(Uint8Array.from(bytes))
    }
    this.#line.onData((bytes) => {
      for (const byte of bytes) this.#waiting.push(byte)
      this.#timer ??= systemClock.after(0, deliver)
    })
  }

  write(bytes: Uint8Array): void {
    this.#line.write(bytes)
  }

  onOpen(listener: () => void): void {
    this.#line.onOpen(listener)
  }

  loseUnsent(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#waiting = []
  }
}

/** Where the device is provisioned and which program it runs. */
export interface PtyDeviceParts {
  readonly out: string
  readonly id: string
  readonly provisioned: Provisioned
  readonly brokerPort: number
  /** The command's file, or a weakened one's. */
  readonly entry: string
  /** Of a spare: where media of another device are put in. */
  readonly oldMedia?: Pick<DeviceConfig, 'oldMedium' | 'oldSecondMedium'>
  /** A command that runs the program in its own place, with the program's command line behind it. */
  readonly under?: readonly string[]
}

/** One device whose process can be killed and started again on the same lines. */
export class PtyDevice {
  readonly bench: Bench
  readonly #entry: string
  readonly #home: string
  readonly #under: readonly string[]
  readonly #lines: readonly PtyLine[]
  readonly #printerLine: PacedLine
  #child: ChildProcess | undefined
  #ended = false
  /** Standard output and error of its last process. */
  #said = ''

  /** Puts a bench on five pseudo-terminals. */
  constructor({ out, id, provisioned, brokerPort, entry, oldMedia, under = [] }: PtyDeviceParts) {
    // At no pace but that of the printer's line below: the days here are long.
    const line = (baudRate: number) => ptyLine({ clock: systemClock, baudRate, paced: false })
    const lines = {
      touchscreen: line(9_600),
      'card-reader': line(115_200),
      printer: line(115_200),
      'io-board': line(57_600),
      display: line(115_200),
    }
    this.#lines = Object.values(lines)
    this.#entry = entry
    this.#under = under
    this.#home = deviceFolder(out, id)
    this.#printerLine = new PacedLine(lines.printer)
    this.bench = setUpBench({ ...lines, printer: this.#printerLine }, systemClock, CALIBRATION, 'firmware')
    const paths = {
      touchscreen: lines.touchscreen.path,
      cardReader: lines['card-reader'].path,
      printer: lines.printer.path,
      ioBoard: lines['io-board'].path,
      display: lines.display.path,
    }
    writeConfig(out, id, provisioned.authority, paths, { host: '127.0.0.1', port: brokerPort }, oldMedia)
  }

  /** The folders of its media. */
  get media(): readonly string[] {
    return [mediumFolder(this.#home), join(this.#home, 'medium-b')]
  }

  /** Makes the device's ballot database. */
  async setUp(): Promise<void> {
    await sandogh('device', 'setup', '--home', this.#home)
  }

  /** Starts the program; resolves with the first screen of one of those names that this process paints. */
  start(...screens: readonly string[]): Promise<Screen> {
    if (this.#ended) throw new Error('the test of this device is over')
    const program = [process.execPath, this.#entry, 'device', 'run', '--home', this.#home]
    const [command = '', ...given] = [...this.#under, ...program]
    const child = spawn(command, given, {
      stdio: ['ignore', 'pipe', 'pipe'],
      // See `setTrap`.
      env: { ...process.env, UV_THREADPOOL_SIZE: '1' },
    })
    this.#child = child
    this.#said = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#said += text
      })
    }
    return this.#painted(child, screens)
  }

  /** `kill -9` of this device's own process; resolves when it is gone. */
  async kill(): Promise<void> {
    const child = this.#running()
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    this.#printerLine.loseUnsent()
    await exited
    this.#child = undefined
  }

  /**
   * Does some people's work on a device that is killed at a call.
   * @returns whether it was killed before they were done
   */
  async killedAt(at: AtCall, work: (bench: Bench) => Promise<unknown>): Promise<boolean> {
    const child = this.#running()
    const trap = await setTrap(this.pid, at, this.#watched())
    let isDead = false
    const died = once(child, 'exit').then(() => {
      isDead = true
    })
    await Promise.race([died, work(untilDeath(this.bench, () => isDead))])
    // At their last step it may die as well.
    if (!isDead) await trap.lift()
    if (!isDead) return false
    this.#printerLine.loseUnsent()
    this.#child = undefined
    return true
  }

  /** Does some people's work; throws when no screen changes for long, with what the device showed and said last. */
  async unlessStuck<T>(work: Promise<T>): Promise<T> {
    const stuck = Promise.withResolvers<never>()
    const watch = () =>
      systemClock.after(LONGEST_WAIT_MS, () =>
        stuck.reject(new Error(`stuck at ${this.bench.display.current()?.name}:\n${this.#said}`)),
      )
    let timer = watch()
    const stop = this.bench.display.onScreen(() => {
      timer.cancel()
      timer = watch()
    })
    try {
      return await Promise.race([work, stuck.promise])
    } finally {
      stop()
      timer.cancel()
    }
  }

  /** Waits until the program has said that on its standard output. */
  async said(text: string): Promise<void> {
    const until = systemClock.now() + LONGEST_WAIT_MS
    while (!this.#said.includes(text)) {
      if (systemClock.now() > until) throw new Error(`the device never said "${text}":\n${this.#said}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  /** Of its process now. */
  get pid(): number {
    const { pid } = this.#running()
    if (pid === undefined) throw new Error('the device has no process')
    return pid
  }

  /** Waits until its process has ended without this one's doing. @returns the signal that ended it */
  async endedByItself(): Promise<string | null> {
    const [, signal] = await once(this.#running(), 'exit')
    this.#printerLine.loseUnsent()
    this.#child = undefined
    return signal as string | null
  }

  /** Memory that its process holds now, MiB (proc(5), VmRSS). */
  residentMib(): number {
    const status = readFileSync(`/proc/${this.#running().pid}/status`, 'utf8')
    return Math.round(Number(/^VmRSS:\s+([0-9]+) kB$/m.exec(status)?.[1]) / 1024)
  }

  /** Switches the device off as a service manager does, and gives its exit code. */
  async switchOff(): Promise<number | null> {
    const child = this.#running()
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    const [code] = await exited
    this.#child = undefined
    return code as number | null
  }

  /** Leaves no process and no line behind, whatever happened. */
  async end(): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    if (this.#child !== undefined && this.#child.exitCode === null) await this.kill()
    this.bench.board.switchOff()
    for (const line of this.#lines) line.unplug()
  }

  /** Lines and media. */
  #watched(): readonly string[] {
    const files = ['', '/ballots.db', '/ballots.db-wal', '/ballots.db-journal', '/slots.bin', '/reserve.bin']
    const paths = this.media.flatMap((medium) => files.map((file) => `${medium}${file}`))
    return [...this.#lines.map(({ path }) => path), ...paths]
  }

  #running(): ChildProcess {
    if (this.#child === undefined) throw new Error('the device is not running')
    if (this.#child.exitCode !== null) throw new Error(`the device has stopped:\n${this.#said}`)
    return this.#child
  }

  #painted(child: ChildProcess, names: readonly string[]): Promise<Screen> {
    return new Promise((resolve, reject) => {
      const settle = () => {
        stop()
        timer.cancel()
        child.off('exit', exited)
      }
      const fail = (what: string) => {
        settle()
        reject(new Error(`${what}; last screen ${this.bench.display.current()?.name}:\n${this.#said}`))
      }
      const exited = () => fail('the device stopped at its start')
      const stop = this.bench.display.onScreen((screen) => {
        if (!names.includes(screen.name)) return
        settle()
        resolve(screen)
      })
      const timer = systemClock.after(LONGEST_WAIT_MS, () => fail(`${names.join(' or ')} was never shown`))
      child.on('exit', exited)
    })
  }
}
