/** Two media of one device: one that is lost, one that comes back, and what a start makes of two that differ. */
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, describe, expect, test } from 'vitest'
import { sha256, toBase64 } from '../../../core/keys/hash.ts'
import { describeRefusal, type Refusal, valueOrThrow } from '../../../core/result.ts'
import { settleFailure } from '../../../device-agent/ballot/storage-failure.ts'
import type { DeviceRow } from '../../../device-agent/store/database.ts'
import { DeviceStore, type StoreParts } from '../../../device-agent/store/device-store.ts'
import { Distrust } from '../../../device-agent/store/distrust.ts'
import { LEFT_BEHIND_FILE } from '../../../device-agent/store/left-behind.ts'
import { type AllMedia, absentMedium } from '../../../device-agent/store/media.ts'
import { Medium } from '../../../device-agent/store/medium.ts'
import { type StorageFault, storageFault } from '../../../device-agent/store/storage-fault.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import type { TestDevice } from '../../audit/fixtures.ts'
import { type Replacement, weakenedSources } from '../../end-to-end/weakened/build.ts'
import { beginOn, fillUp, imageOf, newFolder, otherPackage, resumeOn } from './device.ts'
import { dayKey, deviceRow, officers, opening, openPolls, partsFor, station, Voters } from './voting.ts'

const build = { DeviceStore, Medium }
const open: DeviceStore[] = []
afterEach(() => {
  for (const store of open.splice(0)) store.close()
})

type Two<T> = readonly [T, T]
const NAMES = ['a', 'b'] as const

/** A device with its polls open and some ballots cast, on two media. */
function openDevice(casts: number) {
  const begun = beginOn(build, 2, `two media ${casts}`)
  open.push(begun.store)
  const voters = new Voters(`two media ${casts}`)
  openPolls(begun.store)
  for (let cast = 0; cast < casts; cast += 1) voters.vote(begun.store)
  return { ...begun, folders: begun.folders as unknown as Two<string>, voters }
}

/** @param boot which start of the computer; another each time, unless it is said */
function started(folders: readonly string[], boot?: string): DeviceStore {
  const store = valueOrThrow(resumeOn(build, folders, boot === undefined ? {} : { boot }))
  open.push(store)
  return store
}

/** Takes a device up with one medium in its place and none in that of the other. */
function startedAlone(folder: string, place: 0 | 1, { DeviceStore: Store, Medium: Opened } = build) {
  const random = seededRandom(`alone ${folder}`)
  const medium = valueOrThrow(Opened.open(folder, random))
  const gone = absentMedium('/pulled', refusalOf(Medium.open('/pulled', random)))
  const resumed = Store.resume(partsFor(place === 0 ? [medium, gone] : [gone, medium], `alone ${folder}`))
  if (resumed.ok) open.push(resumed.value)
  else medium.close()
  return resumed
}

/** What the journal says of media. */
function told(store: DeviceStore): readonly string[] {
  return store
    .entriesFrom(0)
    .map((bytes) => JSON.parse(Buffer.from(bytes).toString('utf8')))
    .filter(({ type }) => type === 'medium.lost' || type === 'medium.restored')
    .map(({ type, medium, why }) => [type, medium, why].filter(Boolean).join(' '))
}

function sql(folder: string, text: string): void {
  const database = new Database(join(folder, 'ballots.db'))
  database.exec(text)
  database.close()
}

