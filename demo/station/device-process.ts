/**
 * The ballot device's program as a process of its own, so that its plug can be pulled: `kill -9`, nothing is closed, and what starts again has
 * the disk alone. Its serial lines are bridged to the peripherals here; its display is a browser's page that its own server gives out.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { OpenLine } from '../../core/ports.ts'
import type { LinkHealth } from '../../firmware/link/supervisor.ts'
import { WatchedDisplay } from '../../simulator/peripherals/watched-display.ts'
import { type LineNews, NearLines } from './line-bridge.ts'

const PROGRAM = fileURLToPath(new URL('device-program.ts', import.meta.url))
/** A device that was asked to end and has not by then is killed. */
const END_MS = 5_000

/** The lines that are bridged; the display's is inside the device's process. */
export const BRIDGED = ['touchscreen', 'card-reader', 'printer', 'io-board'] as const
export type BridgedName = (typeof BRIDGED)[number]

/** What the device's program is started with. */
export interface DeviceOrders {
  readonly home: string
  /** Another for each start, or two starts would draw the same numbers; undefined: the operating system's numbers. */
  readonly seed: string | undefined
  readonly log: string
  /** Where the display's page is given out. */
  readonly port: number
}

/** From the station to the device. */
export type ToDevice =
  | { readonly is: 'start'; readonly orders: DeviceOrders }
  | { readonly is: 'line'; readonly news: LineNews }
  | { readonly is: 'display-plug'; readonly plugged: boolean }
  | { readonly is: 'end' }

/** From the device to the station. */
export type FromDevice =
  | { readonly is: 'line'; readonly news: LineNews }
  | { readonly is: 'running'; readonly display: string }
  /** The line between the agent and the display's page. */
  | { readonly is: 'display'; readonly way: 'down' | 'up'; readonly bytes: Uint8Array }
  | { readonly is: 'display-reset' }
  | { readonly is: 'health'; readonly lines: Readonly<Record<string, LinkHealth>> }
  /** The day's records were handed over. */
  | { readonly is: 'handed-over'; readonly bundle: boolean }
  | { readonly is: 'failed'; readonly what: string }

/** What the device's process is doing. */
export type Power =
  | { readonly is: 'off' }
  | { readonly is: 'starting' }
  | { readonly is: 'on' }
  /** The program ended by itself. */
  | { readonly is: 'stopped'; readonly what: string }

/** One device: off, or a process. */
export class DeviceProcess {
  /** What is painted in the browser. */
  readonly display = new WatchedDisplay()
  readonly #orders: Omit<DeviceOrders, 'seed'>
  readonly #seed: string | undefined
  readonly #lines: ReadonlyMap<string, OpenLine>
  readonly #changed: () => void
  #starts = 0
  #child: ChildProcess | undefined
  #near: NearLines | undefined
  #power: Power = { is: 'off' }
  #address: string | undefined
  #health: Readonly<Record<string, LinkHealth>> = {}
  #displayPlugged = true
  #bundle: 'none' | 'written' | 'missing' = 'none'

  /** @param changed called whenever something that can be read here is another */
  constructor(
    orders: Omit<DeviceOrders, 'seed'>,
    seed: string | undefined,
    lines: Readonly<Record<BridgedName, OpenLine>>,
    changed: () => void,
  ) {
    this.#orders = orders
    this.#seed = seed
    this.#lines = new Map(Object.entries(lines))
    this.#changed = changed
    this.display.onChange(changed)
  }

  get power(): Power {
    return this.#power
  }

  /** Whether it was on before its present, or last, start. */
  get isStartedAgain(): boolean {
    return this.#starts > 1
  }

  /** Where the browser that is its display begins; undefined while it is not on. */
  get address(): string | undefined {
    return this.#address
  }

  get health(): Readonly<Record<string, LinkHealth>> {
    return this.#health
  }

  get isDisplayPlugged(): boolean {
    return this.#displayPlugged
  }

  /** Whether the bundle of the closed polls was written. */
  get bundle(): 'none' | 'written' | 'missing' {
    return this.#bundle
  }

  /** Switches it on. Throws when it is on. */
  start(): void {
    if (this.#child !== undefined) throw new Error('the device is on already')
    this.#starts += 1
    const child = fork(PROGRAM, [], {
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    this.#child = child
    const near = new NearLines(this.#lines, (news) => this.#tell({ is: 'line', news }))
    this.#near = near
    this.#power = { is: 'starting' }
    child.on('message', (message) => {
      if (this.#child === child) this.#take(message as FromDevice, near)
    })
    child.on('exit', () => {
      if (this.#child === child) this.#gone({ is: 'stopped', what: 'its program ended; see program.log' })
    })
    const seed = this.#seed === undefined ? undefined : `${this.#seed} start ${this.#starts}`
    this.#tell({ is: 'start', orders: { ...this.#orders, seed } })
    if (!this.#displayPlugged) this.#tell({ is: 'display-plug', plugged: false })
    this.#changed()
  }

  /** Its power is gone from one instant to the next. Throws when it is off. */
  pullPlug(): void {
    const child = this.#child
    if (child === undefined) throw new Error('the device is off already')
    this.#gone({ is: 'off' })
    child.kill('SIGKILL')
  }

  /** Pulls the display's plug or puts it in again. Throws when it is so. */
  plugDisplay(plugged: boolean): void {
    if (plugged === this.#displayPlugged)
      throw new Error(plugged ? 'the plug is in already' : 'the plug is out already')
    this.#displayPlugged = plugged
    this.#tell({ is: 'display-plug', plugged })
    this.#changed()
  }

  /** Ends it as a service manager does; kills it if that takes long. */
  async end(): Promise<void> {
    const child = this.#child
    if (child === undefined) return
    const exited = once(child, 'exit')
    this.#tell({ is: 'end' })
    const tooLong = setTimeout(() => child.kill('SIGKILL'), END_MS)
    this.#gone({ is: 'off' })
    await exited
    clearTimeout(tooLong)
  }

  #tell(message: ToDevice): void {
    // What a process that has just gone is told is told to nobody.
    if (this.#child?.connected) this.#child.send(message, () => {})
  }

  #take(message: FromDevice, near: NearLines): void {
    switch (message.is) {
      case 'line':
        near.take(message.news)
        return
      case 'display':
        if (message.way === 'down') this.display.sent(message.bytes)
        else this.display.answered(message.bytes)
        return
      case 'display-reset':
        this.display.reset()
        return
      case 'running':
        this.#power = { is: 'on' }
        this.#address = message.display
        break
      case 'health':
        this.#health = message.lines
        break
      case 'handed-over':
        this.#bundle = message.bundle ? 'written' : 'missing'
        break
      case 'failed':
        this.#gone({ is: 'stopped', what: message.what })
        return
    }
    this.#changed()
  }

  #gone(power: Power): void {
    this.#near?.hangUp()
    this.#near = undefined
    this.#child = undefined
    this.#power = power
    this.#address = undefined
    this.#health = {}
    this.display.reset()
    this.#changed()
  }
}
