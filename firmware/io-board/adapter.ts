/**
 * The I/O board through johnny-five over firmata-io. This is the only file that knows either: both are programs on real timers with
 * their own idea of a connection, so here a board is made anew for each line, and what they cannot promise is held around them:
 * a deadline, a bounded parser (they get whole messages only), a heartbeat, and nothing thrown or printed.
 */
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
import { firmataFormat, isAnalogueMapping } from './codec.ts'
import { FirmataPort } from './firmata-port.ts'
import { PINS } from './pins.ts'
import {
  type BoardStatus,
  decodeStatus,
  encodeAcknowledge,
  encodeBeep,
  encodeFeed,
  TAMPER_SWITCHES,
  type TamperSwitch,
} from './status.ts'
import { namesOf, openedSince, type Tamper } from './tamper.ts'

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
  /** Calls back at once, and at each change. Once it has returned the board's latch is ended of what is closed. */
  onTamper(listener: (tamper: Tamper) => void): void
  setLamp(on: boolean): void
  /** Sounds the buzzer for so many milliseconds, 5000 at most. */
  beep(ms: number): void
  /** Calls back at once with what the board last said of itself, and each time that it does. */
  onStatus(listener: (status: BoardStatus) => void): void
  /** What the board last said of itself. */
  readonly status: BoardStatus
  /** Calls back once when the line is gone, at once if it already is. */
  onLost(listener: (fault: LinkFault) => void): void
  /** Feeds the board's watchdog. Its answer tells the switches anew, which also mends a report that was lost. */
  heartbeat(): Promise<Result<void, LinkFault>>
  close(): void
}

/** From opening to the first status, in real time: johnny-five and firmata-io know no other. */
const CONNECT_MS = 5000
/** After this silence firmata-io asks for the version; until then it waits for a board that tells it by itself. */
const ASK_VERSION_MS = 500
/** A board answers within a few milliseconds. */
const ANSWER_MS = 1000

/** A board that is not fed for so long switches its outputs off: some heartbeats, and a try that fails. */
const LEASE_SECONDS = 30

