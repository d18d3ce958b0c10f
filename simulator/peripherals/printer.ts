/**
 * A virtual receipt printer: it takes ESC/POS, prints at a real printer's speed on paper that hangs behind glass, cuts, and tells
 * its state as the real one does. What it prints is a picture, decoded apart from whatever made the bytes. Its receive buffer has the
 * real size and says XOFF; a host that does not listen loses bytes, as on the real one.
 */
import type { Clock, Timer } from '../../core/ports.ts'
import type { PeripheralLine } from '../lines/peripheral-line.ts'
import { EscPosDecoder, LINE_DOTS, type PrinterCommand } from './escpos-decoder.ts'
import { ReceiveBuffer } from './printer-buffer.ts'
import {
  BLANK_ROW,
  type DroppedSlip,
  HangingPaper,
  type PaperRow,
  type PrintedSlip,
  rasterRows,
} from './printer-paper.ts'
import { automaticStatus, isOnline, isReported, type PrinterState, realTimeStatus } from './printer-status.ts'
import { DEFAULT_QR, type QrSettings, qrRows } from './qr-symbol.ts'

export type { DroppedSlip, PrintedSlip } from './printer-paper.ts'

/** 150 mm a second at 8 dots a millimetre. */
const ROWS_PER_MS = 1.2

/** The printer reads on until this many rows wait for the head; then its buffer fills. */
const ROWS_AHEAD = 64

/** It reads again when no more than these wait: before the head has nothing to do, so that it never stands still for want of reading. */
const ROWS_LOW = 32

/** Bytes taken out of the buffer at once. */
const BITE = 72

type KnownCommand = Exclude<PrinterCommand, { readonly is: 'unknown' }>

/**
 * How a printer breaks its word: it keeps the proof of what it printed to itself, or gives the proof at once and prints nothing.
 */
export type Dishonesty = 'keeps-proofs' | 'proves-without-printing'

/** One printer with a fresh roll and its cover closed. */
export class VirtualPrinter {
  readonly #line: PeripheralLine
  readonly #clock: Clock
  readonly #decoder = new EscPosDecoder()
  readonly #buffer: ReceiveBuffer
  readonly #paper = new HangingPaper()
  readonly #dropListeners: ((slip: DroppedSlip) => void)[] = []
  /** Commands that were read and wait for the rows before them. */
  #commands: KnownCommand[] = []
  /** Rows that wait for the head; it has been at the first of them since {@link #since}. */
  #rows: PaperRow[] = []
  #since = 0
  /** What is done when the last waiting row is on paper. */
  #afterRows: (() => void) | undefined
  #timer: Timer | undefined
  #state: PrinterState = { coverOpen: false, paper: 'enough', error: 'none' }
  #paperJammed = false
  #knifeBlocked = false
  #reports = 0
  #side: 'left' | 'centre' | 'right' = 'left'
  #lineDots = LINE_DOTS
  #qr: QrSettings = DEFAULT_QR
  #qrData: Uint8Array | undefined
  #dishonesty: Dishonesty | undefined
  /** What has come off, in order. */
  readonly dropped: DroppedSlip[] = []
  /** Commands and characters that the printer did not know. */
  unknownCommands = 0
  /** Drawer pulses: nothing is connected there, so each was an accident. */
  drawerPulses = 0

