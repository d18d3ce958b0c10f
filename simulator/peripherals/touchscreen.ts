/**
 * A virtual touchscreen: an Elo SmartSet controller with a resistive panel, and hands. A resistive panel knows one place: of two fingers
 * it reports the middle, of a palm a place that jumps about.
 */
import type { Clock, Timer } from '../../core/ports.ts'
import type { PeripheralLine } from '../lines/peripheral-line.ts'
import { SmartSetReader, smartSetPacket, TOUCH, touchPacket } from './smartset.ts'

/** The screen's grid (points) and how often a touched controller reports (50 a second by default). */
const GRID = { width: 1080, height: 1920 } as const
const REPORT_MS = 20

/** Raw values, 0 to 4095, at the four edges of the screen. An axis may run backwards. */
export interface TouchEdges {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/** What the panel's converter can say. */
const RAW_MAXIMUM = 4095

const ERROR = {
  none: '0',
  badPacket: '2',
  badChecksum: '3',
  illegalCommand: '5',
  badSerialSetup: '8',
} as const

/** The controller's answer to an identify: resistive, serial, no features, firmware 1.4, 2 setup packets, model E271-2210. */
const IDENTITY = [0x30, 0x30, 0x00, 0x04, 0x01, 0x02, 0x01]

/** Touch mode after power-on: first touch, stream, release and the reserved bit that the manual shows set. */
const DEFAULT_MODE = 0x87

/** Bit 7 of the first mode byte is reserved and always 1; bit 4 is only answered. */
const MODE_RESERVED = 0x80
const MODE_ANSWERED_ONLY = 0x10

/**
 * Parameters after power-on: serial, 9600 baud with 8 data bits, one stop bit and no parity; hardware handshake, checksums not looked
 * at.
 */
const DEFAULT_PARAMETERS = [0x30, 0x05, 0x04]
const CHECKS_CHECKSUM = 0x01

/** The tests at power-on that can fail, by bit of the diagnostics packet. */
const TESTS = { id: 0, cpu: 1, rom: 2, ram: 3, nvram: 4, drive: 5, expansion: 6 } as const

/** Where a palm's one place jumps to, around its middle, in points of the grid. */
const PALM: readonly (readonly [number, number])[] = [
  [0, 0],
  [120, -90],
  [-130, 60],
  [60, 140],
]

/** What the virtual touchscreen is made of. */
interface TouchscreenParts {
  readonly line: PeripheralLine
  readonly clock: Clock
  /** How the panel sits over the screen. Without it the raw range covers the screen exactly. */
  readonly calibration?: TouchEdges
}

/** One touchscreen. A finger is down or it is not. */
export class VirtualTouchscreen {
  readonly #line: PeripheralLine
  readonly #clock: Clock
  readonly #edges: TouchEdges
  readonly #reader = new SmartSetReader()
  #reportedStray = 0
  #mode = DEFAULT_MODE
  #processing = 0
  #parameters: readonly number[] = DEFAULT_PARAMETERS
  #failedTests = 0
  #delays = [0, 0]
  /** How far the panel has shifted, in points of the grid. */
  #drift = { x: 0, y: 0 }
  #finger: { x: number; y: number; timer: Timer; lifted: (() => void) | undefined } | undefined
  #afterReport: (() => void) | undefined