/** Opens the line, waits for the board's firmware to answer, and feeds it once. */
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
  readonly #keysListeners = new Listeners<Keys>()
  readonly #tamperListeners = new Listeners<Tamper>()
  readonly #statusListeners = new Listeners<BoardStatus>()
  #status: BoardStatus | undefined
  /** Opened, and nobody has been told. */
  #untold: readonly TamperSwitch[] = []
  #hasTamperListener = false
  #isEndingLatch = false
  #number = 0
  #ready = () => {}
  #board: five.Board | undefined
  #isLampOn = false
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

  get status(): BoardStatus {
    if (this.#status === undefined) throw new Error('an I/O board that has not begun')
    return this.#status
  }

  /** Resolves when the board is set up and has told its switches, or with why it never will. */
  async begin(): Promise<LinkFault | undefined> {
    const ready = new Promise<undefined>((resolve) => {
      this.#ready = () => resolve(undefined)
    })
    const lost = new Promise<LinkFault>((resolve) => this.onLost(resolve))
    this.#firmata.once('ready', () => this.#makeBoard())
    const timer = setTimeout(
      () => this.#line.abandon({ is: 'timeout', what: 'the I/O board does not answer' }),
      CONNECT_MS,
    )
    const fault = await Promise.race([ready, lost])
    const fed = fault === undefined ? await this.heartbeat() : fail(fault)
    clearTimeout(timer)
    // A line that was given up meanwhile says why better than the question that it ended.
    return fed.ok ? undefined : await Promise.race([lost, Promise.resolve(fed.error)])
  }

  onKeys(listener: (keys: Keys) => void): void {
    this.#keysListeners.add(listener)
    if (this.#status !== undefined) listener(this.#status.keys)
  }

  onTamper(listener: (tamper: Tamper) => void): void {
    this.#tamperListeners.add(listener)
    this.#hasTamperListener = true
    if (this.#status === undefined) return
    listener({
      open: namesOf(this.#status.open),
      opened: this.#untold,
      openings: this.#status.openings,
    })
    this.#untold = []
    this.#endLatch()
  }

  onStatus(listener: (status: BoardStatus) => void): void {
    this.#statusListeners.add(listener)
    if (this.#status !== undefined) listener(this.#status)
  }

  setLamp(on: boolean): void {
    this.#isLampOn = on
    this.#board?.digitalWrite(PINS.lamp, on ? 1 : 0)
  }

  beep(ms: number): void {
    this.#line.send(encodeBeep(this.#nextNumber(), ms))
  }

  onLost(listener: (fault: LinkFault) => void): void {
    this.#line.onLost(listener)
  }

  heartbeat(): Promise<Result<void, LinkFault>> {
    return this.#ask((number) => encodeFeed(number, LEASE_SECONDS))
  }

  close(): void {
    this.#over = true
    this.#line.close()
  }

  /** johnny-five's part, once the firmware has told its pins: the lamp. */
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
      this.#makeLamp(false)
      this.#ready()
    })
  }

  #makeLamp(on: boolean): void {
    this.#board?.pinMode(PINS.lamp, this.#firmata.MODES.OUTPUT)
    this.setLamp(on)
  }

  /** One of our own messages, answered by a status with its number. */
  #ask(encode: (number: number) => Uint8Array): Promise<Result<void, LinkFault>> {
    return this.#turns.take(async () => {
      const number = this.#nextNumber()
      const outcome = await this.#line.ask<null>(encode(number), ANSWER_MS, (message) => {
        const status = decodeStatus(message)
        return typeof status === 'object' && status.number === number
          ? { is: 'answer', answer: null }
          : undefined
      })
      if (outcome.is === 'answered') return ok(undefined)
      if (outcome.is === 'lost') return fail({ is: 'lost', what: outcome.why })
      return fail({ is: 'timeout', what: 'the I/O board does not answer' })
    })
  }

  /** 1 to 127: what tells itself has 0. */
  #nextNumber(): number {
    this.#number = (this.#number % 127) + 1
    return this.#number
  }

  /**
   * firmata-io indexes its tables with what a board says and throws at a pin that is not there: such a board is lost. To its list of analogue
   * pins it adds each time what it is told, without end: once it is set up it is told no more.
   */
  #receive(message: Uint8Array): void {
    if (this.#board !== undefined && isAnalogueMapping(message)) return
    try {
      this.#port.emit('data', message)
    } catch (error) {
      this.#line.abandon({ is: 'protocol', what: `the I/O board says what no board can: ${String(error)}` })
      return
    }
    const status = decodeStatus(message)
    if (typeof status === 'object') this.#take(status)
  }

  /** Tells what changed. Outside of firmata-io's own calls, so that an error of a listener is not taken for the board's. */
  #take(status: BoardStatus): void {
    const before = this.#status
    if (before !== undefined && before.watchdog !== 'never fed' && status.watchdog === 'never fed') {
      this.#line.abandon({ is: 'lost', what: 'the I/O board has started anew' })
      return
    }
    this.#status = status
    // Left unfed it forgot its outputs, as after a byte of noise that means a reset; or a message was lost.
    if (status.watchdog === 'fed' && status.lit !== this.#isLampOn) this.#makeLamp(this.#isLampOn)
    if (
      before?.keys.executive !== status.keys.executive ||
      before.keys.supervisory !== status.keys.supervisory
    ) {
      this.#keysListeners.tell(status.keys)
    }
    this.#tellTamper(status, before)
    this.#statusListeners.tell(status)
  }

  #tellTamper(status: BoardStatus, before: BoardStatus | undefined): void {
    const open = namesOf(status.open)
    const opened = openedSince(status, before)
    if (!this.#hasTamperListener) {
      this.#untold = TAMPER_SWITCHES.filter((name) => this.#untold.includes(name) || opened.includes(name))
      return
    }
    const { openings } = status
    const isOther = String(open) !== String(before === undefined ? [] : namesOf(before.open))
    if (opened.length > 0 || isOther || openings !== before?.openings)
      this.#tamperListeners.tell({ open, opened, openings })
    this.#endLatch()
  }

  /** Who listens has been told: the latch of what is closed has done its work. */
  #endLatch(): void {
    const { latched, open, openings } = this.status
    const isDone = TAMPER_SWITCHES.some((name) => latched[name] && !open[name])
    if (!isDone || this.#isEndingLatch) return
    this.#isEndingLatch = true
    void this.#ask((number) => encodeAcknowledge(number, openings)).then(() => {
      this.#isEndingLatch = false
    })
  }
}

/** johnny-five keeps every board that was ever made; a line that comes and goes for months must not grow the process. */
function forget(board: five.Board): void {
  const { cache } = five.Board as unknown as { readonly cache: five.Board[] }
  cache.splice(cache.indexOf(board), 1)
}
