/**
 * A printer, its line and somebody who prints ballots on it as the session of a device does: what is refused is asked for again as if
 * never asked, what is unknown gets a void mark under it and is cut off. And a judge who looks only at the paper.
 */
import type { OpenLine, Transport } from '../../../core/ports.ts'
import type { PrintDocument } from '../../../firmware/printer/document.ts'
import type { connectPrinter, Printer, PrintOutcome } from '../../../firmware/printer/driver.ts'
import { faultyLine } from '../../../simulator/faults/faulty-line.ts'
import type { FaultPlan } from '../../../simulator/faults/plan.ts'
import { inProcessLine } from '../../../simulator/lines/in-process.ts'
import { type DroppedSlip, type PrintedSlip, VirtualPrinter } from '../../../simulator/peripherals/printer.ts'
import { VirtualClock } from '../../../simulator/virtual-clock.ts'

export type Connect = typeof connectPrinter

/** How a line ends, at a byte: pulled and told; dead but open; lost within the very call that carries the byte; closed by its owner there. */
export interface Cut {
  readonly way: 'up' | 'down'
  readonly at: number
  readonly how: 'pulled' | 'unnoticed' | 'lost-inside' | 'closed-inside'
}

const BAUD = 115_200
/** Real milliseconds after which a promise that nothing can settle any more is a hang. */
const PATIENCE_MS = 200
const TRIES = 12
const DOTS_A_BYTE = 8

/** A document whose every row is another, and no row that of another document. */
export function ballot(id: number, rows = 40, rowBytes = 2): PrintDocument {
  const data = Uint8Array.from({ length: rows * rowBytes }, (_, i) =>
    i % rowBytes === 0 ? 0xa0 | id : 0x80 | Math.floor(i / rowBytes),
  )
  const bitmap = { widthDots: rowBytes * DOTS_A_BYTE, heightDots: rows, rows: data }
  return {
    blocks: [
      { kind: 'raster', bitmap },
      { kind: 'feed', lines: 1 },
    ],
  }
}

/** What is printed under a slip that does not count. */
export const VOID = ballot(0x0f, 12)

const PAPER_BYTES = 72
const LINE_DOTS = 30

/** The rows that a document is on paper, without the help of any encoder. */
export function rowsOf({ blocks }: PrintDocument): string[] {
  return blocks.flatMap((block) => {
    if (block.kind === 'qr') throw new Error('not drawn here')
    if (block.kind === 'feed')
      return Array.from({ length: block.lines * LINE_DOTS }, () => '00'.repeat(PAPER_BYTES))
    const { widthDots, heightDots, rows } = block.bitmap
    const bytes = widthDots / DOTS_A_BYTE
    return Array.from({ length: heightDots }, (_, y) =>
      Buffer.from(rows.subarray(y * bytes, (y + 1) * bytes))
        .toString('hex')
        .padEnd(2 * PAPER_BYTES, '0'),
    )
  })
}

/** The rows of a piece of paper. */
export function rowsOn(slip: PrintedSlip | undefined): string[] {
  if (slip === undefined) return []
  return Array.from({ length: slip.height }, (_, y) =>
    Buffer.from(slip.bitmap.subarray(y * PAPER_BYTES, (y + 1) * PAPER_BYTES)).toString('hex'),
  )
}

/** The booth. */
export class PollingBooth {
  readonly clock = new VirtualClock(0, PATIENCE_MS)
  readonly paper: VirtualPrinter
  readonly #connect: Connect
  readonly #cuts: Cut[]
  readonly #line: ReturnType<typeof inProcessLine>
  readonly passed = { up: 0, down: 0 }
  /** Bytes that came to the printer, of those that passed down. */
  arrived = 0
  readonly outcomes: PrintOutcome[] = []
  /** Proven, and torn off before the knife came to it. */
  readonly tornWhole = new Set<DroppedSlip>()
  /** What the driver said that the paper does not. */
  readonly lies: string[] = []
  #printer: Printer | undefined
  #end: (how: Cut['how']) => void = () => {}
  #process = 0
  /** A hand at the printer, before each order. */
  mend: () => void = () => {}
  /** Is called with what the driver sends. */
  hears: (bytes: Uint8Array) => void = () => {}
  /** Is called when the first byte of a print is about to leave. */
  begins: () => void = () => {}
  /** Bytes of something else on the device's side of the line. */
  say: (bytes: Uint8Array) => void = () => {}

