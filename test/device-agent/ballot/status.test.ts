/** What a device tells the centre of how it is. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Day } from '../../../core/journal/day.ts'
import { encodeStatus } from '../../../core/messages/status.ts'
import { PERIPHERALS, type PeripheralName } from '../../../device-agent/ballot/peripherals.ts'
import { statusOf } from '../../../device-agent/ballot/status.ts'
import type { HealthSnapshot } from '../../../device-agent/health/health.ts'
import type { DeviceStore } from '../../../device-agent/store/device-store.ts'
import { soundStatus } from '../../fixtures/status.ts'

const NOW = Date.parse(soundStatus.at)

interface Told {
  readonly day?: Partial<Day>
  readonly ballotsLeft?: number
  readonly frames?: number
  readonly timeouts?: number
}

function tell({ day, ballotsLeft = 5_000, frames = 0, timeouts = 0 }: Told) {
  const sound = {
    polls: 'open',
    casts: 150,
    power: 'mains',
    temperature: 'fine',
    clock: 'in-the-day',
  } as const
  const store = {
    day: { ...sound, lostMedia: [], ...day },
    space: { ballotsLeft },
  } as unknown as Pick<DeviceStore, 'day' | 'space'>
  const counters = { frames, discardedBytes: 0, badChecksums: 0, timeouts }
  const line = { state: 'ready', since: 0, counters, reconnects: 0 } as const
  const health = Object.fromEntries(PERIPHERALS.map((name) => [name, line])) as HealthSnapshot<PeripheralName>
  return statusOf({ store, health, isPaperLow: false, program: soundStatus.program, now: NOW + 999 })
}

it('a device in good order says so', () => {
  expect(tell({})).toEqual(soundStatus)
})

it('every state that a device can be in is one that the centre reads', () => {
  const day = fc.record({
    polls: fc.constantFrom<Day['polls']>('closed', 'open', 'paused'),
    casts: fc.nat({ max: 10_000_000 }),
    lostMedia: fc.subarray<'a' | 'b'>(['a', 'b']),
    power: fc.constantFrom<Day['power']>('mains', 'battery', 'battery-low'),
    temperature: fc.constantFrom<Day['temperature']>('fine', 'hot', 'cold'),
    clock: fc.constantFrom<Day['clock']>('in-the-day', 'outside'),
  })
  fc.assert(
    fc.property(day, fc.maxSafeNat(), fc.maxSafeNat(), (state, ballotsLeft, timeouts) => {
      const status = tell({ day: state, ballotsLeft, timeouts })
      expect(() => status && encodeStatus(status)).not.toThrow()
      expect(status?.media.a).toBe(state.lostMedia.includes('a') ? 'lost' : 'used')
    }),
  )
})

it('how much was touched, or one voter more or less, changes nothing', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 150, max: 199 }), (frames, casts) => {
      expect(tell({ frames, day: { casts } })).toEqual(soundStatus)
    }),
  )
})

it('a device that is closed for good has nothing more to say', () => {
  expect(tell({ day: { polls: 'finished' } })).toBeUndefined()
})
