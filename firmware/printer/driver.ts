/**
 * The printer. Nothing counts as printed but the printer's own answers to the process requests that were sent behind each part of the
 * document: bytes written prove nothing, and one answer at the end would not tell of a band that arrived in pieces, since ESC/POS has no
 * checksum and the printer finds its way again. A print without all of them is indeterminate and is never sent again by this driver.
 *
 * What may go wrong, what is known then, what is answered, and what the session makes of it (`device-agent/ballot/session`):
 *
 * | what happened                                   | what is known                  | answer                    | session                                             |
 * |-------------------------------------------------|--------------------------------|---------------------------|-----------------------------------------------------|
 * | cover, paper, error, no answer before any byte  | nothing of it is on paper      | refused, and why          | held; a poll worker mends it; printed as if never asked |
 * | the same or a time-out while bytes are on their way | a piece of it may hang     | indeterminate, and why    | the rest is cleared here; void mark under it, cut; again |
 * | line lost after the first byte                  | a piece or all of it may hang  | indeterminate, lost       | the next connection clears the rest; void mark, cut |
 * | printed, and no proof comes                     | the same: it cannot be told apart | indeterminate, timeout | void mark under it, cut; again                      |
 * | proof before the last byte was sent             | the printer does not say the truth | indeterminate, false-proof | void mark, cut; again                         |
 * | bytes lost on the way: the answer to a part is missing | the paper shows something else | indeterminate, lost-bytes | void mark, cut; again                     |
 * | bytes changed on the way, or the 8 before a band lost | nothing that could tell   | printed                   | the voter compares; a mark that is spoilt so is not seen |
 * | proof, and nothing was printed                  | nothing that could tell        | printed                   | the voter compares with the paper and presses "wrong": void mark, cut |
 * | torn off between its last dot and the proof     | it may look whole              | indeterminate, paper-end  | void mark on a strip of its own; who puts the new roll in takes the torn piece out |
 * | proof, and then torn off                        | it is whole                    | cut: refused, paper-end   | the vote stands; with the new roll in, the knife cuts blank paper |
 * | proof of a cut, and nothing was cut             | nothing that could tell        | printed                   | none: the next voter finds a slip hanging; slips in the box are counted |
 * | cutter stuck during a cut                       | it may have been cut           | indeterminate, cutter-error | the vote stands; held; mended, the knife is asked again |
 *
 * So a ballot that may be on paper is never printed a second time as if it were the first, and what a stopped printer still holds is
 * cleared before it can come out on the next roll (`encoder.ts`, CLEAR_BUFFER and RECOVER).
 */
import type { Clock, Logger, OpenLine } from '../../core/ports.ts'
import type { Result } from '../../core/result.ts'
import { fail, ok } from '../../core/result.ts'
import { Line } from '../link/exchange.ts'
import type { LinkFault } from '../link/fault.ts'
import { openTransport } from '../link/fault.ts'
import type { LinkCounters } from '../link/framer.ts'
import { Listeners } from '../link/listeners.ts'
import { Turns } from '../link/turns.ts'
import type { PrinterCondition, PrinterFrame, PrinterStatus } from './decoder.ts'
import { conditionOf, printerFormat, statusOf } from './decoder.ts'
import type { PrintDocument } from './document.ts'
import {
  CLEAR_BUFFER,
  encodeCut,
  encodeDocument,
  encodeStatusRequest,
  INITIALIZE,
  RECOVER,
} from './encoder.ts'
import { PacedTransport, wireMs } from './paced-transport.ts'
import { type Proof, Proofs } from './proofs.ts'

/**
 * How a print or a cut ended: proven by the printer; refused before a byte of it was sent, and why; or unknown, because the proof
 * did not come after bytes were sent, and why not.
 */
export type PrintOutcome =
  | { readonly is: 'printed' }
  | { readonly is: 'refused'; readonly condition: PrinterCondition | 'no-answer' | 'lost' }
  | {
      readonly is: 'indeterminate'
      readonly why: PrinterCondition | 'timeout' | 'lost' | 'lost-bytes' | 'false-proof'
    }

/** How far a print is: the part of its bytes that is on the line, 0 to 1, and how long the rest takes by the line's speed. */
export interface PrintProgress {
  readonly done: number
  readonly msLeft: number
}

/** A connected printer. */
export interface Printer {
  readonly counters: LinkCounters
  /**
   * Prints a document and leaves it hanging.
   * @param progress is told as the bytes go out, first with nothing done; the same for documents of the same size
   */
  print(document: PrintDocument, progress?: (progress: PrintProgress) => void): Promise<PrintOutcome>
  /** Cuts off what hangs; `printed` says that the knife has moved. */
  cut(): Promise<PrintOutcome>
  /** Asks how the printer is. Without an answer the line is given up. */
  status(): Promise<Result<PrinterStatus, LinkFault>>
  /**
   * Whether the printer still answers: asked, unless it has just been heard. From a print's order to its end nothing is asked: its own deadline, which
   * grows with the document, finds a dead line, and minutes of a long day take longer than any heartbeat may.
   */
  heartbeat(): Promise<Result<void, LinkFault>>
  /** Calls back with how the printer is, now and each time that it changes. */
  onStatus(listener: (status: PrinterStatus) => void): void
  /** Calls back once when the line is gone or the printer stopped answering, at once if that already happened. */
  onLost(listener: (fault: LinkFault) => void): void
  close(): void
}