  constructor({ line, clock, calibration }: TouchscreenParts) {
    this.#line = line
    this.#clock = clock
    this.#edges = calibration ?? { left: 0, right: 4095, top: 0, bottom: 4095 }
    line.onData((bytes) => this.#receive(bytes))
  }

  /** Puts the finger on a point of the grid. Throws when it is down already or off the screen. */
  down(x: number, y: number): void {
    if (this.#finger !== undefined) throw new Error('the finger is down already')
    this.#finger = { ...this.#raw(x, y), timer: this.#tick(), lifted: undefined }
    this.#report(TOUCH.first)
  }

  /** Slides the finger to another point; the next report shows it. Throws when no finger is down. */
  move(x: number, y: number): void {
    Object.assign(this.#touching(), this.#raw(x, y))
  }

  /** Lifts the finger; resolves when the release is reported. Throws when it is not down, or being lifted. */
  up(): Promise<void> {
    const finger = this.#touching()
    return new Promise((resolve) => {
      finger.lifted = resolve
    })
  }

  /** A short press: down, one report while down, up. Resolves when the release is reported, 40 ms later. */
  async press(x: number, y: number): Promise<void> {
    this.down(x, y)
    await new Promise<void>((resolve) => {
      this.#afterReport = resolve
    })
    await this.up()
  }

  /** A press that lasts: down for so many milliseconds, then up. Resolves when the release is reported. */
  async pressFor(x: number, y: number, ms: number): Promise<void> {
    this.down(x, y)
    await this.#rest(ms)
    await this.up()
  }

  /** A finger that slides from one point to the other in so many milliseconds and is lifted there. */
  async drag(from: readonly [number, number], to: readonly [number, number], ms: number): Promise<void> {
    this.down(...from)
    const steps = Math.max(1, Math.floor(ms / REPORT_MS))
    for (let step = 1; step <= steps; step += 1) {
      await this.#rest(REPORT_MS)
      const part = step / steps
      this.move(from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part)
    }
    await this.up()
  }

  /** A hand laid on the glass around that point for so many milliseconds. What lies beside the screen is cut off. */
  async palm(x: number, y: number, ms: number): Promise<void> {
    this.down(x, y)
    for (let report = 1; report * REPORT_MS <= ms; report += 1) {
      await this.#rest(REPORT_MS)
      const [dx, dy] = PALM[report % PALM.length] as readonly [number, number]
      this.move(within(x + dx, GRID.width), within(y + dy, GRID.height))
    }
    await this.up()
  }

  /** Two fingers, the second one a little later; both are lifted, the second one first. */
  async pressTwo(first: readonly [number, number], second: readonly [number, number]): Promise<void> {
    this.down(...first)
    await this.#rest(2 * REPORT_MS)
    this.move((first[0] + second[0]) / 2, (first[1] + second[1]) / 2)
    await this.#rest(2 * REPORT_MS)
    this.move(...first)
    await this.#rest(REPORT_MS)
    await this.up()
  }

  /** Something comes to lie on the glass and stays, until {@link up} takes it away. Throws when a finger is down. */
  stick(x: number, y: number): void {
    this.down(x, y)
  }

  /** From now on the panel reports every touch so far beside where it is, in points of the grid: it has shifted. */
  drift(dx: number, dy: number): void {
    this.#drift = { x: dx, y: dy }
  }

  /** Has tests fail when the controller is next switched on: now. */
  fail(...tests: readonly (keyof typeof TESTS)[]): void {
    this.#failedTests = tests.reduce((mask, test) => mask | (1 << TESTS[test]), 0)
    this.powerCycle()
  }

  /** The controller's power was away: it has forgotten what it was told. Its line stays open. */
  powerCycle(): void {
    this.#mode = DEFAULT_MODE
    this.#processing = 0
    this.#parameters = DEFAULT_PARAMETERS
    this.#delays = [0, 0]
  }

  #rest(ms: number): Promise<void> {
    return new Promise((resolve) => this.#clock.after(ms, resolve))
  }

  #touching(): { x: number; y: number; lifted: (() => void) | undefined } {
    if (this.#finger === undefined || this.#finger.lifted !== undefined) throw new Error('no finger is down')
    return this.#finger
  }

  /** The panel's raw values for the middle of a point, so that they map back to the same point. */
  #raw(x: number, y: number): { x: number; y: number } {
    const inside = x >= 0 && x < GRID.width && y >= 0 && y < GRID.height
    if (!inside) throw new RangeError(`no point ${x}, ${y} on a ${GRID.width}x${GRID.height} screen`)
    const { left, right, top, bottom } = this.#edges
    const shifted = { x: Math.floor(x) + this.#drift.x, y: Math.floor(y) + this.#drift.y }
    return {
      x: converted(left + ((shifted.x + 0.5) / GRID.width) * (right - left)),
      y: converted(top + ((shifted.y + 0.5) / GRID.height) * (bottom - top)),
    }
  }

  #tick(): Timer {
    return this.#clock.after(REPORT_MS, () => {
      const finger = this.#finger
      if (finger === undefined) return
      if (finger.lifted === undefined) {
        this.#report(TOUCH.stream)
        finger.timer = this.#tick()
        const resume = this.#afterReport
        this.#afterReport = undefined
        resume?.()
        return
      }
      this.#report(TOUCH.release)
      this.#finger = undefined
      finger.lifted()
    })
  }

