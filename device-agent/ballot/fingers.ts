/** The way from the touchscreen's packets to the element that was pressed, and what is learnt on the way of the glass itself. */
import type { Clock } from '../../core/ports.ts'
import { mapTouch, type TouchMapping } from '../../firmware/touchscreen/calibration.ts'
import type { RawPlace, TouchEvent } from '../../firmware/touchscreen/codec.ts'
import type { GestureEvent } from '../../firmware/touchscreen/gesture.ts'
import { Touches } from '../../firmware/touchscreen/touches.ts'
import { elementAt } from '../../ui/screen.ts'
import { type Painted, Presses } from './press.ts'
import { type PressOffset, TouchDrift } from './touch-drift.ts'

/** What is told of the fingers. */
interface FingerListeners {
  readonly pressed: (id: string) => void
  /** Something lies on the glass and does not go away, or has gone away. */
  readonly stuckChanged: () => void
}

/** All that touches one device's glass. */
export class Fingers {
  readonly #mapping: TouchMapping
  readonly #painted: () => Painted | undefined
  readonly #listeners: FingerListeners
  readonly #touches: Touches
  readonly #presses = new Presses()
  readonly #drift = new TouchDrift()
  #stuck = false

  /** @param painted what the voter sees at this moment; undefined while a screen is being painted */
  constructor(
    mapping: TouchMapping,
    clock: Clock,
    painted: () => Painted | undefined,
    listeners: FingerListeners,
  ) {
    this.#mapping = mapping
    this.#painted = painted
    this.#listeners = listeners
    this.#touches = new Touches(clock, (event) => this.#told(event))
  }

  /** Whether something lies on the glass that does not go away. */
  get isStuck(): boolean {
    return this.#stuck
  }

  /** Takes what the driver read. */
  take(touch: TouchEvent): void {
    this.#touches.take(touch)
  }

  /** A finger that is on the glass now presses nothing. */
  cancel(): void {
    this.#presses.cancel()
    this.#touches.reset()
  }

  /**
   * A voter is done.
   * @returns whether the glass has shifted beyond its margin, as the last voters' presses show
   */
  voterLeft(): boolean {
    this.#drift.personLeft()
    return this.#drift.isBeyondMargin
  }

  /** Those who pressed until now were no voters. */
  officersLeft(): void {
    this.#drift.forgetPerson()
  }

  #told(event: GestureEvent): void {
    switch (event.is) {
      case 'down':
        this.#presses.take('down', this.#painted(), mapTouch(this.#mapping, event.at))
        return
      case 'up':
        this.#lifted(event.at)
        return
      case 'cancelled':
        this.#presses.cancel()
        return
      case 'stuck':
      case 'freed':
        this.#presses.cancel()
        this.#stuck = event.is === 'stuck'
        this.#listeners.stuckChanged()
    }
  }

  #lifted(raw: RawPlace): void {
    const place = mapTouch(this.#mapping, raw)
    const painted = this.#painted()
    const id = this.#presses.take('up', painted, place)
    if (id === undefined || painted === undefined) return
    this.#drift.note(offsetOn(painted, place))
    this.#listeners.pressed(id)
  }
}

/** Where on the element that it pressed a touch ended. */
function offsetOn({ screen }: Painted, { x, y }: { readonly x: number; readonly y: number }): PressOffset {
  const element = elementAt(screen, x, y)
  if (element === undefined) throw new Error('a press on no element')
  const { rect } = element
  return {
    x: (x - rect.x - rect.width / 2) / (rect.width / 2),
    y: (y - rect.y - rect.height / 2) / (rect.height / 2),
  }
}
