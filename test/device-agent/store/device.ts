/** A provisioned ballot device for tests of its store: home folder and media, gone when the test file is done. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll } from 'vitest'
import type { ElectionPackage } from '../../../core/package/package.ts'
import { valueOrThrow } from '../../../core/result.ts'
import type { StoreParts } from '../../../device-agent/store/device-store.ts'
import { absentMedium } from '../../../device-agent/store/media.ts'
import type { Medium } from '../../../device-agent/store/medium.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { makeStation } from '../../audit/fixtures.ts'

/** The same list of stations and keys, but other ballots: what was redesigned after the devices were loaded. */
export const otherPackage: ElectionPackage = makeStation('store', {
  casts: [0, 0],
  election: 'redesigned',
}).electionPackage

import { writeHome } from './home.ts'
import { atLeastOne, device, deviceRow, opening, partsFor, type StoreBuild } from './voting.ts'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

/** A new empty folder, gone when the test file is done. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sandogh-store-test-'))
  folders.push(folder)
  return folder
}

/** A copy of a folder as it is on the disk now: what `kill -9` at this instant leaves, or the power cut. */
export function imageOf(folder: string): string {
  const copy = newFolder()
  cpSync(folder, copy, { recursive: true })
  return copy
}

/** Makes media in new folders and begins a journal on all of them. */
export function beginOn(build: StoreBuild, count: number, seed: string) {
  const made = Array.from({ length: count }, newFolder)
  const random = seededRandom(`media of ${seed}`)
  const media = made.map((folder) => valueOrThrow(build.Medium.create(folder, deviceRow, random)))
  const parts = partsFor(atLeastOne(media), seed)
  return { folders: made, media, store: build.DeviceStore.begin(parts, opening) }
}

/**
 * From now on a vote is refused on a medium, in the middle of its transaction, as by a disk that is full.
 * @returns what ends it
 */
export function fillUp(medium: Medium): () => void {
  const sql = (text: string) => {
    const database = new Database(join(medium.folder, 'ballots.db'))
    database.exec(text)
    database.close()
  }
  sql(`CREATE TRIGGER filled BEFORE INSERT ON spent BEGIN SELECT RAISE(ABORT, 'the disk is full'); END`)
  const commit = medium.commit.bind(medium)
  medium.commit = (change) => {
    try {
      commit(change)
    } catch (error) {
      throw Object.assign(error as Error, { code: 'SQLITE_FULL' })
    }
  }
  return () => sql('DROP TRIGGER filled')
}

/** Takes a journal up again, as a device does at every start. */
export function resumeOn(build: StoreBuild, from: readonly string[], overrides: Partial<StoreParts> = {}) {
  const random = seededRandom(`resumed ${from.join()}`)
  const media = from.map((folder) => {
    const medium = build.Medium.open(folder, random)
    return medium.ok ? medium.value : absentMedium(folder, medium.error)
  })
  const parts = partsFor(atLeastOne(media), `resumed ${from.join()}`)
  const resumed = build.DeviceStore.resume({ ...parts, ...overrides })
  if (!resumed.ok) for (const medium of media) medium.close()
  return resumed
}

/** A home folder as a technician leaves it, without a database yet. */
export function makeHome(folder = newFolder(), of = device, bundles = join(folder, 'bundles')): string {
  writeHome(folder, of, bundles)
  return folder
}
