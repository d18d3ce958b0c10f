/**
 * What the I/O board measures, as states that people are told: where the power comes from, and whether the case is too warm or too cold. A
 * state changes only once another was measured for a while, and comes back beyond where it left, so that nothing flickers.
 *
 * The design's power: a supply of 12 V and a lead battery of 12 V. Under load such a battery has some 12.4 V when it is full and 11.4 V with
 * about a fifth left; below 10.5 V it is harmed.
 */
import type { BoardStatus } from '../../firmware/io-board/status.ts'

export type Power = 'mains' | 'battery' | 'battery-low'
export type Temperature = 'fine' | 'hot' | 'cold'

/** Two heartbeats of the board. */
const HELD_MS = 10_000
/** That all is well again is told later: a supply that comes and goes is in the journal some fifty times an hour, not three hundred. */
const WELL_MS = 60_000
const SUPPLY_MV = { gone: 9_000, back: 10_500 } as const
const BATTERY_MV = { low: 11_400, back: 12_000 } as const
/** The printer's head and the panel are made for 0 to 50 °C around them; the case is warmer than the room. */
const CELSIUS = { hot: 55, cold: 2, margin: 3 } as const

type Measured = Pick<BoardStatus, 'batteryMv' | 'supplyMv' | 'celsius'>

/** Where the power comes from, after what it came from before. */
export function powerOf({ supplyMv, batteryMv }: Measured, before: Power): Power {
  const isOnMains = supplyMv >= (before === 'mains' ? SUPPLY_MV.gone : SUPPLY_MV.back)
  if (isOnMains) return 'mains'
  const low = before === 'battery-low' ? BATTERY_MV.back : BATTERY_MV.low
  return batteryMv < low ? 'battery-low' : 'battery'
}

/** Whether it is too hot or too cold, after what it was before. */
export function temperatureOf({ celsius }: Measured, before: Temperature): Temperature {
  const { hot, cold, margin } = CELSIUS
  if (celsius > (before === 'hot' ? hot - margin : hot)) return 'hot'
  return celsius < (before === 'cold' ? cold + margin : cold) ? 'cold' : 'fine'
}

/** A state that changes once another one was measured for so long. */
export class Held<T> {
  readonly #well: T
  #other: { readonly state: T; readonly since: number } | undefined

  /** @param well the state in which nobody has to do anything */
  constructor(well: T) {
    this.#well = well
  }

  /**
   * @param elapsedMs of a clock that nobody sets
   * @returns the state that holds from now on
   */
  take(measured: T, before: T, elapsedMs: number): T {
    if (measured === before) {
      this.#other = undefined
      return before
    }
    if (this.#other?.state !== measured) this.#other = { state: measured, since: elapsedMs }
    if (elapsedMs - this.#other.since < (measured === this.#well ? WELL_MS : HELD_MS)) return before
    this.#other = undefined
    return measured
  }
}
