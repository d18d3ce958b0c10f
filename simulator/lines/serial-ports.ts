/**
 * A binding for the real `SerialPort` class of `serialport` whose ports are in-process lines: thousands in one process, each with a
 * peripheral's side. Its shape is `BindingInterface` of @serialport/bindings-interface 1.2.2; what a port does is what the native
 * binding does on Linux: a read waits, a close cancels it, a hang-up fails it, and the first who opens a port locks it.
 */
import type { OpenLine, Transport } from '../../core/ports.ts'
import { misread } from '../faults/uart.ts'

/** What serialport says when it opens a port; it says more, which changes nothing on these lines. */
interface OpenOptions {
  readonly path: string
  readonly baudRate: number
}

/** One port that can be opened. */
interface VirtualPort {
  readonly path: string
  /** The peripheral's speed: a port opened at another reads and is read as a UART would. */
  readonly baudRate: number
  /** The device's end of the line, for example of `inProcessLine`. */
  readonly open: OpenLine
}

/** As much as a kernel keeps for a program that does not read; what comes behind it is lost. */
const UNREAD_LIMIT = 65_536

/** A computer's serial ports, none of which exists. */
export class VirtualSerialPorts {
  readonly #ports = new Map<string, VirtualPort>()

  /** Adds a port. Throws when there is one of that name. */
  add(port: VirtualPort): void {
    if (this.#ports.has(port.path)) throw new Error(`there is a port ${port.path} already`)
    this.#ports.set(port.path, port)
  }

  /** Part of the binding: which ports there are. */
  async list() {
    return [...this.#ports.keys()].map((path) => ({
      path,
      manufacturer: undefined,
      serialNumber: undefined,
      pnpId: undefined,
      locationId: undefined,
      productId: undefined,
      vendorId: undefined,
    }))
  }

  /** Part of the binding: opens a port; rejects when there is none, it is unplugged, or somebody has it open. */
  async open(options: OpenOptions): Promise<OpenPort> {
    const port = this.#ports.get(options.path)
    if (port === undefined) throw new Error(`Error: No such file or directory, cannot open ${options.path}`)
    return new OpenPort(await port.open(), port.baudRate, options)
  }
}

/** What waits for bytes. */
interface Reader {
  readonly buffer: Buffer
  readonly offset: number
  readonly length: number
  resolve(read: { buffer: Buffer; bytesRead: number }): void
  reject(error: Error): void
}

/** A port that somebody has open; serialport calls all of it. */
class OpenPort {
  readonly openOptions: OpenOptions
  isOpen = true
  readonly #transport: Transport
  readonly #peripheralBaud: number
  #baudRate: number
  #unread: Uint8Array[] = []
  #unreadBytes = 0
  #reader: Reader | undefined
  #hungUp: string | undefined

  constructor(transport: Transport, peripheralBaud: number, options: OpenOptions) {
    this.#transport = transport
    this.#peripheralBaud = peripheralBaud
    this.openOptions = options
    this.#baudRate = options.baudRate
    transport.listen(
      (chunk) => this.#receive(misread(chunk, this.#baudRate / this.#peripheralBaud)),
      (reason) => {
        this.#hungUp = reason
        this.#serve()
      },
    )
  }

  /** Resolves with at least one byte. */
  read(buffer: Buffer, offset: number, length: number): Promise<{ buffer: Buffer; bytesRead: number }> {
    if (!this.isOpen) return Promise.reject(canceled())
    return new Promise((resolve, reject) => {
      this.#reader = { buffer, offset, length, resolve, reject }
      this.#serve()
    })
  }

  /** Resolves once the line has the bytes, which says nothing of the peripheral. */
  async write(bytes: Buffer): Promise<void> {
    if (!this.isOpen) throw canceled()
    if (this.#hungUp !== undefined) throw new Error(this.#hungUp)
    this.#transport.write(misread(bytes, this.#peripheralBaud / this.#baudRate))
  }

  async close(): Promise<void> {
    if (!this.isOpen) throw new Error('Port is not open')
    this.isOpen = false
    this.#transport.close()
    this.#reader?.reject(canceled())
    this.#reader = undefined
  }

  async update({ baudRate }: { readonly baudRate: number }): Promise<void> {
    this.#baudRate = baudRate
  }

  /** Modem lines are not wired. */
  async set(): Promise<void> {}

  async get() {
    return { cts: false, dsr: false, dcd: false }
  }

  async getBaudRate() {
    return { baudRate: this.#baudRate }
  }

  /** Forgets what was received and not read. */
  async flush(): Promise<void> {
    this.#unread = []
    this.#unreadBytes = 0
  }

  async drain(): Promise<void> {}

  #receive(chunk: Uint8Array): void {
    if (this.#unreadBytes + chunk.length > UNREAD_LIMIT) return
    this.#unread.push(chunk)
    this.#unreadBytes += chunk.length
    this.#serve()
  }

  /** Gives a waiting reader what there is; a hang-up only once everything is read. */
  #serve(): void {
    const reader = this.#reader
    if (reader === undefined) return
    const [chunk] = this.#unread
    if (chunk === undefined) {
      if (this.#hungUp === undefined) return
      this.#reader = undefined
      reader.reject(new Error(this.#hungUp))
      return
    }
    this.#reader = undefined
    const taken = chunk.subarray(0, reader.length)
    reader.buffer.set(taken, reader.offset)
    this.#unreadBytes -= taken.length
    if (taken.length === chunk.length) this.#unread.shift()
    else this.#unread[0] = chunk.subarray(taken.length)
    reader.resolve({ buffer: reader.buffer, bytesRead: taken.length })
  }
}

/** What serialport takes for an end that was asked for. */
function canceled(): Error {
  return Object.assign(new Error('Canceled'), { canceled: true })
}
