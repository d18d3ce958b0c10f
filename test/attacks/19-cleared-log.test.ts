/**
 * GEMS: the tabulation software of several states had a button that cleared its audit log, and the log was a table like any other. Here no
 * statement of the device's own deletes, and a disk from which something was cut does not start.
 */
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { valueOrThrow } from '../../core/result.ts'
import { beginOn, imageOf, newFolder, resumeOn } from '../device-agent/store/device.ts'
import { runSql } from '../device-agent/store/sqlite-client.ts'
import { dayKey, openPolls, type StoreBuild, Voters } from '../device-agent/store/voting.ts'
import { type Build, realBuild, weakenedBuild } from './weakened/weaken.ts'
import { forgetfulPool, mutableTables, unsignedEntries } from './weakened/weakenings.ts'

const EVIDENCE = ['device', 'journal', 'checkpoints', 'batches', 'ballots', 'spent'] as const

/** A device with votes, a printer incident between them, and its polls open; cleanly switched off. */
function switchedOff(build: StoreBuild): { readonly folder: string; readonly size: number } {
  const { store, folders } = beginOn(build, 1, 'cleared log')
  openPolls(store)
  const voters = new Voters('cleared log')
  while (store.day.batches.length === 0) voters.vote(store)
  store.append({ type: 'tamper.opened', switch: 'chassis' })
  for (let i = 0; i < 5; i += 1) voters.vote(store)
  const { size } = store.day
  store.close()
  const folder = newFolder()
  for (const name of ['ballots.db', 'slots.bin'])
    copyFileSync(join(folders[0] as string, name), join(folder, name))
  return { folder, size }
}

/** Every statement that could take something away, over the device's own kind of connection; those that worked. */
function tryToDelete(build: Build): string[] {
  const { folder } = switchedOff(build)
  const worked: string[] = []
  for (const table of EVIDENCE) {
    const column = { spent: 'tag', ballots: 'sealed' }[table as string] ?? 'rowid'
    for (const statement of [
      `DELETE FROM ${table}`,
      `UPDATE ${table} SET ${column} = ${column}`,
      `INSERT OR REPLACE INTO ${table} SELECT * FROM ${table} LIMIT 1`,
    ]) {
      const database = valueOrThrow(build.database.openDatabase(join(imageOf(folder), 'ballots.db')))
      database.pragma('foreign_keys = OFF')
      try {
        database.exec(statement)
        worked.push(statement)
      } catch (error) {
        expect((error as Error).message).toContain('what was written is never changed or deleted')
      } finally {
        database.close()
      }
    }
  }
  return worked
}

test('no statement deletes or changes what was written, not even by replacing it', async () => {
  expect(tryToDelete(await realBuild())).toEqual([])
})

test('a build without its triggers would delete', async () => {
  expect(tryToDelete(await weakenedBuild(mutableTables))).toContain('DELETE FROM journal')
})

const TRIGGERS = ['journal', 'checkpoints', 'spent'].flatMap((table) =>
  ['UPDATE', 'DELETE'].map((change) => ({ table, change, name: `${table}_no_${change.toLowerCase()}` })),
)

/** Runs statements with plain SQLite, triggers taken out of the way and put back as they were. */
function runOnDisk(folder: string, statements: string): void {
  const drop = TRIGGERS.map(({ name }) => `DROP TRIGGER ${name};`)
  const restore = TRIGGERS.map(
    ({ table, change, name }) =>
      `CREATE TRIGGER ${name} BEFORE ${change} ON ${table} ` +
      `BEGIN SELECT RAISE(ABORT, '${table}: what was written is never changed or deleted'); END;`,
  )
  runSql(join(folder, 'ballots.db'), [...drop, statements, ...restore].join('\n'))
}

/** `opened`, or the place that is named. */
function startFrom(build: StoreBuild, folder: string): string {
  const store = resumeOn(build, [folder])
  if (!store.ok) return store.error.where
  const unlocked = store.value.unlock(dayKey())
  store.value.close()
  return unlocked.ok ? 'opened' : unlocked.error.where
}

/** The last three votes are cut off: entries, checkpoints and as many tags, a database that fits together in itself. */
function cutTheEnd(build: Build): string {
  const { folder, size } = switchedOff(build)
  runOnDisk(
    folder,
    `DELETE FROM journal WHERE seq >= ${size - 3}; DELETE FROM checkpoints WHERE size > ${size - 3};
     DELETE FROM spent WHERE tag IN (SELECT tag FROM spent LIMIT 3);`,
  )
  return startFrom(build, folder)
}

test('a journal cut short with everything that hangs on it is found when two cards open the box', async () => {
  expect(cutTheEnd(await realBuild())).toBe('table pool')
})

test('a build whose pool does not know the count would go on as if three had not voted', async () => {
  expect(cutTheEnd(await weakenedBuild(forgetfulPool))).toBe('opened')
})

/** The entry of the opened case is taken out, the later ones moved down and renumbered, the last checkpoint dropped. */
function closeTheGap(build: Build): string {
  const { folder, size } = switchedOff(build)
  const entry = size - 6
  runOnDisk(
    folder,
    `DELETE FROM journal WHERE seq = ${entry};
     UPDATE journal SET seq = seq - 1,
       entry = CAST(replace(CAST(entry AS TEXT), '"seq":' || seq || ',', '"seq":' || (seq - 1) || ',') AS BLOB) WHERE seq > ${entry};
     DELETE FROM checkpoints WHERE size = ${size};`,
  )
  return startFrom(build, folder)
}

test('an entry taken out of the middle leaves a gap that cannot be closed', async () => {
  expect(closeTheGap(await realBuild())).toMatch(/table journal, entry 7\d$/)
})

test('a build that does not hold entries against signed roots would not miss it', async () => {
  expect(closeTheGap(await weakenedBuild(unsignedEntries))).toBe('opened')
})
