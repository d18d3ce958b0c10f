/**
 * The printer. Nothing counts as printed but the printer's own answer to a process request that was sent behind the document:
 * bytes written prove nothing. A print without that answer is indeterminate and is never sent again by this driver.
 */
import { concatBytes } from '../../core/keys/hash.ts'
import type { Clock, Logger, OpenLine } from '../../core/ports.ts'
import type { Result } from '../../core/result.ts'
import { fail, ok } from '../../core/result.ts'
import { Line } from '../link/exchange.ts'
import type { LinkFault } from '../link/fault.ts'
import { openTransport } from '../link/fault.ts'
import type { LinkCounters } from '../link/framer.ts'
import { Turns } from '../link/turns.ts'
import type { PrinterCondition, PrinterFrame, PrinterStatus } from './decoder.ts'
import { conditionOf, printerFormat, statusOf } from './decoder.ts'
import type { PrintDocument } from './document.ts'
import {
  CLEAR_BUFFER,
  encodeCut,
  encodeDocument,
  encodeProcessRequest,
  encodeStatusRequest,
  INITIALIZE,
} from './encoder.ts'

/**
 * How a print or a cut ended: proven by the printer; refused before a byte of it was sent, and why; or unknown, because the proof
 * did not come after bytes were sent.
 */
export type PrintOutcome =
  | { readonly is: 'printed' }
  | { readonly is: 'refused'; readonly condition: PrinterCondition | 'no-answer' | 'lost' }
  | { readonly is: 'indeterminate'; readonly why: 'timeout' | 'lost' }

/** A connected printer. */
export interface Printer {
  readonly counters: LinkCounters
  /** Prints a document and leaves it hanging. */
  print(document: PrintDocument): Promise<PrintOutcome>
  /** Cuts off what hangs; `printed` says that the knife has moved. */
  cut(): Promise<PrintOutcome>
  /** Asks how the printer is. Without an answer the line is given up. */
  status(): Promise<Result<PrinterStatus, LinkFault>>
  /** Calls back once when the line is gone or the printer stopped answering, at once if that already happened. */
  onLost(listener: (fault: LinkFault) => void): void
  close(): void
}

/** A status answer is a real-time command's and comes within milliseconds, even from a busy printer. */
const STATUS_MS = 1000
/** Beyond the time of the bytes on the line: the paper's own way, warming, cutting. */
const PRINT_MARGIN_MS = 10_000
/** Start bit, eight data bits, stop bit. */
const BITS_A_BYTE = 10

/**
 * Opens the line, clears what an earlier connection left in the printer, resets it and asks for its status.
 * @param parts.baudRate the line's speed, for the deadline of a print
 * @param parts.firstProcess the number of the first process request, 0 to 65535; a number that the last connection did not use
 *   keeps its late answers apart
 */
export async function connectPrinter(parts: {
  readonly open: OpenLine
  readonly clock: Clock
  readonly logger: Logger
  readonly baudRate: number
  readonly firstProcess: number
}): Promise<Result<Printer, LinkFault>> {
  const { open, clock, logger, baudRate, firstProcess } = parts
  const opened = await openTransport(open)
  if (!opened.ok) return opened
  const line = new Line(opened.value, clock, printerFormat, () => {})
  const cleared = await line.exchange<null>(CLEAR_BUFFER, STATUS_MS, (frame) =>
    frame.is === 'cleared' ? { is: 'answer', answer: null } : undefined,
  )
  if (cleared.is !== 'answered') {
    line.close()
    if (cleared.is === 'lost') return fail({ is: 'lost', what: cleared.why })
    return fail({ is: 'timeout', what: 'the printer does not answer' })
  }
  line.send(INITIALIZE)
  const printer = new EscPosPrinter(line, baudRate, firstProcess)
  const status = await printer.status()
  if (!status.ok) {
    printer.close()
    return status
  }
  logger.info({ peripheral: 'printer', ...status.value }, 'connected')
  return ok(printer)
}

class EscPosPrinter implements Printer {
  readonly #line: Line<PrinterFrame>
  readonly #baudRate: number
  readonly #turns = new Turns()
  #nextProcess: number

  constructor(line: Line<PrinterFrame>, baudRate: number, firstProcess: number) {
    this.#line = line
    this.#baudRate = baudRate
    this.#nextProcess = firstProcess
  }

  get counters(): LinkCounters {
    return this.#line.counters
  }

  print(document: PrintDocument): Promise<PrintOutcome> {
    const bytes = encodeDocument(document)
    return this.#turns.take(() => this.#perform(bytes))
  }

  cut(): Promise<PrintOutcome> {
    return this.#turns.take(() => this.#perform(encodeCut()))
  }

  status(): Promise<Result<PrinterStatus, LinkFault>> {
    return this.#turns.take(() => this.#askStatus())
  }

  onLost(listener: (fault: LinkFault) => void): void {
    this.#line.onLost(listener)
  }

  close(): void {
    this.#line.close()
  }

  /** Looks first, then sends the bytes once with a process request behind them and waits for its answer. */
  async #perform(bytes: Uint8Array): Promise<PrintOutcome> {
    const status = await this.#askStatus()
    if (!status.ok) {
      return { is: 'refused', condition: status.error.is === 'lost' ? 'lost' : 'no-answer' }
    }
    const condition = conditionOf(status.value)
    if (condition !== undefined) return { is: 'refused', condition }
    const process = this.#nextProcess
    this.#nextProcess = (process + 1) & 0xffff
    const command = concatBytes(bytes, encodeProcessRequest(process))
    const deadline = Math.ceil((command.length * BITS_A_BYTE * 1000) / this.#baudRate) + PRINT_MARGIN_MS
    const outcome = await this.#line.exchange<null>(command, deadline, (frame) =>
      frame.is === 'process' && frame.process === process ? { is: 'answer', answer: null } : undefined,
    )
    // The line is kept after a timeout: a printer out of paper answers no process request, but says so when asked for its status.
    return outcome.is === 'answered' ? { is: 'printed' } : { is: 'indeterminate', why: outcome.is }
  }

  async #askStatus(): Promise<Result<PrinterStatus, LinkFault>> {
    const bytes: number[] = []
    for (const request of [1, 2, 3, 4] as const) {
      const outcome = await this.#line.exchange<number>(encodeStatusRequest(request), STATUS_MS, (frame) =>
        frame.is === 'status' ? { is: 'answer', answer: frame.byte } : undefined,
      )
      if (outcome.is === 'lost') return fail({ is: 'lost', what: outcome.why })
      if (outcome.is === 'timeout') {
        const fault: LinkFault = { is: 'timeout', what: 'the printer does not answer' }
        this.#line.abandon(fault)
        return fail(fault)
      }
      bytes.push(outcome.answer)
    }
    const [printer = 0, offline = 0, error = 0, paper = 0] = bytes
    return ok(statusOf(printer, offline, error, paper))
  }
}