/** The answer to a real-time command comes within milliseconds, even from a busy printer. */
const ANSWER_MS = 1000
/** One lost byte is not a lost printer. */
const STATUS_TRIES = 2
/** Beyond the time of the bytes on the line: the paper's own way, warming, cutting. */
const PRINT_MARGIN_MS = 10_000
/** After a mended error the knife goes home and the paper is felt for. */
const RECOVERY_MS = 1000
/** A printer that was heard this short ago is there. */
const FRESH_MS = 1000

/** How an exchange that was answered ended. */
type Ending = Proof | PrinterCondition

/**
 * Opens the line, clears what an earlier connection left in the printer, resets it and asks for its status.
 * @param parts.baudRate the line's speed, for the pace and the deadline of a print
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
  const printer = new EscPosPrinter(new PacedTransport(opened.value, clock, baudRate), {
    clock,
    baudRate,
    firstProcess,
  })
  const status = await printer.begin()
  if (!status.ok) {
    printer.close()
    return status
  }
  logger.info({ peripheral: 'printer', ...status.value }, 'connected')
  return ok(printer)
}

class EscPosPrinter implements Printer {
  readonly #paced: PacedTransport
  readonly #line: Line<PrinterFrame>
  readonly #clock: Clock
  readonly #baudRate: number
  readonly #turns = new Turns()
  readonly #statusListeners = new Listeners<PrinterStatus>()
  #known: PrinterStatus | undefined
  /** What the printer told by itself since it was last asked. */
  #told: PrinterStatus | undefined
  #heardAt = 0
  /** Prints and cuts that were ordered and have not ended. */
  #orders = 0
  #nextProcess: number

  constructor(
    paced: PacedTransport,
    parts: { readonly clock: Clock; readonly baudRate: number; readonly firstProcess: number },
  ) {
    this.#paced = paced
    this.#clock = parts.clock
    this.#baudRate = parts.baudRate
    this.#nextProcess = parts.firstProcess
    this.#line = new Line(paced, parts.clock, printerFormat, (frame) => {
      this.#heardAt = parts.clock.elapsed()
      if (frame.is !== 'automatic-status') return
      this.#told = frame.status
      this.#learn(frame.status)
    })
  }

  get counters(): LinkCounters {
    return this.#line.counters
  }

  /** Empties the printer, starts it afresh and asks how it is. */
  async begin(): Promise<Result<PrinterStatus, LinkFault>> {
    const cleared = await this.#clear()
    if (!cleared.ok) return cleared
    this.#line.send(INITIALIZE)
    return this.#askStatus()
  }

  print(document: PrintDocument, progress?: (progress: PrintProgress) => void): Promise<PrintOutcome> {
    return this.#carryOut(encodeDocument(document), progress)
  }

  cut(): Promise<PrintOutcome> {
    return this.#carryOut([encodeCut()])
  }

  status(): Promise<Result<PrinterStatus, LinkFault>> {
    return this.#turns.take(() => this.#askStatus())
  }

  heartbeat(): Promise<Result<void, LinkFault>> {
    if (this.#orders > 0) return Promise.resolve(ok(undefined))
    return this.#turns.take(async () => {
      if (this.#clock.elapsed() - this.#heardAt < FRESH_MS) return ok(undefined)
      const status = await this.#askStatus()
      return status.ok ? ok(undefined) : status
    })
  }

  onStatus(listener: (status: PrinterStatus) => void): void {
    this.#statusListeners.add(listener)
    if (this.#known !== undefined) listener(this.#known)
  }

  onLost(listener: (fault: LinkFault) => void): void {
    this.#line.onLost(listener)
  }

  close(): void {
    this.#line.close()
  }

  /** Carries an order out in its turn. From its first moment no heartbeat waits behind it. */
  async #carryOut(
    parts: readonly Uint8Array[],
    progress?: (progress: PrintProgress) => void,
  ): Promise<PrintOutcome> {
    this.#orders += 1
    try {
      return await this.#turns.take(() => this.#perform(parts, progress))
    } finally {
      this.#orders -= 1
    }
  }

  /** Looks first, then sends the parts once with a process request behind each and waits for the answers. */
  async #perform(
    parts: readonly Uint8Array[],
    progress: (progress: PrintProgress) => void = () => {},
  ): Promise<PrintOutcome> {
    const hindrance = await this.#hindrance()
    if (hindrance !== undefined) return { is: 'refused', condition: hindrance }
    const proofs = new Proofs(parts, this.#nextProcess)
    this.#nextProcess = proofs.next
    const { command } = proofs
    const tell = (unsent: number) =>
      progress({ done: 1 - unsent / command.length, msLeft: wireMs(unsent, this.#baudRate) })
    tell(command.length)
    this.#paced.onSent = tell
    const sentBefore = this.#paced.sentBytes
    const deadline = Math.ceil(wireMs(command.length, this.#baudRate)) + PRINT_MARGIN_MS
    const outcome = await this.#line.exchange<Ending>(command, deadline, (frame) => {
      const ending = this.#endingBy(frame, proofs)
      return ending && { is: 'answer', answer: ending }
    })
    this.#paced.onSent = () => {}
    const why = outcome.is === 'answered' ? outcome.answer : outcome.is
    if (why === 'proven') return { is: 'printed' }
    // What has not left yet never does, and what the printer holds is cleared: it must not come out when the fault is mended.
    this.#paced.dropUnsent()
    if (outcome.is !== 'lost') await this.#clear()
    const begun = this.#paced.sentBytes > sentBefore
    if (begun || why === 'false-proof' || why === 'lost-bytes') return { is: 'indeterminate', why }
    return { is: 'refused', condition: why === 'timeout' ? 'no-answer' : why }
  }

  /** Whether a frame ends a print: its last proof, a false one, or the printer's word that it has stopped. */
  #endingBy(frame: PrinterFrame, proofs: Proofs): Ending | undefined {
    if (frame.is === 'process')
      return proofs.take(frame.process, proofs.command.length - this.#paced.unsentBytes)
    if (frame.is !== 'automatic-status') return undefined
    const condition = conditionOf(frame.status)
    // Offline without a cause is a finger on the feed button: the deadline decides.
    return condition === 'offline' ? undefined : condition
  }

  /** What keeps the printer from printing now. A mended jam or cutter is told to go on, once, with nothing of what it held. */
  async #hindrance(): Promise<(PrintOutcome & { is: 'refused' })['condition'] | undefined> {
    // Between two documents nothing waits in the printer: this XOFF was noise, its XON was lost, or a status will say why.
    if (this.#paced.isHeld) await this.#clear()
    let status = await this.#askStatus()
    if (status.ok && (status.value.error === 'mechanical' || status.value.error === 'cutter')) {
      this.#line.send(RECOVER)
      await new Promise<void>((resolve) => this.#clock.after(RECOVERY_MS, resolve))
      status = await this.#askStatus()
    }
    if (!status.ok) return status.error.is === 'lost' ? 'lost' : 'no-answer'
    return conditionOf(status.value)
  }

  /**
   * Empties the printer's buffers: idempotent, there is no emptier than empty. The printer does it offline, in error and with a full buffer
   * too; one that does not answer even to that is given up.
   */
  async #clear(): Promise<Result<void, LinkFault>> {
    const outcome = await this.#line.ask<null>(CLEAR_BUFFER, ANSWER_MS, (frame) =>
      frame.is === 'cleared' ? { is: 'answer', answer: null } : undefined,
    )
    if (outcome.is === 'lost') return fail({ is: 'lost', what: outcome.why })
    if (outcome.is === 'timeout') return this.#giveUp()
    this.#paced.release()
    return ok(undefined)
  }

  /**
   * Asks how the printer is. The four answers look alike: when one is missing all are asked for anew, since the second answer to one
   * question would be taken for the answer to the next.
   */
  async #askStatus(): Promise<Result<PrinterStatus, LinkFault>> {
    for (let tries = 0; tries < STATUS_TRIES; tries += 1) {
      const asked = await this.#askOnce()
      if (asked === 'timeout') continue
      // What the printer told by itself meanwhile is whole and newer than the first answers.
      const status = asked.ok ? ok(this.#told ?? asked.value) : asked
      if (status.ok) this.#learn(status.value)
      return status
    }
    return this.#giveUp()
  }

  async #askOnce(): Promise<Result<PrinterStatus, LinkFault> | 'timeout'> {
    this.#told = undefined
    const bytes: number[] = []
    for (const request of [1, 2, 3, 4] as const) {
      const outcome = await this.#line.exchange<number>(encodeStatusRequest(request), ANSWER_MS, (frame) =>
        frame.is === 'status' ? { is: 'answer', answer: frame.byte } : undefined,
      )
      if (outcome.is === 'lost') return fail({ is: 'lost', what: outcome.why })
      if (outcome.is === 'timeout') return 'timeout'
      bytes.push(outcome.answer)
    }
    const [printer = 0, offline = 0, error = 0, paper = 0] = bytes
    return ok(statusOf(printer, offline, error, paper))
  }

  #giveUp(): { readonly ok: false; readonly error: LinkFault } {
    const fault: LinkFault = { is: 'timeout', what: 'the printer does not answer' }
    this.#line.abandon(fault)
    return fail(fault)
  }

  #learn(status: PrinterStatus): void {
    const known = this.#known
    const keys = Object.keys(status) as (keyof PrinterStatus)[]
    if (known !== undefined && keys.every((key) => known[key] === status[key])) return
    this.#known = status
    this.#statusListeners.tell(status)
  }
}
