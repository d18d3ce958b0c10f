/** From the controller's raw units to the screen's grid. The calibration stands in the device's signed configuration. */

/** Raw values at the edges of the picture. A mirrored axis has its left (or top) value above its right (or bottom) one. */
interface TouchCalibration {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/** The grid on which every screen is laid out, in portrait. */
const GRID_WIDTH = 1080
const GRID_HEIGHT = 1920

/**
 * The place on the grid that was touched, in whole units: 0 to 1079 across, 0 to 1919 down. A touch beside the picture gives a
 * place off the grid, where no element is: it is not moved onto the nearest one. Throws if two edges have the same raw value.
 */
export function mapTouch(
  calibration: TouchCalibration,
  raw: { readonly x: number; readonly y: number },
): { x: number; y: number } {
  const { left, right, top, bottom } = calibration
  if (left === right || top === bottom) throw new Error('a touchscreen calibration without extent')
  return { x: scale(raw.x, left, right, GRID_WIDTH), y: scale(raw.y, top, bottom, GRID_HEIGHT) }
}

function scale(value: number, first: number, last: number, size: number): number {
  // The distances from the first edge are both negative on a mirrored axis.
  return Math.floor(Math.abs(size / (last - first)) * (first < last ? value - first : first - value))
}
