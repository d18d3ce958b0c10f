/** A virtual touchscreen: an Elo SmartSet controller with a resistive panel, and a finger. */
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

const ERROR = { none: '0', badPacket: '2', illegalCommand: '5' } as const

/** The controller's answer to an identify: resistive, serial, no features, firmware 1.4, 2 setup packets, model E271-2210. */
const IDENTITY = [0x30, 0x30, 0x00, 0x04, 0x01, 0x02, 0x01]

/** Touch mode after power-on: first touch, stream, release and the reserved bit that the manual shows set. */
const DEFAULT_MODE = 0x87

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
  #delays = [0, 0]
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

  #touching(): { x: number; y: number; lifted: (() => void) | undefined } {
    if (this.#finger === undefined || this.#finger.lifted !== undefined) throw new Error('no finger is down')
    return this.#finger
  }

  /** The panel's raw values for the middle of a point, so that they map back to the same point. */
  #raw(x: number, y: number): { x: number; y: number } {
    const inside = x >= 0 && x < GRID.width && y >= 0 && y < GRID.height
    if (!inside) throw new RangeError(`no point ${x}, ${y} on a ${GRID.width}x${GRID.height} screen`)
    const { left, right, top, bottom } = this.#edges
    return {
      x: Math.round(left + ((Math.floor(x) + 0.5) / GRID.width) * (right - left)),
      y: Math.round(top + ((Math.floor(y) + 0.5) / GRID.height) * (bottom - top)),
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
    for (const { letter, data } of this.#reader.feed(bytes)) {
      const error = this.#execute(letter, data)
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
        this.#line.write(smartSetPacket('M', [0, this.#mode]))
        return ERROR.none
      case 'M':
        this.#mode = data[1] ?? 0
        return ERROR.none
      case 'b':
        this.#line.write(smartSetPacket('B', this.#delays))
        return ERROR.none
      case 'B':
        this.#delays = [...data.subarray(0, 2)]
        return ERROR.none
      case 'd':
        // No diagnostic failed.
        this.#line.write(smartSetPacket('D', []))
        return ERROR.none
      default:
        return ERROR.illegalCommand
    }
  }
}
