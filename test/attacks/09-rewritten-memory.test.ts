/**
 * India: a clip-on put on the memory chip rewrote the votes in it. Here every byte of every table that holds evidence is held against
 * something that cannot be made to fit: a signature, a root, an authenticator.
 */
import { closeSync, copyFileSync, openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { uniform } from '../../core/ballot-box/draw.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { beginOn, newFolder, resumeOn } from '../device-agent/store/device.ts'
import { dayKey, openPolls, type StoreBuild, Voters } from '../device-agent/store/voting.ts'
import { type Build, realBuild, weakenedBuild } from './weakened/weaken.ts'
import { unauthenticatedPool, uncheckedBatches } from './weakened/weakenings.ts'

const SEED = 'clip-on 9'
const POSITIONS = 300
const EVIDENCE = ['device', 'journal', 'checkpoints', 'batches', 'ballots', 'spent', 'pool'] as const

/** A device with its polls open and one batch sealed, cleanly switched off. */
function switchedOff(build: StoreBuild): string {
  const { store, folders } = beginOn(build, 1, SEED)
  openPolls(store)
  const voters = new Voters(SEED)
  while (store.day.batches.length === 0) voters.vote(store)
  voters.vote(store)
  store.close()
  const folder = newFolder()
  for (const name of ['ballots.db', 'slots.bin'])
    copyFileSync(join(folders[0] as string, name), join(folder, name))
  return folder
}

/** Byte ranges of the pages of the evidence tables. */
function evidencePages(folder: string): { readonly at: number; readonly size: number }[] {
  const database = new Database(join(folder, 'ballots.db'), { readonly: true })
  const pages = database
    .prepare(
      `SELECT pgoffset AS at, pgsize AS size FROM dbstat WHERE name IN (${EVIDENCE.map(() => '?').join()})`,
    )
    .all(...EVIDENCE) as { at: number; size: number }[]
  database.close()
  return pages
}

/** Every row of the evidence, as plain SQL reads it; undefined if SQLite cannot. */
function rowsOf(folder: string): string | undefined {
  const database = new Database(join(folder, 'ballots.db'))
  try {
    const rows = EVIDENCE.map((table) => database.prepare(`SELECT * FROM ${table} ORDER BY 1`).raw().all())
    return JSON.stringify(rows)
  } catch {
    return undefined
  } finally {
    database.close()
  }
}

/** Whether a device starts from what lies there and opens its ballot box. */
function starts(build: StoreBuild, folder: string): boolean {
  const store = resumeOn(build, [folder])
  if (!store.ok) return false
  const unlocked = store.value.unlock(dayKey())
  store.value.close()
  return unlocked.ok
}

/** Flips one bit at each of 300 places, one at a time, until one is missed. */
function flipBits(build: Build): {
  readonly found: number
  readonly unused: number
  readonly missedAt: number | undefined
} {
  const folder = switchedOff(build)
  const honest = rowsOf(folder)
  const pages = evidencePages(folder)
  const random = seededRandom(SEED)
  const file = openSync(join(folder, 'ballots.db'), 'r+')
  let [found, unused] = [0, 0]
  let missedAt: number | undefined
  const byte = new Uint8Array(1)
  for (let i = 0; i < POSITIONS && missedAt === undefined; i += 1) {
    const page = pages[uniform(pages.length, random)] as { at: number; size: number }
    const at = page.at + uniform(page.size, random)
    const bit = 1 << uniform(8, random)
    readSync(file, byte, 0, 1, at)
    writeSync(file, Uint8Array.of((byte[0] as number) ^ bit), 0, 1, at)
    if (!starts(build, folder)) found += 1
    // A flip in the unused part of a page changes no evidence.
    else if (rowsOf(folder) === honest) unused += 1
    else missedAt = at
    writeSync(file, byte, 0, 1, at)
  }
  closeSync(file)
  expect(starts(build, folder)).toBe(true)
  return { found, unused, missedAt }
}

test(`a bit flipped anywhere in the evidence is found (${POSITIONS} places, seed "${SEED}")`, async () => {
  const { found, unused, missedAt } = flipBits(await realBuild())
  expect(missedAt).toBeUndefined()
  expect(found).toBeGreaterThan(POSITIONS / 2)
  expect(found + unused).toBe(POSITIONS)
})

test('a build that opens its pool and its batches without checking them would miss one', async () => {
  const weakened = await weakenedBuild([...unauthenticatedPool, ...uncheckedBatches])
  expect(flipBits(weakened).missedAt).toBeDefined()
})
