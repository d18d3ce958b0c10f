/**
 * A virtual receipt printer: it takes ESC/POS, prints at a real printer's speed on paper that hangs behind glass, cuts, and tells
 * its state as the real one does. What it prints is a picture, decoded apart from whatever made the bytes. Its receive buffer has the
 * real size and says XOFF; a host that does not listen loses bytes, as on the real one.
 */
import type { Clock, Timer } from '../../core/ports.ts'
import type { PeripheralLine } from '../lines/peripheral-line.ts'
import { EscPosDecoder, type PrinterCommand } from './escpos-decoder.ts'
import { PrintHead } from './print-head.ts'
import { ReceiveBuffer } from './printer-buffer.ts'
import { CommandExecutor } from './printer-commands.ts'
import { type DroppedSlip, HangingPaper, type PaperRow, type PrintedSlip } from './printer-paper.ts'
import {
  automaticStatus,
  isOnline,
  isReported,
  type PrinterState,
  paperStatus,
  realTimeStatus,
} from './printer-status.ts'
import { PrinterTrouble } from './printer-trouble.ts'

export type { DroppedSlip, PrintedSlip } from './printer-paper.ts'

/** The printer reads on until this many rows wait for the head; then its buffer fills. */
const ROWS_AHEAD = 64

/** It reads again when no more than these wait: before the head has nothing to do, so that it never stands still for want of reading. */
const ROWS_LOW = 32

