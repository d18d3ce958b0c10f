import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  canonicalJson,
  type Json,
  parseCanonicalBytes,
  parseCanonicalJson,
} from '../../../core/text/canonical-json.ts'

const codeOf = (text: string) => {
  const parsed = parseCanonicalJson(text, 'x')
  return parsed.ok ? 'taken' : parsed.error.code
}

describe('canonical JSON', () => {
  test('reads back what it writes, and in no other spelling', () => {
    const number = fc.integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER })
    const leaf = fc.oneof(number, fc.string({ unit: 'grapheme' }), fc.boolean(), fc.constant(null))
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        leaf,
        fc.array(tie('value')),
        fc.dictionary(
          fc.string({ unit: 'grapheme' }).filter((name) => name !== '__proto__'),
          tie('value'),
        ),
      ),
    }))
    fc.assert(
      fc.property(value as fc.Arbitrary<Json>, fc.nat(), (given, seed) => {
        const text = canonicalJson(given)
        const parsed = parseCanonicalJson(text, 'x')
        expect(parsed.ok && canonicalJson(parsed.value)).toBe(text)
        const at = seed % (text.length + 1)
        expect(codeOf(` ${text}`)).toBe('json.not-canonical')
        expect(codeOf(`${text}\n`)).toBe('json.not-canonical')
        const other = parseCanonicalJson(`${text.slice(0, at)} ${text.slice(at)}`, 'x')
        // A space within a string is another value.
        if (other.ok) expect(canonicalJson(other.value)).not.toBe(text)
      }),
    )
  })

  test('is no deeper than 32 values in one another', () => {
    const nested = (levels: number, inside: string) => `${'['.repeat(levels)}${inside}${']'.repeat(levels)}`
    expect(codeOf(nested(32, ''))).toBe('taken')
    expect(codeOf(nested(31, '1'))).toBe('taken')
    expect(codeOf(nested(32, '1'))).toBe('json.not-canonical')
    expect(codeOf(nested(33, ''))).toBe('json.not-canonical')
    expect(codeOf(nested(1_000_000, ''))).toBe('json.not-canonical')
  })

  test('has no member __proto__, which a schema of any names would pass over unread', () => {
    expect(codeOf('{"__proto__":1}')).toBe('json.not-canonical')
    expect(codeOf('{"a":{"__proto__":1}}')).toBe('json.not-canonical')
    expect(codeOf('{"__proto_":1,"constructor":1}')).toBe('taken')
  })

  test('is UTF-8: bytes that no text gives are no JSON', () => {
    const bytes = Buffer.from('"ab"')
    expect(parseCanonicalBytes(bytes, 'x')).toEqual({ ok: true, value: 'ab' })
    bytes[2] = 0xff
    expect(parseCanonicalBytes(bytes, 'x')).toMatchObject({ error: { code: 'json.syntax' } })
    const marked = Buffer.from('\ufeff"ab"')
    expect(parseCanonicalBytes(marked, 'x')).toMatchObject({ error: { code: 'json.syntax' } })
  })
})

/** Every way to write a value that a test can think of; many are not canonical. */
function* spellings(text: string): Generator<string> {
  yield text
  for (let at = 0; at <= text.length; at += 1) yield `${text.slice(0, at)} ${text.slice(at)}`
  yield text.replace(/"([a-z])/, '"\\u0061$1')
  yield text.replace(/(\d)/, '$1.0')
  yield text.replace(/\d+/, '-0')
  yield text.replace(/,/, ',,')
}

test('is decided as sorting and writing anew decides it, numbers as names included', () => {
  const name = fc.oneof(
    fc.constantFrom('10', '9', '010', '1', '', 'a', 'b', 'constructor', '4294967295', '4294967294'),
    fc.string({ maxLength: 3 }),
  )
  const leaf = fc.oneof(fc.integer(), fc.string({ maxLength: 4 }), fc.boolean(), fc.constant(null))
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 3 }, leaf, fc.array(tie('value')), fc.dictionary(name, tie('value'))),
  }))
  const decides = (text: string) => {
    try {
      const parsed = JSON.parse(text) as Json
      return canonicalJson(parsed) === text && !text.includes('__proto__')
    } catch {
      return false
    }
  }
  fc.assert(
    fc.property(value, (given) => {
      for (const text of [...spellings(canonicalJson(given as Json)), ...spellings(JSON.stringify(given))])
        expect([text, parseCanonicalJson(text, 'x').ok]).toEqual([text, decides(text)])
    }),
  )
})

test('of many millions of values is refused before it is parsed', () => {
  const many = (inside: string) => `[${`${inside},`.repeat(9_000_000)}0]`
  expect(codeOf(many('0'))).toBe('json.not-canonical')
  expect(codeOf(`["${'[{,'.repeat(9_000_000)}"]`)).toBe('taken')
  expect(codeOf(`["${'\\"[{,'.repeat(100_000)}"]`)).toBe('taken')
})
