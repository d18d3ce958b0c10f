import { describe, expect, test } from 'vitest'
import { LANGUAGES } from '../../core/election/definition.ts'
import { VOTER_LANGUAGES } from '../../ui/strings/voter/languages.ts'
import { VOTER_TEXTS, type VoterTexts, voterText, voterTextsProblem } from '../../ui/voter-texts.ts'

/** What no text of a language may hold: letters that its readers write otherwise, digits that the screen does not show. */
const FOREIGN = {
  fa: /[A-Za-z0-9كيةىٱ]/,
  en: /[\u0600-\u06ff]/,
  ar: /[A-Za-z0-9کیپچژگ\u200c]/,
  az: /[A-Za-z0-9كيةىٱ]/,
} as const

test('the voter may choose between all languages there are, Persian first', () => {
  expect(VOTER_LANGUAGES.map(({ language }) => language)).toEqual(LANGUAGES)
})

describe.each(VOTER_LANGUAGES)('the texts in $language', ({ language, name, texts }) => {
  test('are all there, each with its places', () => {
    expect(voterTextsProblem(texts)).toBeUndefined()
  })

  test('are written as in that language', () => {
    for (const [key, text] of Object.entries({ ...texts, name })) {
      expect(text.replaceAll(/\{[a-z]+\}/g, ''), key).not.toMatch(FOREIGN[language])
    }
  })

  test('have nothing that a signed package would not keep as it is', () => {
    for (const [key, text] of Object.entries(texts)) {
      expect(text, key).toBe(text.trim())
      expect(text, key).toBe(text.normalize('NFC'))
      expect(text.length, key).toBeLessThanOrEqual(400)
    }
  })

  test('call a key by what is written on it', () => {
    const quoted = Object.values(texts).flatMap((text) => [...text.matchAll(/[«“]([^»”]+)[»”]/g)])
    const said = quoted.map(([, words = '']) => words)
    expect(said).toEqual(expect.arrayContaining([texts['finish'], texts['retry']]))
    expect(said.filter((words) => !Object.values(texts).includes(words))).toEqual([])
  })
})

describe('a text', () => {
  const texts = VOTER_LANGUAGES[1]?.texts as VoterTexts

  test('has its places filled', () => {
    expect(voterText(texts, 'chosen-of', { chosen: '3', allowed: '9' })).toBe('3 of 9 chosen')
    expect(voterText(texts, 'idle')).toBe('Insert your voter card')
  })

  test.each([
    ['is missing', { finish: undefined }, 'the text "finish" is missing'],
    ['is empty', { finish: ' ' }, 'the text "finish" is missing'],
    ['is unknown', { finnish: 'Finish' }, 'there is no text "finnish"'],
    ['lacks a place', { missing: 'You may choose more.' }, 'the text "missing" must hold {left} once'],
    ['has a place twice', { missing: '{left} and {left}' }, 'the text "missing" must hold {left} once'],
    ['has a place of another', { idle: 'Insert {card}' }, 'the text "idle" must hold no place in braces'],
    [
      'has a place by another name',
      { 'chosen-of': '{chosen} of {total}' },
      'the text "chosen-of" must hold {chosen} and {allowed} once',
    ],
  ])('that %s is named', (_, change, problem) => {
    const all: Readonly<Record<string, string | undefined>> = { ...texts, ...change }
    const there = Object.entries(all).flatMap(([key, text]) => (text === undefined ? [] : [[key, text]]))
    expect(voterTextsProblem(Object.fromEntries(there))).toBe(problem)
  })

  test('of every key is asked for', () => {
    for (const key of Object.keys(VOTER_TEXTS)) {
      const { [key]: _, ...rest } = { ...texts } as Readonly<Record<string, string>>
      expect(voterTextsProblem(rest)).toBe(`the text "${key}" is missing`)
    }
  })
})