  constructor(connect: Connect, cuts: readonly Cut[] = [], plan: FaultPlan = []) {
    const { clock } = this
    this.#connect = connect
    this.#cuts = [...cuts]
    this.#line = inProcessLine({ clock, baudRate: BAUD, paced: true })
    const line = faultyLine({ line: this.#line.plug, clock, baudRate: BAUD, plan })
    this.paper = new VirtualPrinter({
      line: {
        ...line,
        onData: (listener) =>
          line.onData((bytes) => {
            this.arrived += bytes.length
            listener(bytes)
          }),
      },
      clock,
    })
  }

  /** Prints the ballots one after another, whatever comes, each until it is printed and cut. */
  async vote(ballots: readonly PrintDocument[], voterCompares = false): Promise<void> {
    for (const each of ballots) {
      const earlier = await this.print(each, voterCompares)
      await this.cut()
      for (const slip of this.paper.dropped.slice(earlier)) if (slip.by === 'tear') this.tornWhole.add(slip)
    }
  }

  /**
   * Prints until it is proven and the voter sees the same; what is not so is voided and cut.
   * @returns how many pieces had come off before the order that was proven
   */
  async print(document: PrintDocument, voterCompares = false): Promise<number> {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const earlier = this.paper.dropped.length
      const outcome = await this.order((printer) =>
        printer.print(document, ({ done }) => done === 0 && this.begins()),
      )
      const paper = this.paper.hanging() ?? this.paper.dropped.slice(earlier).at(-1)
      const matches = endsWith(rowsOn(paper), rowsOf(document))
      if (outcome.is === 'printed' && !matches && !voterCompares) {
        this.lies.push('printed, and the paper does not show it')
      }
      if (outcome.is === 'printed' && (matches || !voterCompares)) return earlier
      if (outcome.is !== 'refused') await this.voidSlip()
    }
    throw new Error('a ballot never comes to paper')
  }

  /** Void mark under what hangs, cut. */
  async voidSlip(): Promise<void> {
    await this.#until((printer) => printer.print(VOID))
    await this.cut()
  }

  async cut(): Promise<void> {
    await this.#until((printer) => printer.cut())
  }

  /** One order on a connected printer, and the time that a poll worker takes before the next. */
  async order(what: (printer: Printer) => Promise<PrintOutcome>): Promise<PrintOutcome> {
    this.mend()
    const printer = await this.connected()
    const outcome = await what(printer)
    this.outcomes.push(outcome)
    await this.wait(outcome.is === 'printed' ? 1 : 3000)
    return outcome
  }

  /** The printer, after as many fresh lines as it takes. */
  async connected(): Promise<Printer> {
    for (let tries = 0; tries < TRIES; tries += 1) {
      if (this.#printer !== undefined) return this.#printer
      this.#process += 0x100
      const connected = await this.#connect({
        open: this.#open,
        clock: this.clock,
        logger: { info: () => {}, warn: () => {}, error: () => {} },
        baudRate: BAUD,
        firstProcess: this.#process,
      })
      if (connected.ok) {
        this.#printer = connected.value
        connected.value.onLost(() => {
          this.#printer = undefined
        })
      }
      await this.wait(10)
    }
    throw new Error('the printer never connects')
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.clock.after(ms, resolve))
  }

  async #until(what: (printer: Printer) => Promise<PrintOutcome>): Promise<void> {
    for (let tries = 0; tries < TRIES; tries += 1) {
      if ((await this.order(what)).is === 'printed') return
    }
    throw new Error('an order is never carried out')
  }

  #open: OpenLine = async () => {
    const inner = await this.#line.open()
    let dead = false
    let receive: (chunk: Uint8Array) => void = () => {}
    let lost: (reason: string) => void = () => {}
    this.#end = (how) => {
      dead = true
      // Bytes that are under way to the printer arrive, unless the plug is pulled.
      if (how === 'pulled') {
        this.#line.plug.unplug()
        this.#line.plug.replug()
      } else if (how === 'lost-inside') lost('unplugged')
      else if (how === 'closed-inside') {
        if (this.#printer === undefined) lost('unplugged')
        this.#printer?.close()
        this.#printer = undefined
      }
    }
    this.say = (chunk) => {
      if (!dead) receive(chunk)
    }
    return {
      listen: (chunkListener, lostListener) => {
        receive = chunkListener
        lost = lostListener
        inner.listen(
          (chunk) => this.#pass('up', chunk, (part) => dead || receive(part)),
          (reason) => lost(reason),
        )
      },
      write: (bytes) => this.#pass('down', bytes, (part) => dead || inner.write(part)),
      close: () => inner.close(),
    } satisfies Transport
  }

  /** Bytes pass up to the place of a cut; what was in the same piece behind it is handed on too, for the line to refuse. */
  #pass(way: Cut['way'], bytes: Uint8Array, deliver: (part: Uint8Array) => void): void {
    if (way === 'down') this.hears(bytes)
    const from = this.passed[way]
    this.passed[way] += bytes.length
    const at = this.#cuts.findIndex((cut) => cut.way === way && cut.at >= from && cut.at < this.passed[way])
    const [cut] = at === -1 ? [] : this.#cuts.splice(at, 1)
    if (cut === undefined) {
      deliver(bytes)
      return
    }
    if (cut.at > from) deliver(bytes.subarray(0, cut.at - from))
    this.#end(cut.how)
    deliver(bytes.subarray(cut.at - from))
  }
}

