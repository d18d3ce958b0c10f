import { expect, test } from 'vitest'
import { ClockWatch } from '../../../device-agent/health/clock-watch.ts'
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
