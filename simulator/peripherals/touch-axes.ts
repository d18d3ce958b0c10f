/**
 * How a SmartSet controller makes coordinates of what its converter reads: calibration lays the raw range of the picture onto the
 * converter's, scaling lays that onto whatever the host counts in (manual, pages 76 to 78, 100, 101).
 *
 * ```
 * calibrated = (raw - offset) * numerator / denominator       low point = offset, high point = offset + denominator
 * scaled     = calibrated * numerator / denominator + offset  low point = offset, high point = offset + numerator
 * ```
 */

/** The converter's largest value, and the Z that a panel without pressure always reports. */
export const RAW_MAXIMUM = 4095
export const Z_MAXIMUM = 255

/** One axis in the controller's own form: three 16-bit numbers. The denominator is never 0. */
export interface Axis {
  readonly offset: number
  readonly numerator: number
  readonly denominator: number
}

export type AxisName = 'x' | 'y' | 'z'
export type Axes = Readonly<Record<AxisName, Axis>>

/** A place as the converter reads it, or as the host is told it. */
export interface Place {
  readonly x: number
  readonly y: number
}

/** Both of calibration and of scaling, as they leave the factory: what is read is what is told. */
export const UNCHANGED: Axes = { x: spanning(RAW_MAXIMUM), y: spanning(RAW_MAXIMUM), z: spanning(Z_MAXIMUM) }

function spanning(range: number): Axis {
  return { offset: 0, numerator: range, denominator: range }
}

/** The calibration that lays these raw points onto the whole range; undefined when they are the same. The high one may be the smaller. */
export function calibrationOf(name: AxisName, low: number, high: number): Axis | undefined {
  return usable({ offset: low, numerator: UNCHANGED[name].numerator, denominator: signed(high - low) })
}

/** The scaling that lays the whole range onto these points. The high one may be the smaller. */
export function scalingOf(name: AxisName, low: number, high: number): Axis {
  return { offset: low, numerator: signed(high - low), denominator: UNCHANGED[name].denominator }
}

/** An axis that can be divided by, or undefined. */
export function usable(axis: Axis): Axis | undefined {
  return axis.denominator === 0 ? undefined : axis
}

/** What the controller makes of a raw value. */
export function calibrated(axis: Axis, raw: number): number {
  return Math.round(((raw - axis.offset) * axis.numerator) / axis.denominator)
}

/** What the host is told of a calibrated value. */
export function scaled(axis: Axis, value: number): number {
  return Math.round((value * axis.numerator) / axis.denominator) + axis.offset
}

/** Whether a raw value lies beyond the calibration points. */
export function isBeyond(axis: Axis, raw: number): boolean {
  return trimmed(axis, raw) !== raw
}

/** A raw value, or the calibration point that it lies beyond. */
export function trimmed({ offset, denominator }: Axis, raw: number): number {
  const [low, high] = denominator > 0 ? [offset, offset + denominator] : [offset + denominator, offset]
  return Math.min(high, Math.max(low, raw))
}

/** The low 16 bits as a signed number. */
export function signed(value: number): number {
  return (value << 16) >> 16
}
