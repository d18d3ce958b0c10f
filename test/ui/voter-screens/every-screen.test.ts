import { describe, expect, it } from 'vitest'
import { parseDefinition } from '../../../core/election/definition.ts'
import { breachesOf, overflowsOf } from '../../../ui/screen-faults.ts'
import { everyVoterScreen } from '../../../ui/voter-screens/every-screen.ts'
import { VoterScreens } from '../../../ui/voter-screens/voter-screens.ts'
import { PACKAGES } from '../../fixtures/packages.ts'
import { measure } from '../measure.ts'

describe.each(Object.entries(PACKAGES))('every voter’s screen of a package: %s', (_, known) => {
  it('belongs to a valid package', () => {
    expect(parseDefinition(known, 'test').ok).toBe(true)
  })

  it.each(known.languages.map(({ language }) => language))(
    'lies in the grid in every size of text, with nothing over anything else and room for every text: %s',
    (language) => {
      const spoken = known.languages.filter((each) => each.language === language || each.language === 'fa')
      const screens = new VoterScreens({ ...known, languages: spoken }, measure)
      const breaches = new Set<string>()
      let seen = 0
      for (const { screen, view } of everyVoterScreen({ ...known, languages: spoken }, screens)) {
        if (view.language !== language) continue
        seen += 1
        for (const breach of [...breachesOf(screen), ...overflowsOf(screen, measure)]) breaches.add(breach)
      }
      expect([...breaches]).toEqual([])
      expect(seen).toBeGreaterThan(100)
    },
    600_000,
  )
})
