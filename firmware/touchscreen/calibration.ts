/**
 * From the controller's raw units to the screen's grid, and how that is found out: an affine map fitted to touches on known places. The
 * fit is held against how the panel was built in: a panel that is mirrored, turned, sheared or of another size against that, or touches
 * that do not lie on one plane, are refused.
 */
import type { Result } from '../../core/result.ts'
import { fail, ok } from '../../core/result.ts'
import type { RawPlace } from './codec.ts'

/** Raw values at the edges of the picture. A mirrored axis has its left (or top) value above its right (or bottom) one. */
export interface TouchEdges {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/** `x = xx·rawX + xy·rawY + x0` and `y = yx·rawX + yy·rawY + y0`, on the grid. */
export interface TouchMapping {
  readonly xx: number
  readonly xy: number
  readonly x0: number
  readonly yx: number
  readonly yy: number
  readonly y0: number
}

/** A place on the grid, and what the controller said when it was touched. */
export interface CalibrationPoint {
  readonly target: { readonly x: number; readonly y: number }
  readonly raw: RawPlace
}

/** Why a mapping is not taken. */
export type Misfit =
  /** The touches lie on one line. */
  | { readonly is: 'no-extent' }
  /** The point that is farthest from where the mapping has it. */
  | { readonly is: 'residual'; readonly point: number }
  | { readonly is: 'mirrored' }
  | { readonly is: 'scale' }
  | { readonly is: 'rotation' }
  | { readonly is: 'skew' }

/** A mapping with the distance of each point, in grid units, between where it is and where the mapping has it. */
export interface Fit {
  readonly mapping: TouchMapping
  readonly residuals: readonly number[]
}

/** The grid on which every screen is laid out, in portrait; 7.2 units are a millimetre. */
export const GRID_WIDTH = 1080
export const GRID_HEIGHT = 1920

/** What a fitted mapping may differ from how the panel was built in. */
const LARGEST_RESIDUAL = 22
const SCALE = { least: 0.8, most: 1.25 } as const
const LARGEST_ANGLE = (3 * Math.PI) / 180

/** What sums of broken numbers may lack at an edge that is meant exactly, in grid units. */
const ROUNDING = 1e-6

/** The mapping that four edges stand for. Throws if two opposite edges have the same raw value. */
export function mappingOfEdges({ left, right, top, bottom }: TouchEdges): TouchMapping {
  if (left === right || top === bottom) throw new Error('a touchscreen calibration without extent')
  const xx = GRID_WIDTH / (right - left)
  const yy = GRID_HEIGHT / (bottom - top)
  return { xx, xy: 0, x0: -left * xx, yx: 0, yy, y0: -top * yy }
}

/**
 * The place on the grid that was touched, in whole units: 0 to 1079 across, 0 to 1919 down. A touch beside the picture gives a
 * place off the grid, where no element is: it is not moved onto the nearest one.
 */
export function mapTouch(mapping: TouchMapping, raw: RawPlace): { x: number; y: number } {
  const { x, y } = exactPlace(mapping, raw)
  return { x: Math.floor(x + ROUNDING), y: Math.floor(y + ROUNDING) }
}

function exactPlace({ xx, xy, x0, yx, yy, y0 }: TouchMapping, { x, y }: RawPlace): { x: number; y: number } {
  return { x: xx * x + xy * y + x0, y: yx * x + yy * y + y0 }
}

/**
 * The affine mapping that brings the touches closest to their targets (least squares), if it is one that a sound panel has.
 * @param edges how the panel was built in
 */
export function fitCalibration(points: readonly CalibrationPoint[], edges: TouchEdges): Result<Fit, Misfit> {
  const mapping = leastSquares(points)
  if (mapping === undefined) return fail({ is: 'no-extent' })
  const residuals = points.map(({ target, raw }) => {
    const { x, y } = exactPlace(mapping, raw)
    // A touch means the middle of a grid unit.
    return Math.hypot(x - (target.x + 0.5), y - (target.y + 0.5))
  })
  const worst = Math.max(...residuals)
  if (worst > LARGEST_RESIDUAL) return fail({ is: 'residual', point: residuals.indexOf(worst) })
  const misfit = misfitOf(mapping, edges)
  return misfit === undefined ? ok({ mapping, residuals }) : fail(misfit)
}

/** Why a mapping cannot be that of a panel which was built in so; undefined if it can. */
export function misfitOf(mapping: TouchMapping, edges: TouchEdges): Misfit | undefined {
  // Where the grid of the panel as built in would come to lie: near to itself.
  const built = mappingOfEdges(edges)
  const across = { x: mapping.xx / built.xx, y: mapping.yx / built.xx }
  const down = { x: mapping.xy / built.yy, y: mapping.yy / built.yy }
  if (!(across.x > 0 && down.y > 0)) return { is: 'mirrored' }
  const sizes = [Math.hypot(across.x, across.y), Math.hypot(down.x, down.y)]
  if (sizes.some((size) => size < SCALE.least || size > SCALE.most)) return { is: 'scale' }
  const turned = Math.atan2(across.y, across.x)
  const downTurned = Math.atan2(-down.x, down.y)
  if (Math.abs((turned + downTurned) / 2) > LARGEST_ANGLE) return { is: 'rotation' }
  return Math.abs(turned - downTurned) > LARGEST_ANGLE ? { is: 'skew' } : undefined
}

/** Ordinary least squares on centred raw values: two unknowns an axis, and the means. */
function leastSquares(points: readonly CalibrationPoint[]): TouchMapping | undefined {
  const mean = (of: (point: CalibrationPoint) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length
  const rawX = mean(({ raw }) => raw.x)
  const rawY = mean(({ raw }) => raw.y)
  const sxx = mean(({ raw }) => (raw.x - rawX) ** 2)
  const syy = mean(({ raw }) => (raw.y - rawY) ** 2)
  const sxy = mean(({ raw }) => (raw.x - rawX) * (raw.y - rawY))
  const determinant = sxx * syy - sxy * sxy
  // Raw units are whole: touches that are apart at all have far more.
  if (!(determinant > 1)) return undefined
  const solve = (of: (point: CalibrationPoint) => number) => {
    const middle = mean(of)
    const tx = mean((point) => (of(point) - middle) * (point.raw.x - rawX))
    const ty = mean((point) => (of(point) - middle) * (point.raw.y - rawY))
    const byX = (tx * syy - ty * sxy) / determinant
    const byY = (ty * sxx - tx * sxy) / determinant
    return { byX, byY, constant: middle - byX * rawX - byY * rawY }
  }
  const x = solve(({ target }) => target.x + 0.5)
  const y = solve(({ target }) => target.y + 0.5)
  return { xx: x.byX, xy: x.byY, x0: x.constant, yx: y.byX, yy: y.byY, y0: y.constant }
}
