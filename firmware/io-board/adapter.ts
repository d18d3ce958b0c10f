/**
 * The I/O board through johnny-five over firmata-io. This is the only file that knows either: both are programs on real timers with
 * their own idea of a connection, so here a board is made anew for each line, and what they cannot promise is held around them:
 * a deadline, a bounded parser (they get whole messages only), a heartbeat, and nothing thrown or printed.
 */
import { EventEmitter } from 'node:events'
import firmata from 'firmata-io'
import five from 'johnny-five'
import type { Clock, Logger, OpenLine, Transport } from '../../core/ports.ts'
import type { Result } from '../../core/result.ts'
import { fail, ok } from '../../core/result.ts'
import { Line } from '../link/exchange.ts'
import type { LinkFault } from '../link/fault.ts'
import { openTransport } from '../link/fault.ts'
import type { LinkCounters } from '../link/framer.ts'
import { Listeners } from '../link/listeners.ts'
import { Turns } from '../link/turns.ts'
import { encodePortQuery, firmataFormat, isPort } from './codec.ts'
import { PINS } from './pins.ts'

/** Which officers' keys are turned. */
export interface Keys {
  readonly executive: boolean
  readonly supervisory: boolean
}

/** A connected I/O board. */
export interface IoBoard {
  /** The firmware's name and version, for the journal. */
  readonly identity: string
  readonly counters: LinkCounters
  /** Calls back at once with the switches as they are, and at each change. */
  onKeys(listener: (keys: Keys) => void): void
  /** Calls back at once with whether the chassis is open, and at each change. */
  onTamper(listener: (open: boolean) => void): void
  setLamp(on: boolean): void
  /** Calls back once when the line is gone, at once if it already is. */
  onLost(listener: (fault: LinkFault) => void): void
  /** Has the board report its switches anew, which also mends a report that was lost. */
  heartbeat(): Promise<Result<void, LinkFault>>
  close(): void
}

/** From opening to the first state of all inputs, in real time: johnny-five and firmata-io know no other. */
const CONNECT_MS = 5000
/** After this silence firmata-io asks for the version; until then it waits for a board that tells it by itself. */
const ASK_VERSION_MS = 500
/** A board answers within a few milliseconds. */
const ANSWER_MS = 1000

const INPUTS = [PINS.executiveKey, PINS.supervisoryKey, PINS.chassisTamper] as const
/** The port of all of them; a port is eight pins. */
const INPUT_PORT = PINS.chassisTamper >> 3

/** Opens the line, waits for the board's firmware to answer, and reads its inputs once. */
export async function connectIoBoard(parts: {
  readonly open: OpenLine
  readonly clock: Clock
  readonly logger: Logger
}): Promise<Result<IoBoard, LinkFault>> {
  const { open, clock, logger } = parts
  const opened = await openTransport(open)
  if (!opened.ok) return opened
  const board = new FirmataBoard(opened.value, clock)
  const fault = await board.begin()
  if (fault !== undefined) {
    board.close()
    return fail(fault)
  }
  logger.info({ peripheral: 'I/O board', identity: board.identity }, 'connected')
  return ok(board)
}

class FirmataBoard implements IoBoard {
  readonly #line: Line<Uint8Array>
  readonly #turns = new Turns()
  /** firmata-io's side of the line: it wants an emitter of `data`. */
  readonly #port: FirmataPort
  readonly #firmata: InstanceType<typeof firmata.Firmata>
  /** Levels as last reported, by pin; 0 is LOW. */
  readonly #levels = new Map<number, number>()
  readonly #keysListeners = new Listeners<Keys>()
  readonly #tamperListeners = new Listeners<boolean>()
  #told: { readonly keys: Keys; readonly tamper: boolean } | undefined
  #inputsKnown = () => {}
  #board: five.Board | undefined
  #over = false

