import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TouchDrift } from '../../../device-agent/ballot/touch-drift.ts'

/** People one after another, each pressing so often at their own place on the keys. */
function seenAfter(people: readonly { readonly x: number; readonly y: number; readonly presses?: number }[]) {
  const drift = new TouchDrift()
  for (const { x, y, presses = 7 } of people) {
    for (let press = 0; press < presses; press += 1) drift.note({ x, y })
    drift.personLeft()
  }
  return drift
}

const many = (x: number, y: number, count = 5) => Array.from({ length: count }, () => ({ x, y }))

describe('the drift of a touchscreen', () => {
  test('is beyond its margin when people press half way to the edge of the keys, to whichever side', () => {
    expect(seenAfter(many(0, 0)).isBeyondMargin).toBe(false)
    expect(seenAfter(many(0.45, -0.45)).isBeyondMargin).toBe(false)
    for (const [x, y] of [
      [0.55, 0],
      [-0.55, 0],
      [0, 0.55],
      [0, -0.55],
    ] as const) {
      expect(seenAfter(many(x, y)).isBeyondMargin).toBe(true)
    }
  })

  test('is not known from fewer than five people', () => {
    expect(seenAfter(many(0.9, 0.9, 4)).isBeyondMargin).toBe(false)
  })

  test('is not made up by one person, nor by two, however badly and often they press', () => {
    const offset = fc.double({ min: -1, max: 1, noNaN: true })
    const place = fc.record({ x: offset, y: offset, presses: fc.integer({ min: 1, max: 200 }) })
    const good = fc.record({
      x: fc.double({ min: -0.45, max: 0.45, noNaN: true }),
      y: fc.double({ min: -0.45, max: 0.45, noNaN: true }),
    })
    fc.assert(
      fc.property(fc.array(good, { minLength: 3, maxLength: 3 }), place, place, (honest, one, two) => {
        const [a, b, c] = honest
        if (a === undefined || b === undefined || c === undefined) throw new Error('three are needed')
        expect(seenAfter([a, one, b, two, c]).isBeyondMargin).toBe(false)
      }),
    )
  })

  test('forgets people who are long gone, and those who were no voters', () => {
    expect(seenAfter([...many(0.9, 0), ...many(0, 0, 3)]).isBeyondMargin).toBe(false)
    const drift = seenAfter(many(0.9, 0, 4))
    drift.note({ x: 0.9, y: 0 })
    for (let press = 0; press < 20; press += 1) drift.note({ x: 0.9, y: 0 })
    drift.forgetPerson()
    drift.personLeft()
    expect(drift.isBeyondMargin).toBe(false)
  })

  test('is not told by a person who hardly pressed', () => {
    expect(seenAfter([...many(0.9, 0, 4), { x: 0.9, y: 0, presses: 3 }]).isBeyondMargin).toBe(false)
  })
})
