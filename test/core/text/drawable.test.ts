import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseDefinition } from '../../../core/election/definition.ts'
import { characterCode, isReadable, unshownCharacter } from '../../../core/text/drawable.ts'
import { VOTER_LANGUAGES } from '../../../ui/strings/voter/languages.ts'
import { testDefinition } from '../../fixtures/definition.ts'

const between = (first: number, last: number) => fc.integer({ min: first, max: last })

/** Controls, controls of direction, what has no width, separators, halves of a pair, blank letters, tags. */
const unshown = fc
  .oneof(
    between(0, 0x1f),
    between(0x7f, 0x9f),
    between(0x2028, 0x202e),
    between(0x2060, 0x2064),
    between(0x2066, 0x206f),
    between(0xd800, 0xdbff),
    between(0xfe00, 0xfe0f),
    between(0xe0001, 0xe007f),
    fc.constantFrom(0xad, 0x34f, 0x61c, 0x115f, 0x180e, 0x200b, 0x200e, 0x200f, 0x3164, 0xfeff, 0xffa0),
  )
  .map((point) => String.fromCodePoint(point))
const written = fc.string({ unit: fc.constantFrom(...'آبپتسید‌یۀأًـ ABcé12۳۴·-') })

test('a text is refused for any character that is not seen or moves others, wherever it stands', () => {
  fc.assert(
    fc.property(written, unshown, written, (before, character, after) => {
      expect(unshownCharacter(before + character + after)).toBe(character)
    }),
  )
})

test('marks, tatweel, joiners and signs are taken', () => {
  fc.assert(fc.property(written, (text) => unshownCharacter(text) === undefined))
  expect(unshownCharacter('حسینی‌نژاد «مُهندِس» ـ A\u200dB')).toBeUndefined()
})

test('readable is what has a letter or a digit', () => {
  for (const text of ['', ' ', '\u200c', '·', 'ـ'.slice(1), '\u064b', '—…'])
    expect(isReadable(text)).toBe(false)
  for (const text of ['ی', '۱', 'x', '- 7 -']) expect(isReadable(text)).toBe(true)
})

test('a character is named by its code', () => {
  expect(characterCode('\u202e')).toBe('U+202E')
  expect(characterCode('\n')).toBe('U+000A')
  expect(characterCode('𠀀')).toBe('U+20000')
})

describe('a definition', () => {
  const named = (fa: string) => {
    const definition = testDefinition()
    const [contest] = definition.contests
    return parseDefinition({ ...definition, contests: [{ ...contest, title: { fa } }] }, 'package.json')
  }

  test.each([
    ['another order', 'علی \u202e۲۱', 'a text may not hold the character U+202E'],
    ['nothing to see', '\u200b', 'a text may not hold the character U+200B'],
    ['a terminal’s command', '\u001b[2J', 'a text may not hold the character U+001B'],
    ['lines', 'علی\n\nرضا', 'a text may not hold the character U+000A'],
    ['nothing to read', '···', 'a name holds a letter or a digit'],
  ])('is refused if a name holds %s', (_, name, what) => {
    expect(named(name)).toMatchObject({
      ok: false,
      error: { code: 'package.shape', where: 'package.json at contests[0].title.fa', what },
    })
  })

  test('is refused if a text of a language holds one', () => {
    const definition = testDefinition()
    const languages = definition.languages.map((language) => ({
      ...language,
      texts: { ...language.texts, finish: 'پایان\u202e' },
    }))
    expect(parseDefinition({ ...definition, languages }, 'package.json')).toMatchObject({
      ok: false,
      error: {
        code: 'package.shape',
        where: 'package.json at languages[0].texts.finish',
        what: 'a text may not hold the character U+202E',
      },
    })
  })
})

test('every text of the catalogues is taken', () => {
  for (const text of VOTER_LANGUAGES.flatMap(({ texts }) => Object.values<string>(texts))) {
    expect(unshownCharacter(text)).toBeUndefined()
  }
})
