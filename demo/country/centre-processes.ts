/**
 * The centre of a run as processes: two brokers, each with a collector of its own, over one store. The only file that knows how they are started and
 * stopped, and where the store lies.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { CentreOrders, FromCentre } from './centre-program.ts'
import { Child } from './children.ts'

const PROGRAM = new URL('centre-program.ts', import.meta.url)
/** A country's brokers: one process here can hold 20,000 open files. */
export const SIDES = 2

/** What a run may choose from; what has no program yet is not in it. */
export const BROKERS = ['aedes'] as const
export const STORES = ['sqlite'] as const

export interface CentreChoice {
  readonly seed: string
  /** The folder of the run, and the country's file in it. */
  readonly out: string
  readonly file: string
}

/** What a collector raised an alarm about. */
export interface Named {
  readonly device: string
  readonly kind: string
}

type Process = Child<CentreOrders, FromCentre>

/** Two brokers, two collectors, a store. */
export class CentreProcesses {
  readonly #choice: CentreChoice
  readonly #onAlarm: (alarm: Named) => void
  readonly #ports: number[] = new Array<number>(SIDES).fill(0)
  readonly #brokers: (Process | undefined)[] = []
  readonly #collectors: (Process | undefined)[] = []

  constructor(choice: CentreChoice, onAlarm: (alarm: Named) => void) {
    this.#choice = choice
    this.#onAlarm = onAlarm
  }

  /** Each has an address of its own: ports towards one run out near 28,000. */
  host(side: number): string {
    return `127.0.0.${side + 1}`
  }

  /** Where devices of a side connect. */
  url(side: number): string {
    return `mqtts://${this.host(side)}:${this.#ports[side]}`
  }

  /** The address of the store, for a collector and for whoever looks into it afterwards. */
  get store(): string {
    return join(this.#choice.out, 'centre.db')
  }

  get brokers(): readonly number[] {
    return this.#brokers.flatMap((process) => process?.pid ?? [])
  }

  get collectors(): readonly number[] {
    return this.#collectors.flatMap((process) => process?.pid ?? [])
  }

  /** An empty store in the place of whatever was there. No collector may be running. */
  emptyStore(): void {
    for (const end of ['', '-wal', '-shm']) rmSync(`${this.store}${end}`, { force: true })
  }

  /** Starts a broker, on the port that it had before. */
  async startBroker(side: number): Promise<void> {
    const { seed, file } = this.#choice
    const broker = this.#child(`broker ${side + 1}`)
    this.#brokers[side] = broker
    broker.tell({ be: 'broker', seed, file, host: this.host(side), port: this.#ports[side] ?? 0 })
    this.#ports[side] = await ready(broker)
  }

  /** Starts the collector of a side; resolves once it is subscribed. */
  async startCollector(side: number): Promise<void> {
    const { seed, file } = this.#choice
    const collector = this.#child(`collector ${side + 1}`)
    this.#collectors[side] = collector
    collector.hear((message) => {
      if (message.is === 'alarm') this.#onAlarm({ device: message.device, kind: message.kind })
    })
    collector.tell({ be: 'collector', seed, file, broker: this.url(side), store: this.store })
    await ready(collector)
  }

  async killBroker(side: number): Promise<void> {
    await this.#brokers[side]?.kill()
    this.#brokers[side] = undefined
  }

  async killCollector(side: number): Promise<void> {
    await this.#collectors[side]?.kill()
    this.#collectors[side] = undefined
  }

  /** Kills the database and starts it again after so long. It is inside the collectors: they go and come with it. */
  async restartDatabase(downMs: number): Promise<void> {
    const sides = Array.from({ length: SIDES }, (_, side) => side)
    await Promise.all(sides.map((side) => this.killCollector(side)))
    await pause(downMs)
    await Promise.all(sides.map((side) => this.startCollector(side)))
  }

  async endCollectors(): Promise<void> {
    await Promise.all(this.#collectors.splice(0).map((collector) => collector?.end()))
  }

  async end(): Promise<void> {
    await this.endCollectors()
    await Promise.all(this.#brokers.splice(0).map((broker) => broker?.end()))
  }

  #child(name: string): Process {
    return new Child<CentreOrders, FromCentre>(name, PROGRAM, this.#choice.out, 'centre')
  }
}

function ready(child: Process): Promise<number> {
  return child.until((message) => (message.is === 'ready' ? message.port : undefined))
}
