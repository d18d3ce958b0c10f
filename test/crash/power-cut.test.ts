import { expect, test } from 'vitest'
import { uniform } from '../../core/ballot-box/draw.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { weakenedSources } from '../end-to-end/weakened/build.ts'
import { describeWith, STRACE } from '../oracles/needs.ts'
import type { Act } from './disk.ts'
import { allPowerCuts, describeBroken, judgePowerCuts, type PowerCut } from './power-cuts.ts'
import { type Day, ROOT, record } from './strace.ts'
import { WEAKENINGS } from './weakened.ts'

const seed = process.env['SEED'] ?? String(Date.now() % 1_000_000)

/** A day with a batch in it, which is sealed at the 64th ballot. */
const LONG = { ballots: 66, seed }
/** No divisor of what there is at one moment: five fates, three sets of media. */
const STRIDE = 11
const SHORT = { ballots: 2, seed }

/** The first thing that one of these power cuts breaks. */
function firstBroken(day: Day, acts: readonly Act[], cuts: readonly PowerCut[]): string | undefined {
  for (const { cut, broken } of judgePowerCuts(day, acts, cuts))
    if (broken !== undefined) return describeBroken(cut, broken)
  return undefined
}

describeWith([STRACE], `a power cut at any moment (SEED=${seed})`, () => {
  test('of a short day loses nothing that was acknowledged: one in eleven, from one by lot, with both media there afterwards or one', () => {
    const day = { ...SHORT, root: ROOT }
    const acts = record(day).map(({ act }) => act)
    const first = uniform(STRIDE, seededRandom(`${seed} short`))
    const cuts = allPowerCuts(acts).filter((_, i) => i % STRIDE === first)
    expect(firstBroken(day, acts, cuts)).toBeUndefined()
  })

  test('of a day with a batch loses nothing that was acknowledged: a sample', () => {
    const day = { ...LONG, root: ROOT }
    const acts = record(day).map(({ act }) => act)
    const cuts = allPowerCuts(acts)
    const random = seededRandom(seed)
    const drawn = Array.from({ length: 45 }, () => uniform(cuts.length, random)).toSorted((a, b) => a - b)
    expect(
      firstBroken(
        day,
        acts,
        drawn.flatMap((i) => cuts[i] ?? []),
      ),
    ).toBeUndefined()
  })

  test.each(Object.entries(WEAKENINGS))('breaks a device that %s', (_, { by, gone }) => {
    const day = { ...SHORT, root: weakenedSources(...by) }
    const acts = record(day).map(({ act }) => act)
    const cuts = allPowerCuts(acts).filter((cut) => cut.gone === gone)
    expect(firstBroken(day, acts, cuts)).toBeDefined()
  })
})