  /** Reports the finger, unless the mode leaves this kind of report out. */
  #report(status: number): void {
    if (this.#finger === undefined || (this.#mode & status) === 0) return
    this.#line.write(touchPacket(status, this.#finger.x, this.#finger.y))
  }

  #receive(bytes: Uint8Array): void {
    for (const { letter, data, checksumIsRight } of this.#reader.feed(bytes)) {
      const refused = !checksumIsRight && ((this.#parameters[2] ?? 0) & CHECKS_CHECKSUM) !== 0
      const error = refused ? ERROR.badChecksum : this.#execute(letter, data)
      const errors: string[] = error === ERROR.none ? [] : [error]
      // Bytes outside any packet are remembered until there is an acknowledgement to report them in.
      if (this.#reader.strayBytes > this.#reportedStray) errors.push(ERROR.badPacket)
      this.#reportedStray = this.#reader.strayBytes
      const digits = errors.join('').padEnd(4, ERROR.none)
      this.#line.write(smartSetPacket('A', [...Buffer.from(digits, 'ascii')]))
    }
  }

  /** Does a command and sends its answer, if it has one; gives the error digit of its acknowledgement. */
  #execute(letter: string, data: Uint8Array): string {
    switch (letter) {
      case 'i':
        this.#line.write(smartSetPacket('I', IDENTITY))
        return ERROR.none
      case 'm':
        this.#line.write(smartSetPacket('M', [0, this.#mode, this.#processing]))
        return ERROR.none
      case 'M':
        return this.#setMode(data)
      case 'p':
        this.#line.write(smartSetPacket('P', this.#parameters))
        return ERROR.none
      case 'P':
        return this.#setParameters(data)
      case 'b':
        this.#line.write(smartSetPacket('B', this.#delays))
        return ERROR.none
      case 'B':
        this.#delays = [...data.subarray(0, 2)]
        return ERROR.none
      case 'd':
        this.#line.write(smartSetPacket('D', [this.#failedTests]))
        return ERROR.none
      case 'a':
        // The acknowledgement that follows is the answer.
        return ERROR.none
      default:
        return ERROR.illegalCommand
    }
  }
  /** The binary form only; the one of letters, for terminals, is not modelled. */
  #setMode([form = 0, reports = 0, processing = 0]: Uint8Array): string {
    if (form !== 0) return ERROR.badPacket
    this.#mode = (reports & ~MODE_ANSWERED_ONLY) | MODE_RESERVED
    this.#processing = processing
    return ERROR.none
  }

  /** Takes how it talks, not at which speed: the far end of this line would not follow. */
  #setParameters([io = 0, serial1 = 0, serial2 = 0]: Uint8Array): string {
    if (io !== this.#parameters[0] || serial1 !== this.#parameters[1]) return ERROR.badSerialSetup
    this.#parameters = [io, serial1, serial2]
    return ERROR.none
  }
}

/** A voltage as the converter reads it. */
function converted(value: number): number {
  return Math.min(RAW_MAXIMUM, Math.max(0, Math.round(value)))
}

function within(value: number, size: number): number {
  return Math.min(size - 1, Math.max(0, value))
}
