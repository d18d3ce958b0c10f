/**
 * The disk gives back other bytes than were written: one flipped, a page of zeros or of noise, a page that is half its older self, at every page
 * of the database and in the write-ahead log of a device that lost its power. It starts with all it had, or it says which file or table it was;
 * with a second medium it starts with all it had.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { uniform } from '../../../core/ballot-box/draw.ts'
import { DeviceStore } from '../../../device-agent/store/device-store.ts'
import { Medium } from '../../../device-agent/store/medium.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { beginOn, imageOf, resumeOn } from './device.ts'
import { dayKey, deviceRow, openPolls, Voters } from './voting.ts'

const seed = process.env['SEED'] ?? String(Date.now() % 1_000_000)
const random = seededRandom(seed)
const build = { DeviceStore, Medium }
const PAGE = 4_096
/** Of the log's header and of each frame's (sqlite.org/fileformat2.html, 4.1 and 4.2). */
const LOG_HEADER = 32
const FRAME_HEADER = 24
/** A batch has left the pool; more wait. */
const CASTS = 70

/** First bytes of a b-tree page (sqlite.org/fileformat2.html, 1.6). */
const KINDS: Readonly<Record<number, string>> = {
  2: 'interior of an index',
  5: 'interior of a table',
  10: 'leaf of an index',
  13: 'leaf of a table',
}

let off: readonly [string, string]
let cut: string
let earlier: Buffer
beforeAll(() => {
  const { store, folders } = beginOn(build, 2, 'damaged pages')
  const [folder = '', second = ''] = folders
  openPolls(store)
  const voters = new Voters('damaged pages')
  while (voters.nonces.length < CASTS - 20) voters.vote(store)
  const before = imageOf(folder)
  while (voters.nonces.length < CASTS) voters.vote(store)
  cut = imageOf(folder)
  store.close()
  off = [imageOf(folder), imageOf(second)]
  const stopped = resumeOn(build, [before])
  if (stopped.ok) stopped.value.close()
  earlier = readFileSync(join(before, 'ballots.db'))
})

/** A copy of a medium in which a file was changed. */
function changedImage(image: string, file: string, change: (bytes: Buffer) => void): string {
  const folder = imageOf(image)
  const bytes = readFileSync(join(folder, file))
  change(bytes)
  writeFileSync(join(folder, file), bytes)
  return folder
}

/** What a device does with such media: it refuses, with the code, or it has everything, and tells which of them is lost. */
function outcomeOf(...folders: readonly string[]): string {
  const resumed = resumeOn(build, folders)
  if (!resumed.ok) return resumed.error.code
  const store = resumed.value
  try {
    const unlocked = store.unlock(dayKey())
    if (!unlocked.ok) return unlocked.error.code
    if (store.day.casts !== CASTS || store.slip !== 'accepted') return 'lost'
    return ['everything', ...store.day.lostMedia].join(' without ')
  } finally {
    store.close()
  }
}

/** A refusal's code, or everything is there. */
const SOUND = /^(everything|[a-z]+\.[a-z-]+)$/

/** By a byte of each part of it, and whole. */
const DAMAGES: Readonly<Record<string, (page: Buffer, number: number) => void>> = {
  'a byte at its beginning': (page) => flip(page, uniform(8, random)),
  'a byte anywhere': (page) => flip(page, uniform(page.length, random)),
  'a byte near its end, where rows begin': (page) => flip(page, page.length - 1 - uniform(512, random)),
  zeros: (page) => void page.fill(0),
  noise: (page) => void page.set(random.bytes(page.length)),
  'half of what it was before': (page, number) => {
    const old = earlier.subarray(number * PAGE, number * PAGE + PAGE / 2)
    page.set(old.length > 0 ? old : new Uint8Array(PAGE / 2))
  },
}

function flip(page: Buffer, at: number): void {
  page[at] = (page[at] ?? 0) ^ (1 << uniform(8, random))
}

