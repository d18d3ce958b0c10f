/** One of two media cannot be read at a restart, when the ballot box is unlocked, or when the day is exported: the other does, and it is told. */
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { valueOrThrow } from '../../../core/result.ts'
import { DeviceStore } from '../../../device-agent/store/device-store.ts'
import { Medium } from '../../../device-agent/store/medium.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { type Replacement, weakenedSources } from '../../end-to-end/weakened/build.ts'
import { beginOn, imageOf } from './device.ts'
import { atLeastOne, dayKey, openPolls, partsFor, type StoreBuild, Voters } from './voting.ts'

const CASTS = 80
/** The first batch of those with both contests; the others wait in the pool. */
const EXPORTED = 32

const begun = beginOn({ DeviceStore, Medium }, 2, 'read errors')
openPolls(begun.store)
const voters = new Voters('read errors')
for (let cast = 0; cast < CASTS; cast += 1) voters.vote(begun.store)
begun.store.close()

/** What is read of a medium, and what for. */
const READS = { 'a restart': 'records', unlocking: 'pool', 'an export': 'ballots' } as const
type When = keyof typeof READS

/** A device takes its day up again with a medium that answers that read with an error. */
function takenUp({ DeviceStore: Store, Medium: Opened }: StoreBuild, when: When, place: 0 | 1) {
  const media = begun.folders.map((folder) =>
    valueOrThrow(Opened.open(imageOf(folder), seededRandom(folder))),
  )
  const medium = media[place]
  if (medium === undefined) throw new Error('a device has two media')
  medium[READS[when]] = () => {
    throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_READ' })
  }
  try {
    const store = valueOrThrow(Store.resume(partsFor(atLeastOne(media), `${when} ${place}`)))
    valueOrThrow(store.unlock(dayKey()))
    const exported = [...store.batches().values()].flat().length
    const { casts, lostMedia } = store.day
    const isSpent = voters.nonces.every((nonce) => store.isSpent(nonce))
    return { casts, isSpent, exported, lostMedia }
  } finally {
    for (const each of media) each.close()
  }
}

const whole = { casts: CASTS, isSpent: true, exported: EXPORTED }

describe('an error of reading', () => {
  test.each([
    ['a restart', 0, 'a'],
    ['a restart', 1, 'b'],
    ['unlocking', 0, 'a'],
    ['unlocking', 1, 'b'],
    ['an export', 0, 'a'],
  ] as const)('at %s, of medium number %i: everything is read from the other', (when, place, name) => {
    expect(takenUp({ DeviceStore, Medium }, when, place)).toEqual({ ...whole, lostMedia: [name] })
  })

  test.each<[When, string, Replacement]>([
    [
      'a restart',
      'takes no error for a medium that is lost',
      {
        file: 'device-agent/store/compare-media.ts',
        line: '    return unsound(why, cannotBeRead(medium, error as Error))\n',
        by: '    throw error\n',
      },
    ],
    [
      'unlocking',
      'asks each medium by itself',
      {
        file: 'device-agent/store/told-media.ts',
        line: 'const answers = this.#media.each(step)\n    const [first, ...others]',
        by: 'const answers = new Map(this.#media.counted.map((each) => [each, step(each)]))\n    const [first, ...others]',
      },
    ],
    [
      'an export',
      'reads from the first medium alone',
      {
        file: 'device-agent/store/told-media.ts',
        line: 'const value = this.#media.read(step)',
        by: 'const value = step(this.#media.counted[0])',
      },
    ],
  ])('stops %s in a build that %s', async (when, _, replacement) => {
    const root = weakenedSources(replacement)
    const load = (file: string) => import(/* @vite-ignore */ join(root, 'device-agent/store', file))
    const build = { ...(await load('device-store.ts')), ...(await load('medium.ts')) }
    expect(() => takenUp(build, when, 0)).toThrow('disk I/O error')
  })
})
