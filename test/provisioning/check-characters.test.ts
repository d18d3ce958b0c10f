import { expect, test } from 'vitest'
import { AUTOMATIC_DAY, demonstrationDefinition } from '../../demo/elections/gy-les-nonains.ts'
import { tehranDefinition } from '../../demo/elections/tehran-invented.ts'
import { checkCharacters } from '../../provisioning/package/check-characters.ts'
import { testDefinition } from '../fixtures/definition.ts'
import { PACKAGES } from '../fixtures/packages.ts'

const key = new Uint8Array(32)
const keys = {
  ceremony: { electionKey: '', shares: [], shareHashes: [], threshold: 2 },
  executive: key,
  supervisory: key,
  witness: { name: '', key },
}

test.each(
  Object.entries({
    ...PACKAGES,
    'the demonstration': demonstrationDefinition(keys, AUTOMATIC_DAY),
    'of Tehran’s size': tehranDefinition(keys),
  }),
)('the typeface draws every character of a package in four languages: %s', (_, definition) => {
  expect(checkCharacters(definition, 'definition.json')).toEqual({ ok: true, value: undefined })
})

test.each([
  ['an ideograph', 'نامزد 漢', 'U+6F22'],
  ['an emoji', 'نامزد 🗳', 'U+1F5F3'],
  ['a character of nobody', 'نامزد \ue123', 'U+E123'],
])('%s is refused', (_, fa, code) => {
  expect(checkCharacters(testDefinition({ title: { fa } }), 'definition.json')).toMatchObject({
    ok: false,
    error: { code: 'package.character', what: `the typeface has no glyph for ${code} in "${fa}"` },
  })
})

test('a letter that is written as letter and mark is drawn from its parts', () => {
  const names = { fa: 'هٔ', en: 'e\u0301' }
  expect(checkCharacters(testDefinition({ title: names }), 'definition.json').ok).toBe(true)
})
