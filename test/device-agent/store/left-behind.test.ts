/** One of two media was left behind and is alone later: a device does not go on without votes that counted. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { describeRefusal, valueOrThrow } from '../../../core/result.ts'
import { settleFailure } from '../../../device-agent/ballot/storage-failure.ts'
import { DeviceStore } from '../../../device-agent/store/device-store.ts'
import { LEFT_BEHIND_FILE } from '../../../device-agent/store/left-behind.ts'
import { Medium } from '../../../device-agent/store/medium.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { fillUp, imageOf, resumeOn } from './device.ts'
import {
  build,
  closeLater,
  closeNow,
  goesOn,
  openDevice,
  rowsOf,
  started,
  startedAlone,
  startedWithoutPoolKey,
  type Two,
  weakenedStore,
} from './two-media.ts'
import { dayKey, partsFor, Voters } from './voting.ts'

/** Looks whether a device does not begin with that medium alone, at a second start either, and leaves it as it was. */
function expectRefusedAlone(folder: string, place: 0 | 1): void {
  const rows = rowsOf(folder)
  for (const start of [1, 2])
    expect([start, startedAlone(folder, place)]).toMatchObject([
      start,
      { ok: false, error: { code: 'store.left-behind' } },
    ])
  expect(rowsOf(folder)).toEqual(rows)
}

describe.each([0, 1] as const)('of two media number %i', (lost) => {
  const kept = lost === 0 ? 1 : 0

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
    expectRefusedAlone(images[lost], lost)
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
    const { images, store } = startedWithoutPoolKey(folders, lost)
    while (voters.nonces.length < 105) voters.vote(store)
    closeNow(store)
    expectRefusedAlone(images[lost], lost)
    goesOn(images, voters)
  })

  test('lacks a vote after a crash, and the other dies before cards come that bring it: the device does not begin with it', () => {
    const { store, folders, voters } = openDevice(3)
    const before = folders.map(imageOf)
    voters.vote(store)
    const images = folders.map(imageOf) as unknown as [string, string]
    images[lost] = before[lost] as string
    closeNow(started(images))
    expect(startedAlone(images[lost], lost)).toMatchObject({
      ok: false,
      error: { code: 'store.left-behind' },
    })
    goesOn(images, voters)
  })
})

test('a first medium that hung in the middle of a vote, and did it later: the device stops, and says which of the two went on without the other', () => {
  const { store, folders, media, voters } = openDevice(2)
  ;(media[1] as Medium).commit = () => {
    throw new Error('the program was ended')
  }
  expect(() => voters.vote(store)).toThrow('the program was ended')
  closeNow(store)
  const images = folders.map(imageOf) as unknown as Two<string>
  const alone = valueOrThrow(startedAlone(images[1], 1))
  valueOrThrow(alone.unlock(dayKey()))
  voters.vote(alone)
  closeNow(alone)
  const both = resumeOn(build, images)
  expect(both.ok ? 'taken' : describeRefusal(both.error)).toMatch(
    new RegExp(
      `from there on ${images[1]} went on without ${images[0]} \\(medium a lost: missing\\), which has others there \\(1\\) .* If ${images[0]} hung then or was taken out, it is the one to take out and to keep\\.`,
    ),
  )
  expect(valueOrThrow(startedAlone(images[1], 1)).day.casts).toBe(3)
})

describe('a weakened build begins with a medium that was left behind, without votes that counted, which these tests tell:', () => {
  test('one that reads no mark', async () => {
    const { store, folders, media, voters } = openDevice(3)
    const empty = fillUp(media[0] as Medium)
    voters.vote(store)
    empty()
    const weak = await weakenedStore({
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
    const weak = await weakenedStore({
      file: 'device-agent/store/media.ts',
      line: "why === 'missing' || why === 'silent'",
      by: "why !== 'failed' && why !== 'behind'",
    })
    const leftBehindBy = (of: typeof build) => {
      const images = folders.map(imageOf)
      const store = valueOrThrow(resumeOn(of, images))
      closeLater(store)
      valueOrThrow(store.unlock(dayKey()))
      new Voters('the afternoon').vote(store)
      return startedAlone(images[0] as string, 0)
    }
    expect(leftBehindBy(build)).toMatchObject({ ok: false, error: { code: 'store.left-behind' } })
    expect(valueOrThrow(leftBehindBy(weak)).day.casts).toBe(voters.nonces.length)
  })
})
