/** A ballot device as a real process on real serial ports, and the bench that stands before it, in this process. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CALIBRATION, deviceFolder, type Provisioned, writeConfig } from '../../demo/provisioned.ts'
import { systemClock } from '../../device-agent/system.ts'
import { type PtyLine, ptyLine } from '../../simulator/lines/pty.ts'
import { type Bench, setUpBench } from '../../simulator/people/bench.ts'
import type { Screen } from '../../simulator/peripherals/display.ts'

/** The command as it is installed. */
export const SANDOGH = fileURLToPath(new URL('../../bin/sandogh.js', import.meta.url))
/** A device needs some two seconds to start; one that shows nothing for so long never will. */
const LONGEST_WAIT_MS = 20_000

/** Runs the command to its end. Throws with what it said if it fails. */
export function sandogh(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SANDOGH, ...args], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`sandogh ${args.slice(0, 2).join(' ')}: ${stdout}${stderr}`)
  return stdout
}

/** Where the device is provisioned and which program it runs. */
export interface PtyDeviceParts {
  readonly out: string
  readonly id: string
  readonly provisioned: Provisioned
  readonly brokerPort: number
  /** The command's file, or a weakened one's. */
  readonly entry: string
}

/** One device whose process can be killed and started again on the same lines. */
export class PtyDevice {
  readonly bench: Bench
  readonly #entry: string
  readonly #home: string
  readonly #lines: readonly PtyLine[]
  #child: ChildProcess | undefined
  /** Standard output and error of all its processes. */
  #said = ''

  /** Puts a bench on five pseudo-terminals and makes the device's ballot database. */
  constructor({ out, id, provisioned, brokerPort, entry }: PtyDeviceParts) {
    const lines = {
      touchscreen: ptyLine(),
      'card-reader': ptyLine(),
      printer: ptyLine(),
      'io-board': ptyLine(),
      display: ptyLine(),
    }
    this.#lines = Object.values(lines)
    this.#entry = entry
    this.#home = deviceFolder(out, id)
    this.bench = setUpBench(lines, systemClock, CALIBRATION)
    const paths = {
      touchscreen: lines.touchscreen.path,
      cardReader: lines['card-reader'].path,
      printer: lines.printer.path,
      ioBoard: lines['io-board'].path,
      display: lines.display.path,
    }
    writeConfig(out, id, provisioned.authority, paths, { host: '127.0.0.1', port: brokerPort })
    sandogh('device', 'setup', '--home', this.#home)
  }

  /** Starts the program; resolves with the first screen of that name that this process paints. */
  start(screen: string): Promise<Screen> {
    const child = spawn(process.execPath, [this.#entry, 'device', 'run', '--home', this.#home], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child = child
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#said += text
      })
    }
    return this.#painted(child, screen)
  }

  /** `kill -9` of this device's own process; resolves when it is gone. */
  async kill(): Promise<void> {
    const child = this.#running()
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
    this.#child = undefined
  }

  /** Waits until the program has said that on its standard output. */
  async said(text: string): Promise<void> {
    const until = systemClock.now() + LONGEST_WAIT_MS
    while (!this.#said.includes(text)) {
      if (systemClock.now() > until) throw new Error(`the device never said "${text}":\n${this.#said}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
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
    if (this.#child !== undefined && this.#child.exitCode === null) await this.kill()
    for (const line of this.#lines) line.unplug()
  }

  #running(): ChildProcess {
    if (this.#child === undefined) throw new Error('the device is not running')
    if (this.#child.exitCode !== null) throw new Error(`the device has stopped:\n${this.#said}`)
    return this.#child
  }

  #painted(child: ChildProcess, name: string): Promise<Screen> {
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
        if (screen.name !== name) return
        settle()
        resolve(screen)
      })
      const timer = systemClock.after(LONGEST_WAIT_MS, () => fail(`${name} was never shown`))
      child.on('exit', exited)
    })
  }
}

/** The folder of a device's bundle. */
export function bundleFolder(out: string, id: string): string {
  return join(out, 'bundles', id)
}
