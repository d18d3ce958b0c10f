import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type CalibrationPoint,
  fitCalibration,
  mappingOfEdges,
  mapTouch,
  type TouchEdges,
} from '../../../firmware/touchscreen/calibration.ts'
import {
  FIRST_POINT,
  type NinePoints,
  type NinePointsInput,
  stepNinePoints,
  TARGETS,
} from '../../../firmware/touchscreen/nine-points.ts'

const EDGES = { left: 100, right: 3900, top: 4000, bottom: 90 }

/** A panel that sits a little otherwise than it was built in. */
interface Seat {
  readonly scaleX: number
  readonly scaleY: number
  readonly degrees: number
  readonly dx: number
  readonly dy: number
}

const STRAIGHT: Seat = { scaleX: 1, scaleY: 1, degrees: 0, dx: 0, dy: 0 }

/** What such a panel says of a place on the grid. */
function rawOf(edges: TouchEdges, seat: Seat, x: number, y: number) {
  const angle = (seat.degrees * Math.PI) / 180
  const [cx, cy] = [(x - 540) * seat.scaleX, (y - 960) * seat.scaleY]
  const gridX = 540 + cx * Math.cos(angle) - cy * Math.sin(angle) + seat.dx
  const gridY = 960 + cx * Math.sin(angle) + cy * Math.cos(angle) + seat.dy
  return {
    x: edges.left + ((gridX + 0.5) / 1080) * (edges.right - edges.left),
    y: edges.top + ((gridY + 0.5) / 1920) * (edges.bottom - edges.top),
  }
}

function touches(seat: Seat, noise: readonly (readonly [number, number])[] = []): CalibrationPoint[] {
  return TARGETS.map((target, i) => {
    const [dx, dy] = noise[i] ?? [0, 0]
    const { x, y } = rawOf(EDGES, seat, target.x + dx, target.y + dy)
    return { target, raw: { x: Math.round(x), y: Math.round(y) } }
  })
}

const anySeat = fc.record({
  scaleX: fc.double({ min: 0.85, max: 1.15, noNaN: true }),
  scaleY: fc.double({ min: 0.85, max: 1.15, noNaN: true }),
  degrees: fc.double({ min: -2, max: 2, noNaN: true }),
  dx: fc.integer({ min: -80, max: 80 }),
  dy: fc.integer({ min: -80, max: 80 }),
})
const shake = fc.integer({ min: -8, max: 8 })
const noise = fc.array(fc.tuple(shake, shake), { minLength: 9, maxLength: 9 })

describe('the calibration that four edges stand for', () => {
  const mapping = mappingOfEdges(EDGES)

  test('maps the corners of the picture onto the corners of the grid, also on a mirrored axis', () => {
    expect(mapTouch(mapping, { x: 100, y: 4000 })).toEqual({ x: 0, y: 0 })
    expect(mapTouch(mapping, { x: 3899, y: 91 })).toEqual({ x: 1079, y: 1919 })
    expect(mapTouch(mapping, { x: 2000, y: 2045 })).toEqual({ x: 540, y: 960 })
  })

  test('leaves a touch beside the picture off the grid', () => {
    expect(mapTouch(mapping, { x: 99, y: 2045 }).x).toBeLessThan(0)
    expect(mapTouch(mapping, { x: 3900, y: 2045 }).x).toBe(1080)
    expect(mapTouch(mapping, { x: 2000, y: 4095 }).y).toBeLessThan(0)
  })

  test('finds back every place on the grid that a raw value stands for', () => {
    const raw = fc.record({ x: fc.integer({ min: 100, max: 3899 }), y: fc.integer({ min: 91, max: 4000 }) })
    fc.assert(
      fc.property(raw, (touch) => {
        const { x, y } = mapTouch(mapping, touch)
        expect(Number.isInteger(x) && x >= 0 && x < 1080).toBe(true)
        expect(Number.isInteger(y) && y >= 0 && y < 1920).toBe(true)
        expect(Math.abs(100 + (x * 3800) / 1080 - touch.x)).toBeLessThan(3800 / 1080)
      }),
    )
  })

  test('without extent is a mistake of ours', () => {
    expect(() => mappingOfEdges({ ...EDGES, right: 100 })).toThrow('extent')
  })
})

