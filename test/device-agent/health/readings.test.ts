import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  Held,
  type Power,
  powerOf,
  type Temperature,
  temperatureOf,
} from '../../../device-agent/health/readings.ts'

const measured = (batteryMv: number, supplyMv: number, celsius = 25) => ({ batteryMv, supplyMv, celsius })

describe('the power', () => {
  it('comes from the mains, from a battery, or from one that is nearly empty', () => {
    expect(powerOf(measured(12_600, 12_000), 'mains')).toBe('mains')
    expect(powerOf(measured(12_600, 0), 'mains')).toBe('battery')
    expect(powerOf(measured(11_300, 0), 'mains')).toBe('battery-low')
    // With mains, an empty battery is charged: people may vote.
    expect(powerOf(measured(10_000, 12_000), 'battery-low')).toBe('mains')
  })

  it('does not flicker: whatever is measured between two margins leaves it as it is', () => {
    const all = fc.constantFrom<Power>('mains', 'battery', 'battery-low')
    fc.assert(
      fc.property(
        fc.integer({ max: 20_000 }),
        fc.integer({ max: 20_000 }),
        all,
        (battery, supply, before) => {
          const once = powerOf(measured(battery, supply), before)
          expect(powerOf(measured(battery, supply), once)).toBe(once)
        },
      ),
    )
    expect(powerOf(measured(12_600, 9_800), 'mains')).toBe('mains')
    expect(powerOf(measured(12_600, 9_800), 'battery')).toBe('battery')
    expect(powerOf(measured(11_700, 0), 'battery')).toBe('battery')
    expect(powerOf(measured(11_700, 0), 'battery-low')).toBe('battery-low')
  })
})

describe('the temperature', () => {
  it('is fine, hot or cold, and what is measured twice is the same', () => {
    const of = (celsius: number, before: Temperature) => temperatureOf(measured(0, 0, celsius), before)
    expect([of(25, 'fine'), of(56, 'fine'), of(53, 'hot'), of(51, 'hot')]).toEqual([
      'fine',
      'hot',
      'hot',
      'fine',
    ])
    expect([of(1, 'fine'), of(4, 'cold'), of(6, 'cold')]).toEqual(['cold', 'cold', 'fine'])
  })
})

describe('a state', () => {
  it('changes once another was measured for ten seconds without a break', () => {
    const held = new Held<Power>('mains')
    expect(held.take('battery', 'mains', 0)).toBe('mains')
    expect(held.take('battery', 'mains', 9_999)).toBe('mains')
    expect(held.take('mains', 'mains', 9_999)).toBe('mains')
    expect(held.take('battery', 'mains', 10_000)).toBe('mains')
    expect(held.take('battery-low', 'mains', 15_000)).toBe('mains')
    expect(held.take('battery-low', 'mains', 25_000)).toBe('battery-low')
  })

  it('is well again only after a minute, however soon it was not', () => {
    const held = new Held<Power>('mains')
    expect(held.take('mains', 'battery', 0)).toBe('battery')
    expect(held.take('mains', 'battery', 59_999)).toBe('battery')
    expect(held.take('mains', 'battery', 60_000)).toBe('mains')
  })
})