const DAMAGE_NAMES = Object.keys(DAMAGES)
const EVERY_KIND = new Set([
  'first page',
  'interior of a table',
  'leaf of a table',
  'leaf of an index',
  'overflow or free',
])

function pagesOf(image: string): number {
  return readFileSync(join(image, 'ballots.db')).length / PAGE
}

/** A copy of a medium with one page of its database damaged, and what that page was. */
function withDamage(name: string, image: string, number: number) {
  let kind = ''
  const folder = changedImage(image, 'ballots.db', (bytes) => {
    const page = bytes.subarray(number * PAGE, (number + 1) * PAGE)
    kind = number === 0 ? 'first page' : (KINDS[page[0] ?? 0] ?? 'overflow or free')
    DAMAGES[name]?.(page, number)
  })
  return { folder, kind }
}

describe(`pages that are not as they were written (SEED=${seed})`, () => {
  test.each(DAMAGE_NAMES)(
    'of the database, by %s: the device has everything or says what is wrong',
    (name) => {
      const refused = new Set<string>()
      for (let number = 0; number < pagesOf(off[0]); number += 1) {
        const { folder, kind } = withDamage(name, off[0], number)
        const outcome = outcomeOf(folder)
        expect(outcome, `page ${number}, ${kind}`).toMatch(SOUND)
        if (outcome !== 'everything') refused.add(kind)
      }
      // Some bytes of a page are nobody's; noise and zeros leave none of them as it was.
      if (name === 'noise' || name === 'zeros') expect(refused).toEqual(EVERY_KIND)
    },
  )

  describe.each([0, 1] as const)(
    'of one database of two, number %i: the device has everything, and tells that this one is lost,',
    (damaged) => {
      const name = ['a', 'b'][damaged] ?? ''
      const outcomeBeside = (folder: string) => {
        const other = imageOf(off[1 - damaged] ?? '')
        return outcomeOf(...(damaged === 0 ? [folder, other] : [other, folder]))
      }

      test('at each page by noise, and by the other damages in turn', () => {
        const lost = new Set<string>()
        for (let number = 0; number < pagesOf(off[damaged]); number += 1) {
          const inTurn = DAMAGE_NAMES[number % DAMAGE_NAMES.length] ?? ''
          for (const damage of ['noise', inTurn]) {
            const { folder, kind } = withDamage(damage, off[damaged], number)
            const outcome = outcomeBeside(folder)
            // Some bytes of a page are nobody's.
            expect(outcome, `page ${number}, ${kind}, ${damage}`).toMatch(
              damage === 'noise' ? `everything without ${name}` : /^everything/,
            )
            if (outcome !== 'everything') lost.add(kind)
          }
        }
        expect(lost).toEqual(EVERY_KIND)
      })

      test('by a bit anywhere in the row that says whose it is', () => {
        for (let round = 0; round < 30; round += 1) {
          let at = 0
          const folder = changedImage(off[damaged], 'ballots.db', (bytes) => {
            const row = Buffer.from(deviceRow.origin + deviceRow.package)
            at = bytes.indexOf(row) + uniform(row.length + deviceRow.certificate.length, random)
            flip(bytes, at)
          })
          expect(outcomeBeside(folder), `byte ${at}`).toBe(`everything without ${name}`)
        }
      })
    },
  )

  test('of the write-ahead log: a log that ends early is a pool that does not open', () => {
    const frames = (readFileSync(join(cut, 'ballots.db-wal')).length - LOG_HEADER) / (FRAME_HEADER + PAGE)
    const outcomes = new Set<string>()
    for (let round = 0; round < 40; round += 1) {
      const at = LOG_HEADER + uniform(frames, random) * (FRAME_HEADER + PAGE)
      const folder = changedImage(cut, 'ballots.db-wal', (bytes) =>
        flip(bytes, at + uniform(FRAME_HEADER + PAGE, random)),
      )
      const outcome = outcomeOf(folder)
      expect(outcome, `frame at ${at}`).toMatch(SOUND)
      outcomes.add(outcome)
    }
    expect(outcomes).toContain('store.pool')
  })
})
