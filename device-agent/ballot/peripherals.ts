/** The five peripherals of a ballot device, each supervised. Says when all have answered, and which are missing. */
import type { Definition } from '../../core/election/definition.ts'
import type { Clock, Logger, OpenLine, Random } from '../../core/ports.ts'
import type { Result } from '../../core/result.ts'
import { type CardReader, connectCardReader } from '../../firmware/card-reader/driver.ts'
import { connectIoBoard, type IoBoard } from '../../firmware/io-board/adapter.ts'
import type { LinkFault } from '../../firmware/link/fault.ts'
import { type Driver, Supervisor } from '../../firmware/link/supervisor.ts'
import { connectPrinter, type Printer } from '../../firmware/printer/driver.ts'
import { connectTouchscreen, type Touchscreen } from '../../firmware/touchscreen/driver.ts'
import { Health, type HealthSnapshot } from '../health/health.ts'
import { connectDisplay, type Display } from './display.ts'

export const PERIPHERALS = ['touchscreen', 'card-reader', 'printer', 'io-board', 'display'] as const
export type PeripheralName = (typeof PERIPHERALS)[number]

/** How each line is opened. */
export type DeviceLines = Readonly<Record<PeripheralName, OpenLine>>

/** Line speeds; the display's line is a stand-in until a browser paints. */
export const BAUD = {
  touchscreen: 9_600,
  'card-reader': 115_200,
  printer: 115_200,
  'io-board': 57_600,
  display: 115_200,
} as const

/** What the loop is told. */
interface PeripheralListeners {
  readonly changed: (name: PeripheralName, present: boolean) => void
  readonly touchscreen: (connected: Touchscreen) => void
  readonly reader: (connected: CardReader) => void
  readonly printer: (connected: Printer) => void
  readonly board: (connected: IoBoard) => void
  readonly display: (connected: Display) => void
}

/** All five, and what each said of itself. */
export class Peripherals {
  readonly #touchscreen: Supervisor<Touchscreen>
  readonly #reader: Supervisor<CardReader>
  readonly #printer: Supervisor<Printer>
  readonly #board: Supervisor<IoBoard>
  readonly #display: Supervisor<Display>
  readonly #health: Health<PeripheralName>

  constructor(
    lines: DeviceLines,
    parts: {
      readonly clock: Clock
      readonly random: Random
      readonly logger: Logger
      /** What of its own the display may send. */
      readonly inputs: Definition['inputs']
      /** Stops virtual time: the I/O board's library knows real time only. */
      readonly hold: () => () => void
    },
    listeners: PeripheralListeners,
  ) {
    const { changed } = listeners
    const supervise = <T extends Driver>(
      name: PeripheralName,
      connect: (line: { open: OpenLine; clock: Clock; logger: Logger }) => Promise<Result<T, LinkFault>>,
      connected: (peripheral: T) => void = () => {},
    ) =>
      new Supervisor(
        name,
        (open) => connect({ open, clock: parts.clock, logger: parts.logger }),
        { ...parts, open: lines[name] },
        (current) => {
          this.#health.changed(name)
          changed(name, current !== undefined)
          if (current !== undefined) connected(current)
        },
      )
    this.#touchscreen = supervise('touchscreen', connectTouchscreen, listeners.touchscreen)
    this.#reader = supervise('card-reader', connectCardReader, listeners.reader)
    this.#printer = supervise(
      'printer',
      (line) =>
        connectPrinter({
          ...line,
          baudRate: BAUD.printer,
          // A number of its own for each connection keeps late answers to an earlier one apart.
          firstProcess: new DataView(parts.random.bytes(2).slice().buffer).getUint16(0),
        }),
      listeners.printer,
    )
    this.#board = supervise(
      'io-board',
      async (line) => {
        const release = parts.hold()
        return connectIoBoard(line).finally(release)
      },
      listeners.board,
    )
    this.#display = supervise(
      'display',
      (line) => connectDisplay({ ...line, inputs: parts.inputs }),
      listeners.display,
    )
    this.#health = new Health(
      {
        touchscreen: this.#touchscreen,
        'card-reader': this.#reader,
        printer: this.#printer,
        'io-board': this.#board,
        display: this.#display,
      },
      parts.clock,
      parts.logger,
    )
  }

  get reader(): CardReader | undefined {
    return this.#reader.current
  }

  get printer(): Printer | undefined {
    return this.#printer.current
  }

  get board(): IoBoard | undefined {
    return this.#board.current
  }

  get display(): Display | undefined {
    return this.#display.current
  }

  /** Those that do not answer now. */
  get missing(): readonly PeripheralName[] {
    const present = {
      touchscreen: this.#touchscreen.current,
      'card-reader': this.#reader.current,
      printer: this.#printer.current,
      'io-board': this.#board.current,
      display: this.#display.current,
    }
    return PERIPHERALS.filter((name) => present[name] === undefined)
  }

  /** What each line is doing. */
  get health(): HealthSnapshot<PeripheralName> {
    return this.#health.snapshot
  }

  /** What each connected one said of itself, for the journal. */
  get identities(): Record<PeripheralName, string> {
    return {
      touchscreen: this.#touchscreen.current?.identity ?? 'absent',
      'card-reader': this.reader?.identity ?? 'absent',
      printer: this.printer ? 'ESC/POS' : 'absent',
      'io-board': this.board?.identity ?? 'absent',
      display: this.display ? 'line display' : 'absent',
    }
  }

  start(): void {
    this.#health.start()
    for (const peripheral of this.#all()) peripheral.start()
  }

  close(): void {
    this.#health.close()
    for (const peripheral of this.#all()) peripheral.close()
  }

  #all() {
    return [this.#touchscreen, this.#reader, this.#printer, this.#board, this.#display]
  }
}
