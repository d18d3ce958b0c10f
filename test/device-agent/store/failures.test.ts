import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type Result, valueOrThrow } from '../../../core/result.ts'
import { resumeStore, setUpStore } from '../../../device-agent/ballot/setup.ts'
import { openDatabase } from '../../../device-agent/store/database.ts'
import { DeviceStore } from '../../../device-agent/store/device-store.ts'
import { Medium } from '../../../device-agent/store/medium.ts'
import { SCHEMA_VERSION } from '../../../device-agent/store/schema.ts'
import { Slots } from '../../../device-agent/store/slots.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { PROGRAM } from '../../fixtures/program.ts'
import { beginOn, fillUp, imageOf, makeHome, newFolder, otherPackage, resumeOn } from './device.ts'
import { openHome } from './home.ts'
import { clock, dayKey, deviceRow, officers, openPolls, Voters } from './voting.ts'

const build = { DeviceStore, Medium }
const random = seededRandom('failures')
const open: DeviceStore[] = []
afterEach(() => {
  for (const store of open.splice(0)) store.close()
})

/** A device with its polls open and some ballots cast. */
function openDevice(casts: number, media = 1) {
  const seed = `device ${casts} ${media}`
  const begun = beginOn(build, media, seed)
  open.push(begun.store)
  const voters = new Voters(seed)
  openPolls(begun.store)
  for (let cast = 0; cast < casts; cast += 1) voters.vote(begun.store)
  return { ...begun, voters }
}

/** The files as they are now, taken up by a new program with the two cards. */
function restarted(folders: readonly string[]): DeviceStore {
  const store = valueOrThrow(resumeOn(build, folders.map(imageOf)))
  open.push(store)
  valueOrThrow(store.unlock(dayKey()))
  return store
}

/** Runs SQL on a medium through a connection that is not the store's. */
function sql(folder: string, text: string): void {
  const database = new Database(join(folder, 'ballots.db'))
  database.exec(text)
  database.close()
}

const codeOf = (result: Result<unknown>) => (result.ok ? 'taken' : result.error.code)
const slotsOf = (folder: string) => readFileSync(join(folder, 'slots.bin')).toString('base64')

describe('an authorization', () => {
  test('is spent once, before a restart and after it', () => {
    const { store, folders, voters } = openDevice(2)
    const [nonce] = voters.nonces as [Uint8Array]
    const other = new Uint8Array(16).fill(9)
    for (const device of [store, restarted(folders)]) {
      expect([device.isSpent(nonce), device.isSpent(other)]).toEqual([true, false])
      expect(() => device.cast('both', [[0], [0]], nonce)).toThrow('without an unspent authorization')
      expect([device.day.casts, device.spentTags.length]).toEqual([2, 2])
    }
  })

  test('of a style that the package does not have casts nothing', () => {
    const { store } = openDevice(0)
    expect(() => store.cast('village', [[0]], new Uint8Array(16))).toThrow()
    expect(store.day.casts).toBe(0)
  })
})

describe('the day key', () => {
  test('of another day is refused and nothing is destroyed', () => {
    const { folders } = openDevice(3)
    const image = folders.map(imageOf)
    const store = valueOrThrow(resumeOn(build, image))
    open.push(store)
    const before = image.map(slotsOf)
    const refused = store.unlock(new Uint8Array(32).fill(8))
    expect(codeOf(refused)).toBe('store.pool')
    expect(store.isUnlocked).toBe(false)
    expect(image.map(slotsOf)).toEqual(before)
    valueOrThrow(store.unlock(dayKey()))
    expect(store.isUnlocked).toBe(true)
  })

  test('is wanted for every vote', () => {
    const { folders } = openDevice(1)
    const store = valueOrThrow(resumeOn(build, folders.map(imageOf)))
    open.push(store)
    expect(() => store.cast('both', [[0], [0]], new Uint8Array(16))).toThrow('locked')
    expect(() => store.closePolls(officers)).toThrow('locked')
  })
})

describe('the day key of a device that is being closed', () => {
  afterEach(() => vi.restoreAllMocks())

  const refuse = () => {
    throw Object.assign(new Error('the disk refuses'), { code: 'EIO' })
  }
  test.each([
    ['commit', 'open', () => vi.spyOn(Medium.prototype, 'commit')],
    ['destroying of the slots', 'finished', () => vi.spyOn(Slots.prototype, 'destroyAll')],
  ] as const)('is gone though the %s fails on the last medium', (_, polls, step) => {
    const { store } = openDevice(2)
    const key = dayKey()
    valueOrThrow(store.unlock(key))
    step().mockImplementation(refuse)
    expect(() => store.closePolls(officers)).toThrow('the disk')
    expect(store.day.polls).toBe(polls)
    expect(store.isUnlocked).toBe(false)
    expect(key).toEqual(new Uint8Array(32))
  })
})

