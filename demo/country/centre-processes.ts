/**
 * The centre of a run as processes: two brokers, each with a collector of its own, over one store. The only file that knows how they are started and
 * stopped, and where the store lies.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { valueOrThrow } from '../../core/result.ts'
import { systemClock } from '../../device-agent/system.ts'
import { writeMosquitto } from '../../fleet/broker/mosquitto.ts'
import { type CentreHome, readCentreHome, writeCentreHome } from '../../fleet/home.ts'
import { CommandProcess } from './command-process.ts'
import { officeOf } from './election.ts'
import { freePort, PostgresServer, postgresPrograms } from './postgres-server.ts'

/** A country's brokers: one process here can hold 20,000 open files. */
export const SIDES = 2

/** What a run may choose from. */
export const BROKERS = ['aedes', 'mosquitto'] as const
export const STORES = ['sqlite', 'postgres'] as const

const MOSQUITTO = '/usr/sbin/mosquitto'

export interface CentreChoice {
  readonly seed: string
  /** The folder of the run. */
  readonly out: string
  readonly packageText: string
  readonly broker: (typeof BROKERS)[number]
  readonly store: (typeof STORES)[number]
}

/** What a choice needs that is not on this computer: a package of Debian. */
export function missingFor({ broker, store }: Pick<CentreChoice, 'broker' | 'store'>): string | undefined {
  if (broker === 'mosquitto' && !existsSync(MOSQUITTO)) return 'mosquitto'
  return store === 'postgres' && postgresPrograms() === undefined ? 'postgresql' : undefined
}

/** What a collector raised an alarm about. */
export interface Named {
  readonly device: string
  readonly kind: string
}

/** Two brokers, two collectors, a store. */
export class CentreProcesses {
  readonly #choice: CentreChoice
  readonly #home: CentreHome
  readonly #onAlarm: (alarm: Named) => void
  readonly #ports: number[] = new Array<number>(SIDES).fill(0)
  readonly #brokers: (CommandProcess | undefined)[] = []
  readonly #collectors: (CommandProcess | undefined)[] = []
  #postgres: PostgresServer | undefined
  #store: string

  constructor(choice: CentreChoice, onAlarm: (alarm: Named) => void) {
    const { seed, out, packageText } = choice
    this.#choice = choice
    this.#onAlarm = onAlarm
    const folder = join(out, 'centre')
    const { material } = officeOf(seed)
    writeCentreHome(folder, { ...material, packageText })
    this.#home = valueOrThrow(readCentreHome(folder, systemClock.now()))
    this.#store = join(out, 'centre.db')
    process.once('exit', this.#killAll)
  }

  /** Whoever ends the run ends these too: they do not hang on it as its children do. */
  readonly #killAll = () => {
    for (const pid of [...this.brokers, ...this.collectors]) process.kill(pid, 'SIGKILL')
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
    return this.#store
  }

  get brokers(): readonly number[] {
    return pidsOf(this.#brokers)
  }

  /** Of the collectors, and of a database that is a program of its own. */
  get collectors(): readonly number[] {
    return [...pidsOf(this.#collectors), ...(this.#postgres?.pid === undefined ? [] : [this.#postgres.pid])]
  }

  /** An empty store in the place of whatever was there. No collector may be running. */
  async emptyStore(): Promise<void> {
    if (this.#choice.store === 'sqlite') {
      for (const end of ['', '-wal', '-shm']) rmSync(`${this.#store}${end}`, { force: true })
      return
    }
    this.#postgres ??= await PostgresServer.start()
    this.#store = await this.#postgres.database()
  }

  /** Starts a broker, on the port that it had before. */
  async startBroker(side: number): Promise<void> {
    const place = { out: this.#choice.out, name: `broker ${side + 1}` }
    const host = this.host(side)
    if (this.#choice.broker === 'mosquitto') {
      const port = this.#ports[side] || (await freePort(host))
      this.#ports[side] = port
      const folder = join(this.#choice.out, `mosquitto-${side + 1}`)
      const file = valueOrThrow(writeMosquitto(folder, this.#home, { host, port }))
      // Whoever runs this stays who that is: another user would have to come to the files.
      if (process.getuid?.() === 0) writeFileSync(file, `${readFileSync(file, 'utf8')}\nuser root\n`)
      const broker = CommandProcess.other(MOSQUITTO, ['-c', file], place)
      this.#brokers[side] = broker
      await listening(broker, host, port)
      return
    }
    const listen = `${host}:${this.#ports[side]}`
    const words = ['centre', 'broker', '--home', this.#home.folder, '--listen', listen]
    const broker = CommandProcess.sandogh(words, place)
    this.#brokers[side] = broker
    const said = await broker.said('broker of')
    this.#ports[side] = Number(/:([0-9]+)$/.exec(said)?.[1])
  }

  /** Starts the collector of a side; resolves once it is subscribed. */
  async startCollector(side: number): Promise<void> {
    const place = { out: this.#choice.out, name: `collector ${side + 1}` }
    const broker = this.url(side)
    const words = [
      'centre',
      'collect',
      '--home',
      this.#home.folder,
      '--broker',
      broker,
      '--store',
      this.#store,
      // How long a run's devices are silent is no day's: only attacks may raise alarms here.
      '--silence',
      'off',
    ]
    const collector = CommandProcess.sandogh(words, place)
    this.#collectors[side] = collector
    collector.hear((line) => {
      const alarm = alarmIn(line)
      if (alarm !== undefined) this.#onAlarm(alarm)
    })
    await collector.said('hears the devices')
  }

  async killBroker(side: number): Promise<void> {
    await this.#brokers[side]?.kill()
    this.#brokers[side] = undefined
  }

  async killCollector(side: number): Promise<void> {
    await this.#collectors[side]?.kill()
    this.#collectors[side] = undefined
  }

  /** Kills the database and starts it again after so long. SQLite's is inside the collectors: they go and come with it. */
  async restartDatabase(downMs: number): Promise<void> {
    if (this.#postgres !== undefined) {
      await this.#postgres.kill()
      await pause(downMs)
      return await this.#postgres.run()
    }
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
    // A broker that is asked would first close every connection; there is nothing in it to lose.
    await Promise.all(this.#brokers.splice(0).map((broker) => broker?.kill()))
    await this.#postgres?.close()
    this.#postgres = undefined
    process.off('exit', this.#killAll)
  }
}

/** Of those that are there. */
function pidsOf(processes: readonly (CommandProcess | undefined)[]): readonly number[] {
  return processes.flatMap((process) => (process === undefined || process.isGone ? [] : process.pid))
}

/** What a line of a collector's log says of an alarm. */
function alarmIn(line: string): Named | undefined {
  // The last line of one that was killed may have no end.
  const [, device, kind] = /"device":"([^"]+)","alarm":"([^"]+)","msg":"collector: alarm"/.exec(line) ?? []
  return device === undefined || kind === undefined ? undefined : { device, kind }
}

/** Resolves when somebody listens there. */
async function listening(broker: CommandProcess, host: string, port: number): Promise<void> {
  while (!broker.isGone) {
    const isThere = await new Promise<boolean>((resolve) => {
      const socket = connect(port, host)
      socket.once('connect', () => resolve(true))
      socket.once('error', () => resolve(false))
      socket.once('connect', () => socket.destroy())
    })
    if (isThere) return
    await pause(20)
  }
  throw new Error('a broker ended by itself: see centre.log')
}
