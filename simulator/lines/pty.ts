/**
 * A pseudo-terminal: a program opens its slave as a serial port, the virtual peripheral sits at the master. Linux only.
 *
 * A pseudo-terminal passes bytes on as fast as memory, at any speed that is set, and keeps what nobody reads. Here its bytes take their time
 * by the speed that the program has set, so that the kernel's buffer fills and a writer waits as at a UART; at another speed than the
 * peripheral's both sides read garbage; what is said while nobody has the port open is lost; and an XOFF stops the program's bytes where
 * it has asked for that, in the kernel and here.
 */
import { closeSync, rmSync, symlinkSync, writeSync } from 'node:fs'
import { ReadStream } from 'node:tty'
import type { Clock, Timer } from '../../core/ports.ts'
import { misread } from '../faults/uart.ts'
import type { PluggableLine } from './peripheral-line.ts'
import {
  forgetLastUser,
  isInUse,
  openTerminal,
  type PortSettings,
  portSettings,
  secondMaster,
  type Terminal,
} from './terminal.ts'
import { Wire } from './wire.ts'

/** How often is looked whether somebody has opened the port. */
const LOOK_MS = 10
/** How long the port's settings are believed while bytes pass. */
const SETTINGS_MS = 20

/** What kind of line. */
interface PtySettings {
  readonly clock: Clock
  /** The peripheral's own speed. */
  readonly baudRate: number
  /** What the peripheral sends: 10 for 8N1, 11 for 8N2. */
  readonly bitsPerByte?: number
  /** Unpaced, bytes pass at once and at any speed. */
  readonly paced: boolean
  /** A file name that leads to the port whenever the plug is in, whichever number it got. */
  readonly link?: string
}

/** A line that a serial port of this machine opens by name. */
export interface PtyLine extends PluggableLine {
  /** The device file that stands for the port, or the link to it. Without a link another one after each {@link replug}. */
  readonly path: string
  /** Puts the plug back. Throws when it is in. */
  replug(): void
}

/** Opens a pseudo-terminal in raw mode at the peripheral's speed. Throws when the system gives none, or the link cannot be made. */
export function ptyLine(settings: PtySettings): PtyLine {
  return new Pty(settings)
}

class Pty implements PtyLine {
  readonly #clock: Clock
  readonly #baudRate: number
  readonly #bitsPerByte: number
  readonly #paced: boolean
  readonly #link: string | undefined
  /** Absent while the plug is out. */
  #terminal: Terminal | undefined
  #path = ''
  /** Reads what a program sends; absent while nobody has the port open. */
  #stream: ReadStream | undefined
  readonly #up = new Wire()
  readonly #down = new Wire()
  /** The program was told to stop sending. */
  #stopped = false
  #settings: { readonly read: PortSettings; readonly at: number } | undefined
  #look: Timer | undefined
  #pump: Timer | undefined
  #dataListener: ((bytes: Uint8Array) => void) | undefined
  #openListener: (() => void) | undefined

  constructor({ clock, baudRate, bitsPerByte = 10, paced, link }: PtySettings) {
    this.#clock = clock
    this.#baudRate = baudRate
    this.#bitsPerByte = bitsPerByte
    this.#paced = paced
    this.#link = link
    this.replug()
  }

