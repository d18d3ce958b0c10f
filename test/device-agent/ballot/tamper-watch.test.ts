import { expect, test } from 'vitest'
import type { JournalEvent } from '../../../core/journal/catalogue.ts'
import type { Day } from '../../../core/journal/day.ts'
import { replayDay } from '../../../core/journal/day.ts'
import { TamperWatch } from '../../../device-agent/ballot/tamper-watch.ts'
import type { Tamper } from '../../../firmware/io-board/tamper.ts'
import { opening } from '../store/voting.ts'

/** A journal as far as a board's count of openings goes. */
function journal(openings?: number) {
  const events: JournalEvent[] = []
  let counted = openings
  return {
    events,
    append(event: JournalEvent) {
      events.push(event)
      if (event.type === 'tamper.counted') counted = event.openings
    },
    get day() {
      return { ...(counted !== undefined && { openings: counted }) } as Day
    },
  }
}

/** What is written of these words of a board, after a journal that knew so many openings; and how often the polls were told. */
function writtenOf(openings: number | undefined, ...said: readonly Tamper[]) {
  const store = journal(openings)
  let alarms = 0
  const watch = new TamperWatch(store, () => {
    alarms += 1
  })
  for (const tamper of said) watch.take(tamper)
  const written = store.events.map((event) => {
    if (event.type === 'tamper.opened') return event.switch
    return event.type === 'tamper.counted' ? event.openings : event.type
  })
  return { written, alarms }
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
