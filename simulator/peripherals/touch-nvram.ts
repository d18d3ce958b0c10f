/** What a SmartSet controller keeps without power: its set-up, and two places for calibration and scaling (manual, page 93 and chapter 4). */
import { FACTORY, type TouchSettings } from './touch-settings.ts'

/** Bits of the packet that moves settings. */
const AREA = { setup: 0x01, calibration: 0x02, scaling: 0x04 } as const

export class TouchNvram {
  #setup = FACTORY
  readonly #places = [FACTORY, FACTORY]

  /** What the controller begins with: the set-up and the first place. */
  get atPowerOn(): TouchSettings {
    return this.load(FACTORY, AREA.setup | AREA.calibration | AREA.scaling, 0) ?? FACTORY
  }

  /** The settings with those areas as they were saved. Undefined when there is no such place. */
  load(settings: TouchSettings, areas: number, place: number): TouchSettings | undefined {
    const saved = this.#places[place]
    return saved && merged(merged(settings, this.#setup, areas & AREA.setup), saved, areas & ~AREA.setup)
  }

  /** Saves those areas. Gives false when there is no such place. */
  save(settings: TouchSettings, areas: number, place: number): boolean {
    const saved = this.#places[place]
    if (saved === undefined) return false
    this.#setup = merged(this.#setup, settings, areas & AREA.setup)
    this.#places[place] = merged(saved, settings, areas & ~AREA.setup)
    return true
  }
}

/** One with those areas of the other. */
function merged(one: TouchSettings, other: TouchSettings, areas: number): TouchSettings {
  const { calibration, axesSwapped, scaling, ...setup } = other
  return {
    ...one,
    ...((areas & AREA.setup) === 0 ? {} : setup),
    ...((areas & AREA.calibration) === 0 ? {} : { calibration, axesSwapped }),
    ...((areas & AREA.scaling) === 0 ? {} : { scaling }),
  }
}
