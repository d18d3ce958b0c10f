import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { JournalEvent } from '../../../core/journal/catalogue.ts'
import type { Day } from '../../../core/journal/day.ts'
import { replayDay } from '../../../core/journal/day.ts'
import { TamperWatch } from '../../../device-agent/ballot/tamper-watch.ts'
import type { Tamper } from '../../../firmware/io-board/tamper.ts'
import { VirtualClock } from '../../../simulator/virtual-clock.ts'
import { weakenedSources } from '../../end-to-end/weakened/build.ts'
import { opening } from '../store/voting.ts'

const HOUR_MS = 3_600_000

/** A journal as far as a board's openings go, a clock, and a device that listens. */
class Bench {
  readonly clock = new VirtualClock(0)
  readonly events: JournalEvent[] = []
  alarms = 0
  readonly #watch: TamperWatch
  #day: Pick<Day, 'openings' | 'tampered'>

  constructor(openings: number | undefined, Build = TamperWatch) {
    this.#day = { tampered: false, ...(openings !== undefined && { openings }) }
    const bench = this
    const store = {
      get day() {
        return bench.#day as Day
      },
      append: (event: JournalEvent) => this.#append(event),
    }
    const guard = (action: () => void) => action()
    this.#watch = new Build({ store, clock: this.clock }, guard, () => {
      this.alarms += 1
    })
  }

  take(tamper: Tamper): void {
    this.#watch.take(tamper)
  }

  pass(ms: number): Promise<void> {
    return this.clock.run(new Promise((resolve) => this.clock.after(ms, resolve)))
  }

  /** Two officers let voting go on. */
  resume(): void {
    this.#day = { ...this.#day, tampered: false }
  }

  get written() {
    return this.events.map((event) => {
      if (event.type === 'tamper.opened') return event.switch
      return event.type === 'tamper.counted' ? event.openings : event.type
    })
  }

  #append(event: JournalEvent): void {
    this.events.push(event)
    if (event.type === 'tamper.counted') this.#day = { ...this.#day, openings: event.openings }
    if (event.type === 'tamper.opened') this.#day = { ...this.#day, tampered: true }
  }
}

/** What is written of these words of a board, after a journal that knew so many openings; and how often the polls were told. */
function writtenOf(openings: number | undefined, ...said: readonly Tamper[]) {
  const bench = new Bench(openings)
  for (const tamper of said) bench.take(tamper)
  return { written: bench.written, alarms: bench.alarms }
}

test('the first count of a board is noted and alarms nobody, whatever its maker tried on it', () => {
  expect(writtenOf(undefined, { open: [], opened: [], openings: 12 })).toEqual({ written: [12], alarms: 0 })
})

test('an opening is noted, then the count; a board that comes back and tells it again adds nothing', () => {
  const opened: Tamper = { open: ['chassis'], opened: ['chassis'], openings: 13 }
  expect(writtenOf(12, opened, opened, { open: [], opened: [], openings: 13 })).toEqual({
    written: ['chassis', 13],
    alarms: 1,
  })
})

test('a count that has moved without a latch is an opening: somebody ended the latch at the board itself', () => {
  expect(writtenOf(12, { open: [], opened: [], openings: 13 })).toEqual({
    written: ['unknown', 13],
    alarms: 1,
  })
})

test('another board, or one whose memory was cleared, is one too', () => {
  expect(writtenOf(12, { open: [], opened: [], openings: 0 })).toEqual({ written: ['unknown', 0], alarms: 1 })
})

test('a board that says what the journal knows adds nothing', () => {
  expect(writtenOf(12, { open: [], opened: [], openings: 12 })).toEqual({ written: [], alarms: 0 })
})

test('the journal remembers the count over a restart', () => {
  const at = '2026-06-19T08:31:02Z'
  const entries = [
    { seq: 0, at, type: 'journal.opened', ...opening },
    { seq: 1, at, type: 'tamper.counted', openings: 5 },
  ] as const
  const day = replayDay(entries, 'test')
  expect(day).toMatchObject({ ok: true, value: { openings: 5, incidents: [] } })
})

/** A switch that opens and closes every two seconds for so long. */
async function shake(bench: Bench, ms: number): Promise<number> {
  const openings = ms / 2_000
  for (let i = 1; i <= openings; i += 1) {
    bench.take({ open: ['chassis'], opened: ['chassis'], openings: i })
    bench.take({ open: [], opened: [], openings: i })
    await bench.pass(2_000)
  }
  return openings
}

describe('a switch that shakes for an hour', () => {
  // The switch, its count, and the count of those that followed.
  const MOST = 3 * (HOUR_MS / 120_000 + 1)

  test('is written now and then, alarms each time, and the count tells all of it in the end', async () => {
    const bench = new Bench(0)
    const openings = await shake(bench, HOUR_MS)
    await bench.pass(120_000)
    expect(bench.alarms).toBe(openings)
    expect(bench.events.length).toBeLessThanOrEqual(MOST)
    expect(bench.written.at(-1)).toBe(openings)
    expect(bench.written).not.toContain('unknown')
  })

  test('is written at once where officers had let voting go on', () => {
    const bench = new Bench(0)
    bench.take({ open: ['seal'], opened: ['seal'], openings: 1 })
    bench.take({ open: [], opened: [], openings: 1 })
    bench.resume()
    bench.take({ open: ['seal'], opened: ['seal'], openings: 2 })
    expect(bench.written).toEqual(['seal', 1, 'seal', 2])
  })

  test('fills the journal of a build that writes each time', async () => {
    const root = weakenedSources({
      file: 'device-agent/ballot/tamper-watch.ts',
      line: 'const AGAIN_MS = 120_000',
      by: 'const AGAIN_MS = 0',
    })
    const build = await import(/* @vite-ignore */ join(root, 'device-agent/ballot/tamper-watch.ts'))
    const bench = new Bench(0, build.TamperWatch)
    await shake(bench, HOUR_MS)
    expect(bench.events.length).toBeGreaterThan(MOST)
  })
})