/**
 * What is wrong with the slips that were cut off: each is one whole ballot and nothing else, or ends in a void mark; each ballot is there
 * once, in order; above a void mark stands the beginning of what was meant, and nothing else. A slip that was proven and then torn off is a ballot as
 * any; what tore before its proof is taken out by whoever puts the new roll in, and counts for none.
 */
export function wrongOnPaper(
  { paper: { dropped }, tornWhole }: PollingBooth,
  ballots: readonly PrintDocument[],
): readonly string[] {
  const wrong: string[] = []
  const whole = ballots.map((each) => inked(rowsOf(each)).join())
  const counted: number[] = []
  for (const slip of dropped.filter((piece) => piece.by === 'cutter' || tornWhole.has(piece))) {
    // A cut whose last byte was lost takes the next one for more dots to feed.
    const rows = inked(rowsOn(slip))
    const which = whole.indexOf(rows.join())
    if (which !== -1) counted.push(which)
    else if (!endsWith(rows, inked(rowsOf(VOID)))) wrong.push('a slip that is no ballot and not void')
    else if (!isBeginningThenMarks(rows, ballots)) wrong.push('a void slip with something else on it')
  }
  if (counted.join() !== whole.map((_, i) => i).join()) wrong.push(`ballots on paper: ${counted.join()}`)
  return wrong
}

/**
 * The line broke in a picture of two bytes a row, or in a feed (1B 64), and the next line in the command that was to clear it: its first
 * bytes are taken for dots or for a number of lines. The slip is void anyway.
 */
const BROKEN_CLEARING = /^((..)?(10|14|08|01|03|06|02){1,2})?(00)*$/

function isBeginningThenMarks(rows: readonly string[], ballots: readonly PrintDocument[]): boolean {
  const mark = rowsOf(VOID)
  const beginning = Math.max(...ballots.map((each) => common(rows, rowsOf(each))))
  for (let at = beginning; at < rows.length; ) {
    const marked = BROKEN_CLEARING.test(rows[at] ?? '') ? 1 : common(rows.slice(at), mark)
    if (marked === 0) return false
    at += marked
  }
  return true
}

/** The rows without the blank paper under them. */
function inked(rows: readonly string[]): readonly string[] {
  return rows.slice(0, rows.findLastIndex((row) => /[^0]/.test(row)) + 1)
}

/** How many rows two papers have in common from the top. */
function common(a: readonly string[], b: readonly string[]): number {
  const differs = a.findIndex((row, i) => row !== b[i])
  return differs === -1 ? a.length : differs
}

function endsWith(rows: readonly string[], end: readonly string[]): boolean {
  return rows.slice(-end.length).join() === end.join()
}