describe('a commit that fails', () => {
  test('on the only medium leaves the votes before it', () => {
    const { store, folders, media, voters } = openDevice(3)
    const [empty] = media.map(fillUp)
    expect(() => voters.vote(store)).toThrow('the disk is full')
    empty?.()
    // What is on the disk is not known before a restart, so nothing more is written.
    expect(() => store.append({ type: 'tamper.opened', switch: 'chassis' })).toThrow('taken up again')
    expect(() => voters.vote(store)).toThrow('locked')
    const again = restarted(folders)
    expect(again.day.casts).toBe(3)
    voters.vote(again)
    again.closePolls(officers)
    expect(again.day).toMatchObject({ polls: 'finished', casts: 4, sealed: 4 })
  })

  test('on both media stops the device, and no vote is acknowledged that is on neither', () => {
    const { store, folders, media, voters } = openDevice(3, 2)
    const empty = media.map(fillUp)
    expect(() => voters.vote(store)).toThrow('the disk is full')
    for (const each of empty) each()
    expect(() => store.append({ type: 'tamper.opened', switch: 'chassis' })).toThrow('taken up again')
    expect(restarted(folders).day).toMatchObject({ casts: 3, lostMedia: [] })
  })

  test('leaves both slot keys until the block that was really committed is known', () => {
    const { store, folders, voters } = openDevice(3)
    const [folder] = folders as [string]
    const before = imageOf(folder)
    voters.vote(store)
    const after = imageOf(folder)
    // Torn between commit and destruction of the old key: both keys there, with the old block or with the new.
    const [old, young] = [before, after].map((from) => readFileSync(join(from, 'slots.bin'))) as [
      Buffer,
      Buffer,
    ]
    const both = [0, 1].map((place) => {
      const [a, b] = [old, young].map((file) => file.subarray(place * 4096, (place + 1) * 4096)) as [
        Buffer,
        Buffer,
      ]
      return a.subarray(64).every((byte) => byte === 0) ? a : b
    })
    for (const [image, casts] of [
      [before, 3],
      [after, 4],
    ] as const) {
      writeFileSync(join(image, 'slots.bin'), Buffer.concat(both))
      expect(restarted([image]).day.casts).toBe(casts)
    }
  })

  test('because the database is gone in the middle of the day stops the device', () => {
    const { folders, voters } = openDevice(2)
    const image = folders.map(imageOf)
    const store = valueOrThrow(resumeOn(build, image))
    valueOrThrow(store.unlock(dayKey()))
    store.close()
    expect(() => voters.vote(store)).toThrow()
    expect(restarted(image).day.casts).toBe(2)
  })
})

test('whatever the order of votes, void slips, restarts and wrong cards, nothing is lost and nothing counted twice', () => {
  const steps = fc.array(fc.constantFrom('vote', 'void', 'restart', 'wrong card'), { maxLength: 12 })
  fc.assert(
    fc.property(steps, (run) => {
      const { folders, ...begun } = openDevice(0)
      const expected = { casts: 0, voids: 0 }
      let { store } = begun
      let current = folders
      for (const step of run) {
        if (step === 'vote') {
          begun.voters.vote(store)
          expected.casts += 1
        } else if (step === 'void') {
          store.countVoidSlip()
          expected.voids += 1
        } else {
          current = current.map(imageOf)
          store = valueOrThrow(resumeOn(build, current))
          open.push(store)
          if (step === 'wrong card') expect(store.unlock(new Uint8Array(32)).ok).toBe(false)
          valueOrThrow(store.unlock(dayKey()))
        }
        expect(store.day).toMatchObject(expected)
        expect(store.spentTags.length).toBe(expected.casts)
      }
      store.closePolls(officers)
      expect(store.day).toMatchObject({ ...expected, polls: 'finished', sealed: expected.casts })
    }),
    { numRuns: 12 },
  )
})

