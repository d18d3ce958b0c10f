import { expect, test } from 'vitest'
import { uniform } from '../../core/ballot-box/draw.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { weakenedSources } from '../end-to-end/weakened/build.ts'
import { describeWith, STRACE } from '../oracles/needs.ts'
import { allPowerCuts, describeBroken, judgePowerCuts, type PowerCut } from './power-cuts.ts'
import { type Day, type OneMedium, type Recording, ROOT, record } from './strace.ts'
import { overwritesKeyCatchingUp, UNMARKED, WEAKENINGS } from './weakened.ts'

const seed = process.env['SEED'] ?? String(Date.now() % 1_000_000)

/** A day with a batch in it, which is sealed at the 64th ballot. */
const LONG = { ballots: 66, seed }
/** No divisor of what there is at one moment: five fates, three sets of media. */
const STRIDE = 17
const SHORT = { ballots: 2, seed }

/** The first thing that one of these power cuts breaks. */
function firstBroken(day: Day, recording: Recording, cuts: readonly PowerCut[]): string | undefined {
  for (const { cut, broken } of judgePowerCuts(day, recording, cuts))
    if (broken !== undefined) return describeBroken(cut, broken)
  return undefined
}

/** So many of them by lot, in the order of time. */
function sampleOf(cuts: readonly PowerCut[], count: number, lot: string): readonly PowerCut[] {
  const random = seededRandom(lot)
  const drawn = Array.from({ length: count }, () => uniform(cuts.length, random))
  return drawn.toSorted((a, b) => a - b).flatMap((i) => cuts[i] ?? [])
}

/** A short day that is taken up again with a medium that lacks the vote in hand. */
const takenUp = (root: string, behind: OneMedium) => ({ ...SHORT, root, isRestart: true, behind }) as const

/** A short day that loses a medium when it has been taken up again. */
const losing = (root: string, loses: OneMedium) => ({ ...SHORT, root, isRestart: true, loses }) as const

describeWith([STRACE], `a power cut at any moment (SEED=${seed})`, () => {
  test('of a short day loses nothing that was acknowledged: one in seventeen, from one by lot, with both media there afterwards or one', () => {
    const day = { ...SHORT, root: ROOT }
    const recording = record(day)
    const first = uniform(STRIDE, seededRandom(`${seed} short`))
    const cuts = allPowerCuts(day, recording.calls).filter((_, i) => i % STRIDE === first)
    expect(firstBroken(day, recording, cuts)).toBeUndefined()
  })

  test('of a day with a batch loses nothing that was acknowledged: a sample', () => {
    const day = { ...LONG, root: ROOT }
    const recording = record(day)
    const cuts = sampleOf(allPowerCuts(day, recording.calls), 30, seed)
    expect(firstBroken(day, recording, cuts)).toBeUndefined()
  })

  test.each(['first', 'second'] as const)(
    'of a day that is taken up again with the %s medium behind loses nothing either: a sample',
    (behind) => {
      const day = takenUp(ROOT, behind)
      const recording = record(day)
      const cuts = sampleOf(allPowerCuts(day, recording.calls), 25, `${seed} ${behind}`)
      expect(firstBroken(day, recording, cuts)).toBeUndefined()
    },
  )

  test.each(['first', 'second'] as const)(
    'of a day that loses the %s medium for good, and takes a vote and closes on the other, loses nothing: no start goes on with the one that was left behind. A sample',
    (loses) => {
      const day = losing(ROOT, loses)
      const recording = record(day)
      const cuts = sampleOf(allPowerCuts(day, recording.calls), 40, `${seed} loses ${loses}`)
      expect(firstBroken(day, recording, cuts)).toBeUndefined()
    },
  )

  test.each(Object.entries(UNMARKED))(
    'shows a device that %s: it goes on without votes that counted',
    (_, by) => {
      const day = losing(weakenedSources(by), 'first')
      const recording = record(day)
      const cuts = allPowerCuts(day, recording.calls).filter(
        ({ gone, fate }) => gone === 'second' && fate === 'lost',
      )
      expect(firstBroken(day, recording, cuts)).toContain('the second medium gone: it knows')
    },
  )

  test('breaks a device that writes the key of a medium that catches up over its old one', () => {
    const day = takenUp(weakenedSources(overwritesKeyCatchingUp), 'second')
    const recording = record(day)
    const cuts = allPowerCuts(day, recording.calls).filter(
      ({ gone, fate }) => gone === 'first' && fate === 'kept',
    )
    expect(firstBroken(day, recording, cuts)).toContain('cannot be opened')
  })

  test.each(Object.entries(WEAKENINGS))('breaks a device that %s', (_, { by, gone, fate, breaks }) => {
    const day = { ...SHORT, root: weakenedSources(...by) }
    const recording = record(day)
    const cuts = allPowerCuts(day, recording.calls).filter((cut) => cut.gone === gone && cut.fate === fate)
    expect(firstBroken(day, recording, cuts)).toMatch(breaks)
  })
})
