import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Definition, Language } from '../../core/election/definition.ts'
import { tehranDefinition } from '../../demo/elections/tehran-invented.ts'
import { checkScreens } from '../../provisioning/package/check-screens.ts'
import { everyVoterScreen } from '../../ui/voter-screens/every-screen.ts'
import { VoterScreens } from '../../ui/voter-screens/voter-screens.ts'
import type { VoterText } from '../../ui/voter-texts.ts'
import { provisioningBuild } from '../attacks/weakened/weaken.ts'
import { signsUnmeasured } from '../attacks/weakened/weakenings.ts'
import { councilContest, testDefinition, testDefinitionWithLists } from '../fixtures/definition.ts'
import { PACKAGES } from '../fixtures/packages.ts'
import { measure } from '../ui/measure.ts'

const { languages } = testDefinition()

/** Persian and one more language: what is measured in one is not measured in another. */
function inLanguage(language: Language): Definition['languages'] {
  return languages.filter((known) => known.language === 'fa' || known.language === language)
}

function outcome(definition: Definition): string {
  const checked = checkScreens(definition, 'definition.json')
  return checked.ok ? 'has room' : `${checked.error.where}: ${checked.error.what} (${checked.error.code})`
}

/** The package with another text in one language. */
function saying(language: Language, key: VoterText, text: string): Definition {
  return testDefinition({
    languages: inLanguage(language).map(({ texts, ...known }) => ({
      ...known,
      texts: { ...texts, ...(known.language === language && { [key]: text }) },
    })),
  })
}

describe('a package whose texts and names have room in every size', () => {
  test.each(Object.entries(PACKAGES))('is taken: %s', (_, definition) => {
    expect(outcome({ ...definition, languages: inLanguage('az') })).toBe('has room')
  })
})

test('a package of Tehran’s size has room for each of its names', () => {
  const key = new Uint8Array(32)
  const definition = tehranDefinition({
    ceremony: { electionKey: '', shares: [], shareHashes: [], threshold: 2 },
    executive: key,
    supervisory: key,
    witness: { name: '', key },
  })
  expect(outcome({ ...definition, languages: inLanguage('en') })).toBe('has room')
})

describe('a package is refused', () => {
  test('if a text is too long for its place: screen, language, size and text are named', () => {
    const long = 'Yes, this is exactly what I meant to say, word for word. '.repeat(5).trim()
    expect(outcome(saying('en', 'accept', long))).toMatch(
      /^definition\.json: screen voter\.comparing in en, text size [1-4]: .*Yes, this is exactly.* \(package\.screen-overflow\)$/,
    )
  })

  test('if a word of a text would have to be taken apart', () => {
    expect(outcome(saying('ar', 'finish', 'إ'.repeat(60)))).toContain(
      'screen voter.reviewing in ar, text size',
    )
  })

  test('if a name of anybody in any language cannot be shown whole', () => {
    const { candidates } = councilContest
    fc.assert(
      fc.property(
        fc.nat(candidates.length - 1),
        fc.constantFrom('fa', 'en', 'ar', 'az'),
        (position, language) => {
          const changed = candidates.map((candidate, i) =>
            i === position
              ? { ...candidate, name: { ...candidate.name, [language]: 'م'.repeat(100) } }
              : candidate,
          )
          const said = outcome(
            testDefinition({
              languages: inLanguage(language),
              contests: [{ ...councilContest, candidates: changed }],
            }),
          )
          expect(said).toContain(
            language === 'en' ? ' in en, ' : language === 'az' ? ' in az-Arab, ' : ` in ${language}, `,
          )
          expect(said).toContain('م'.repeat(100))
        },
      ),
      { numRuns: 8 },
    )
  })

  test('and signed by a build that measures the beginning of each word', async () => {
    const build = await provisioningBuild(signsUnmeasured)
    const definition = saying('en', 'finish', 'Finish'.repeat(30))
    expect(checkScreens(definition, 'definition.json').ok).toBe(false)
    expect(build.checkScreens(definition, 'definition.json')).toEqual({ ok: true, value: undefined })
  })
})

test.each(languages.map(({ language }) => language))(
  'every text of the package is on a screen that is measured: %s',
  (language) => {
    const spoken = { languages: inLanguage(language) }
    const texts = spoken.languages.find((known) => known.language === language)?.texts ?? {}
    const shown = new Set<string>()
    for (const definition of [testDefinition(spoken), testDefinitionWithLists(spoken)]) {
      for (const { screen, view } of everyVoterScreen(definition, new VoterScreens(definition, measure))) {
        if (view.language === language) for (const { name } of screen.elements) shown.add(name)
      }
    }
    const all = [...shown].join('\n')
    const unseen = Object.entries(texts).filter(([, text]) => {
      const parts = text.split(/\{[a-z]+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      return !new RegExp(parts.join('.+')).test(all)
    })
    // Said of a photo, not drawn.
    expect(unseen.map(([key]) => key)).toEqual(['photo-of'])
  },
)
