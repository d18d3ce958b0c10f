/** What a start makes of two media of which one is behind, not there, or damaged. */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { valueOrThrow } from '../../../core/result.ts'
import { DeviceStore } from '../../../device-agent/store/device-store.ts'
import { LEFT_BEHIND_FILE } from '../../../device-agent/store/left-behind.ts'
import { type AllMedia, absentMedium } from '../../../device-agent/store/media.ts'
import { Medium } from '../../../device-agent/store/medium.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { beginOn, imageOf } from './device.ts'
import {
  build,
  closeLater,
  closeNow,
  goesOn,
  NAMES,
  openDevice,
  refusalOf,
  rowsOf,
  sql,
  started,
  startedWithoutPoolKey,
  type Two,
  told,
} from './two-media.ts'
import { dayKey, officers, partsFor, Voters } from './voting.ts'

describe.each([0, 1] as const)('of two media number %i', (lost) => {
  const kept = lost === 0 ? 1 : 0

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
    closeLater(store)
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
    closeLater(store)
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
    const { images, store } = startedWithoutPoolKey(folders, lost)
    voters.vote(store)
    closeNow(store)
    goesOn(images, voters)
  })
})