describe('a fit to nine touches', () => {
  test('finds any reasonable panel back from touches that shake, to a fraction of a key everywhere', () => {
    fc.assert(
      fc.property(anySeat, noise, (seat, shaken) => {
        const fit = fitCalibration(touches(seat, shaken), EDGES)
        if (!fit.ok) throw new Error(fit.error.is)
        expect(fit.value.residuals).toHaveLength(9)
        for (const x of [0, 300, 777, 1079]) {
          for (const y of [0, 444, 1250, 1919]) {
            const found = mapTouch(fit.value.mapping, rawOf(EDGES, seat, x, y))
            expect(Math.hypot(found.x - x, found.y - y)).toBeLessThan(20)
          }
        }
      }),
    )
  })

  test('is exact where the hand is', () => {
    fc.assert(
      fc.property(anySeat, (seat) => {
        const fit = fitCalibration(touches(seat), EDGES)
        if (!fit.ok) throw new Error(fit.error.is)
        for (const residual of fit.value.residuals) expect(residual).toBeLessThan(0.5)
      }),
    )
  })

  const swapped = (a: number, b: number) => {
    const points = touches(STRAIGHT)
    const [first, second] = [points[a], points[b]] as [CalibrationPoint, CalibrationPoint]
    return points.with(a, { ...first, raw: second.raw }).with(b, { ...second, raw: first.raw })
  }
  const mirror = (x: boolean, y: boolean) =>
    touches(STRAIGHT).map(({ target, raw }) => ({
      target,
      raw: { x: x ? 4000 - raw.x : raw.x, y: y ? 4090 - raw.y : raw.y },
    }))
  /** Raw axes exchanged: a panel that was turned by a quarter. */
  const exchanged = touches(STRAIGHT).map(({ target, raw }) => ({ target, raw: { x: raw.y, y: raw.x } }))
  const skewed = touches(STRAIGHT).map(({ target, raw }) => ({
    target,
    raw: { x: raw.x + (raw.y - 2000) * 0.15, y: raw.y },
  }))

  test.each<[string, readonly CalibrationPoint[], readonly string[]]>([
    ['mirrored across', mirror(true, false), ['mirrored']],
    ['mirrored up and down', mirror(false, true), ['mirrored']],
    ['upside down', mirror(true, true), ['mirrored']],
    ['turned by a quarter', exchanged, ['mirrored', 'scale', 'rotation']],
    ['touched with two corners exchanged', swapped(0, 2), ['residual']],
    ['touched with two opposite corners exchanged', swapped(0, 8), ['residual']],
    ['of another size', touches({ ...STRAIGHT, scaleX: 0.6 }), ['scale']],
    ['turned by six degrees', touches({ ...STRAIGHT, degrees: 6 }), ['rotation']],
    ['sheared', skewed, ['skew']],
    ['touched at one place', TARGETS.map((target) => ({ target, raw: { x: 7, y: 7 } })), ['no-extent']],
    ['touched along a line', TARGETS.map((target, i) => ({ target, raw: { x: i, y: i } })), ['no-extent']],
  ])('refuses a panel that is %s', (_, points, why) => {
    const fit = fitCalibration(points, EDGES)
    expect(why).toContain(fit.ok ? 'taken' : fit.error.is)
  })
})

