import { expect, test } from 'vitest'
import { uniform } from '../../core/ballot-box/draw.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { weakenedSources } from '../end-to-end/weakened/build.ts'
import { describeWith, STRACE } from '../oracles/needs.ts'
import { ANSWERS, countCalls, failedDay, READ_ERRORS } from './refusing-disk.ts'
import { ROOT, record } from './strace.ts'
import type { Call } from './strace-log.ts'
import { deafToSync } from './weakened.ts'

const seed = process.env['SEED'] ?? String(Date.now() % 1_000_000)
const DAY = { ballots: 2, seed }

function countOf(calls: readonly Call[], name: string): number {
  return calls.filter((call) => call.name === name).length
}

describeWith([STRACE], `a disk that refuses (SEED=${seed})`, () => {
  const media = ['first', 'second'] as const

  test.each(ANSWERS)(
    '%s from %s%s on a medium by lot: the day goes on, no step is acknowledged that is on neither, and a restart finds all on both',
    (...answer) => {
      const day = { ...DAY, root: ROOT }
      const random = seededRandom(`${seed} ${answer.join()}`)
      const watched = media[uniform(media.length, random)] ?? 'first'
      const count = countCalls(day, watched, answer)
      expect(failedDay(day, watched, answer, 1 + uniform(count, random))).toBeUndefined()
    },
  )

  test.each(READ_ERRORS)(
    '%s from %s%s when a day is taken up again, on a medium by lot: it is unlocked, goes to its end, and its export can be read',
    (...answer) => {
      const day = { ...DAY, root: ROOT, isRestart: true } as const
      const random = seededRandom(`${seed} restart ${answer.join()}`)
      const watched = media[uniform(media.length, random)] ?? 'first'
      const count = countCalls(day, watched, answer)
      expect(failedDay(day, watched, answer, 1 + uniform(count, random))).toBeUndefined()
    },
  )

  test('a device that does not listen to what a sync of its slots answers goes on with a medium that it must drop', () => {
    const day = { ...DAY, root: weakenedSources(deafToSync) }
    const { calls } = record(day, 'first')
    const last = calls.findLastIndex(
      ({ name, act }) => name === 'fdatasync' && 'path' in act && act.path.endsWith('slots.bin'),
    )
    const n = countOf(calls.slice(0, last + 1), 'fdatasync')
    expect(failedDay(day, 'first', ['EIO', 'fdatasync', ''], n)).toContain('nobody was told')
  })
})