/** All rows but the pool's, whose block each medium has under a key of its own. */
function rowsOf(folder: string): unknown {
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

/** Changes one column of the row that says whose a medium is. */
function spoilRow(folder: string, column: 'origin' | 'package' | 'certificate'): void {
  const value = column === 'certificate' ? "CAST(certificate || '0' AS BLOB)" : `${column} || '0'`
  sql(
    folder,
    `DROP TRIGGER device_no_update; UPDATE device SET ${column} = ${value}; ` +
      "CREATE TRIGGER device_no_update BEFORE UPDATE ON device BEGIN SELECT RAISE(ABORT, 'device: what was written is never changed or deleted'); END",
  )
}

/** A medium of the device beside this one. */
function otherDevices(): string {
  const { origin, certificate, keys } = station.devices[1] as TestDevice
  const row = { ...deviceRow, origin, certificate }
  const parts = (medium: Medium) => partsFor([medium], 'another device', { keys })
  return begun(row, parts, { ...opening, origin, certificate: toBase64(sha256(certificate)) })
}

/** A medium of this device, begun for another election. */
function otherJournals(): string {
  const row = { ...deviceRow, package: toBase64(otherPackage.hash) }
  const parts = (medium: Medium) => ({
    ...partsFor([medium], 'another journal'),
    electionPackage: otherPackage,
  })
  return begun(row, parts, { ...opening, package: row.package })
}

function begun(row: DeviceRow, parts: (medium: Medium) => StoreParts, first: typeof opening): string {
  const folder = newFolder()
  const medium = valueOrThrow(Medium.create(folder, row, seededRandom(`begun ${row.origin}`)))
  DeviceStore.begin(parts(medium), first).close()
  return folder
}

/** What people are told of what is thrown. */
function faultOf(does: () => unknown): StorageFault | undefined {
  try {
    does()
    return undefined
  } catch (error) {
    return storageFault(error)
  }
}

/** Starts a device on what two media are, has it take a vote and close, and looks whether both hold the whole day. */
function goesOn(folders: Two<string>, voters: Voters): DeviceStore {
  const store = started(folders)
  valueOrThrow(store.unlock(dayKey()))
  expect(voters.nonces.every((nonce) => store.isSpent(nonce))).toBe(true)
  voters.vote(store)
  store.closePolls(officers)
  expect(store.day).toMatchObject({ polls: 'finished', casts: voters.nonces.length, lostMedia: [] })
  store.close()
  open.splice(open.indexOf(store), 1)
  expect(rowsOf(folders[1])).toEqual(rowsOf(folders[0]))
  for (const folder of folders) expect(started([folder]).day.casts).toBe(voters.nonces.length)
  return store
}

describe.each([0, 1] as const)('of two media number %i', (lost) => {
  const kept = lost === 0 ? 1 : 0

  test('refuses a vote: it is taken on the other, which says so, and the medium catches up after a restart', () => {
    const { store, folders, media, voters } = openDevice(40)
    const empty = fillUp(media[lost] as Medium)
    voters.vote(store)
    expect(store.day).toMatchObject({ casts: 41, lostMedia: [NAMES[lost]] })
    while (voters.nonces.length < 70) voters.vote(store)
    empty()
    const images = folders.map(imageOf) as unknown as Two<string>
    expect(told(started(images))).toEqual([`medium.lost ${NAMES[lost]} failed`])
    expect(told(goesOn(images, voters))).toEqual([
      `medium.lost ${NAMES[lost]} failed`,
      `medium.restored ${NAMES[lost]}`,
    ])
  })

  test.each(['SQLITE_CONSTRAINT_PRIMARYKEY', 'SQLITE_MISUSE', 'ENOMEM', 'EMFILE', 'EBADF'])(
    'is not dropped for a mistake of our own (%s): nothing is acknowledged, and a restart finds both',
    (code) => {
      const { store, folders, media, voters } = openDevice(2)
      const medium = media[lost] as Medium
      medium.commit = () => {
        throw Object.assign(new Error('ours'), { code })
      }
      expect(() => store.cast('both', [[0], [0]], new Uint8Array(16).fill(7))).toThrow('ours')
      expect(store.day).toMatchObject({ casts: 2, lostMedia: [] })
      const images = folders.map(imageOf) as unknown as Two<string>
      const again = started(images)
      valueOrThrow(again.unlock(dayKey()))
      expect([2, 3]).toContain(again.day.casts)
      expect(voters.nonces.every((nonce) => again.isSpent(nonce))).toBe(true)
    },
  )

  test('fails at a vote: while the computer runs it is believed by no program any more, and once it was started anew it catches up', () => {
    const { store, folders, media, voters } = openDevice(3)
    const medium = media[lost] as Medium
    medium.commit = () => {
      throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_WRITE' })
    }
    voters.vote(store)
    const images = folders.map(imageOf) as unknown as Two<string>
    const again = started(images, 'boot of two media 3')
    valueOrThrow(again.unlock(dayKey()))
    voters.vote(again)
    expect(told(again)).toEqual([`medium.lost ${NAMES[lost]} failed`])
    again.close()
    open.splice(open.indexOf(again), 1)
    goesOn(images, voters)
  })

  test.each(['a vote', 'an entry'] as const)(
    'fails in writing %s, and the program is killed before the other has it: what it shows is written to the other, and then it does not count',
    (what) => {
      const { store, folders, voters } = openDevice(3)
      const before = folders.map(imageOf)
      if (what === 'a vote') voters.vote(store)
      else store.append({ type: 'printer.paper_low' })
      const images = folders.map(imageOf) as string[]
      images[kept] = before[kept] as string
      new Distrust(images[kept]).mark(NAMES[lost], 'this')
      const again = started(images, 'this')
      valueOrThrow(again.unlock(dayKey()))
      const caughtUp = [`medium.lost ${NAMES[kept]} behind`, `medium.restored ${NAMES[kept]}`]
      expect(told(again)).toEqual([
        ...(what === 'a vote' ? caughtUp : []),
        `medium.lost ${NAMES[lost]} failed`,
      ])
      const alone = started([imageOf(images[kept])], 'this')
      valueOrThrow(alone.unlock(dayKey()))
      expect(alone.day.casts).toBe(voters.nonces.length)
    },
  )

  test('failed as the other did: neither is better, and both go on', () => {
    const { folders, voters } = openDevice(3)
    const images = folders.map(imageOf) as unknown as Two<string>
    new Distrust(images[0]).mark('b', 'this')
    new Distrust(images[1]).mark('a', 'this')
    const again = started(images, 'this')
    valueOrThrow(again.unlock(dayKey()))
    voters.vote(again)
    expect(told(again)).toEqual([])
  })

  test.each([
    ['SQLITE_IOERR_WRITE', 'SQLITE_FULL', 'io-error'],
    ['SQLITE_FULL', 'SQLITE_IOERR_WRITE', 'io-error'],
    ['SQLITE_READONLY', 'SQLITE_FULL', 'read-only'],
    ['SQLITE_FULL', 'SQLITE_FULL', 'full'],
  ] as const)(
    'answers %s to a vote and the other %s: the graver of both decides what is believed',
    (here, there, decides) => {
      const { store, media, voters } = openDevice(2)
      for (const [i, code] of [
        [lost, here],
        [kept, there],
      ] as const)
        (media[i] as Medium).commit = () => {
          throw Object.assign(new Error(code), { code })
        }
      expect(faultOf(() => voters.vote(store))).toBe(decides)
      expect(faultOf(() => store.slip)).toBe(decides)
    },
  )

  test('failed at a vote, and the other has no room to remember that: what the disk shows is not believed', () => {
    const { store, media, voters } = openDevice(2)
    ;(media[lost] as Medium).commit = () => {
      throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_WRITE' })
    }
    ;(media[kept] as Medium).distrust.mark = () => {
      throw Object.assign(new Error('no space'), { code: 'ENOSPC' })
    }
    expect(faultOf(() => voters.vote(store))).toBe('io-error')
  })

  test('failed at a vote, and the other has room to remember that in what was kept for votes: a program that starts again believes the other', () => {
    const { store, folders, media, voters } = openDevice(2)
    const [failing, full] = [media[lost], media[kept]] as Two<Medium>
    failing.commit = () => {
      throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_WRITE' })
    }
    const [mark, giveBack] = [full.distrust.mark.bind(full.distrust), full.space.giveBack.bind(full.space)]
    full.distrust.mark = () => {
      throw Object.assign(new Error('no space'), { code: 'ENOSPC' })
    }
    full.space.giveBack = () => {
      giveBack()
      full.distrust.mark = mark
    }
    voters.vote(store)
    const again = started(folders.map(imageOf), 'boot of two media 2')
    expect(again.day).toMatchObject({ casts: 3, lostMedia: [NAMES[lost]] })
  })

  test('was lost in the morning and answers again when the other fails: it is not written to, and with both the day goes on', () => {
    const { store, folders, media, voters } = openDevice(3)
    const empty = fillUp(media[lost] as Medium)
    voters.vote(store)
    empty()
    voters.vote(store)
    ;(media[kept] as Medium).commit = () => {
      throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_WRITE' })
    }
    expect(() => voters.vote(store)).toThrow('disk I/O error')
    // Even where it took no mark.
    rmSync(join(folders[lost], LEFT_BEHIND_FILE))
    const alone = Medium.open(imageOf(folders[lost]), seededRandom('alone'))
    const parts = partsFor([valueOrThrow(alone)], 'alone')
    const rows = rowsOf(folders[lost])
    expect(settleFailure('full', store, (acknowledged) => DeviceStore.resume(parts, acknowledged))).toBe(
      'unknown',
    )
    parts.media[0].close()
    expect(rowsOf(parts.media[0].folder)).toEqual(rows)
    // A build that does not ask writes another history.
    const images = folders.map(imageOf)
    expect(
      settleFailure('full', started([images[lost] as string]), () =>
        resumeOn(build, [images[lost] as string]),
      ),
    ).not.toBe('unknown')
    expect(resumeOn(build, images)).toMatchObject({ ok: false, error: { code: 'store.media-differ' } })
    goesOn(folders.map(imageOf) as unknown as Two<string>, voters)
  })

  test('was left behind in the morning and is alone at a start: the device does not begin with it until the other is back', () => {
    const { store, folders, media, voters } = openDevice(3)
    const commit = (media[lost] as Medium).commit.bind(media[lost])
    ;(media[lost] as Medium).commit = () => {
      throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_WRITE' })
    }
    voters.vote(store)
    ;(media[lost] as Medium).commit = commit
    voters.vote(store)
    const images = folders.map(imageOf) as unknown as Two<string>
    const rows = rowsOf(images[lost])
    for (const start of [1, 2])
      expect([start, startedAlone(images[lost], lost)]).toMatchObject([
        start,
        { ok: false, error: { code: 'store.left-behind' } },
      ])
    expect(rowsOf(images[lost])).toEqual(rows)
    goesOn(images, voters)
    expect(valueOrThrow(startedAlone(images[lost], lost)).day.casts).toBe(voters.nonces.length)
  })

  test('was left behind, and the other comes back without what it was acknowledged to hold: the device begins with neither', () => {
    const { store, folders, media, voters } = openDevice(3)
    const before = imageOf(folders[kept])
    const empty = fillUp(media[lost] as Medium)
    for (let i = 0; i < 5; i += 1) voters.vote(store)
    empty()
    const images = folders.map(imageOf) as unknown as [string, string]
    images[kept] = before
    expect(resumeOn(build, images.map(imageOf))).toMatchObject({
      ok: false,
      error: { code: 'store.left-behind' },
    })
    images[kept] = folders[kept]
    goesOn(images.map(imageOf) as unknown as Two<string>, voters)
  })

  test('has no key that opens its pool, and is alone at a later start: the device does not begin with it until the other is back', () => {
    const { folders, voters } = openDevice(5)
    const images = folders.map(imageOf) as unknown as Two<string>
    writeFileSync(join(images[lost], 'slots.bin'), new Uint8Array(8192))
    const store = started(images)
    valueOrThrow(store.unlock(dayKey()))
    expect(told(store)).toEqual([`medium.lost ${NAMES[lost]} damaged`])
    while (voters.nonces.length < 105) voters.vote(store)
    store.close()
    open.splice(open.indexOf(store), 1)
    const rows = rowsOf(images[lost])
    for (const start of [1, 2])
      expect([start, startedAlone(images[lost], lost)]).toMatchObject([
        start,
        { ok: false, error: { code: 'store.left-behind' } },
      ])
    expect(rowsOf(images[lost])).toEqual(rows)
    goesOn(images, voters)
  })

  test('lacks a vote after a crash, and the other dies before cards come that bring it: the device does not begin with it', () => {
    const { store, folders, voters } = openDevice(3)
    const before = folders.map(imageOf)
    voters.vote(store)
    const images = folders.map(imageOf) as unknown as [string, string]
    images[lost] = before[lost] as string
    started(images).close()
    open.pop()
    expect(startedAlone(images[lost], lost)).toMatchObject({
      ok: false,
      error: { code: 'store.left-behind' },
    })
    goesOn(images, voters)
  })

  test('is one step behind after a power cut: the longer one counts, and the other catches up', () => {
    const { store, folders, voters } = openDevice(3)
    const before = folders.map(imageOf)
    voters.vote(store)
    const images = folders.map(imageOf)
    images[lost] = before[lost] as string
    const again = goesOn(images as unknown as Two<string>, voters)
    expect(told(again)).toEqual([`medium.lost ${NAMES[lost]} behind`, `medium.restored ${NAMES[lost]}`])
  })

  test('lacks entries and no vote after a crash: it has them when the start is over, and goes on alone when the other dies', () => {
    const { store, folders, voters } = openDevice(40)
    const before = folders.map(imageOf)
    store.setSlip('hanging')
    store.countVoidSlip()
    const images = folders.map(imageOf)
    images[lost] = before[lost] as string
    const again = started(images)
    again.append({ type: 'tamper.opened', switch: 'chassis' })
    expect(told(again)).toEqual([])
    const alone = started([imageOf(images[lost] as string)])
    expect(alone.day.size).toBe(again.day.size)
    expect(valueOrThrow(alone.unlock(dayKey()))).toBeUndefined()
    expect(alone.day).toMatchObject({ casts: voters.nonces.length, voids: 1 })
  })

  test('lacks the opening of the polls after a crash: it has it when the start is over, with the pool that was prepared', () => {
    const { store, folders } = beginOn(build, 2, 'opening')
    open.push(store)
    valueOrThrow(store.preparePool(dayKey()))
    store.append({ type: 'report.printed', report: 'zero' })
    const before = folders.map(imageOf)
    store.openPolls(officers)
    const images = folders.map(imageOf)
    images[lost] = before[lost] as string
    expect(told(started(images))).toEqual([])
    const alone = started([imageOf(images[lost] as string)])
    expect(alone.day.polls).toBe('open')
    valueOrThrow(alone.unlock(dayKey()))
  })

  test('was lost before the polls opened: it is unlocked where the key of the other is gone', () => {
    const { store, folders, media } = beginOn(build, 2, 'lost before opening')
    open.push(store)
    valueOrThrow(store.preparePool(dayKey()))
    store.append({ type: 'report.printed', report: 'zero' })
    const medium = media[lost] as Medium
    medium.commit = () => {
      throw Object.assign(new Error('the disk is full'), { code: 'SQLITE_FULL' })
    }
    store.openPolls(officers)
    const images = folders.map(imageOf) as unknown as Two<string>
    writeFileSync(join(images[kept], 'slots.bin'), new Uint8Array(8192))
    const again = started(images)
    valueOrThrow(again.unlock(dayKey()))
    expect(told(again)).toEqual([
      `medium.lost ${NAMES[lost]} failed`,
      `medium.restored ${NAMES[lost]}`,
      `medium.lost ${NAMES[kept]} damaged`,
    ])
    new Voters('lost before opening').vote(again)
    expect(again.day.casts).toBe(1)
  })

  test('is one step behind at closing: it catches up at once, and no key of the pool is left on it', () => {
    const { store, folders, voters } = openDevice(3)
    const before = folders.map(imageOf)
    store.closePolls(officers)
    const images = folders.map(imageOf) as string[]
    images[lost] = before[lost] as string
    const again = started(images)
    expect(again.day).toMatchObject({ polls: 'finished', casts: voters.nonces.length, lostMedia: [] })
    expect(rowsOf(images[1] as string)).toEqual(rowsOf(images[0] as string))
    const medium = valueOrThrow(Medium.open(images[lost] as string, seededRandom('look')))
    expect([medium.slots.keys(), medium.pool()]).toEqual([[], undefined])
    medium.close()
  })

  test.each(['behind', 'whole'] as const)(
    'is not there at a start (%s): the other goes on and says so, once',
    (how) => {
      const { store, folders, voters } = openDevice(3)
      if (how === 'behind') store.append({ type: 'tamper.opened', switch: 'chassis' })
      const image = imageOf(folders[kept])
      const parts = (seed: string) => {
        const medium = valueOrThrow(Medium.open(image, seededRandom(seed)))
        const gone = absentMedium('/pulled', refusalOf(Medium.open('/pulled', seededRandom(seed))))
        const media: AllMedia = lost === 0 ? [gone, medium] : [medium, gone]
        return partsFor(media, seed)
      }
      for (const start of ['first', 'second']) {
        const again = valueOrThrow(DeviceStore.resume(parts(start)))
        expect(told(again)).toEqual([`medium.lost ${NAMES[lost]} missing`])
        valueOrThrow(again.unlock(dayKey()))
        voters.vote(again)
        again.close()
      }
    },
  )

  test('is damaged: it is left alone, and the other goes on and says so', () => {
    const { folders, voters } = openDevice(3)
    const images = folders.map(imageOf) as unknown as Two<string>
    sql(
      images[lost],
      'DROP TRIGGER journal_no_update; UPDATE journal SET entry = CAST(entry || 0 AS BLOB) WHERE seq = 2; ' +
        "CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'journal: what was written is never changed or deleted'); END",
    )
    const before = rowsOf(images[lost])
    const store = started(images)
    valueOrThrow(store.unlock(dayKey()))
    voters.vote(store)
    expect(told(store)).toEqual([`medium.lost ${NAMES[lost]} damaged`])
    expect(rowsOf(images[lost])).toEqual(before)
    expect(existsSync(join(images[lost], LEFT_BEHIND_FILE))).toBe(false)
  })

  test('has no key that opens its pool: the other opens, and it gets a new one at the next start', () => {
    const { folders, voters } = openDevice(3)
    const images = folders.map(imageOf) as unknown as Two<string>
    writeFileSync(join(images[lost], 'slots.bin'), new Uint8Array(8192))
    const store = started(images)
    valueOrThrow(store.unlock(dayKey()))
    expect(told(store)).toEqual([`medium.lost ${NAMES[lost]} damaged`])
    voters.vote(store)
    store.close()
    open.splice(open.indexOf(store), 1)
    goesOn(images, voters)
  })

  test('tells another history: the device stops and takes neither', () => {
    const { store, folders } = openDevice(3)
    const other = folders.map(imageOf)
    store.append({ type: 'tamper.opened', switch: 'chassis' })
    const fork = started([other[kept] as string])
    fork.append({ type: 'tamper.opened', switch: 'seal' })
    fork.append({ type: 'tamper.opened', switch: 'seal' })
    fork.close()
    open.splice(open.indexOf(fork), 1)
    const images = folders.map(imageOf) as string[]
    images[lost] = other[kept] as string
    const refused = resumeOn(build, images)
    expect(refused.ok ? 'taken' : describeRefusal(refused.error)).toContain('store.media-differ')
    expect(refused.ok ? 'taken' : refused.error.where).toContain('table journal, entry')
  })

  test.each(['device', 'journal'] as const)(
    'is of another %s: that is no damage, and the device stops, with both as they were',
    (what) => {
      const { folders } = openDevice(3)
      const images = folders.map(imageOf) as unknown as [string, string]
      images[lost] = what === 'device' ? otherDevices() : otherJournals()
      const before = images.map(rowsOf)
      const refused = resumeOn(build, images)
      expect(refused.ok ? 'taken' : refused.error).toMatchObject({
        code: what === 'device' ? 'records.changed' : 'store.other-package',
        where: expect.stringContaining(images[lost]),
      })
      expect(images.map(rowsOf)).toEqual(before)
    },
  )

  test.each(['origin', 'package', 'certificate'] as const)(
    'names another %s, in a row that nothing signed bears out: that is damage, and the other goes on and says so',
    (column) => {
      const { folders, voters } = openDevice(3)
      const images = folders.map(imageOf) as unknown as Two<string>
      spoilRow(images[lost], column)
      const store = started(images)
      valueOrThrow(store.unlock(dayKey()))
      voters.vote(store)
      expect(told(store)).toEqual([`medium.lost ${NAMES[lost]} damaged`])
    },
  )
})

describe('whose an unsound medium is', () => {
  const believing = async (what: string): Promise<typeof build> => {
    const line = 'isOfAnother(records, first.day, expected)'
    const root = weakenedSources({ file: 'device-agent/store/compare-media.ts', line, by: what })
    const store = join(root, 'device-agent/store')
    return { ...(await import(join(store, 'device-store.ts'))), ...(await import(join(store, 'medium.ts'))) }
  }
  const isTaken = (of: typeof build, images: readonly string[]) => {
    const resumed = resumeOn(of, images)
    if (resumed.ok) resumed.value.close()
    return resumed.ok
  }

  test('a build that believes the row stops for one flipped bit', async () => {
    const { folders } = openDevice(3)
    const images = folders.map(imageOf) as unknown as Two<string>
    spoilRow(images[1], 'origin')
    const weak = await believing('records.device[0]?.origin !== first.day.origin')
    expect([isTaken(weak, images), isTaken(build, images)]).toEqual([false, true])
  })

  test('a build that does not ask goes on beside a medium that does not belong there', async () => {
    const { folders } = openDevice(3)
    const images = [imageOf(folders[0]), otherDevices()]
    const weak = await believing('records.journal.length < 0')
    expect([isTaken(weak, images.map(imageOf)), isTaken(build, images)]).toEqual([true, false])
  })
})

describe('a weakened build begins with a medium that was left behind, without votes that counted, which these tests tell:', () => {
  const load = async (line: Replacement): Promise<typeof build> => {
    const store = join(weakenedSources(line), 'device-agent/store')
    return { ...(await import(join(store, 'device-store.ts'))), ...(await import(join(store, 'medium.ts'))) }
  }

  test('one that reads no mark', async () => {
    const { store, folders, media, voters } = openDevice(3)
    const empty = fillUp(media[0] as Medium)
    voters.vote(store)
    empty()
    const weak = await load({
      file: 'device-agent/store/compare-media.ts',
      line: 'further > first.day.size',
      by: 'false',
    })
    const image = imageOf(folders[0])
    expect(startedAlone(imageOf(image), 0)).toMatchObject({ ok: false, error: { code: 'store.left-behind' } })
    expect(valueOrThrow(startedAlone(imageOf(image), 0, weak)).day.casts).toBeLessThan(voters.nonces.length)
  })

  test('one that marks no medium whose pool does not open', async () => {
    const { folders, voters } = openDevice(3)
    writeFileSync(join(folders[0], 'slots.bin'), new Uint8Array(8192))
    const weak = await load({
      file: 'device-agent/store/media.ts',
      line: "why === 'missing' || why === 'silent'",
      by: "why !== 'failed' && why !== 'behind'",
    })
    const leftBehindBy = (of: typeof build) => {
      const images = folders.map(imageOf)
      const store = valueOrThrow(resumeOn(of, images))
      open.push(store)
      valueOrThrow(store.unlock(dayKey()))
      new Voters('the afternoon').vote(store)
      return startedAlone(images[0] as string, 0)
    }
    expect(leftBehindBy(build)).toMatchObject({ ok: false, error: { code: 'store.left-behind' } })
    expect(valueOrThrow(leftBehindBy(weak)).day.casts).toBe(voters.nonces.length)
  })
})

function refusalOf(opened: ReturnType<typeof Medium.open>): Refusal {
  if (opened.ok) throw new Error('there is a medium')
  return opened.error
}
