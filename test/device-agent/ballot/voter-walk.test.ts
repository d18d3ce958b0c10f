import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { breachesOf, overflowsOf } from '../../../ui/screen-faults.ts'
import { measureByWords } from '../../../ui/voter-screens/word-widths.ts'
import { PACKAGES } from '../../fixtures/packages.ts'
import { measure } from '../../ui/measure.ts'
import { Booth, boothBuild } from './booth.ts'
import { VoterMind } from './voter-mind.ts'
import { voterWalks } from './voter-walk.ts'

const SCREENS = ['choosing', 'finding', 'reviewing', 'comparing', 'options', 'alert', 'thanks']
/** Forty walks rarely miss a screen, six times forty never did. */
const MOST_ROUNDS = 6

const build = await boothBuild(join(import.meta.dirname, '../../..'))

describe.each(Object.entries(PACKAGES))(
  'whatever a voter does at the screens of a package: %s',
  (_, known) => {
    const screens = new build.VoterScreens(known, measure)
    const byWords = measureByWords(measure)

    it('each screen shows what was chosen, has room for it, and only what was shown is cast', () => {
      const seen = new Set<string>()
      let casts = 0
      const look = ({ screen, recorded }: Booth) => {
        seen.add(screen.name)
        casts = Math.max(casts, recorded.length)
        expect([...breachesOf(screen), ...overflowsOf(screen, byWords)]).toEqual([])
      }
      const missed = () => SCREENS.filter((name) => !seen.has(`voter.${name}`))
      for (let round = 0; round < MOST_ROUNDS && (round === 0 || missed().length > 0); round += 1)
        fc.assert(
          fc.property(voterWalks(look), (commands) => {
            const booth = new Booth(build, known, screens)
            booth.insertCard()
            fc.modelRun(() => ({ model: new VoterMind(booth), real: booth }), commands)
          }),
          { numRuns: 40 },
        )
      expect(missed()).toEqual([])
      expect(casts).toBeGreaterThan(0)
    }, 600_000)
  },
)
