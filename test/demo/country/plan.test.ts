import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { deviceId, stationsOf } from '../../../demo/country/election.ts'
import { drawFaultPlan, FEWEST_FOR_FAULTS } from '../../../demo/country/fault-plan.ts'
import { shareOut } from '../../../demo/country/loaders.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'

describe('a country is shared out', () => {
  test('every device stands in one station, in order', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3_000 }), (devices) => {
        const ids = stationsOf(devices).flatMap((station) => station.devices)
        expect(ids).toEqual(Array.from({ length: devices }, (_, number) => deviceId(number)))
      }),
      { numRuns: 30 },
    )
  })

  test('thirty-two thousand devices are ten thousand stations', () => {
    expect(stationsOf(32_000)).toHaveLength(10_000)
  })

  test('every device has one loader, and a station is not torn apart', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40_000 }), (devices) => {
        const shares = shareOut(devices)
        const loaderOf = new Map(
          shares.flatMap(({ numbers }, place) => numbers.map((number) => [number, place])),
        )
        expect(loaderOf.size).toBe(devices)
        expect(shares.reduce((sum, { numbers }) => sum + numbers.length, 0)).toBe(devices)
        let first = 0
        for (const { devices: ids } of stationsOf(devices)) {
          expect(new Set(ids.map((_, place) => loaderOf.get(first + place))).size).toBe(1)
          first += ids.length
        }
      }),
      { numRuns: 10 },
    )
  })
})

describe('a plan of faults', () => {
  const draw = (devices: number, seed: string) => drawFaultPlan(devices, seededRandom(seed))

  test('gives nobody two parts, and kills a broker, a collector and the database', () => {
    fc.assert(
      fc.property(fc.integer({ min: FEWEST_FOR_FAULTS, max: 2_000 }), fc.string(), (devices, seed) => {
        const { forgers, clones, liars, flooder, doubled, flapping, kills } = draw(devices, seed)
        const all = [...forgers.keys(), ...clones.keys(), ...liars, flooder, ...doubled, ...flapping]
        expect(new Set(all).size).toBe(all.length)
        expect(all.every((number) => number >= 0 && number < devices)).toBe(true)
        expect(kills.map(({ what }) => what).toSorted()).toEqual(['broker', 'collector', 'database'])
      }),
      { numRuns: 50 },
    )
  })

  test('has one per cent forged, twenty copied, one in twenty doubled in the whole country', () => {
    const { forgers, clones, doubled, flapping } = draw(32_000, 'whole')
    expect([forgers.size, clones.size, doubled.length, flapping.length]).toEqual([320, 20, 1_600, 3_200])
  })

  test('is the same for the same seed', () => {
    expect(draw(100, 'a')).toEqual(draw(100, 'a'))
    expect(draw(100, 'a')).not.toEqual(draw(100, 'b'))
  })
})
