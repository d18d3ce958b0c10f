/**
 * Brings a medium up to one that holds more. Everything that it lacks goes into one transaction, the new block of the pool with it: until then
 * it is sound as it was, afterwards it holds what the other holds.
 */
import { toBase64 } from '../../core/keys/hash.ts'
import type { StoreMedium } from './media.ts'
import type { Change, StoredRecords, StoredTotals } from './medium.ts'

/** All that a medium holds. */
export interface Whole {
  readonly records: StoredRecords
  readonly totals: StoredTotals | undefined
}

/** Reads all of a medium. Throws as its other calls do where it does not answer. */
export function wholeOf(medium: StoreMedium): Whole {
  const records = medium.records()
  if (!records.ok) throw Object.assign(new Error(records.error.what), { code: 'EIO' })
  return { records: records.value, totals: medium.totals() }
}

/**
 * Gives a medium what it lacks; its journal is the beginning of that of the whole.
 * @param pool a new block, or null to take the pool away; left as it is if undefined
 */
export function bringUp(medium: StoreMedium, whole: Whole, pool: Uint8Array | null | undefined): void {
  const { totals } = whole
  const part = wholeOf(medium)
  const lacking = lackingOf(whole, part)
  if (pool !== undefined) medium.commit({ ...lacking, pool })
  else if (Object.values(lacking).some((rows) => !Array.isArray(rows) || rows.length > 0))
    medium.commit(lacking)
  medium.storeHeads(whole.records.heads)
  if (totals === undefined) return
  const there = part.totals
  if (totals.answered && there?.answered !== true) medium.markTallyAnswered()
  if (totals.sheetKey === undefined && (there?.sheetKey !== undefined || there?.sheet !== totals.sheet))
    medium.settleSheet(totals.sheet)
}

function lackingOf({ records: whole, totals }: Whole, { records: part }: Whole): Change {
  const spent = new Set(part.spent.map(toBase64))
  const batches = new Set(part.batches.map(({ batch }) => batch))
  const receipts = new Set(part.receipts.map(({ size }) => size))
  const [slip] = whole.slips
  return {
    entries: whole.journal.slice(part.journal.length).map(({ seq, entry }) => {
      const note = whole.checkpoints[seq]?.note
      if (note === undefined) throw new Error('rows that were not checked')
      return { seq, entry, note }
    }),
    batches: whole.batches
      .filter(({ batch }) => !batches.has(batch))
      .map(({ batch, root }) => ({
        batch,
        root,
        ballots: whole.ballots.filter((ballot) => ballot.batch === batch).map(({ sealed }) => sealed),
      })),
    spentTags: whole.spent.filter((tag) => !spent.has(toBase64(tag))),
    receipts: whole.receipts.filter(({ size }) => !receipts.has(size)),
    ...(slip !== undefined && slip !== part.slips[0] && { slip }),
    ...(totals !== undefined && part.released.length === 0 && { totals }),
  }
}
