import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { calibrated, calibrationOf, scaled, scalingOf } from '../../../simulator/peripherals/touch-axes.ts'
import {
  FACTORY,
  settingOf,
  settingsAfter,
  type TouchSettings,
} from '../../../simulator/peripherals/touch-settings.ts'

describe('the settings of a touch controller', () => {
  const point = fc.integer({ min: 0, max: 4095 })
  const axis = fc.tuple(
    fc.constantFrom('x', 'y', 'z'),
    point,
    fc.integer({ min: -4095, max: 4095 }),
    fc.integer({ min: 1, max: 4095 }),
  )
  const axisData = axis.map(([name, offset, numerator, denominator]) => {
    const data = Buffer.alloc(7)
    data.write(name)
    data.writeUInt16LE(offset, 1)
    data.writeInt16LE(numerator, 3)
    data.writeInt16LE(denominator, 5)
    return [...data]
  })
  const byte = fc.nat(255)
  const setting = fc.oneof(
    fc.tuple(fc.constant('B'), fc.tuple(fc.nat(15), byte)),
    fc.tuple(fc.constantFrom('C', 'S'), axisData),
    fc.tuple(fc.constant('E'), fc.tuple(fc.constantFrom(0x30, 0x31), fc.integer({ min: 0x30, max: 0x37 }))),
    fc.tuple(
      fc.constant('F'),
      fc.tuple(fc.constant(0x30), fc.integer({ min: 1, max: 255 }), fc.constant(1), fc.constant(9), byte),
    ),
    fc.tuple(fc.constant('H'), fc.tuple(fc.nat(1), fc.nat(1), byte, byte)),
    fc.tuple(
      fc.constantFrom('K', 'P', 'Q'),
      byte.map((n) => [n]),
    ),
  )

  it('are what they were set to: the answer to a query is what was set', () => {
    fc.assert(
      fc.property(setting, ([letter, sent]) => {
        const data =
          letter === 'P' ? [0x30, 0x05, sent[0] ?? 0] : letter === 'Q' ? [(sent[0] ?? 0) & 7] : [...sent]
        const after = settingsAfter(
          letter,
          Uint8Array.from([...data, ...new Array(7 - data.length).fill(0)]),
          FACTORY,
        )
        expect(settingOf(letter.toLowerCase(), Uint8Array.from(data), after as TouchSettings)).toEqual(data)
      }),
    )
  })

  it('of any data are settings or an error of the manual', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...'BCEFHKMPQSZ'),
        fc.uint8Array({ minLength: 7, maxLength: 7 }),
        (letter, data) => {
          const after = settingsAfter(letter, data, FACTORY)
          if (typeof after === 'string') expect('12358').toContain(after)
          else expect(Object.keys(after)).toEqual(Object.keys(FACTORY))
        },
      ),
    )
  })

  it('lay calibration points onto 0 and 4095, and 0 and 4095 onto scaling points', () => {
    fc.assert(
      fc.property(point, point, (low, high) => {
        fc.pre(low !== high)
        const calibration = calibrationOf('x', low, high)
        expect(
          calibration && [calibrated(calibration, low), calibrated(calibration, high)].map(Math.abs),
        ).toEqual([0, 4095])
        const scaling = scalingOf('y', low, high)
        expect([scaled(scaling, 0), scaled(scaling, 4095)]).toEqual([low, high])
      }),
    )
  })
})