describe('a medium', () => {
  test('is opened with every pragma that keeps votes', () => {
    const { folders } = openDevice(0)
    const database = valueOrThrow(openDatabase(join(imageOf(folders[0] as string), 'ballots.db')))
    const read = (name: string) => database.pragma(name, { simple: true })
    const names = [
      'journal_mode',
      'synchronous',
      'foreign_keys',
      'recursive_triggers',
      'secure_delete',
      'temp_store',
    ]
    expect(names.map(read)).toEqual(['wal', 2, 1, 1, 1, 2])
    database.close()
  })

  test('whose database cannot keep a write-ahead log is refused', () => {
    const { folders } = openDevice(0)
    const image = imageOf(folders[0] as string)
    sql(image, 'PRAGMA journal_mode = DELETE')
    // A folder stands where the log should be.
    mkdirSync(join(image, 'ballots.db-wal'))
    const refused = Medium.open(image, random)
    expect(codeOf(refused)).toBe('store.pragma')
    expect(refused.ok ? '' : refused.error.what).toContain('journal_mode')
  })

  test('is never made anew over a database, nor over key slots', () => {
    const folder = newFolder()
    valueOrThrow(Medium.create(folder, deviceRow, random)).close()
    const before = slotsOf(folder)
    expect(codeOf(Medium.create(folder, deviceRow, random))).toBe('store.exists')
    rmSync(join(folder, 'ballots.db'))
    expect(codeOf(Medium.create(folder, deviceRow, random))).toBe('store.exists')
    expect(slotsOf(folder)).toBe(before)
    expect(existsSync(join(folder, 'ballots.db'))).toBe(false)
  })

  test('without its database or with damaged key slots is refused by name', () => {
    const { folders } = openDevice(0)
    expect(codeOf(Medium.open(newFolder(), random))).toBe('store.missing')
    const image = imageOf(folders[0] as string)
    writeFileSync(join(image, 'slots.bin'), 'too short')
    const refused = Medium.open(image, random)
    expect(refused.ok ? '' : refused.error.where).toContain('slots.bin')
  })

  test('with anything but a database in it is refused, and nothing throws', () => {
    const { folders } = openDevice(0)
    const image = imageOf(folders[0] as string)
    for (const suffix of ['-wal', '-shm']) rmSync(join(image, `ballots.db${suffix}`), { force: true })
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        writeFileSync(join(image, 'ballots.db'), bytes)
        expect(Medium.open(image, random).ok).toBe(false)
      }),
      { numRuns: 50 },
    )
  })

  test('of another version is refused', () => {
    const { folders } = openDevice(0)
    const image = imageOf(folders[0] as string)
    sql(image, `PRAGMA user_version = ${SCHEMA_VERSION + 1}`)
    expect(codeOf(Medium.open(image, random))).toBe('store.schema')
  })
})

describe('a device', () => {
  test('is set up once; the second time it is refused and nothing is touched', () => {
    const folder = makeHome()
    const home = openHome(folder)
    valueOrThrow(setUpStore(home, clock, random, PROGRAM)).close()
    const before = readFileSync(join(folder, 'medium-a', 'ballots.db'))
    expect(codeOf(setUpStore(home, clock, random, PROGRAM))).toBe('store.exists')
    expect(readFileSync(join(folder, 'medium-a', 'ballots.db')).equals(before)).toBe(true)
    const store = valueOrThrow(resumeStore(home, clock, random))
    expect(store.day).toMatchObject({ polls: 'closed', size: 1 })
    store.close()
  })

  test('with another package than its journal was begun with is refused', () => {
    const { folders } = openDevice(1)
    const refused = resumeOn(build, folders.map(imageOf), { electionPackage: otherPackage })
    expect(codeOf(refused)).toBe('store.other-package')
  })

  test('opens on an empty pool only, however often the morning is begun again', () => {
    const { store, folders } = beginOn(build, 1, 'morning')
    open.push(store)
    valueOrThrow(store.preparePool(dayKey()))
    const again = valueOrThrow(resumeOn(build, folders.map(imageOf)))
    open.push(again)
    expect(again.isUnlocked).toBe(false)
    expect(() => again.openPolls(officers)).toThrow('locked')
    valueOrThrow(again.preparePool(dayKey()))
    valueOrThrow(again.preparePool(dayKey()))
    again.append({ type: 'report.printed', report: 'zero' })
    again.openPolls(officers)
    expect(again.day.polls).toBe('open')
    expect(() => again.preparePool(dayKey())).toThrow('before the polls open')
  })
})

test('a slip in hand is remembered over a restart', () => {
  const { store, folders, voters } = openDevice(1)
  expect(store.slip).toBe('accepted')
  store.setSlip('none')
  store.setSlip('hanging')
  expect(restarted(folders).slip).toBe('hanging')
  voters.vote(store)
  expect(restarted(folders).slip).toBe('accepted')
})