  constructor(transport: Transport, clock: Clock) {
    this.#port = new FirmataPort((bytes) => this.#line.send(bytes))
    // It writes nothing before the first turn of the event loop is over, so the line may come second, which brings bytes at once.
    this.#firmata = new firmata.Firmata(this.#port, { reportVersionTimeout: ASK_VERSION_MS })
    this.#line = new Line(transport, clock, firmataFormat, (message) => this.#receive(message))
    this.#line.onLost(() => {
      this.#over = true
    })
  }

  get counters(): LinkCounters {
    return this.#line.counters
  }

  get identity(): string {
    const { name, version } = this.#firmata.firmware
    return `${name} ${version.major}.${version.minor}`
  }

  /** Resolves when all inputs are known, or with why they never will be. */
  async begin(): Promise<LinkFault | undefined> {
    const known = new Promise<undefined>((resolve) => {
      this.#inputsKnown = () => resolve(undefined)
    })
    const lost = new Promise<LinkFault>((resolve) => this.onLost(resolve))
    this.#firmata.once('ready', () => this.#makeBoard())
    const timer = setTimeout(
      () => this.#line.abandon({ is: 'timeout', what: 'the I/O board does not answer' }),
      CONNECT_MS,
    )
    const fault = await Promise.race([known, lost])
    clearTimeout(timer)
    return fault
  }

  onKeys(listener: (keys: Keys) => void): void {
    this.#keysListeners.add(listener)
    if (this.#told !== undefined) listener(this.#told.keys)
  }

  onTamper(listener: (open: boolean) => void): void {
    this.#tamperListeners.add(listener)
    if (this.#told !== undefined) listener(this.#told.tamper)
  }

  setLamp(on: boolean): void {
    this.#board?.digitalWrite(PINS.lamp, on ? 1 : 0)
  }

  onLost(listener: (fault: LinkFault) => void): void {
    this.#line.onLost(listener)
  }

  heartbeat(): Promise<Result<void, LinkFault>> {
    return this.#turns.take(async () => {
      const outcome = await this.#line.ask<null>(encodePortQuery(INPUT_PORT), ANSWER_MS, (message) =>
        isPort(message, INPUT_PORT) ? { is: 'answer', answer: null } : undefined,
      )
      if (outcome.is === 'answered') return ok(undefined)
      if (outcome.is === 'lost') return fail({ is: 'lost', what: outcome.why })
      return fail({ is: 'timeout', what: 'the I/O board does not answer' })
    })
  }

  close(): void {
    this.#over = true
    this.#line.close()
  }

  /** johnny-five's part, once the firmware has told its pins: inputs with pull-up, reported on change, and the lamp. */
  #makeBoard(): void {
    if (this.#over) return
    // Without these three johnny-five starts a prompt, takes the interrupt signal and prints.
    const quiet = { repl: false, sigint: false, debug: false }
    const board = new five.Board({ io: this.#firmata, ...quiet })
    forget(board)
    board.on('error', (error: unknown) => this.#line.abandon({ is: 'protocol', what: String(error) }))
    board.on('ready', () => {
      if (this.#over) return
      this.#board = board
      board.pinMode(PINS.lamp, this.#firmata.MODES.OUTPUT)
      this.setLamp(false)
      for (const pin of INPUTS) board.pinMode(pin, this.#firmata.MODES.PULLUP)
      for (const pin of INPUTS) board.digitalRead(pin, (level) => this.#levels.set(pin, level))
    })
  }

  /** firmata-io indexes its tables with what a board says and throws at a pin that is not there: such a board is lost. */
  #receive(message: Uint8Array): void {
    try {
      this.#port.emit('data', message)
    } catch (error) {
      this.#line.abandon({ is: 'protocol', what: `the I/O board says what no board can: ${String(error)}` })
      return
    }
    this.#tellInputs()
  }

  /** Tells what changed. Outside of firmata-io's own calls, so that an error of a listener is not taken for the board's. */
  #tellInputs(): void {
    const [executive, supervisory, chassis] = INPUTS.map((pin) => this.#levels.get(pin))
    if (executive === undefined || supervisory === undefined || chassis === undefined) return
    const before = this.#told
    const keys = { executive: executive === 0, supervisory: supervisory === 0 }
    const tamper = chassis !== 0
    this.#told = { keys, tamper }
    if (before === undefined) this.#inputsKnown()
    if (before?.keys.executive !== keys.executive || before.keys.supervisory !== keys.supervisory) {
      this.#keysListeners.tell(keys)
    }
    if (before?.tamper !== tamper) this.#tamperListeners.tell(tamper)
  }
}

/** johnny-five keeps every board that was ever made; a line that comes and goes for months must not grow the process. */
function forget(board: five.Board): void {
  const { cache } = five.Board as unknown as { readonly cache: five.Board[] }
  cache.splice(cache.indexOf(board), 1)
}

class FirmataPort extends EventEmitter {
  readonly #write: (bytes: Uint8Array) => void

  constructor(write: (bytes: Uint8Array) => void) {
    super()
    this.#write = write
  }

  write(bytes: Uint8Array, written?: () => void): void {
    this.#write(bytes)
    written?.()
  }
}
