import { describe, expect, test } from 'vitest'
import { Health } from '../../../device-agent/health/health.ts'
import type { LinkHealth } from '../../../firmware/link/supervisor.ts'
import { ManualClock } from '../../firmware/manual-clock.ts'
import { keepingLogger } from '../../firmware/scripted-line.ts'

/** Between two entries. */
const INTERVAL_MS = 15 * 60_000

function line(frames: number, state: LinkHealth['state'] = 'ready') {
  const counters = { frames, discardedBytes: 40, badChecksums: 2, timeouts: 1 }
  const health: LinkHealth = { state, since: 5_000, counters, reconnects: 3 }
  return { health }
}

describe('the health of the lines', () => {
  test('is there to be read whole, and exactly', () => {
    const printer = line(1_234, 'faulted')
    const health = new Health({ printer }, new ManualClock(), keepingLogger())
    expect(health.snapshot).toEqual({ printer: printer.health })
  })

  test('is logged for every line on a fixed timer, until it is closed', async () => {
    const clock = new ManualClock()
    const logger = keepingLogger()
    const health = new Health({ printer: line(0), display: line(0) }, clock, logger)
    health.start()
    await clock.advance(INTERVAL_MS - 1)
    expect(logger.lines).toEqual([])
    await clock.advance(1)
    expect(logger.lines).toEqual([
      'line {"peripheral":"printer","state":"ready","since":"1970-01-01T00:00:05.000Z","frames":0,"discarded_bytes":40,"bad_checksums":2,"timeouts":1,"reconnects":3}',
      'line {"peripheral":"display","state":"ready","since":"1970-01-01T00:00:05.000Z","frames":0,"discarded_bytes":40,"bad_checksums":2,"timeouts":1,"reconnects":3}',
    ])
    await clock.advance(INTERVAL_MS)
    expect(logger.lines).toHaveLength(4)
    health.close()
    await clock.advance(INTERVAL_MS)
    expect(logger.lines).toHaveLength(4)
  })

  test('is logged when a line changes, and its frames in whole thousands: nobody counts a voter’s touches from it', () => {
    const logger = keepingLogger()
    const touchscreen = line(41_999)
    new Health({ touchscreen }, new ManualClock(), logger).changed('touchscreen')
    expect(logger.lines).toHaveLength(1)
    expect(logger.lines[0]).toContain('"frames":41000,')
  })
})
