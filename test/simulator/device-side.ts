/** The device's end of a line in a test: it sends bytes, and gives everything that came back. */
import { type InProcessPlug, inProcessLine } from '../../simulator/lines/in-process.ts'
import { VirtualClock } from '../../simulator/virtual-clock.ts'

export class DeviceSide {
  readonly clock: VirtualClock
  readonly plug: InProcessPlug
  readonly #open: ReturnType<typeof inProcessLine>['open']
  #received: number[] = []
  #write: ((bytes: Uint8Array) => void) | undefined

  constructor() {
    this.clock = new VirtualClock(0)
    const line = inProcessLine({
      clock: this.clock,
      baudRate: 115_200,
      paced: false,
      hold: () => this.clock.hold(),
    })
    this.plug = line.plug
    this.#open = line.open
  }

  /** Opens the line and lets the peripheral say what it says then. */
  async open(): Promise<this> {
    const transport = await this.#open()
    transport.listen(
      (chunk) => this.#received.push(...chunk),
      () => undefined,
    )
    this.#write = (bytes) => transport.write(bytes)
    await this.wait(1)
    return this
  }

  /** Lets so many milliseconds pass. */
  async wait(ms: number): Promise<void> {
    await this.clock.run(new Promise<void>((resolve) => this.clock.after(ms, resolve)))
  }

  /** Sends bytes and gives what came back within so many milliseconds. */
  async ask(bytes: Iterable<number>, ms = 1): Promise<number[]> {
    this.#write?.(Uint8Array.from(bytes))
    await this.wait(ms)
    return this.received()
  }

  /** What came since this was asked last. */
  received(): number[] {
    const received = this.#received
    this.#received = []
    return received
  }
}

/** Bytes from hexadecimal digits, spaces between. */
export function hex(text: string): number[] {
  return [...Buffer.from(text.replaceAll(/\s/g, ''), 'hex')]
}

/** The same bytes in pieces cut at any places. */
export function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...new Set([...places.map((place) => place % (bytes.length + 1)), bytes.length])]
  ends.sort((a, b) => a - b)
  return ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end))
}
