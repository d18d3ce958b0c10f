/** From version 2 of the SQLite store to 3: heads, and what is noted of entries, come from the entries, which version 2 read at every opening. */
import type { Database } from 'better-sqlite3'
import { appendLeaf, emptyFrontier, leafHash } from '../../core/tlog/tree.ts'
import { judgeDay, noteEntries } from './noted.ts'
import { dayText, rootsBytes } from './rows.ts'

/** Fills the tables of version 3 from `devices`, `entries` and `checkpoints_2`. What does not agree is found by the check that follows. */
export function bringHeadsForward(database: Database): void {
  const entriesOf = database.prepare('SELECT bytes FROM entries WHERE origin = ? ORDER BY seq').pluck()
  const checkpointsOf = database.prepare(
    'SELECT size, note, cosignature FROM checkpoints_2 WHERE origin = ? ORDER BY size',
  )
  const addCheckpoint = database.prepare('INSERT INTO checkpoints VALUES (?, ?, ?, ?, ?, 0, 0, ?)')
  const addClosing = database.prepare('INSERT INTO closings VALUES (?, ?, ?, ?)')
  const addDeclaration = database.prepare('INSERT INTO declarations VALUES (?, ?, ?)')
  const addTakeover = database.prepare('INSERT INTO takeovers VALUES (?, ?, ?, ?, ?)')
  const devices = database.prepare('SELECT origin, device FROM devices ORDER BY rowid').all()
  for (const { origin, device } of devices as { readonly origin: string; readonly device: string }[]) {
    const entries = entriesOf.all(origin) as Buffer[]
    const { closings, declarations, takeover } = noteEntries(origin, 0, entries)
    let frontier = emptyFrontier()
    for (const checkpoint of checkpointsOf.all(origin) as {
      readonly size: number
      readonly note: string
      readonly cosignature: string
    }[]) {
      const { size, note, cosignature } = checkpoint
      frontier = entries.slice(frontier.size, size).map(leafHash).reduce(appendLeaf, frontier)
      const isClosed = closings.some(({ seq }) => seq < size)
      const day = isClosed ? dayText(judgeDay(device, entries.slice(0, size))) : null
      addCheckpoint.run(origin, size, note, cosignature, rootsBytes(frontier.roots), day)
    }
    for (const { seq, casts, commitment } of closings) addClosing.run(origin, seq, casts, commitment)
    for (const { seq, device: dead } of declarations) addDeclaration.run(origin, seq, dead)
    if (takeover !== undefined) {
      const { origin: taken, device: takenDevice, size, root } = takeover
      addTakeover.run(origin, taken, takenDevice, size, root)
    }
  }
}
