/** One of two media refuses a vote or fails in writing: what is acknowledged, what is believed afterwards, and that the day goes on. */
import { describe, expect, test } from 'vitest'
import { valueOrThrow } from '../../../core/result.ts'
import { Distrust } from '../../../device-agent/store/distrust.ts'
import type { Medium } from '../../../device-agent/store/medium.ts'
import { type StorageFault, storageFault } from '../../../device-agent/store/storage-fault.ts'
import { fillUp, imageOf } from './device.ts'
import { closeNow, goesOn, NAMES, openDevice, started, type Two, told } from './two-media.ts'
import { dayKey } from './voting.ts'

/** What people are told of what is thrown. */
function faultOf(does: () => unknown): StorageFault | undefined {
  try {
    does()
    return undefined
  } catch (error) {
    return storageFault(error)
  }
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
    closeNow(again)
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
})
