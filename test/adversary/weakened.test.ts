import { describe, expect, it } from 'vitest'
import { findings } from './evidence.ts'
import { attackDays, freshSeed } from './parts.ts'
import { WEAKENED } from './weakened/builds.ts'

const seed = process.env['SEED'] ?? freshSeed()

describe(`a build weakened on purpose is caught by the same test (SEED=${seed})`, () => {
  for (const [weakened, { story, days, caughtBy }] of Object.entries(WEAKENED)) {
    it(`${weakened}: ${story}`, { timeout: 300_000 }, async () => {
      const evidence = await attackDays({ seed, days, processes: 2, weakened })
      const leaks = findings(evidence).filter(({ passes }) => !passes)
      expect(leaks.map(({ what }) => what).filter((what) => what.includes(caughtBy))).not.toEqual([])
    })
  }
})
