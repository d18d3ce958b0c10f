import { describe, expect, it } from 'vitest'
import { SlipWatch } from '../../../device-agent/health/slip-watch.ts'
import { ManualClock } from '../../firmware/manual-clock.ts'

function watched() {
  const clock = new ManualClock()
  const told: string[] = []
  const watch = new SlipWatch(
    clock,
    (what) => told.push(what),
    () => told.push('seen'),
  )
  return { clock, told, watch }
}

/** Cuts a voter's slip. */
function cut(watch: SlipWatch): void {
  watch.cutting()
  watch.slipCut()
}

describe('the sensor in the slot', () => {
  it('sees a slip fall, before the printer has answered or after', async () => {
    const { clock, told, watch } = watched()
    watch.counted(7)
    watch.cutting()
    watch.counted(8)
    watch.slipCut()
    cut(watch)
    watch.counted(9)
    await clock.advance(60_000)
    expect(told).toEqual(['seen', 'seen'])
    expect(clock.running).toBe(0)
  })

  it('misses a slip that does not come, at the next cut or after some time', async () => {
    const { clock, told, watch } = watched()
    watch.counted(0)
    cut(watch)
    cut(watch)
    expect(told).toEqual(['not-seen'])
    await clock.advance(15_000)
    expect(told).toEqual(['not-seen', 'not-seen'])
  })

  it('tells of what passes uncalled, also two for one cut, and over the end of its count', () => {
    const { told, watch } = watched()
    watch.counted((1 << 21) - 1)
    cut(watch)
    watch.counted(1)
    expect(told).toEqual(['seen', 'uncalled'])
  })

  it('does not ask where a report has gone', async () => {
    const { clock, told, watch } = watched()
    watch.counted(0)
    watch.cutting()
    await clock.advance(60_000)
    watch.cutting()
    watch.counted(1)
    expect(told).toEqual(['seen'])
  })

  it('knows nothing of a board that was away', async () => {
    const { clock, told, watch } = watched()
    cut(watch)
    watch.counted(3)
    cut(watch)
    watch.boardChanged()
    watch.counted(0)
    await clock.advance(60_000)
    expect(told).toEqual([])
  })
})
