import { describe, expect, test } from 'vitest'
import { LANGUAGES } from '../../core/election/definition.ts'
import { foldForSearch } from '../../core/text/fold-for-search.ts'
import { ALPHABETS } from '../../ui/alphabets.ts'
import { councilContest } from '../fixtures/definition.ts'

describe.each(LANGUAGES)('the letters to search by in %s', (language) => {
  const letters = ALPHABETS[language]

  test('are each another one, also for the search', () => {
    const folded = letters.map(foldForSearch)
    expect(folded.every((letter) => letter.length === 1)).toBe(true)
    expect(new Set(folded).size).toBe(letters.length)
  })

  test('stand in the order in which people of that language look for them', () => {
    // CLDR has no order for Azerbaijani in Arabic letters; in Iran it is that of Persian.
    const { compare } = new Intl.Collator(language === 'az' ? 'fa' : language)
    expect([...letters].sort(compare)).toEqual(letters)
  })
})

test('every name can be typed with the letters of its language, and a Persian one with those of all but English', () => {
  const typed = (language: 'fa' | 'en' | 'ar' | 'az') =>
    new Set([...ALPHABETS[language].map(foldForSearch), ' '])
  for (const { name } of councilContest.candidates) {
    for (const language of ['fa', 'ar', 'az'] as const) {
      expect([...foldForSearch(name.fa)].filter((letter) => !typed(language).has(letter))).toEqual([])
    }
    expect([...foldForSearch(name.en ?? '')].filter((letter) => !typed('en').has(letter))).toEqual([])
  }
})
