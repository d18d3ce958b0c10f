/**
 * Whether the touchscreen has shifted since it was calibrated: whether people's touches end beside the middles of the keys they press, all to
 * one side. Estimated over people, not over presses, so that one who aims badly, by habit or on purpose, stops nobody. Held in memory only,
 * and only as sums of distances: which keys were pressed, or in what order, is nowhere in it.
 */

/**
 * A press ends here, from the middle of its key: 0 is the middle, 1 and -1 are the key's edges. So one margin holds for every size of
 * key, and it is reached before the neighbour is.
 */
export interface PressOffset {
  readonly x: number
  readonly y: number
}

/** Half the way from the middle to the edge, for the person in the middle of the last five. */
const MARGIN = 0.5
const PEOPLE = 5
/** Who presses less often says little: a whole vote takes seven presses and more. */
const FEWEST_PRESSES = 4

/** The running estimate of one device. */
export class TouchDrift {
  /** Of whoever is at the device now. */
  #sums = { x: 0, y: 0, presses: 0 }
  /** Means of the last people, the latest last. */
  readonly #people: PressOffset[] = []

  /** Takes one press of whoever is at the device now. */
  note({ x, y }: PressOffset): void {
    const { x: sumX, y: sumY, presses } = this.#sums
    this.#sums = { x: sumX + x, y: sumY + y, presses: presses + 1 }
  }

  /** Another one comes to the device: what the one before pressed is now one mean among others. */
  personLeft(): void {
    const { x, y, presses } = this.#sums
    this.forgetPerson()
    if (presses < FEWEST_PRESSES) return
    this.#people.push({ x: x / presses, y: y / presses })
    if (this.#people.length > PEOPLE) this.#people.shift()
  }

  /** The presses since the last one left count for nobody. */
  forgetPerson(): void {
    this.#sums = { x: 0, y: 0, presses: 0 }
  }

  /** Whether touches lie so far beside the keys that nobody should vote before a technician has calibrated. */
  get isBeyondMargin(): boolean {
    if (this.#people.length < PEOPLE) return false
    return [this.#people.map(({ x }) => x), this.#people.map(({ y }) => y)].some(
      (means) => Math.abs(median(means)) > MARGIN,
    )
  }
}

/** Of an odd number of values. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[(values.length - 1) / 2] ?? 0
}