  get path(): string {
    return this.#link ?? this.#path
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    if (this.#dataListener !== undefined) throw new Error('the line has its peripheral already')
    this.#dataListener = listener
  }

  onOpen(listener: () => void): void {
    if (this.#openListener !== undefined) throw new Error('the line has its peripheral already')
    this.#openListener = listener
  }

  write(bytes: Uint8Array): void {
    if (this.#terminal === undefined || bytes.length === 0) return
    // Somebody may have opened it since it was last looked at.
    if (this.#stream === undefined) this.#lookNow(this.#terminal)
    if (this.#stream === undefined) return
    if (!this.#paced) {
      this.#give(bytes)
      return
    }
    if (this.#up.isEmpty) this.#settings = undefined
    this.#up.put(bytes, this.#clock.elapsed())
    this.#plan()
  }

  replug(): void {
    if (this.#terminal !== undefined) throw new Error('the plug is in already')
    const terminal = openTerminal(this.#baudRate)
    if (this.#link !== undefined) symlinkSync(terminal.path, this.#link)
    this.#terminal = terminal
    this.#path = terminal.path
    this.#lookLater(terminal)
  }

  unplug(): void {
    const terminal = this.#terminal
    if (terminal === undefined) throw new Error('the plug is out already')
    this.#terminal = undefined
    this.#look?.cancel()
    this.#forget()
    this.#stream?.destroy()
    this.#stream = undefined
    // With its last descriptor the master is gone, which hangs up whoever has the slave open.
    closeSync(terminal.master)
    if (this.#link !== undefined) rmSync(this.#link, { force: true })
  }

  #lookLater(terminal: Terminal): void {
    this.#look = this.#clock.after(LOOK_MS, () => {
      this.#lookNow(terminal)
      if (this.#stream === undefined) this.#lookLater(terminal)
    })
  }

  /** Begins to read once somebody has the port open. */
  #lookNow(terminal: Terminal): void {
    if (!isInUse(terminal)) return
    this.#look?.cancel()
    // When the last user closes the port this stream fails, and closes its descriptor with it.
    const stream = new ReadStream(secondMaster(terminal))
    this.#stream = stream
    stream.on('data', (chunk: Buffer) => this.#receive(chunk))
    stream.on('error', () => stream.destroy())
    stream.on('close', () => {
      if (this.#stream === stream) this.#finish(terminal)
    })
    this.#openListener?.()
  }

  /** The last user has closed the port: what that one sent still arrives, then the line is as nobody had it open. */
  #finish(terminal: Terminal): void {
    if (!this.#down.isEmpty) return
    this.#stream = undefined
    this.#forget()
    forgetLastUser(terminal)
    this.#lookLater(terminal)
  }

  #forget(): void {
    this.#pump?.cancel()
    this.#pump = undefined
    this.#up.clear()
    this.#down.clear()
    this.#stopped = false
    this.#settings = undefined
  }

  #receive(chunk: Buffer): void {
    if (!this.#paced) {
      this.#dataListener?.(Uint8Array.from(chunk))
      return
    }
    // What is behind it waits in the kernel.
    this.#stream?.pause()
    this.#settings = undefined
    this.#down.put(chunk, this.#clock.elapsed())
    this.#plan()
  }

  #plan(): void {
    const terminal = this.#terminal
    if (this.#pump !== undefined || terminal === undefined) return
    const now = this.#clock.elapsed()
    const { up, down } = this.#pace(terminal, now)
    const ms = Math.min(
      this.#up.wait(now, up),
      // A program that was told to stop may take that back by itself.
      this.#stopped ? SETTINGS_MS : this.#down.wait(now, down),
    )
    if (ms === Number.POSITIVE_INFINITY) return
    this.#pump = this.#clock.after(ms, () => {
      this.#pump = undefined
      this.#pass(terminal)
      this.#plan()
    })
  }

  /** What has come through arrives; up first, since an XOFF stops what would come down behind it. */
  #pass(terminal: Terminal): void {
    const now = this.#clock.elapsed()
    const { up, down } = this.#pace(terminal, now)
    const { sends, listens, flow } = this.#portSettings(terminal, now)
    const said = heard(this.#up.take(now, up), this.#baudRate, listens)
    this.#give(said)
    for (const byte of said) {
      if (byte === flow?.stop) this.#stopped = true
      else if (byte === flow?.start) this.#stopped = false
    }
    if (flow === undefined) this.#stopped = false
    if (this.#stopped) {
      this.#down.hold(now)
      return
    }
    const came = heard(this.#down.take(now, down), sends, this.#baudRate)
    if (came.length > 0) this.#dataListener?.(came)
    if (!this.#down.isEmpty) return
    if (this.#stream?.destroyed) this.#finish(terminal)
    else this.#stream?.resume()
  }

  /** Milliseconds of a byte, each way: whoever sends sets the pace. */
  #pace(terminal: Terminal, now: number): { readonly up: number; readonly down: number } {
    const { sends, bitsPerByte } = this.#portSettings(terminal, now)
    return {
      up: (1_000 * this.#bitsPerByte) / this.#baudRate,
      down: (1_000 * bitsPerByte) / (sends || this.#baudRate),
    }
  }

  #portSettings(terminal: Terminal, now: number): PortSettings {
    const known = this.#settings
    if (known !== undefined && Math.abs(now - known.at) < SETTINGS_MS) return known.read
    const read = portSettings(terminal)
    this.#settings = { read, at: now }
    return read
  }

  /** Gives bytes to the program's port. What its kernel has no room for is lost, as is what comes when nobody reads any more. */
  #give(bytes: Uint8Array): void {
    if (this.#terminal === undefined || bytes.length === 0) return
    try {
      writeSync(this.#terminal.master, bytes)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code !== 'EAGAIN' && code !== 'EIO') throw error
    }
  }
}

/** What a receiver at one speed makes of bytes that were sent at another; nothing if either has hung up. */
function heard(bytes: Uint8Array, sent: number, listens: number): Uint8Array {
  return sent === 0 || listens === 0 ? new Uint8Array(0) : misread(bytes, listens / sent)
}
