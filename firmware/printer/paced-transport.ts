/**
 * The printer's line with flow control in software: XON and XOFF are taken out of what comes in, and what goes out goes in small pieces at
 * the pace of the baud rate, so that next to nothing is under way when XOFF comes.
 *
 * Epson's 4 KB buffer says XOFF when 128 bytes of room are left (TM-T88III specification, 2.1.1). At worst the rest of one piece is on the
 * line then, and one more leaves before this program is woken to read the XOFF: two pieces of 64 are what the room holds.
 */
import type { Clock, Timer, Transport } from '../../core/ports.ts'

const PIECE_BYTES = 64
/** Start bit, eight data bits, stop bit. */
const BITS_A_BYTE = 10

const XON = 0x11
const XOFF = 0x13
/** Begins every real-time command and nothing else that is sent. */
const DLE = 0x10

/** How long so many bytes are on the line. */
export function wireMs(bytes: number, baudRate: number): number {
  return (bytes * BITS_A_BYTE * 1000) / baudRate
}

/** A transport over another one. */
export class PacedTransport implements Transport {
  readonly #line: Transport
  readonly #clock: Clock
  readonly #baudRate: number
  #unsent: Uint8Array = new Uint8Array(0)
  #held = false
  #sending = false
  /** When the line is through with what was written. */
  #free = 0
  #timer: Timer | undefined
  #sentBytes = 0
  /** Is called after each piece, with the bytes that are left. */
  onSent: (unsentBytes: number) => void = () => {}

  constructor(line: Transport, clock: Clock, baudRate: number) {
    this.#line = line
    this.#clock = clock
    this.#baudRate = baudRate
  }

  /** Bytes that were taken and not yet written. */
  get unsentBytes(): number {
    return this.#unsent.length
  }

  /** Bytes that were written, real-time commands not counted: what did not change while a document waited left nothing of it. */
  get sentBytes(): number {
    return this.#sentBytes
  }

  /** Whether the last word on the matter was XOFF. */
  get isHeld(): boolean {
    return this.#held
  }

  listen(receive: (chunk: Uint8Array) => void, lost: (reason: string) => void): void {
    this.#line.listen((chunk) => {
      const rest = chunk.filter((byte) => byte !== XON && byte !== XOFF)
      const lastFlow = chunk.findLast((byte) => byte === XON || byte === XOFF)
      if (lastFlow !== undefined) this.#held = lastFlow === XOFF
      if (rest.length > 0) receive(rest)
      this.#send()
    }, lost)
  }

  /** Real-time commands go out at once, XOFF or not (the printer takes them with a full buffer); the rest waits its turn. */
  write(bytes: Uint8Array): void {
    if (bytes[0] === DLE) {
      this.#line.write(bytes)
      return
    }
    if (this.#unsent.length > 0) throw new Error('a document on the line while another is being sent')
    this.#unsent = bytes
    this.#send()
  }

  /** Forgets what was not written yet. */
  dropUnsent(): void {
    this.#unsent = new Uint8Array(0)
  }

  /** The printer has said that its buffer is empty: an XOFF of before, or one that was noise, no longer holds. */
  release(): void {
    this.#held = false
    this.#send()
  }

  close(): void {
    this.#timer?.cancel()
    this.dropUnsent()
    // The line may break within a write: of what was dropped nobody is told that it was sent.
    this.onSent = () => {}
    this.#line.close()
  }

  #send(): void {
    // An in-process printer may answer, XON too, before `write` returns.
    if (this.#sending) return
    this.#sending = true
    while (this.#unsent.length > 0 && !this.#held && this.#timer === undefined) this.#sendPiece()
    this.#sending = false
  }

  #sendPiece(): void {
    const now = this.#clock.elapsed()
    if (this.#free > now) {
      this.#timer = this.#clock.after(this.#free - now, () => {
        this.#timer = undefined
        this.#send()
      })
      return
    }
    const piece = this.#unsent.subarray(0, PIECE_BYTES)
    this.#unsent = this.#unsent.subarray(piece.length)
    const ms = wireMs(piece.length, this.#baudRate)
    // A timer's rounding is caught up with; a longer delay is not, else many pieces would leave at once.
    this.#free = (now - this.#free < ms ? this.#free : now) + ms
    this.#sentBytes += piece.length
    this.#line.write(piece)
    this.onSent(this.#unsent.length)
  }
}