  constructor({ line, clock }: { readonly line: PeripheralLine; readonly clock: Clock }) {
    this.#line = line
    this.#clock = clock
    this.#buffer = new ReceiveBuffer((bytes) => line.write(bytes))
    line.onData((bytes) => this.#receive(bytes))
  }

  /** Bytes that came when the buffer was full. */
  get lostBytes(): number {
    return this.#buffer.lostBytes
  }

  /** The slip behind the glass as far as it is printed now. */
  hanging(): PrintedSlip | undefined {
    this.#settle()
    return this.#paper.slip()
  }

  /** What somebody who stands before it sees; `stuck`: paper or knife wait for a hand. */
  look(): PrinterState & { readonly stuck: boolean } {
    return { ...this.#state, stuck: this.#paperJammed || this.#knifeBlocked }
  }

  /** Calls back with each slip that comes off. */
  onDrop(listener: (slip: DroppedSlip) => void): void {
    this.#dropListeners.push(listener)
  }

  /** The roll gets thin: the near-end sensor sees it. Throws when it is thin or out already. */
  nearEnd(): void {
    if (this.#state.paper !== 'enough') throw new Error('the paper is low already')
    this.#change({ paper: 'low' })
  }

  /** The roll ends under the head; what was printed still hangs. Throws when there is no paper. */
  paperOut(): void {
    if (this.#state.paper === 'out') throw new Error('there is no paper')
    this.#change({ paper: 'out' })
  }

  /** The paper tears at the head: the slip falls uncut, and the sensor sees no paper. Throws when there is none. */
  tearPaper(): void {
    this.paperOut()
    this.#drop('tear')
  }

  /** A fresh roll; what was left of the old one falls. Throws when there is paper. */
  loadPaper(): void {
    if (this.#state.paper !== 'out') throw new Error('there is paper already')
    this.#drop('tear')
    this.#change({ paper: 'enough' })
  }

  /** Throws when it is open. */
  openCover(): void {
    if (this.#state.coverOpen) throw new Error('the cover is open already')
    this.#change({ coverOpen: true })
  }

  /** Throws when it is closed. */
  closeCover(): void {
    if (!this.#state.coverOpen) throw new Error('the cover is closed already')
    this.#change({ coverOpen: false })
  }

  /** The paper jams: nothing moves until it is freed and the host asks to go on. Throws when it is jammed. */
  jam(): void {
    if (this.#paperJammed) throw new Error('the paper is jammed already')
    this.#paperJammed = true
    this.#change({ error: 'mechanical' })
  }

  /** Something blocks the knife: the next cut fails. Throws when it is blocked. */
  cutterJam(): void {
    if (this.#knifeBlocked) throw new Error('the knife is blocked already')
    this.#knifeBlocked = true
  }

  /** Paper and knife are freed. The printer stays in error until the host asks it to go on (DLE ENQ). Throws when nothing was stuck. */
  clearJam(): void {
    if (!this.#paperJammed && !this.#knifeBlocked) throw new Error('nothing is stuck')
    this.#paperJammed = false
    this.#knifeBlocked = false
  }

  /** The head is too hot. Throws when the printer is in error already. */
  overheat(): void {
    this.#fail('overheated')
  }

  /** The head has cooled, and printing goes on by itself. Throws when it was not hot. */
  coolDown(): void {
    if (this.#state.error !== 'overheated') throw new Error('the head is not hot')
    this.#change({ error: 'none' })
  }

  /** Something in the printer fails that only its maker can mend. Throws when the printer is in error already. */
  breakDown(): void {
    this.#fail('broken')
  }

  /** Switched off and on: whatever it held is forgotten, and settings are those of the factory. A broken part stays broken. */
  powerCycle(): void {
    this.#settle()
    this.#forget()
    this.#initialise()
    this.#qrData = undefined
    const { error } = this.#state
    if (error === 'mechanical' || error === 'cutter') this.#change({ error: 'none' })
    if (this.#paperJammed) this.#change({ error: 'mechanical' })
    this.#buffer.say()
  }

  /** From now on the printer breaks its word, or no longer. */
  misbehave(how: Dishonesty | undefined): void {
    this.#dishonesty = how
  }

  #fail(error: 'overheated' | 'broken'): void {
    if (this.#state.error !== 'none') throw new Error('the printer is in error already')
    this.#change({ error })
  }

  #receive(bytes: Uint8Array): void {
    this.#buffer.receive(bytes, (command) => {
      if (command.is === 'status') this.#line.write(Uint8Array.of(realTimeStatus(this.#state, command.of)))
      else if (command.is === 'drawer-pulse') this.drawerPulses += 1
      else if (command.is === 'recover') this.#recover(command.how)
      else this.#clear()
    })
    this.#work()
  }

  /** DLE ENQ: goes on after an error whose cause was removed; 1 where it stopped, 2 with nothing of what it held. */
  #recover(how: number): void {
    const { error } = this.#state
    if (error !== 'mechanical' && error !== 'cutter') return
    if (how === 2) {
      this.#settle()
      this.#forget()
    }
    if (this.#paperJammed || (error === 'cutter' && this.#knifeBlocked)) return
    this.#change({ error: 'none' })
  }

  /** Everything not yet printed is forgotten; the answer says so (37 25 00). It goes on from an error as DLE ENQ 2 does (Epson TM-U590, TM-T81). */
  #clear(): void {
    this.#settle()
    this.#forget()
    this.#recover(2)
    this.#line.write(Uint8Array.of(0x37, 0x25, 0x00))
  }

  #forget(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#rows = []
    this.#afterRows = undefined
    this.#commands = []
    this.#decoder.reset()
    this.#buffer.clear()
  }

  /** Reads and does what it can: until a command waits for the head, the head has enough to do, or the printer is offline. */
  #work(): void {
    this.#settle()
    while (isOnline(this.#state) && this.#afterRows === undefined) {
      const command = this.#commands.shift()
      if (command !== undefined) this.#execute(command)
      else if (this.#rows.length >= ROWS_AHEAD || this.#buffer.isEmpty) break
      else this.#read()
    }
    this.#wait()
  }

  #read(): void {
    for (const command of this.#decoder.feed(this.#buffer.take(BITE))) {
      if (command.is === 'unknown') this.unknownCommands += 1
      else this.#commands.push(command)
    }
  }

  /**
   * Comes back when there is something to read for the head, or something to do after it. Rows alone need no timer: whoever looks settles
   * them.
   */
  #wait(): void {
    const waited = this.#afterRows !== undefined || !this.#buffer.isEmpty
    if (this.#timer !== undefined || !waited || !isOnline(this.#state)) return
    const left = this.#afterRows === undefined ? Math.min(ROWS_LOW, this.#rows.length) : 0
    const ms = this.#since + (this.#rows.length - left) / ROWS_PER_MS - this.#clock.now()
    this.#timer = this.#clock.after(Math.max(0, ms), () => {
      this.#timer = undefined
      this.#settle()
      if (this.#rows.length === 0) {
        const then = this.#afterRows
        this.#afterRows = undefined
        then?.()
      }
      this.#work()
    })
  }

  #execute(command: KnownCommand): void {
    switch (command.is) {
      case 'initialise':
        this.#initialise()
        return
      case 'justify':
        this.#side = command.side
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
      case 'raster-row':
        this.#print(rasterRows(command.data, command.scale, this.#side))
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
      case 'qr-print':
        if (this.#qrData !== undefined) this.#print(qrRows(this.#qrData, this.#qr, this.#side))
        return
      case 'cut':
        this.#feed(command.feedDots)
        this.#then(() => this.#cut())
        return
      case 'automatic-status':
        this.#reports = command.mask
        if (command.mask !== 0) this.#line.write(automaticStatus(this.#state))
        return
      case 'process-id':
        this.#then(() => {
          if (this.#dishonesty === 'keeps-proofs') return
          this.#line.write(Uint8Array.from([0x37, 0x22, ...command.id, 0x00]))
        })
        return
    }
  }

  /** The storage for QR data outlives ESC @; settings and automatic status do not. */
  #initialise(): void {
    this.#side = 'left'
    this.#lineDots = LINE_DOTS
    this.#qr = DEFAULT_QR
    this.#reports = 0
  }

  #feed(dots: number): void {
    this.#print(new Array<PaperRow>(dots).fill(BLANK_ROW))
  }

  #print(rows: readonly PaperRow[]): void {
    if (this.#dishonesty === 'proves-without-printing') return
    if (this.#rows.length === 0) this.#since = this.#clock.now()
    for (const row of rows) this.#rows.push(row)
  }

  /** Does something once all rows before it are on paper: at once if they are. */
  #then(action: () => void): void {
    if (this.#rows.length === 0) action()
    else this.#afterRows = action
  }

  /** Puts on paper what the head has passed by now. */
  #settle(): void {
    if (!isOnline(this.#state) || this.#rows.length === 0) return
    // A hair short of a row counts as the row: milliseconds since 1970 leave little behind the point.
    const passed = Math.floor((this.#clock.now() - this.#since) * ROWS_PER_MS + 0.01)
    const printed = this.#rows.splice(0, passed)
    this.#since += printed.length / ROWS_PER_MS
    for (const row of printed) this.#paper.print(row)
  }

  #cut(): void {
    if (this.#dishonesty === 'proves-without-printing') return
    if (!this.#knifeBlocked) this.#drop('cutter')
    else {
      // After DLE ENQ 1 the knife tries again.
      this.#afterRows = () => this.#cut()
      this.#change({ error: 'cutter' })
    }
  }

  #drop(by: DroppedSlip['by']): void {
    const slip = this.#paper.takeOff()
    if (slip === undefined) return
    const dropped = { ...slip, by }
    this.dropped.push(dropped)
    for (const listener of this.#dropListeners) listener(dropped)
  }

  /** Stops or goes on, and tells the device if it asked to be told. */
  #change(change: Partial<PrinterState>): void {
    this.#settle()
    const before = this.#state
    this.#state = { ...before, ...change }
    const online = isOnline(this.#state)
    this.#buffer.setOnline(online)
    if (isReported(this.#reports, before, this.#state)) this.#line.write(automaticStatus(this.#state))
    if (online === isOnline(before)) return
    this.#timer?.cancel()
    this.#timer = undefined
    this.#since = this.#clock.now()
    if (online) this.#work()
  }
}
