/**
 * A virtual touchscreen: an Elo SmartSet controller with a resistive panel, and hands. A resistive panel knows one place: of two fingers
 * it reports the middle, of a palm a place that jumps about.
 */
import type { Clock, Timer } from '../../core/ports.ts'
import type { PeripheralLine } from '../lines/peripheral-line.ts'
import { TOUCH } from './smartset.ts'
import { type Place, RAW_MAXIMUM } from './touch-axes.ts'
import { TouchController } from './touch-controller.ts'
import type { TESTS } from './touch-identity.ts'

/** The screen's grid (points), and how finely a gesture's movements are made. */
const GRID = { width: 1080, height: 1920 } as const
const STEP_MS = 20

/** Raw values, 0 to 4095, at the four edges of the screen. An axis may run backwards. */
export interface TouchEdges {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

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

/** A finger on the glass. One that is lifted is believed to be gone only after the controller's delay. */
interface Finger {
  at: Place
  timer: Timer
  lifted: { readonly since: number; readonly told: () => void } | undefined
}

/** One touchscreen. A finger is down or it is not. */
export class VirtualTouchscreen {
  readonly #clock: Clock
  readonly #controller: TouchController
  readonly #edges: TouchEdges
  /** How far the panel has shifted, in points of the grid. */
  #drift = { x: 0, y: 0 }
  #finger: Finger | undefined
  #afterReport: (() => void) | undefined

  constructor({ line, clock, calibration }: TouchscreenParts) {
    this.#clock = clock
    this.#controller = new TouchController(line, clock)
    this.#edges = calibration ?? { left: 0, right: RAW_MAXIMUM, top: 0, bottom: RAW_MAXIMUM }
  }

  /**
   * Puts the finger on a point of the grid; within the controller's untouch delay the touch goes on as if it had not been lifted. Throws when
   * it is down already or off the screen.
   */
  down(x: number, y: number): void {
    const at = this.#raw(x, y)
    const finger = this.#finger
    if (finger === undefined) {
      this.#finger = { at, timer: this.#tick(), lifted: undefined }
      this.#controller.feel(TOUCH.first, at)
      return
    }
    if (finger.lifted === undefined || this.#controller.untouchMs === 0)
      throw new Error('the finger is down already')
    const { told } = finger.lifted
    Object.assign(finger, { at, lifted: undefined })
    told()
  }

  /** Slides the finger to another point; the next report shows it. Throws when no finger is down. */
  move(x: number, y: number): void {
    this.#touching().at = this.#raw(x, y)
  }

  /** Lifts the finger; resolves when the release is reported. Throws when it is not down, or being lifted. */
  up(): Promise<void> {
    const finger = this.#touching()
    return new Promise((resolve) => {
      finger.lifted = { since: this.#clock.elapsed(), told: resolve }
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
    const steps = Math.max(1, Math.floor(ms / STEP_MS))
    for (let step = 1; step <= steps; step += 1) {
      await this.#rest(STEP_MS)
      const part = step / steps
      this.move(from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part)
    }
    await this.up()
  }

  /** A hand laid on the glass around that point for so many milliseconds. What lies beside the screen is cut off. */
  async palm(x: number, y: number, ms: number): Promise<void> {
    this.down(x, y)
    for (let report = 1; report * STEP_MS <= ms; report += 1) {
      await this.#rest(STEP_MS)
      const [dx, dy] = PALM[report % PALM.length] as readonly [number, number]
      this.move(within(x + dx, GRID.width), within(y + dy, GRID.height))
    }
    await this.up()
  }

  /** Two fingers, the second one a little later; both are lifted, the second one first. */
  async pressTwo(first: readonly [number, number], second: readonly [number, number]): Promise<void> {
    this.down(...first)
    await this.#rest(2 * STEP_MS)
    this.move((first[0] + second[0]) / 2, (first[1] + second[1]) / 2)
    await this.#rest(2 * STEP_MS)
    this.move(...first)
    await this.#rest(STEP_MS)
    await this.up()
  }

  /** Something comes to lie on the glass and stays, until {@link up} takes it away. Throws when a finger is down. */
  stick(x: number, y: number): void {
    this.down(x, y)
  }

  /**
   * From now on the panel reports every touch so far beside where it is, in points of the grid: it has shifted. Throws when that is no
   * distance.
   */
  drift(dx: number, dy: number): void {
    if (!Number.isFinite(dx) || !Number.isFinite(dy)) throw new RangeError(`no drift of ${dx}, ${dy} points`)
    this.#drift = { x: dx, y: dy }
  }

  /** Has tests fail when the controller is next switched on: now. */
  fail(...tests: readonly (keyof typeof TESTS)[]): void {
    this.#controller.fail(tests)
    this.powerCycle()
  }

  /** The controller's power was away: it has forgotten what it was told and not told to keep. Its line stays open. */
  powerCycle(): void {
    this.#controller.restart()
  }

  #rest(ms: number): Promise<void> {
    return new Promise((resolve) => this.#clock.after(ms, resolve))
  }

  #touching(): Finger {
    if (this.#finger === undefined || this.#finger.lifted !== undefined) throw new Error('no finger is down')
    return this.#finger
  }

  /** The panel's raw values for the middle of a point, so that they map back to the same point. */
  #raw(x: number, y: number): Place {
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
    return this.#clock.after(this.#controller.reportMs, () => {
      const finger = this.#finger
      if (finger === undefined) return
      const { lifted, at } = finger
      if (lifted === undefined) {
        this.#controller.feel(TOUCH.stream, at)
        finger.timer = this.#tick()
        const resume = this.#afterReport
        this.#afterReport = undefined
        resume?.()
      } else if (this.#clock.elapsed() - lifted.since < this.#controller.untouchMs) {
        finger.timer = this.#tick()
      } else {
        this.#controller.feel(TOUCH.release, at)
        this.#finger = undefined
        lifted.told()
      }
    })
  }
}

/** A voltage as the converter reads it. */
function converted(value: number): number {
  return Math.min(RAW_MAXIMUM, Math.max(0, Math.round(value)))
}

function within(value: number, size: number): number {
  return Math.min(size - 1, Math.max(0, value))
}
