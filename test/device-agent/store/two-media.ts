/** A device with its polls open on two media, its starts on what is left of them, and what it tells of them. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, expect } from 'vitest'
import { type Refusal, valueOrThrow } from '../../../core/result.ts'
import { DeviceStore } from '../../../device-agent/store/device-store.ts'
import { absentMedium } from '../../../device-agent/store/media.ts'
import { Medium } from '../../../device-agent/store/medium.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { type Replacement, weakenedSources } from '../../end-to-end/weakened/build.ts'
import { beginOn, imageOf, resumeOn } from './device.ts'
import { dayKey, officers, openPolls, partsFor, type StoreBuild, Voters } from './voting.ts'

export const build: StoreBuild = { DeviceStore, Medium }
const open: DeviceStore[] = []
afterEach(() => {
  for (const store of open.splice(0)) store.close()
})

/** The store is closed when the test is over. */
export function closeLater(store: DeviceStore): void {
  open.push(store)
}

/** The store is closed in the middle of the test. */
export function closeNow(store: DeviceStore): void {
  store.close()
  open.splice(open.indexOf(store), 1)
}

export type Two<T> = readonly [T, T]
export const NAMES = ['a', 'b'] as const

/** The store with one line replaced. */
export async function weakenedStore(replacement: Replacement): Promise<StoreBuild> {
  const store = join(weakenedSources(replacement), 'device-agent/store')
  return { ...(await import(join(store, 'device-store.ts'))), ...(await import(join(store, 'medium.ts'))) }
}

/** A device with its polls open and some ballots cast, on two media. */
export function openDevice(casts: number) {
  const begun = beginOn(build, 2, `two media ${casts}`)
  closeLater(begun.store)
  const voters = new Voters(`two media ${casts}`)
  openPolls(begun.store)
  for (let cast = 0; cast < casts; cast += 1) voters.vote(begun.store)
  return { ...begun, folders: begun.folders as unknown as Two<string>, voters }
}

/** Takes a device up again, until the test is over. @param boot which start of the computer; another each time, unless it is said */
export function started(folders: readonly string[], boot?: string): DeviceStore {
  const store = valueOrThrow(resumeOn(build, folders, boot === undefined ? {} : { boot }))
  closeLater(store)
  return store
}

/** Takes a device up with one medium in its place and none in that of the other. */
export function startedAlone(folder: string, place: 0 | 1, { DeviceStore: Store, Medium: Opened } = build) {
  const random = seededRandom(`alone ${folder}`)
  const medium = valueOrThrow(Opened.open(folder, random))
  const gone = absentMedium('/pulled', refusalOf(Medium.open('/pulled', random)))
  const resumed = Store.resume(partsFor(place === 0 ? [medium, gone] : [gone, medium], `alone ${folder}`))
  if (resumed.ok) closeLater(resumed.value)
  else medium.close()
  return resumed
}

/** Starts a device on images of its media, one of which has no key that opens its pool: the other opens, and it is told. */
export function startedWithoutPoolKey(folders: Two<string>, lost: 0 | 1) {
  const images = folders.map(imageOf) as unknown as Two<string>
  writeFileSync(join(images[lost], 'slots.bin'), new Uint8Array(8192))
  const store = started(images)
  valueOrThrow(store.unlock(dayKey()))
  expect(told(store)).toEqual([`medium.lost ${NAMES[lost]} damaged`])
  return { images, store }
}

/** What the journal says of media. */
export function told(store: DeviceStore): readonly string[] {
  return store
    .entriesFrom(0)
    .map((bytes) => JSON.parse(Buffer.from(bytes).toString('utf8')))
    .filter(({ type }) => type === 'medium.lost' || type === 'medium.restored')
    .map(({ type, medium, why }) => [type, medium, why].filter(Boolean).join(' '))
}

/** Changes a medium's database behind the back of whoever has it open. */
export function sql(folder: string, text: string): void {
  const database = new Database(join(folder, 'ballots.db'))
  database.exec(text)
  database.close()
}

/** All rows but the pool's, whose block each medium has under a key of its own. */
export function rowsOf(folder: string): unknown {
  const database = new Database(join(folder, 'ballots.db'), { readonly: true })
  const tables = [
    'journal',
    'checkpoints',
    'batches',
    'ballots',
    'spent',
    'receipts',
    'slip',
    'released',
    'sheet',
  ]
  const rows = tables.map((table) => database.prepare(`SELECT * FROM ${table} ORDER BY 1`).all())
  database.close()
  return rows
}

/** Starts a device on what two media are, has it take a vote and close, and looks whether both hold the whole day. */
export function goesOn(folders: Two<string>, voters: Voters): DeviceStore {
  const store = started(folders)
  valueOrThrow(store.unlock(dayKey()))
  expect(voters.nonces.every((nonce) => store.isSpent(nonce))).toBe(true)
  voters.vote(store)
  store.closePolls(officers)
  expect(store.day).toMatchObject({ polls: 'finished', casts: voters.nonces.length, lostMedia: [] })
  closeNow(store)
  expect(rowsOf(folders[1])).toEqual(rowsOf(folders[0]))
  for (const folder of folders) expect(started([folder]).day.casts).toBe(voters.nonces.length)
  return store
}

/** Why a medium could not be opened. */
export function refusalOf(opened: ReturnType<typeof Medium.open>): Refusal {
  if (opened.ok) throw new Error('there is a medium')
  return opened.error
}
