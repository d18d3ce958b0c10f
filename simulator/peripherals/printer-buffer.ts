/**
 * The receive buffer of a printer and its XON/XOFF (Epson TM-T88III specification, 2.1.1): 4 KB; full when 128 bytes of room are left, until
 * there are 256 again. What comes when no room is left is ignored.
 */
import { type RealTimeCommand, RealTimeWatcher } from './real-time-watcher.ts'

const XON = 0x11
const XOFF = 0x13
const SIZE = 4096
const FULL_BELOW = 128
const FREE_FROM = 256

/** Bytes that wait for the printer. Real-time commands are done as they come in, whatever the buffer's state. */
export class ReceiveBuffer {
  readonly #write: (bytes: Uint8Array) => void
  readonly #watcher = new RealTimeWatcher()
  readonly #bytes = new Uint8Array(SIZE)
  #start = 0
  #filled = 0
  #full = false
  #online = true
  /** Bytes lost one behind the other until now: those of a real-time command are not missed. */
  #lostInARow = 0
  /** Bytes that came when there was no room. */
  lostBytes = 0

  constructor(write: (bytes: Uint8Array) => void) {
    this.#write = write
  }

  /** Takes what came in; `obey` is called with each real-time command at the byte that completes it. */
  receive(bytes: Uint8Array, obey: (command: RealTimeCommand) => void): void {
    for (const byte of bytes) {
      this.#put(byte)
      const command = this.#watcher.take(byte)
      if (command === undefined) continue
      this.lostBytes -= Math.min(this.#lostInARow, LENGTH[command.is])
      this.#lostInARow = 0
      obey(command)
    }
    if (this.#full || SIZE - this.#filled > FULL_BELOW) return
    this.#full = true
    if (this.#online) this.#write(Uint8Array.of(XOFF))
  }

  /** The next bytes, at most so many; gives the host its sign when there is room again. */
  take(atMost: number): Uint8Array {
    const length = Math.min(atMost, this.#filled)
    const bytes = new Uint8Array(length)
    const tail = this.#bytes.subarray(this.#start, this.#start + length)
    bytes.set(tail)
    bytes.set(this.#bytes.subarray(0, length - tail.length), tail.length)
    this.#start = (this.#start + length) % SIZE
    this.#filled -= length
    if (this.#full && SIZE - this.#filled >= FREE_FROM) {
      this.#full = false
      // Offline, the sign waits until the printer is online.
      if (this.#online) this.#write(Uint8Array.of(XON))
    }
    return bytes
  }

  get isEmpty(): boolean {
    return this.#filled === 0
  }

  /** Forgets everything. */
  clear(): void {
    this.take(SIZE)
  }

  /** XOFF when the printer goes offline, XON when it comes back; neither while the buffer is full. */
  setOnline(online: boolean): void {
    if (online === this.#online) return
    this.#online = online
    if (!this.#full) this.#write(Uint8Array.of(online ? XON : XOFF))
  }

  /** After a real-time request to go on: XON, whatever was said before. */
  say(): void {
    if (this.#online && !this.#full) this.#write(Uint8Array.of(XON))
  }

  #put(byte: number): void {
    if (this.#filled === SIZE) {
      this.lostBytes += 1
      this.#lostInARow += 1
      return
    }
    this.#lostInARow = 0
    this.#bytes[(this.#start + this.#filled) % SIZE] = byte
    this.#filled += 1
  }
}

/** Bytes of each real-time command. */
const LENGTH = { status: 3, recover: 3, 'drawer-pulse': 5, 'clear-buffer': 10 } as const
