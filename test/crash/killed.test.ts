import { expect, test } from 'vitest'
import { uniform } from '../../core/ballot-box/draw.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { openHome } from '../device-agent/store/home.ts'
import { weakenedSources } from '../end-to-end/weakened/build.ts'
import { describeWith, STRACE } from '../oracles/needs.ts'
import { findBroken } from './judge.ts'
import { type Call, type Day, faultAtCall, type OneMedium, ROOT, record } from './strace.ts'
import { destroysKeyEarly, namesSecondFirst } from './weakened.ts'

const seed = process.env['SEED'] ?? String(Date.now() % 1_000_000)
const DAY = { ballots: 2, seed }

/** Kills a day at each of these calls of its own recording. */
function brokenBy(day: Day, watched: OneMedium, calls: readonly Call[], at: readonly number[]): string[] {
  return at.flatMap((i) => {
    const name = calls[i]?.name ?? ''
    const n = calls.slice(0, i + 1).filter((call) => call.name === name).length
    const { folder, done, status, remove } = faultAtCall(day, watched, 'SIGKILL', name, n)
    const broken = findBroken({ ...day, home: openHome(folder), done })
    remove()
    if (status !== null) return [`${watched}, ${name} ${n}: the program was not killed`]
    return broken === undefined ? [] : [`${watched}, killed at ${name} ${n}: ${broken}`]
  })
}

const recorded = (day: Day, watched: OneMedium) => record(day, watched).filter(({ act }) => act.is !== 'done')

describeWith([STRACE], `kill -9 at a system call (SEED=${seed})`, () => {
  test.each(['first', 'second'] as const)(
    'loses nothing that was acknowledged: a sample of the calls on the %s medium',
    (watched) => {
      const day = { ...DAY, root: ROOT }
      const calls = recorded(day, watched)
      const random = seededRandom(`${seed} ${watched}`)
      const drawn = Array.from({ length: 3 }, () => uniform(calls.length, random))
      expect(brokenBy(day, watched, calls, drawn)).toEqual([])
    },
  )

  test.each([
    ['is finished when it is repeated, and the day goes on both', [], 0],
    ['would leave a device with one, were the second named first', [namesSecondFirst], 1],
  ] as const)('a set-up between the names of its media %s', (_, weakened, count) => {
    const day = { ...DAY, root: weakenedSources(...weakened) }
    const { folder, done, status, remove } = faultAtCall(day, 'first', 'SIGKILL', 'rename', 2)
    expect([done, status]).toEqual([undefined, null])
    const broken = findBroken({ ...day, home: openHome(folder), done })
    remove()
    expect(broken === undefined ? [] : [broken]).toHaveLength(count)
  })

  test('leaves no key to the ballots where the old one is destroyed before the new block is committed', () => {
    const day = { ...DAY, root: weakenedSources(destroysKeyEarly) }
    const calls = recorded(day, 'first')
    const writes = (call: Call | undefined, file: string) =>
      call?.act.is === 'written' && call.act.path.endsWith(file)
    // The last block: two places were written and synced, and then it is.
    const commit = calls.findLastIndex(
      (call, i) =>
        writes(call, '-wal') && writes(calls[i - 2], 'slots.bin') && writes(calls[i - 4], 'slots.bin'),
    )
    expect(brokenBy(day, 'first', calls, [commit])).not.toEqual([])
  })
})
