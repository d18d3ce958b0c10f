import { expect, test } from 'vitest'
import { uniform } from '../../core/ballot-box/draw.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { openHome } from '../device-agent/store/home.ts'
import { weakenedSources } from '../end-to-end/weakened/build.ts'
import { describeWith, STRACE } from '../oracles/needs.ts'
import { findBroken } from './judge.ts'
import { killedDay, killingsOf } from './killed-day.ts'
import { type Day, faultAtCall, type OneMedium, ROOT, record } from './strace.ts'
import type { Call } from './strace-log.ts'
import { destroysKeyCatchingUp, destroysKeyEarly, namesSecondFirst, sealsBlanks } from './weakened.ts'

const seed = process.env['SEED'] ?? String(Date.now() % 1_000_000)
const DAY = { ballots: 2, seed }
const MEDIA = ['first', 'second'] as const

/** Kills a day at so many of its calls on a medium, drawn by lot. @returns what each broke */
function brokenBySample(day: Day, watched: OneMedium, count: number): string[] {
  const killings = killingsOf(day, watched)
  const random = seededRandom(`${seed} ${watched} ${day.behind}`)
  const drawn = Array.from({ length: count }, () => killings[uniform(killings.length, random)])
  return drawn.flatMap((killing) => (killing && killedDay(day, watched, killing)) ?? [])
}

const writes = (call: Call | undefined, file: string) =>
  call?.act.is === 'written' && call.act.path.endsWith(file)

describeWith([STRACE], `kill -9 at a system call (SEED=${seed})`, () => {
  test.each(MEDIA)(
    'loses nothing that was acknowledged: a sample of the calls on the %s medium',
    (watched) => {
      expect(brokenBySample({ ...DAY, root: ROOT }, watched, 3)).toEqual([])
    },
  )

  test.each([
    ['both media whole', undefined],
    ['the first medium behind', 'first'],
    ['the second medium behind', 'second'],
  ] as const)('of a day that is taken up again with %s loses nothing either: a sample', (_, behind) => {
    const day = { ...DAY, root: ROOT, isRestart: true, ...(behind && { behind }) } as const
    const watched = behind ?? MEDIA[uniform(2, seededRandom(`${seed} watched`))] ?? 'first'
    expect(brokenBySample(day, watched, 2)).toEqual([])
  })

  test('room for a day of which only some was taken is in nobody’s way', () => {
    const day = { ...DAY, root: ROOT, takesRoom: true } as const
    const watched = MEDIA[uniform(2, seededRandom(`${seed} room`))] ?? 'first'
    expect(brokenBySample(day, watched, 1)).toEqual([])
  })

  test('finds ballots that are not those of the voters, though the totals are', () => {
    const day = { ...DAY, root: weakenedSources(sealsBlanks) }
    const last = killingsOf(day, 'first').at(-1)
    expect(last && killedDay(day, 'first', last)).toContain('the ballots are not what the voters meant')
  })

  test('leaves a medium that no key opens where catching up destroys the old key before the new block is committed', () => {
    const day = {
      ...DAY,
      root: weakenedSources(destroysKeyCatchingUp),
      isRestart: true,
      behind: 'second',
    } as const
    // Nothing is written to its log before it catches up.
    const commit = record(day, 'second').calls.find((call) => writes(call, '-wal'))
    expect(commit && killedDay(day, 'second', commit)).toContain('the first medium gone')
  })

  test.each([
    ['is finished when it is repeated, and the day goes on both', [], /^nothing$/],
    [
      'would leave a device with one, were the second named first',
      [namesSecondFirst],
      /^the device does not come back: ENOENT/,
    ],
  ] as const)('a set-up between the names of its media %s', (_, weakened, breaks) => {
    const day = { ...DAY, root: weakenedSources(...weakened) }
    const { folder, done, status, remove } = faultAtCall(day, 'first', 'SIGKILL', 'rename', 2)
    expect([done, status]).toEqual([undefined, null])
    const broken = findBroken({ ...day, home: openHome(folder), done })
    remove()
    expect(broken ?? 'nothing').toMatch(breaks)
  })

  test('leaves no key to the ballots where the old one is destroyed before the new block is committed', () => {
    const day = { ...DAY, root: weakenedSources(destroysKeyEarly) }
    const calls = record(day, 'first').calls.filter(({ act }) => act.is !== 'done')
    // Of each block two places were written and synced, and then it is; so they are by the closing, and what is written after that is no block.
    const commit = calls
      .filter(
        (call, i) =>
          writes(call, '-wal') && writes(calls[i - 2], 'slots.bin') && writes(calls[i - 4], 'slots.bin'),
      )
      .at(-2)
    expect(commit && killedDay(day, 'first', commit)).toContain('cannot be opened')
  })
})
