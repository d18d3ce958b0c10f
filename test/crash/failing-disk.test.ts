import { beforeAll, describe, expect, test } from 'vitest'
import { uniform } from '../../core/ballot-box/draw.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { weakenedSources } from '../end-to-end/weakened/build.ts'
import { describeWith, STRACE } from '../oracles/needs.ts'
import { ANSWERS, type Answer, failedDay } from './refusing-disk.ts'
import { countCalls, type Day, ROOT, record } from './strace.ts'
import { deafToFullDisk, deafToSync } from './weakened.ts'

const seed = process.env['SEED'] ?? String(Date.now() % 1_000_000)
const DAY = { ballots: 2, seed }
const MEDIA = ['first', 'second'] as const

/** A day with its calls counted, in which one of those on a medium, both drawn by lot among them that there are, is answered so. */
function failing(day: Day): (answer: Answer) => string | undefined {
  const counted = MEDIA.map((watched) => [watched, countCalls(day, watched)] as const)
  return (answer) => {
    const [, name] = answer
    const random = seededRandom(`${seed} ${day.isRestart} ${answer.join()}`)
    const possible = counted.flatMap(([watched, counts]) => {
      const count = counts.get(name)
      return count === undefined ? [] : [{ watched, n: 1 + uniform(count, random) }]
    })
    const drawn = possible[uniform(possible.length, random)]
    return drawn === undefined ? `no day has a ${name}` : failedDay(day, drawn.watched, answer, drawn.n)
  }
}

describeWith([STRACE], `a disk that refuses (SEED=${seed})`, () => {
  describe('in a day, on a medium by lot', () => {
    let broken: ReturnType<typeof failing>
    beforeAll(() => {
      broken = failing({ ...DAY, root: ROOT })
    })

    test.each(ANSWERS)(
      '%s from %s%s: it goes on, no step is acknowledged that is on neither, and a restart finds all on both',
      (...answer) => {
        expect(broken(answer)).toBeUndefined()
      },
    )
  })

  describe('when a day is taken up again, on a medium by lot', () => {
    let broken: ReturnType<typeof failing>
    beforeAll(() => {
      broken = failing({ ...DAY, root: ROOT, isRestart: true })
    })

    test.each(ANSWERS)(
      '%s from %s%s: it is unlocked, goes to its end, and its export can be read',
      (...answer) => {
        expect(broken(answer)).toBeUndefined()
      },
    )
  })

  test.each([
    ['opens no polls while it has no room for a day', [], /^nothing$/],
    [
      'would open them, did it not hear that it has none',
      [deafToFullDisk],
      /the day did not go on after 15 steps: $/,
    ],
  ] as const)('a device with a medium by lot that is full %s', (_, weakened, breaks) => {
    const day = { ...DAY, root: weakenedSources(...weakened), takesRoom: true } as const
    expect(failing(day)(['ENOSPC', 'pwrite64', '+']) ?? 'nothing').toMatch(breaks)
  })

  test('a device that does not listen to what a sync of its slots answers goes on with a medium that it must drop', () => {
    const day = { ...DAY, root: weakenedSources(deafToSync) }
    const last = record(day, 'first').calls.findLast(
      ({ name, act }) => name === 'fdatasync' && 'path' in act && act.path.endsWith('slots.bin'),
    )
    expect(failedDay(day, 'first', ['EIO', 'fdatasync', ''], last?.n ?? 1)).toContain('nobody was told')
  })
})
