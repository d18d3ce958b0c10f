/** A technician before a device that is being calibrated: touches each cross where it is shown. */
import type { Clock } from '../../core/ports.ts'
import type { Bench } from './bench.ts'
import { Person } from './person.ts'

/** A finger is set down up to so far beside the middle of a cross, in points of the grid; the same each time. */
const CARELESSNESS: readonly (readonly [number, number])[] = [
  [3, -2],
  [-4, 1],
  [0, 4],
  [2, 2],
  [-3, -3],
]
/** How long the finger rests. */
const REST_MS = 120

/**
 * Touches the nine points, and any that is asked for again, until the device is content or gives up.
 * @returns how it ended
 */
export async function calibrate(bench: Bench, clock: Clock): Promise<'done' | 'refused'> {
  const { touchscreen, display } = bench
  const technician = new Person(bench, clock)
  for (let touch = 0; ; touch += 1) {
    const screen = await technician.see('calibration')
    if (screen.name === 'calibration.done') return 'done'
    if (screen.name === 'calibration.refused') return 'refused'
    const target = screen.elements.find(({ id }) => id.startsWith('target-'))
    if (target === undefined) throw new Error('a calibration without a cross to touch')
    const { x, y, width, height } = target.rect
    const [dx, dy] = CARELESSNESS[touch % CARELESSNESS.length] as readonly [number, number]
    await touchscreen.pressFor(x + width / 2 + dx, y + height / 2 + dy, REST_MS)
    await display.waitFor(({ revision }) => revision > screen.revision)
  }
}
