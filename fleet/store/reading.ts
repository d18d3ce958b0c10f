/** What the store reads, the same over every database. */
import { journalOf, type Rows, secondTotalsOf, sheetOf, tallyOf } from './rows.ts'
import type { HeldRecords } from './store.ts'

export function readingOf(rows: Rows): HeldRecords {
  return {
    journals: async () => (await rows.journals()).map(journalOf),
    journal: async (origin) => {
      const row = await rows.journal(origin)
      return row && journalOf(row)
    },
    entries: rows.entries,
    checkpoint: rows.checkpoint,
    latestCheckpoint: rows.latestCheckpoint,
    tally: async (origin) => (await rows.tallies(origin)).map(tallyOf)[0],
    tallies: async () => (await rows.tallies()).map(tallyOf),
    sheet: async (station) => (await rows.sheets(station)).map(sheetOf)[0],
    sheets: async () => (await rows.sheets()).map(sheetOf),
    secondTotals: async () => (await rows.secondTotals()).map(secondTotalsOf),
    alarms: () => rows.alarms(),
    statuses: rows.statuses,
    forks: async () => new Map((await rows.forks()).map(({ origin, count }) => [origin, count])),
  }
}
