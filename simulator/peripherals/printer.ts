/**
 * A virtual receipt printer: it takes ESC/POS, prints at a real printer's speed on paper that hangs behind glass, cuts, and tells
 * its state as the real one does. What it prints is a picture, decoded apart from whatever made the bytes.
 */
import type { Clock, Timer } from '../../core/ports.ts'
import type { PeripheralLine } from '../lines/peripheral-line.ts'
import { EscPosDecoder, LINE_DOTS, type PrinterCommand, RealTimeWatcher } from './escpos-decoder.ts'
import {
  BLANK_ROW,
  type DroppedSlip,
  HangingPaper,
  type PaperRow,
  type PrintedSlip,
  rasterRows,
} from './printer-paper.ts'
import { automaticStatus, isOnline, type PrinterState, realTimeStatus } from './printer-status.ts'
import { DEFAULT_QR, type QrSettings, qrRows } from './qr-symbol.ts'

export type { DroppedSlip, PrintedSlip } from './printer-paper.ts'

/** 150 mm a second at 8 dots a millimetre. */
const ROWS_PER_MS = 1.2

/** Bytes received and not yet worked off; what comes after that is lost. */
const BUFFER_BYTES = 1 << 20

/** Which changes `GS a` reports: bit 1 online or offline (the cover too), bit 3 the paper sensors. */
const REPORT_ONLINE = 0x02
const REPORT_PAPER = 0x08

type KnownCommand = Exclude<PrinterCommand, { readonly is: 'unknown' }>

/** Rows on their way to the paper, and what is done once they are on it. No timer while the printer is offline. */
interface PrintJob {
  readonly rows: readonly PaperRow[]
  readonly then: () => void
  printed: number
  from: number
  since: number
  timer: Timer | undefined
}

/** One printer with a fresh roll and its cover closed. */
export class VirtualPrinter {
  readonly #line: PeripheralLine
  readonly #clock: Clock
  readonly #decoder = new EscPosDecoder()
  readonly #watcher = new RealTimeWatcher()
  readonly #paper = new HangingPaper()
  readonly #dropListeners: ((slip: DroppedSlip) => void)[] = []
  #queue: KnownCommand[] = []
  #queuedBytes = 0
  #state: PrinterState = { coverOpen: false, paper: 'enough' }
  #reports = 0
  #side: 'left' | 'centre' | 'right' = 'left'
  #lineDots = LINE_DOTS
  #qr: QrSettings = DEFAULT_QR
  #qrData: Uint8Array | undefined
  #job: PrintJob | undefined
  /** What has come off, in order. */
  readonly dropped: DroppedSlip[] = []
  /** Commands and characters that the printer did not know. */
  unknownCommands = 0
  /** Bytes that came when the buffer was full. */
  lostBytes = 0
  /** Drawer pulses: nothing is connected there, so each was an accident. */
  drawerPulses = 0

  constructor({ line, clock }: { readonly line: PeripheralLine; readonly clock: Clock }) {
    this.#line = line
    this.#clock = clock
    line.onData((bytes) => this.#receive(bytes))
  }

  /** The slip behind the glass as far as it is printed now. */
  hanging(): PrintedSlip | undefined {
    this.#settle()
    return this.#paper.slip()
  }

  /** Calls back with each slip that comes off. */
  onDrop(listener: (slip: DroppedSlip) => void): void {
    this.#dropListeners.push(listener)
  }

  /** The roll gets thin: the near-end sensor sees it. Throws when it is thin or out already. */
  paperLow(): void {
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

  #receive(bytes: Uint8Array): void {
    const room = BUFFER_BYTES - this.#queuedBytes
    const taken = bytes.subarray(0, room)
    this.lostBytes += bytes.length - taken.length
    this.#queuedBytes += taken.length
    for (const command of this.#decoder.feed(taken)) {
      if (command.is === 'unknown') this.unknownCommands += 1
      else this.#queue.push(command)
    }
    for (const command of this.#watcher.feed(bytes)) {
      if (command.is === 'status') this.#line.write(Uint8Array.of(realTimeStatus(this.#state, command.of)))
      else if (command.is === 'drawer-pulse') this.drawerPulses += 1
      else if (command.is === 'clear-buffer') this.#clear()
      // "recover" only does something after an error that this printer does not have.
    }
    this.#work()
  }

  /** Everything not yet printed is forgotten; the answer says so (37 25 00). */
  #clear(): void {
    this.#settle()
    this.#job?.timer?.cancel()
    this.#job = undefined
    this.#queue = []
    this.#queuedBytes = 0
    this.#decoder.reset()
    this.#line.write(Uint8Array.of(0x37, 0x25, 0x00))
  }

  /** Does waiting commands until one takes time or the printer is offline. */
  #work(): void {
    while (this.#job === undefined && isOnline(this.#state)) {
      const command = this.#queue.shift()
      if (command === undefined) {
        this.#queuedBytes = 0
        return
      }
      this.#execute(command)
    }
  }

  #execute(command: KnownCommand): void {
    switch (command.is) {
      case 'initialise':
        // The storage for QR data outlives ESC @; settings and automatic status do not.
        this.#side = 'left'
        this.#lineDots = LINE_DOTS
        this.#qr = DEFAULT_QR
        this.#reports = 0
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
      case 'raster':
        this.#print(rasterRows(command, this.#side))
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
        this.#feed(command.feedDots, () => this.#drop('cutter'))
        return
      case 'automatic-status':
        this.#reports = command.mask
        if (command.mask !== 0) this.#line.write(automaticStatus(this.#state))
        return
      case 'process-id':
        this.#line.write(Uint8Array.from([0x37, 0x22, ...command.id, 0x00]))
        return
    }
  }

  #feed(dots: number, then?: () => void): void {
    this.#print(new Array<PaperRow>(dots).fill(BLANK_ROW), then)
  }

  #print(rows: readonly PaperRow[], then: () => void = () => undefined): void {
    if (rows.length === 0) {
      then()
      return
    }
    const job = { rows, then, printed: 0, from: 0, since: 0, timer: undefined }
    this.#job = job
    this.#start(job)
  }

  /** Starts a job, or goes on with it where it stopped. */
  #start(job: PrintJob): void {
    job.from = job.printed
    job.since = this.#clock.now()
    job.timer = this.#clock.after((job.rows.length - job.printed) / ROWS_PER_MS, () => {
      this.#printUpTo(job, job.rows.length)
      this.#job = undefined
      job.then()
      this.#work()
    })
  }

  /** Puts on paper what the head has passed by now. */
  #settle(): void {
    const job = this.#job
    if (job?.timer === undefined) return
    this.#printUpTo(job, job.from + Math.floor((this.#clock.now() - job.since) * ROWS_PER_MS))
  }

  #printUpTo(job: PrintJob, end: number): void {
    for (const row of job.rows.slice(job.printed, end)) this.#paper.print(row)
    job.printed = Math.min(end, job.rows.length)
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
    const online = before.coverOpen !== this.#state.coverOpen || isOnline(before) !== isOnline(this.#state)
    const told =
      ((this.#reports & REPORT_ONLINE) !== 0 && online) ||
      ((this.#reports & REPORT_PAPER) !== 0 && before.paper !== this.#state.paper)
    if (told) this.#line.write(automaticStatus(this.#state))
    const job = this.#job
    if (!isOnline(this.#state)) {
      job?.timer?.cancel()
      if (job !== undefined) job.timer = undefined
    } else if (job === undefined) this.#work()
    else if (job.timer === undefined) this.#start(job)
  }
}
