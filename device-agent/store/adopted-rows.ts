/**
 * What a spare took over, as rows: two tables for the journal of the device that died, and in the tables that go on from it its batches,
 * ballots and spent tags. All of it is written with the spare's first entries or not at all.
 */
import type Database from 'better-sqlite3'
import type { AdoptedRecords, AdoptedTables } from '../../core/journal/check-adopted.ts'

/** All that goes on on another device but the pool. */
export interface AdoptedBox extends AdoptedRecords {
  readonly batches: readonly { readonly batch: number; readonly root: Uint8Array; readonly count: number }[]
  readonly ballots: readonly { readonly batch: number; readonly sealed: Uint8Array }[]
  readonly spent: readonly Uint8Array[]
}

/** @param run prepares and runs a statement of a transaction that is under way */
export function insertAdopted(
  run: (sql: string, ...values: readonly unknown[]) => unknown,
  box: AdoptedBox,
): void {
  const { certificate, checkpoint, entries, batches, ballots, spent } = box
  run('INSERT INTO adopted (one, certificate, checkpoint) VALUES (1, ?, ?)', certificate, checkpoint)
  for (const [seq, entry] of entries.entries())
    run('INSERT INTO adopted_journal (seq, entry) VALUES (?, ?)', seq, entry)
  for (const { batch, count, root } of batches)
    run('INSERT INTO batches (batch, count, root) VALUES (?, ?, ?)', batch, count, root)
  for (const { batch, sealed } of ballots)
    run('INSERT INTO ballots (batch, sealed) VALUES (?, ?)', batch, sealed)
  for (const tag of spent) run('INSERT INTO spent (tag) VALUES (?)', tag)
}

export function readAdopted(database: Database.Database): AdoptedTables {
  return {
    device: database.prepare('SELECT certificate, checkpoint FROM adopted').all() as AdoptedTables['device'],
    journal: database
      .prepare('SELECT seq, entry FROM adopted_journal ORDER BY seq')
      .all() as AdoptedTables['journal'],
  }
}
