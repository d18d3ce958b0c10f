import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { signerFromSeed, verifyEd25519 } from '../../../core/keys/ed25519.ts'
import { fromBase64, sha256, toBase64 } from '../../../core/keys/hash.ts'
import { openDocument, peekDocument, signDocument } from '../../../core/keys/signed-document.ts'
import { valueOrThrow } from '../../../core/result.ts'
import type { Json } from '../../../core/text/canonical-json.ts'
import { canonicalJson } from '../../../core/text/canonical-json.ts'
import { seededRandom } from './seeded-random.ts'

const random = seededRandom(1)
const executive = signerFromSeed(random.bytes(32))
const supervisor = signerFromSeed(random.bytes(32))
const stranger = signerFromSeed(random.bytes(32))
const type = 'authorization'
const where = 'card'
const payload: Json = { station: 'st-1', style: 'b', تاریخ: '۱۴۰۵' }
const keys = [executive.publicKey]
const text = signDocument(type, payload, [executive])
const reasonOf = (document: string, given = keys, kind = type) => {
  const opened = openDocument(document, { type: kind, keys: given, where })
  return opened.ok ? 'opened' : opened.error.code
}
/** Keys in sorted order as canonical JSON wants them; values as the grammar has them. */
const jsons = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: 'grapheme' }),
    fc.maxSafeInteger(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('json'), { maxLength: 4 }),
    fc.dictionary(
      fc.string().filter((name) => name !== '__proto__'),
      tie('json'),
      { maxKeys: 4, noNullPrototype: true },
    ),
  ),
})).json

describe('a signed document', () => {
  test('has the three members in canonical order and says what is signed', () => {
    const signed = new TextEncoder().encode(`sandogh/v1/authorization\n${canonicalJson(payload)}`)
    const signature = JSON.parse(text).signatures[0].signature as string
    expect(Object.keys(JSON.parse(text))).toEqual(['payload', 'signatures', 'type'])
    expect(verifyEd25519(executive.publicKey, signed, fromBase64(signature) ?? new Uint8Array())).toBe(true)
    expect(text).toBe(canonicalJson(JSON.parse(text)))
  })

  test('opens to what was put in, with the hash of the payload', () => {
    fc.assert(
      fc.property(jsons, (value) => {
        const document = signDocument(type, value, [executive])
        const opened = valueOrThrow(openDocument(document, { type, keys, where }))
        expect(canonicalJson(opened.payload)).toBe(canonicalJson(value))
        expect(opened.payloadHash).toEqual(sha256(new TextEncoder().encode(canonicalJson(value))))
        expect(canonicalJson(valueOrThrow(peekDocument(document, type, where)))).toBe(canonicalJson(value))
      }),
      { numRuns: 30 },
    )
  })

  test('of two signers opens with both keys in their order only', () => {
    const both = signDocument(type, payload, [executive, supervisor])
    expect(reasonOf(both, [executive.publicKey, supervisor.publicKey])).toBe('opened')
    expect(reasonOf(both, [supervisor.publicKey, executive.publicKey])).toBe('document.wrong-key')
    expect(reasonOf(both, [executive.publicKey, executive.publicKey])).toBe('document.wrong-key')
    expect(reasonOf(both)).toBe('document.signature-count')
    expect(reasonOf(text, [executive.publicKey, supervisor.publicKey])).toBe('document.signature-count')
    expect(reasonOf(both, [])).toBe('document.signature-count')
  })
})

describe('refused is', () => {
  test('a signature by another key', () => {
    expect(reasonOf(text, [stranger.publicKey])).toBe('document.wrong-key')
  })

  test('content changed after signing, or signed for another purpose', () => {
    expect(reasonOf(text.replace('st-1', 'st-2'))).toBe('document.bad-signature')
    const elsewhere = signDocument('receipt', payload, [executive])
    expect(reasonOf(elsewhere)).toBe('document.type')
    expect(reasonOf(elsewhere.replace('"receipt"', '"authorization"'))).toBe('document.bad-signature')
  })

  test('a signature put under the name of the expected key', () => {
    const forged = signDocument(type, payload, [stranger])
    const renamed = forged.replace(toBase64(stranger.publicKey), toBase64(executive.publicKey))
    expect(reasonOf(renamed)).toBe('document.bad-signature')
  })

  test('any one character changed, removed or added, without throwing', () => {
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ maxLength: 2 }), (at, instead) => {
        const bent = text.slice(0, at) + instead + text.slice(at + 1)
        fc.pre(bent !== text)
        expect(reasonOf(bent)).toMatch(/^document\.[a-z-]+$/)
      }),
    )
  })

  test('any other text, without throwing', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), jsons.map(canonicalJson)), (other) => {
        expect(reasonOf(other)).toMatch(/^document\.[a-z-]+$/)
        expect(peekDocument(other, type, where).ok).toBe(false)
      }),
    )
  })

  test.each([
    ['spaces', text.replace(':', ': '), 'document.not-canonical'],
    ['a newline at the end', `${text}\n`, 'document.not-canonical'],
    ['another member', text.replace('{"payload"', '{"extra":1,"payload"'), 'document.shape'],
    ['no JSON', text.slice(1), 'document.syntax'],
    ['no signatures', canonicalJson({ payload, signatures: [], type }), 'document.shape'],
    ['a signature cut short', text.replace(/"signature":"..../, '"signature":"'), 'document.shape'],
    ['a name that every object has', canonicalJson({ constructor: 1, payload, type }), 'document.shape'],
  ])('%s', (_, document, code) => {
    expect(reasonOf(document)).toBe(code)
    expect(peekDocument(document, type, where)).toMatchObject({ ok: false, error: { code, where } })
  })

  test('a key of small order with a signature that tweetnacl would take', () => {
    const weak = Uint8Array.of(1, ...new Uint8Array(31))
    const signature = toBase64(Uint8Array.of(1, ...new Uint8Array(63)))
    const document = canonicalJson({ payload, signatures: [{ key: toBase64(weak), signature }], type })
    expect(reasonOf(document, [weak])).toBe('document.bad-signature')
  })

  test('a document of more than 64 MiB, unread', () => {
    expect(reasonOf(' '.repeat(64 * 1024 * 1024 + 1))).toBe('document.size')
  })
})

test('a type that could run into the payload cannot be signed', () => {
  for (const bad of ['', 'a\nb', 'A', 'a b', 'a/b', '-a']) {
    expect(() => signDocument(bad, payload, [executive])).toThrow(RangeError)
  }
  expect(() => signDocument(type, payload, [])).toThrow(RangeError)
})
