/**
 * The technician's calibration as data: nine targets, each touched once, steadily and near; a point that is off is asked for again.
 * `step` is pure; who runs it shows the target and passes the touches on.
 */
import {
  type CalibrationPoint,
  type Fit,
  fitCalibration,
  GRID_HEIGHT,
  GRID_WIDTH,
  type Misfit,
  mappingOfEdges,
  mapTouch,
  type TouchEdges,
} from './calibration.ts'
import type { RawPlace } from './codec.ts'

/** Where the targets' middles are: a tenth from each edge and in the middle, row by row. */
export const TARGETS: readonly { readonly x: number; readonly y: number }[] = [0.1, 0.5, 0.9].flatMap((row) =>
  [0.1, 0.5, 0.9].map((column) => ({ x: column * GRID_WIDTH, y: row * GRID_HEIGHT })),
)

/** Raw units between contact and release of a steady touch: 2 mm across, 4 mm down. */
const STEADY = 60
/** Grid units from the target, by the panel as it was built in: 37 mm. Farther off, something else was touched. */
const NEAR = 270
/** A point that was missed so often in a row is not going to be hit. */
const MOST_MISSES = 5
/** Points that may be taken again because they do not fit the others. */
const MOST_REPEATS = 3

interface Place {
  readonly x: number
  readonly y: number
}

/** Why a point is asked for again. */
export type Again = 'unsteady' | 'far-off' | 'doubtful' | 'residual'

export type NinePoints =
  | {
      readonly is: 'point'
      /** Which target is shown, from 0. */
      readonly point: number
      readonly taken: readonly (RawPlace | undefined)[]
      /** Touches in a row that were not taken. */
      readonly misses: number
      /** Where those of them were that were far off, on the grid. */
      readonly strays: readonly Place[]
      readonly repeats: number
      readonly again?: Again
    }
  | { readonly is: 'done'; readonly fit: Fit }
  | { readonly is: 'refused'; readonly why: Misfit['is'] | 'missed' }

export type NinePointsInput =
  | { readonly is: 'touched'; readonly from: RawPlace; readonly at: RawPlace }
  /** Something touched the glass that was no plain touch. */
  | { readonly is: 'doubtful' }

export const FIRST_POINT: NinePoints = {
  is: 'point',
  point: 0,
  taken: TARGETS.map(() => undefined),
  misses: 0,
  strays: [],
  repeats: 0,
}

/**
 * The next state.
 * @param edges how the panel was built in
 */
export function stepNinePoints(state: NinePoints, input: NinePointsInput, edges: TouchEdges): NinePoints {
  if (state.is !== 'point') return state
  const target = TARGETS[state.point]
  if (target === undefined) throw new Error('a calibration at a point that there is not')
  if (input.is === 'doubtful') return missed(state, 'doubtful')
  const { from, at } = input
  if (Math.abs(from.x - at.x) > STEADY || Math.abs(from.y - at.y) > STEADY) return missed(state, 'unsteady')
  const raw = { x: (from.x + at.x) / 2, y: (from.y + at.y) / 2 }
  const place = mapTouch(mappingOfEdges(edges), raw)
  if (!isNear(place, target)) return missed({ ...state, strays: [...state.strays, place] }, 'far-off')
  const taken = state.taken.with(state.point, raw)
  const next = taken.indexOf(undefined)
  const { repeats } = state
  return next === -1
    ? settle(taken, repeats, edges)
    : { is: 'point', point: next, taken, misses: 0, strays: [], repeats }
}

function isNear(place: Place, target: Place): boolean {
  return Math.hypot(place.x - target.x, place.y - target.y) <= NEAR
}

function missed(state: NinePoints & { is: 'point' }, again: Again): NinePoints {
  const misses = state.misses + 1
  if (misses < MOST_MISSES) return { ...state, misses, again }
  return { is: 'refused', why: whyMissed(state) }
}

/** Where a touch would be seen on a panel that sits otherwise than it is said to. */
const SITS: readonly { readonly why: 'mirrored' | 'rotation'; readonly seen: (touched: Place) => Place }[] = [
  { why: 'mirrored', seen: ({ x, y }) => ({ x: GRID_WIDTH - x, y }) },
  { why: 'mirrored', seen: ({ x, y }) => ({ x, y: GRID_HEIGHT - y }) },
  { why: 'mirrored', seen: ({ x, y }) => ({ x: GRID_WIDTH - x, y: GRID_HEIGHT - y }) },
  // On its side: the axes are exchanged, each as long as the other was.
  { why: 'rotation', seen: ({ x, y }) => onSide(x, y) },
  { why: 'rotation', seen: ({ x, y }) => onSide(GRID_WIDTH - x, y) },
  { why: 'rotation', seen: ({ x, y }) => onSide(x, GRID_HEIGHT - y) },
  { why: 'rotation', seen: ({ x, y }) => onSide(GRID_WIDTH - x, GRID_HEIGHT - y) },
]

function onSide(x: number, y: number): Place {
  return { x: (y / GRID_HEIGHT) * GRID_WIDTH, y: (x / GRID_WIDTH) * GRID_HEIGHT }
}

/** A cross that was hit again and again, by a panel that sits so, is not missed. */
function whyMissed({ point, strays }: NinePoints & { is: 'point' }): 'missed' | 'mirrored' | 'rotation' {
  const target = TARGETS[point]
  if (target === undefined) return 'missed'
  const seen = SITS.find((sits) => {
    const expected = sits.seen(target)
    return strays.filter((stray) => isNear(stray, expected)).length > MOST_MISSES / 2
  })
  return seen?.why ?? 'missed'
}

/** All nine are in: they fit, or the worst one is taken again, or they are refused. */
function settle(taken: readonly (RawPlace | undefined)[], repeats: number, edges: TouchEdges): NinePoints {
  const points = taken.flatMap((raw, i): readonly CalibrationPoint[] => {
    const target = TARGETS[i]
    return raw === undefined || target === undefined ? [] : [{ raw, target }]
  })
  const fit = fitCalibration(points, edges)
  if (fit.ok) return { is: 'done', fit: fit.value }
  if (fit.error.is !== 'residual' || repeats >= MOST_REPEATS) return { is: 'refused', why: fit.error.is }
  const { point } = fit.error
  return {
    is: 'point',
    point,
    taken: taken.with(point, undefined),
    misses: 0,
    strays: [],
    repeats: repeats + 1,
    again: 'residual',
  }
}
