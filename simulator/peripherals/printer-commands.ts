/** What a virtual printer does with the commands that wait their turn: its settings, and what of them goes to the head. */
import { LINE_DOTS, type PrinterCommand } from './escpos-decoder.ts'
import { identityAnswer } from './printer-identity.ts'
import { BLANK_ROW, type PaperRow, rasterRows } from './printer-paper.ts'
import { PLAIN, TextLine, type TextStyle } from './printer-text.ts'
import { DEFAULT_QR, type QrSettings, qrRows } from './qr-symbol.ts'

/** The parts of a printer that its commands set in motion. */
export interface PrinterParts {
  /** Rows for the head. */
  print(rows: readonly PaperRow[]): void
  /** Cuts once everything before is on paper. */
  cut(): void
  /** Sends the proof once everything before is on paper. */
  prove(id: Uint8Array): void
  write(bytes: Uint8Array): void
  /** The paper sensors now. */
  paperStatus(): number
  /** What is to be told by itself from now on. */
  report(mask: number): void
}

export class CommandExecutor {
  readonly #parts: PrinterParts
  readonly #line = new TextLine()
  #style: TextStyle = PLAIN
  #side: 'left' | 'centre' | 'right' = 'left'
  #lineDots = LINE_DOTS
  #qr: QrSettings = DEFAULT_QR
  #qrData: Uint8Array | undefined
  /** Commands and characters that the printer did not know. */
  unknown = 0

  constructor(parts: PrinterParts) {
    this.#parts = parts
  }

  /** As after power-on: nothing is kept. */
  start(): void {
    this.#initialise()
    this.#qrData = undefined
  }

  /** Forgets the text that waits for its line to be fed. */
  forgetLine(): void {
    this.#line.clear()
  }

  execute(command: PrinterCommand): void {
    switch (command.is) {
      case 'initialise':
        this.#initialise()
        return
      case 'character':
        if (this.#line.add(command.code, this.#style)) return
        this.#feed(this.#lineDots)
        this.#line.add(command.code, this.#style)
        return
      case 'tab':
        this.#line.tab(this.#style)
        return
      case 'style':
        this.#style = { ...this.#style, ...command.style }
        return
      case 'line-spacing':
        this.#lineDots = command.dots
        return
      case 'feed-lines':
        this.#feed(command.lines * this.#lineDots)
        return
      case 'feed-dots':
        this.#feed(command.dots)
        return
      case 'qr-model':
        return
      case 'qr-size':
        this.#qr = { ...this.#qr, dots: command.dots }
        return
      case 'qr-correction':
        this.#qr = { ...this.#qr, level: command.level }
        return
      case 'qr-store':
        this.#qrData = command.data
        return
      case 'automatic-status':
        this.#parts.report(command.mask)
        return
      case 'identity':
        this.#identify(command.of)
        return
      case 'paper-status':
        this.#parts.write(Uint8Array.of(this.#parts.paperStatus()))
        return
      case 'drawer-status':
        // Nothing is connected that could pull the pin up.
        this.#parts.write(Uint8Array.of(0x00))
        return
      case 'process-id':
        this.#parts.prove(command.id)
        return
      case 'unknown':
        this.unknown += 1
        return
      default:
        // Pictures, cuts and sides are taken at the beginning of a line only.
        if (this.#line.isEmpty) this.#executeBetweenLines(command)
    }
  }

  #executeBetweenLines(
    command: PrinterCommand & { is: 'justify' | 'raster-row' | 'qr-print' | 'cut' },
  ): void {
    switch (command.is) {
      case 'justify':
        this.#side = command.side
        return
      case 'raster-row':
        this.#parts.print(rasterRows(command.data, command.scale, this.#side))
        return
      case 'qr-print':
        if (this.#qrData !== undefined) this.#parts.print(qrRows(this.#qrData, this.#qr, this.#side))
        return
      case 'cut':
        this.#feed(command.feedDots)
        this.#parts.cut()
        return
    }
  }

  #identify(n: number): void {
    const answer = identityAnswer(n)
    if (answer === undefined) this.unknown += 1
    else this.#parts.write(answer)
  }

  /** The storage for QR data outlives ESC @; settings, automatic status and a begun line do not. */
  #initialise(): void {
    this.#line.clear()
    this.#style = PLAIN
    this.#side = 'left'
    this.#lineDots = LINE_DOTS
    this.#qr = DEFAULT_QR
    this.#parts.report(0)
  }

  /** Prints the line and feeds: so many dots from its top, but never into it. */
  #feed(dots: number): void {
    const rows = this.#line.takeRows(this.#side)
    const blank = Math.max(0, dots - rows.length)
    this.#parts.print([...rows, ...new Array<PaperRow>(blank).fill(BLANK_ROW)])
  }
}
