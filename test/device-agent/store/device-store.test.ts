import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { beforeAll, describe, expect, test } from 'vitest'
import { openPool } from '../../../core/ballot-box/pool.ts'
import { openBallot } from '../../../core/ballot-box/sealed-ballot.ts'
import { openTally } from '../../../core/bundle/bundle.ts'
import { contestsOfStyle } from '../../../core/election/definition.ts'
import { addSelections, emptyTally, parseTally, selectionsOf } from '../../../core/election/tally.ts'
import { signerFromSeed } from '../../../core/keys/ed25519.ts'
import { combineShares } from '../../../core/keys/shares.ts'
import { valueOrThrow } from '../../../core/result.ts'
import type { Json } from '../../../core/text/canonical-json.ts'
import { DeviceStore } from '../../../device-agent/store/device-store.ts'
import { Medium } from '../../../device-agent/store/medium.ts'
import { beginOn, imageOf, resumeOn } from './device.ts'
import { dayKey, device, officers, openPolls, station, Voters } from './voting.ts'

const build = { DeviceStore, Medium }
const { definition, hash } = station.electionPackage
const BALLOTS = 200
const RESTART_AFTER = 130

/** What lay on the media after one cast. */
interface Seen {
  readonly blocks: readonly Uint8Array[]
  /** Keys that stand in the slot files, by medium. */
  readonly keys: readonly (readonly Uint8Array[])[]
  /** Whether any file of any medium holds a slot key of the cast before. */
  readonly oldKeysOnDisk: boolean
  readonly sealed: readonly number[]
}

/** The places of a slot file whose checksum holds, read by the file's description and none of our code. */
function keysIn(folder: string): Uint8Array[] {
  const file = readFileSync(join(folder, 'slots.bin'))
  return [0, 4096].flatMap((at) => {
    const key = file.subarray(at, at + 32)
    const sum = createHash('sha256').update('sandogh/v1/slot').update(key).digest()
    return sum.equals(file.subarray(at + 32, at + 64)) ? [Uint8Array.from(key)] : []
  })
}

function onDisk(folder: string, bytes: Uint8Array): boolean {
  return readdirSync(folder).some((name) => readFileSync(join(folder, name)).includes(Buffer.from(bytes)))
}

function poolWith(block: Uint8Array, slotKey: Uint8Array) {
  return openPool(definition, block, { dayKey: dayKey(), slotKey, origin: device.origin })
}

/** Reads what is on the disk through a connection of its own. */
class Observer {
  readonly #folders: readonly string[]
  readonly #databases: readonly Database.Database[]
  #before: readonly Uint8Array[] = []

  constructor(folders: readonly string[]) {
    this.#folders = folders
    this.#databases = folders.map((folder) => new Database(join(folder, 'ballots.db'), { readonly: true }))
  }

  look(): Seen {
    const [first] = this.#databases
    const keys = this.#folders.map(keysIn)
    const oldKeysOnDisk = this.#folders.some((folder) => this.#before.some((key) => onDisk(folder, key)))
    this.#before = keys.flat()
    return {
      blocks: this.#databases.map(
        (database) => database.prepare('SELECT block FROM pool').pluck().get() as Uint8Array,
      ),
      keys,
      oldKeysOnDisk,
      sealed: first?.prepare('SELECT count FROM batches ORDER BY batch').pluck().all() as number[],
    }
  }

  close(): void {
    for (const database of this.#databases) database.close()
  }
}