describe('the nine points of a technician', () => {
  const hit = (point: number, dx = 0, dy = 0): NinePointsInput => {
    const target = TARGETS[point]
    if (target === undefined) throw new Error('no such point')
    const at = rawOf(EDGES, STRAIGHT, target.x + dx, target.y + dy)
    return { is: 'touched', from: at, at }
  }
  const run = (inputs: readonly NinePointsInput[], from: NinePoints = FIRST_POINT) =>
    inputs.reduce((state, input) => stepNinePoints(state, input, EDGES), from)
  const all = TARGETS.map((_, i) => hit(i))

  test('each touched once are a calibration', () => {
    const end = run(all)
    if (end.is !== 'done') throw new Error(end.is)
    expect(Math.max(...end.fit.residuals)).toBeLessThan(1)
  })

  test('a finger that slips, one far off, or a palm asks for the same point again', () => {
    const slipping = { is: 'touched', from: { x: 500, y: 500 }, at: { x: 600, y: 500 } } as const
    expect(run([hit(0), slipping])).toMatchObject({ is: 'point', point: 1, again: 'unsteady' })
    expect(run([hit(0), hit(0)])).toMatchObject({ is: 'point', point: 1, again: 'far-off' })
    expect(run([hit(0), { is: 'doubtful' }])).toMatchObject({ is: 'point', point: 1, again: 'doubtful' })
    expect(run([hit(0), { is: 'doubtful' }, hit(1)])).toMatchObject({ is: 'point', point: 2, misses: 0 })
  })

  test('one that does not fit the others is taken again, and then fits', () => {
    const again = run(all.with(4, hit(4, 120, 40)))
    expect(again).toMatchObject({ is: 'point', point: 4, again: 'residual', repeats: 1 })
    expect(run([hit(4)], again).is).toBe('done')
  })

  test('that never fit, or are never hit, end in a refusal with its reason', () => {
    const never = run([...all.with(4, hit(4, 120, 40)), hit(4, 120, 40), hit(4, 120, 40), hit(4, 120, 40)])
    expect(never).toEqual({ is: 'refused', why: 'residual' })
    expect(run(Array.from({ length: 5 }, () => hit(4)))).toEqual({ is: 'refused', why: 'missed' })
    expect(run([hit(0)], never)).toBe(never)
  })

  test.each([
    ['mirrored across', 0, 2, 'mirrored'],
    ['mirrored up and down', 0, 6, 'mirrored'],
    ['upside down', 0, 8, 'mirrored'],
    ['on its side', 1, 3, 'rotation'],
    ['on its other side', 1, 5, 'rotation'],
  ] as const)('on a panel that is %s: each cross is hit, and it is said why not', (_, cross, seen, why) => {
    const before = all.slice(0, cross)
    const hits = Array.from({ length: 5 }, () => hit(seen))
    expect(run([...before, ...hits])).toEqual({ is: 'refused', why })
    // A palm and a touch elsewhere between them change nothing, more of these do.
    expect(run([...before, ...hits.with(1, { is: 'doubtful' }).with(2, hit(7))])).toEqual({
      is: 'refused',
      why,
    })
    const few = hits.with(1, { is: 'doubtful' }).with(2, hit(7)).with(4, hit(7))
    expect(run([...before, ...few])).toEqual({ is: 'refused', why: 'missed' })
  })

  test('whatever is touched, the procedure stays at one of nine points or ends', () => {
    const raw = fc.record({ x: fc.integer({ min: 0, max: 4095 }), y: fc.integer({ min: 0, max: 4095 }) })
    const anyTouch = fc.oneof(
      fc.record({ is: fc.constant('touched' as const), from: raw, at: raw }),
      fc.nat(8).map((point) => hit(point)),
    )
    fc.assert(
      fc.property(fc.array(anyTouch, { maxLength: 60 }), (inputs) => {
        const end = run(inputs)
        if (end.is !== 'point') return
        expect(TARGETS[end.point]).toBeDefined()
        expect(end.taken[end.point]).toBeUndefined()
        expect(end.misses).toBeLessThan(5)
      }),
    )
  })
})
