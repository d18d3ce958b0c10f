/**
 * Sarasota, 2006: a race for two stood on the screen above the bright heading of another; 18,000 voters passed over it, and their reviews did not make
 * them look again. Here a voter chooses eight of eleven names and nobody at all in the second contest, in every language and size of text.
 */
import { expect, test } from 'vitest'
import { digitsIn } from '../../ui/strings.ts'
import { TEXT_LEVELS } from '../../ui/tokens.ts'
import { type VoterTexts, voterText } from '../../ui/voter-texts.ts'
import { Booth, type BoothBuild } from '../device-agent/ballot/booth.ts'
import { testCode } from '../fixtures/definition.ts'
import { PACKAGES } from '../fixtures/packages.ts'
import { measure } from '../ui/measure.ts'
import { countsOnly, finishesUnread, passesOverBlank } from './weakened/voter.ts'
import { voterBuild } from './weakened/weaken.ts'

const definition = PACKAGES['two contests']
/** Of nine names in the first contest, and of eleven in both. */
const CHOSEN = 8
const LEFT = 3

/** What a voter could have overlooked when `finish` can be pressed. */
interface Overlooked {
  readonly language: string
  readonly level: number
  readonly what: 'how many more may be chosen' | 'the contest that is blank'
}

/** Votes in all languages and sizes, and what their reviews did not say. */
function overlooked(build: BoothBuild): readonly Overlooked[] {
  const screens = new build.VoterScreens(definition, measure)
  return definition.languages.flatMap(({ language, texts }) =>
    TEXT_LEVELS.flatMap((level): readonly Overlooked[] => {
      const booth = new Booth(build, definition, screens)
      booth.pressAll([`language-${language}`, 'options', `text-${level}`, 'options-done'])
      booth.insertCard()
      for (let chosen = 0; chosen < CHOSEN; chosen += 1)
        booth.pressAll([...testCode(chosen)].map((digit) => `digit-${digit}`))
      booth.press('review')
      const read = [...booth.screen.elements]
      while (!booth.offered.includes('finish')) {
        booth.press('page-next')
        read.push(...booth.screen.elements)
      }
      const missing = voterText(texts as VoterTexts, 'missing', { left: digitsIn(language, LEFT) })
      const left = read.some(({ role, name }) => role === 'status' && name.includes(missing))
      const blank = read.findIndex(({ id }) => id === 'blank-district')
      const title = read.findIndex(({ id }) => id === 'contest-district')
      return [
        ...(left ? [] : [{ language, level, what: 'how many more may be chosen' } as const]),
        ...(title !== -1 && blank > title
          ? []
          : [{ language, level, what: 'the contest that is blank' } as const]),
      ]
    }),
  )
}

test('whoever may finish has read how many more may be chosen and which contest is blank', async () => {
  expect(overlooked(await voterBuild())).toEqual([])
})

test('a build that only counts what is chosen lets the rest be overlooked', async () => {
  const found = overlooked(await voterBuild(countsOnly))
  expect(found).toHaveLength(definition.languages.length * TEXT_LEVELS.length)
  expect(new Set(found.map(({ what }) => what))).toEqual(new Set(['how many more may be chosen']))
})

test('a build whose review has no row for a blank contest lets it be overlooked', async () => {
  const found = overlooked(await voterBuild(passesOverBlank))
  expect(found).toHaveLength(definition.languages.length * TEXT_LEVELS.length)
  expect(new Set(found.map(({ what }) => what))).toEqual(new Set(['the contest that is blank']))
})

test('a build in which one may finish before the last page lets a contest in large text be overlooked', async () => {
  const found = overlooked(await voterBuild(finishesUnread))
  expect(found).toContainEqual({ language: 'fa', level: 4, what: 'the contest that is blank' })
})