describe.each([1, 2])('a day of 200 ballots on %i medium or media, cut off and restarted once', (count) => {
  const voters = new Voters(`day ${count}`)
  const seen: Seen[] = []
  let folders: readonly string[] = []
  let store: DeviceStore
  const key = dayKey()

  beforeAll(() => {
    const begun = beginOn(build, count, `day ${count}`)
    openPolls(begun.store)
    const vote = (on: DeviceStore, from: readonly string[], until: number) => {
      const observer = new Observer(from)
      while (voters.nonces.length < until) {
        voters.vote(on)
        seen.push(observer.look())
      }
      observer.close()
    }
    vote(begun.store, begun.folders, RESTART_AFTER)
    // What kill -9 leaves: the files as they are, nothing closed.
    folders = begun.folders.map(imageOf)
    begun.store.close()
    store = valueOrThrow(resumeOn(build, folders))
    valueOrThrow(store.unlock(key))
    vote(store, folders, BALLOTS)
    store.closePolls(officers)
  })

  test('the released tally is the count that was kept beside', () => {
    const released = openTally(store.totals?.tally ?? '', signerFromSeed(device.keys.message).publicKey, '')
    const tally = valueOrThrow(parseTally(definition, valueOrThrow(released).tally as Json, ''))
    expect(tally.map(({ blank, valid, options }) => [blank, valid, ...options])).toEqual(voters.shadow)
  })

  test('the trustees find the same votes in the sealed ballots', () => {
    const secretKey = valueOrThrow(combineShares(station.shares.slice(1, 4)))
    let sum = emptyTally(definition)
    const ids = new Set<string>()
    for (const sealed of [...store.batches().values()].flat()) {
      const opened = openBallot({ definition, packageHash: hash, origin: device.origin }, sealed, secretKey)
      if ('faulty' in opened) throw new Error(opened.faulty)
      ids.add(Buffer.from(opened.id).toString('hex'))
      const contests = contestsOfStyle(definition, opened.style) ?? []
      sum = addSelections(sum, selectionsOf(definition, contests, opened.ballot))
    }
    expect(sum.map(({ blank, valid, options }) => [blank, valid, ...options])).toEqual(voters.shadow)
    expect(ids.size).toBe(BALLOTS)
  })

  test('while the polls are open only batches of 32 leave the pool; the rest leaves when they close', () => {
    for (const { sealed } of seen) expect(sealed.every((ballots) => ballots === 32)).toBe(true)
    const batches = [...store.batches().values()].map((ballots) => ballots.length)
    expect(batches.slice(0, -1)).toEqual(seen.at(-1)?.sealed)
    expect(batches.length).toBeGreaterThan(3)
    expect(batches.reduce((sum, ballots) => sum + ballots, 0)).toBe(BALLOTS)
  })

  test('the pool has one size, whatever was cast', () => {
    expect(new Set(seen.flatMap(({ blocks }) => blocks.map((block) => block.length))).size).toBe(1)
  })

  test('after each cast one place of a slot file opens the block, and no key of before opens anything', () => {
    for (const [cast, { keys, blocks, oldKeysOnDisk }] of seen.entries()) {
      expect(keys.map((places) => places.length)).toEqual(new Array(count).fill(1))
      expect(oldKeysOnDisk).toBe(false)
      // Opening is slow where it is done in JavaScript: a sample, and around the restart.
      if (cast % 40 !== 0 && cast !== RESTART_AFTER) continue
      for (const [medium, block] of blocks.entries()) {
        const key = keys[medium]?.[0] as Uint8Array
        expect(poolWith(block, key)?.casts).toBe(cast + 1)
        const before = seen[cast - 1]?.keys[medium]?.[0]
        expect(before && poolWith(block, before)).toBeUndefined()
      }
    }
  })

  test('no two blocks had a key in common, nor two media', () => {
    const keys = seen.flatMap((look) => look.keys.flat()).map((key) => Buffer.from(key).toString('hex'))
    expect(new Set(keys).size).toBe(BALLOTS * count)
  })

  test('after closing no slot holds a key, no row of the pool is left and the day key is wiped', () => {
    expect(store.isUnlocked).toBe(false)
    expect(key).toEqual(new Uint8Array(32))
    for (const folder of folders) {
      expect(keysIn(folder)).toEqual([])
      for (const key of seen.at(-1)?.keys.flat() ?? []) expect(onDisk(folder, key)).toBe(false)
      const database = new Database(join(folder, 'ballots.db'), { readonly: true })
      expect(database.prepare('SELECT count(*) FROM pool').pluck().get()).toBe(0)
      database.close()
    }
  })

  test('the closed day is taken up again as it was, and stays closed', () => {
    const again = valueOrThrow(resumeOn(build, folders.map(imageOf)))
    expect(again.day).toEqual(store.day)
    expect(again.entriesFrom(0)).toEqual(store.entriesFrom(0))
    expect(again.batches()).toEqual(store.batches())
    expect(again.totals).toEqual(store.totals)
    expect(again.unlock(dayKey()).ok).toBe(false)
    expect(() => again.append({ type: 'ballot.cast', count: BALLOTS + 1 })).toThrow('already closed')
    again.close()
  })
})
