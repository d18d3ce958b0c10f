/** What is noted of entries, made from the entries of a SQLite store that did not note it yet. */
import type { Database } from 'better-sqlite3'
import { appendLeaf, emptyFrontier, leafHash } from '../../core/tlog/tree.ts'
import { judgeDay, noteEntries, programChanges } from './noted.ts'
import { dayText, rootsBytes } from './rows.ts'

/** Fills the tables of version 3 from `devices`, `entries` and `checkpoints_2`: version 2 read all entries at every opening. What does not agree is found by the check that follows. */
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

/** Fills the table of version 7 from the entries that name programs. */
export function notePrograms(database: Database): void {
  const entriesOf = database.prepare(`
SELECT seq, bytes FROM entries WHERE origin = ?
AND (instr(bytes, CAST('"type":"journal.opened"' AS BLOB)) OR instr(bytes, CAST('"type":"device.started"' AS BLOB)))
ORDER BY seq`)
  const add = database.prepare('INSERT INTO programs VALUES (?, ?, ?)')
  for (const origin of database.prepare('SELECT origin FROM devices').pluck().all() as string[]) {
    const naming = entriesOf.all(origin) as { readonly seq: number; readonly bytes: Buffer }[]
    const started = naming.flatMap(({ seq, bytes }) => noteEntries(origin, seq, [bytes]).started)
    for (const { seq, program } of programChanges([], started)) add.run(origin, seq, program)
  }
}
