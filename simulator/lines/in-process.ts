/**
 * A serial line inside one process: the same Transport as a real one, without an operating system between. Paced, bytes take as
 * long as the baud rate says on the given clock; unpaced, they arrive at the next turn of the event loop and hold the virtual
 * clock meanwhile.
 */
import type { Clock, OpenLine, Transport } from '../../core/ports.ts'
import type { PluggableLine } from './peripheral-line.ts'

/** What kind of line. */
interface InProcessLineSettings {
  readonly clock: Clock
  readonly baudRate: number
  /** 10 for 8N1, 11 for 8N2. */
  readonly bitsPerByte?: number
  readonly paced: boolean
  /** Stops the virtual clock while bytes are in flight on an unpaced line; gives the function that lets it go. */
  readonly hold?: () => () => void
}

/** The peripheral's end of an in-process line, whose plug goes in again too. */
export interface InProcessPlug extends PluggableLine {
  /** Puts the plug back. Throws when it is in. */
  replug(): void
}

/** What the device's driver is told when the plug is pulled. */
const UNPLUGGED = 'unplugged'

/** A hang-up is noticed after about 2 ms on a real line. */
const HANG_UP_MS = 2

/** As much as a terminal keeps for a reader who has not begun to read. */
const UNREAD_LIMIT = 4096

/**
 * A line and its two ends. `open` gives the device a fresh {@link Transport}; it rejects while the plug is out or while the line
 * is open (a serial port is locked by the first who opens it).
 */
export function inProcessLine(settings: InProcessLineSettings): {
  readonly open: OpenLine
  readonly plug: InProcessPlug
} {
  const { clock, baudRate, bitsPerByte = 10, paced, hold } = settings
  const msPerByte = (bitsPerByte * 1000) / baudRate
  let device: DeviceEnd | undefined
  let plugged = true
  let dataListener: ((bytes: Uint8Array) => void) | undefined
  let openListener: (() => void) | undefined
  const busyUntil = { up: 0, down: 0 }
  // Real timers of nearly the same length may end in the wrong order; what is on a wire never arrives so.
  const onTheWire: Record<'up' | 'down', (() => void)[]> = { up: [], down: [] }

  const later = (ms: number, action: () => void): void => {
    if (paced) {
      clock.after(ms, action)
      return
    }
    const release = hold?.()
    setImmediate(() => {
      try {
        action()
      } finally {
        release?.()
      }
    })
  }

  const send = (direction: 'up' | 'down', bytes: Uint8Array, deliver: (bytes: Uint8Array) => void): void => {
    if (!plugged || bytes.length === 0) return
    const sent = new Uint8Array(bytes)
    const now = clock.elapsed()
    busyUntil[direction] = Math.max(now, busyUntil[direction]) + sent.length * msPerByte
    const arrival = () => deliver(sent)
    onTheWire[direction].push(arrival)
    later(busyUntil[direction] - now, () => arrive(direction, arrival))
  }

  /** What is on the wire arrives up to this; nothing if it arrived before, or its plug was pulled. */
  const arrive = (direction: 'up' | 'down', last: () => void): void => {
    const due = onTheWire[direction].splice(0, onTheWire[direction].indexOf(last) + 1)
    for (const arrival of due) if (plugged) arrival()
  }

  const open: OpenLine = async () => {
    if (!plugged) throw new Error('no such line: it is unplugged')
    if (device !== undefined) throw new Error('the line is open already')
    const end = new DeviceEnd(
      (bytes) => send('down', bytes, (arrived) => dataListener?.(arrived)),
      (action) => later(HANG_UP_MS, action),
      () => {
        if (device === end) device = undefined
      },
    )
    device = end
    later(0, () => {
      if (device === end) openListener?.()
    })
    return end
  }

  const plug: InProcessPlug = {
    onData(listener) {
      if (dataListener !== undefined) throw new Error('the line has its peripheral already')
      dataListener = listener
    },
    onOpen(listener) {
      if (openListener !== undefined) throw new Error('the line has its peripheral already')
      openListener = listener
    },
    write(bytes) {
      // Bytes for a device that has opened anew since they were sent are for nobody.
      const receiver = device
      if (receiver !== undefined) send('up', bytes, (arrived) => receiver.receive(arrived))
    },
    unplug() {
      if (!plugged) throw new Error('the plug is out already')
      plugged = false
      for (const direction of ['up', 'down'] as const) {
        busyUntil[direction] = 0
        onTheWire[direction] = []
      }
      device?.lose(UNPLUGGED)
      device = undefined
    },
    replug() {
      if (plugged) throw new Error('the plug is in already')
      plugged = true
    },
  }
  return { open, plug }
}

/** The device's end of one opening of the line. */
class DeviceEnd implements Transport {
  readonly #send: (bytes: Uint8Array) => void
  readonly #later: (action: () => void) => void
  readonly #closed: () => void
  #listeners: { receive: (chunk: Uint8Array) => void; lost: (reason: string) => void } | undefined
  #unread: Uint8Array[] = []
  #unreadBytes = 0
  #lostReason: string | undefined
  #open = true
  #closedByOwner = false

  constructor(send: (bytes: Uint8Array) => void, later: (action: () => void) => void, closed: () => void) {
    this.#send = send
    this.#later = later
    this.#closed = closed
  }

  listen(receive: (chunk: Uint8Array) => void, lost: (reason: string) => void): void {
    if (this.#listeners !== undefined) throw new Error('a line has one owner')
    this.#listeners = { receive, lost }
    const unread = this.#unread
    this.#unread = []
    for (const chunk of unread) receive(chunk)
    this.#tellLost()
  }

  write(bytes: Uint8Array): void {
    if (this.#open) this.#send(bytes)
  }

  close(): void {
    this.#open = false
    this.#closedByOwner = true
    this.#closed()
  }

  /** Takes bytes off the wire. */
  receive(chunk: Uint8Array): void {
    if (!this.#open) return
    if (this.#listeners !== undefined) {
      this.#listeners.receive(chunk)
      return
    }
    if (this.#unreadBytes + chunk.length > UNREAD_LIMIT) return
    this.#unreadBytes += chunk.length
    this.#unread.push(chunk)
  }

  /** The line is gone: nothing is sent or received any more. */
  lose(reason: string): void {
    this.#open = false
    this.#lostReason = reason
    this.#tellLost()
  }

  #tellLost(): void {
    const listeners = this.#listeners
    const reason = this.#lostReason
    if (listeners === undefined || reason === undefined) return
    this.#later(() => {
      if (!this.#closedByOwner) listeners.lost(reason)
    })
  }
}
