import { expect, test } from 'vitest'
import { ClockWatch, setBackSince } from '../../../device-agent/health/clock-watch.ts'
import { VirtualClock } from '../../../simulator/virtual-clock.ts'

test('a clock that is set is told once, with the way and the seconds; time that passes and small corrections are not', async () => {
  const clock = new VirtualClock(1_000_000)
  const watch = new ClockWatch(clock)
  await clock.run(new Promise<void>((resolve) => clock.after(86_400_000, resolve)))
  expect(watch.look()).toBeUndefined()
  clock.set(4_999)
  expect(watch.look()).toBeUndefined()
  clock.set(-3_600_400)
  expect(watch.look()).toEqual({ way: 'back', seconds: 3_600 })
  expect(watch.look()).toBeUndefined()
  clock.set(5_000)
  expect(watch.look()).toEqual({ way: 'forward', seconds: 5 })
})

test.each([
  [0, undefined],
  [86_400_000, undefined],
  // Entries are cut to the second; a good clock is corrected by less.
  [-4_999, undefined],
  [-5_000, { way: 'back', seconds: 5 }],
  [-3_600_400, { way: 'back', seconds: 3_600 }],
])('a clock that stands %i ms after the last entry at a start: %o', (after, jump) => {
  expect(setBackSince(1_000_000, 1_000_000 + after)).toEqual(jump)
})
