import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseDefinition } from '../../core/election/definition.ts'
import type { Screen } from '../../ui/screen.ts'
import { tagOf } from '../../ui/strings.ts'
import { CONTRASTS, type Contrast } from '../../ui/tokens.ts'
import { everyVoterScreen } from '../../ui/voter-screens/every-screen.ts'
import { VoterScreens } from '../../ui/voter-screens/voter-screens.ts'
import { testDefinitionWithLists } from '../fixtures/definition.ts'
import { CHROMIUM, describeWith } from '../oracles/needs.ts'
import { measure } from '../ui/measure.ts'
import { axeViolations } from './axe.ts'
import { launchChromium } from './chromium.ts'
import { DrawnScreens } from './drawn-screens.ts'
import { ServedDisplay } from './served-display.ts'

const definition = testDefinitionWithLists()
/** A page that holds more is slow to lay out. */
const TOGETHER = 40

describeWith([CHROMIUM], 'every screen of a voter, drawn by a browser', () => {
  let browser: Browser
  beforeAll(async () => {
    expect(parseDefinition(definition, 'test').ok).toBe(true)
    browser = await launchChromium()
  })
  afterAll(() => browser.close())

  test.each(definition.languages.map(({ language }) => language))(
    'has no text cut off and nothing over anything else, in every size: %s',
    async (language) => {
      const spoken = definition.languages.filter((each) => ['fa', language].includes(each.language))
      const screens = [
        ...everyVoterScreen({ ...definition, languages: spoken }, new VoterScreens(definition, measure)),
      ].flatMap(({ view, screen }) => (view.language === language ? [screen] : []))
      expect(screens.length).toBeGreaterThan(500)
      const drawn = await DrawnScreens.open(browser)
      const breaches = new Set<string>()
      for (let at = 0; at < screens.length; at += TOGETHER) {
        for (const breach of await drawn.breachesOf(screens.slice(at, at + TOGETHER))) breaches.add(breach)
      }
      await drawn.close()
      expect([...breaches]).toEqual([])
    },
    600_000,
  )

  test('that is laid out for a narrower typeface is found to leave its places', async () => {
    const narrow: typeof measure = (...given) => 0.6 * measure(...given)
    const screens = [...everyVoterScreen(definition, new VoterScreens(definition, narrow))]
    const drawn = await DrawnScreens.open(browser)
    const largest = screens.flatMap(({ screen }) => (screen.look.textLevel === 4 ? [screen] : []))
    expect((await drawn.breachesOf(largest.slice(0, TOGETHER))).join()).toMatch(/leaves its place/)
    await drawn.close()
  })

  test('keeps nobody out who reads it by other means: axe-core finds nothing, in every language and contrast', async () => {
    const screens = oneOfEach()
    expectEveryPair(screens)
    const display = await ServedDisplay.open(browser)
    const violations: string[] = []
    for (const screen of screens) {
      await display.show(screen)
      for (const violation of await axeViolations(display.page))
        violations.push(`${screen.name} in ${screen.language}, ${screen.look.contrast}: ${violation}`)
    }
    await display.close()
    expect(violations).toEqual([])
  }, 600_000)
})

/** Each screen once in each language, each time in another contrast. */
function oneOfEach(): readonly Screen[] {
  const contrasts = Object.keys(CONTRASTS) as Contrast[]
  const languages = definition.languages.map(({ language }) => language)
  const names: string[] = []
  const found = new Map<string, Screen>()
  for (const contrast of contrasts) {
    const screens = new VoterScreens(definition, measure)
    for (const { screen, view } of everyVoterScreen(definition, screens, contrast)) {
      if (view.look.textLevel !== 2) continue
      if (!names.includes(screen.name)) names.push(screen.name)
      const turn = names.indexOf(screen.name) + languages.indexOf(view.language)
      if (contrasts[turn % contrasts.length] === contrast)
        found.set(`${screen.name} ${view.language}`, screen)
    }
  }
  return [...found.values()]
}

/** Every screen's name occurs with every language and with every contrast. */
function expectEveryPair(screens: readonly Screen[]): void {
  const all = everyVoterScreen(definition, new VoterScreens(definition, measure))
  const names = [...new Set([...all].map(({ screen }) => screen.name))]
  const pairs = (shownIn: readonly string[]) =>
    names.flatMap((name) => shownIn.map((each) => `${name} ${each}`)).sort()
  const occurring = (shownIn: (screen: Screen) => string) =>
    [...new Set(screens.map((screen) => `${screen.name} ${shownIn(screen)}`))].sort()
  const languages = definition.languages.map(({ language }) => tagOf(language))
  expect(languages.length).toBe(4)
  expect(screens.length).toBe(names.length * languages.length)
  expect(occurring(({ language }) => language)).toEqual(pairs(languages))
  expect(occurring(({ look }) => look.contrast)).toEqual(pairs(Object.keys(CONTRASTS)))
}
