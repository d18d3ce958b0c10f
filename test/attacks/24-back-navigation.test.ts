/**
 * Belgium, 2014: whoever went back on the voting computer's screens and changed their mind left some of the first choice behind; the program kept the
 * state of a page that nobody saw any more. More than two thousand votes had to be thrown away. Here voters go back, forth, aside and away in any
 * order, by touch and by switches, and hold each screen, the slip and the record against what they chose.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Booth, type BoothBuild } from '../device-agent/ballot/booth.ts'
import { VoterMind } from '../device-agent/ballot/voter-mind.ts'
import { voterWalks } from '../device-agent/ballot/voter-walk.ts'
import { PACKAGES } from '../fixtures/packages.ts'
import { measure } from '../ui/measure.ts'
import { drawsReviewOnce, printsWhatWasBefore, removesFromScreenOnly } from './weakened/voter.ts'
import { voterBuild } from './weakened/weaken.ts'

const definition = PACKAGES['two contests']

/** Voters after voters at one build; throws at the first that is betrayed. @returns how many votes were cast */
function wander(build: BoothBuild, numRuns: number): number {
  const screens = new build.VoterScreens(definition, measure)
  let casts = 0
  fc.assert(
    fc.property(
      voterWalks(() => {}, 80),
      (commands) => {
        const booth = new Booth(build, definition, screens)
        booth.insertCard()
        fc.modelRun(() => ({ model: new VoterMind(booth), real: booth }), commands)
        casts += booth.recorded.length
      },
    ),
    { numRuns },
  )
  return casts
}

test('whatever a voter changes, however they go back: screen, slip and record hold what they chose last', async () => {
  expect(wander(await voterBuild(), 300)).toBeGreaterThan(20)
}, 180_000)

test.each([
  ['prints what stood on the review before the voter went back', printsWhatWasBefore],
  ['draws a review once and shows it again', drawsReviewOnce],
  ['takes a choice off the screen and not off the ballot', removesFromScreenOnly],
])(
  'a build that %s is found out',
  async (_, weakening) => {
    const build = await voterBuild(weakening)
    expect(() => wander(build, 2_000)).toThrow(/Property failed/)
  },
  180_000,
)