/** Bytes taken out of the buffer at once. */
const BITE = 72

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
  readonly #head: PrintHead
  readonly #executor: CommandExecutor
  readonly #trouble = new PrinterTrouble()
  /** Commands that were read and wait for the rows before them. */
  #commands: PrinterCommand[] = []
  /** What is done when the last waiting row is on paper. */
  #afterRows: (() => void) | undefined
  #timer: Timer | undefined
  #state: PrinterState = { coverOpen: false, paper: 'enough', errors: [] }
  #reports = 0
  #dishonesty: Dishonesty | undefined
  /** Drawer pulses: nothing is connected there, so each was an accident. */
  drawerPulses = 0

  constructor({ line, clock }: { readonly line: PeripheralLine; readonly clock: Clock }) {
    this.#line = line
    this.#clock = clock
    this.#head = new PrintHead(clock, this.#paper)
    this.#buffer = new ReceiveBuffer((bytes) => line.write(bytes))
    this.#executor = new CommandExecutor({
      print: (rows) => this.#print(rows),
      cut: () => this.#then(() => this.#cut()),
      prove: (id) => this.#then(() => this.#prove(id)),
      write: (bytes) => line.write(bytes),
      paperStatus: () => paperStatus(this.#state),
      report: (mask) => this.#report(mask),
    })
    line.onData((bytes) => this.#receive(bytes))
  }

  /** Bytes that came when the buffer was full. */
  get lostBytes(): number {
    return this.#buffer.lostBytes
  }

  /** Commands and characters that the printer did not know. */
  get unknownCommands(): number {
    return this.#executor.unknown
  }

  /** What has come off, in order. */
  get dropped(): readonly DroppedSlip[] {
    return this.#paper.dropped
  }

  /** The slip behind the glass as far as it is printed now. */
  hanging(): PrintedSlip | undefined {
    this.#settle()
    return this.#paper.slip()
  }

  /** What somebody who stands before it sees; `stuck`: paper or knife wait for a hand. */
  look(): PrinterState & { readonly stuck: boolean } {
    return { ...this.#state, stuck: this.#trouble.isStuck }
  }

  /** Calls back with each slip that comes off. */
  onDrop(listener: (slip: DroppedSlip) => void): void {
    this.#paper.onDrop(listener)
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
    this.#paper.drop('tear')
  }

  /**
   * A fresh roll, dropped in under the open cover: a cover that is closed is opened for it and closed again, and the printer tells so. What
   * was left of the old roll falls. Throws when there is paper.
   */
  loadPaper(): void {
    if (this.#state.paper !== 'out') throw new Error('there is paper already')
    const wasClosed = !this.#state.coverOpen
    if (wasClosed) this.openCover()
    this.#paper.drop('tear')
    this.#change({ paper: 'enough' })
    if (wasClosed) this.closeCover()
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
    this.#befall(() => this.#trouble.jamPaper())
  }

  /** Something blocks the knife: the next cut fails. Throws when it is blocked. */
  cutterJam(): void {
    this.#trouble.blockKnife()
  }

  /** Paper and knife are freed. The printer stays in error until the host asks it to go on (DLE ENQ). Throws when nothing was stuck. */
  clearJam(): void {
    this.#trouble.free()
  }

  /** The head is too hot. Throws when it is hot already. */
  overheat(): void {
    this.#befall(() => this.#trouble.overheat())
  }

  /** The head has cooled, and printing goes on by itself if nothing else stops it. Throws when it was not hot. */
  coolDown(): void {
    this.#befall(() => this.#trouble.coolDown())
  }

  /** Something in the printer fails that only its maker can mend: from now on it prints nothing. Throws when it is broken already. */
  breakDown(): void {
    this.#befall(() => this.#trouble.breakDown())
  }

  /** Switched off and on: whatever it held is forgotten, and settings are those of the factory. What is broken, hot or stuck stays so. */
  powerCycle(): void {
    this.#settle()
    this.#forget()
    this.#executor.start()
    this.#befall(() => this.#trouble.start())
    this.#buffer.say()
  }

  /** From now on the printer breaks its word, or no longer. */
  misbehave(how: Dishonesty | undefined): void {
    this.#dishonesty = how
  }

  /** Something happens to the printer's inside, and what it tells of itself follows. */
  #befall(happens: () => void): void {
    happens()
    this.#change({ errors: this.#trouble.errors })
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
    if (!this.#trouble.waitsForHost) return
    if (how === 2) {
      this.#settle()
      this.#forget()
    }
    this.#befall(() => this.#trouble.goOn())
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
    this.#head.forget()
    this.#afterRows = undefined
    this.#commands = []
    this.#executor.forgetLine()
    this.#decoder.reset()
    this.#buffer.clear()
  }

  /** Reads and does what it can: until a command waits for the head, the head has enough to do, or the printer is offline. */
  #work(): void {
    this.#settle()
    while (isOnline(this.#state) && this.#afterRows === undefined) {
      const command = this.#commands.shift()
      if (command !== undefined) this.#executor.execute(command)
      else if (this.#head.waiting >= ROWS_AHEAD || this.#buffer.isEmpty) break
      else this.#commands.push(...this.#decoder.feed(this.#buffer.take(BITE)))
    }
    this.#wait()
  }

  /**
   * Comes back when there is something to read for the head, or something to do after it. Rows alone need no timer: whoever looks settles
   * them.
   */
  #wait(): void {
    const waited = this.#afterRows !== undefined || !this.#buffer.isEmpty
    if (this.#timer !== undefined || !waited || !isOnline(this.#state)) return
    this.#timer = this.#clock.after(this.#head.msUntil(this.#afterRows === undefined ? ROWS_LOW : 0), () => {
      this.#timer = undefined
      this.#settle()
      if (this.#head.waiting === 0) {
        const then = this.#afterRows
        this.#afterRows = undefined
        then?.()
      }
      this.#work()
    })
  }

  #report(mask: number): void {
    this.#reports = mask
    if (mask !== 0) this.#line.write(automaticStatus(this.#state))
  }

  #print(rows: readonly PaperRow[]): void {
    if (this.#dishonesty !== 'proves-without-printing') this.#head.add(rows)
  }

  #prove(id: Uint8Array): void {
    if (this.#dishonesty !== 'keeps-proofs') this.#line.write(Uint8Array.from([0x37, 0x22, ...id, 0x00]))
  }

  /** Does something once all rows before it are on paper: at once if they are. */
  #then(action: () => void): void {
    if (this.#head.waiting === 0) action()
    else this.#afterRows = action
  }

  #settle(): void {
    if (isOnline(this.#state)) this.#head.settle()
  }

  #cut(): void {
    if (this.#dishonesty === 'proves-without-printing') return
    if (!this.#trouble.isKnifeBlocked) {
      this.#paper.drop('cutter')
      return
    }
    // After DLE ENQ 1 the knife tries again.
    this.#afterRows = () => this.#cut()
    this.#befall(() => this.#trouble.failToCut())
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
    this.#head.resume()
    if (online) this.#work()
  }
}
