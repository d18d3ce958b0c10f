import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { signerFromSeed } from '../../../core/keys/ed25519.ts'
import { sha256, toHex } from '../../../core/keys/hash.ts'
import { type Result, valueOrThrow } from '../../../core/result.ts'
import {
  ED25519_TYPE,
  formatVerifierKey,
  keyId,
  openNote,
  parseNote,
  parseVerifierKey,
  signatureLine,
  signNote,
  type VerifierKey,
} from '../../../core/tlog/note.ts'

/** C2SP signed-note v1.0.0, "Example". */
const SPEC_KEY = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k'
const SPEC_NOTE = `This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
`
const specKey = valueOrThrow(parseVerifierKey(SPEC_KEY))

function keyOf(name: string) {
  const signer = signerFromSeed(sha256(new TextEncoder().encode(name)))
  const verifier: VerifierKey = { name, type: ED25519_TYPE, publicKey: signer.publicKey }
  return { name, type: ED25519_TYPE, signer, verifier } as const
}
const codeOf = (result: Result<unknown>) => (result.ok ? 'opened' : result.error.code)

describe('the example of the specification', () => {
  test('opens with its key', () => {
    expect(valueOrThrow(openNote(SPEC_NOTE, [specKey]))).toEqual({
      text: 'This is an example message.\n',
      signatures: [specKey],
      unknown: 0,
    })
  })

  test('its key is read and written as printed', () => {
    expect(specKey).toMatchObject({ name: 'example.com/foo', type: 1 })
    expect(toHex(keyId(specKey.name, 1, specKey.publicKey))).toBe('530d903a')
    expect(formatVerifierKey(specKey)).toBe(SPEC_KEY)
  })

  test('no longer opens with any one character changed', () => {
    fc.assert(
      fc.property(fc.nat(SPEC_NOTE.length - 1), fc.string({ maxLength: 1 }), (at, instead) => {
        const bent = SPEC_NOTE.slice(0, at) + instead + SPEC_NOTE.slice(at + 1)
        fc.pre(bent !== SPEC_NOTE)
        expect(codeOf(openNote(bent, [specKey]))).toMatch(/^note\./)
      }),
    )
  })
})

describe('a note', () => {
  test('of any lines opens to its text', () => {
    const line = fc
      .string({ unit: 'grapheme' })
      .filter((text) => !/\p{Cc}/u.test(text) && text.isWellFormed())
    const key = keyOf('log.example')
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), (lines) => {
        const text = `${lines.join('\n')}\n`
        expect(valueOrThrow(openNote(signNote(text, key), [key.verifier])).text).toBe(text)
      }),
      { numRuns: 40 },
    )
  })

  test('whose text itself looks like a note is parted at the last blank line', () => {
    const key = keyOf('log.example')
    const text = `${SPEC_NOTE}\nmore\n`
    expect(valueOrThrow(openNote(signNote(text, key), [key.verifier])).text).toBe(text)
  })

  test('of several signers tells who is known and counts the others', () => {
    const [one, two, three] = [keyOf('one.example'), keyOf('two.example'), keyOf('three.example')]
    const lineOf = (key: typeof one) => signNote('text\n', key).split('\n\n')[1]
    const note = `text\n\n${lineOf(one)}${lineOf(two)}${lineOf(three)}`
    const opened = valueOrThrow(openNote(note, [three.verifier, one.verifier]))
    expect(opened.signatures).toEqual([one.verifier, three.verifier])
    expect(opened.unknown).toBe(1)
  })

  test('with one known signature that does not verify is refused, however good the others', () => {
    const [one, two] = [keyOf('one.example'), keyOf('two.example')]
    const wrong = signNote('other text\n', two).split('\n\n')[1]
    const note = `${signNote('text\n', one)}${wrong}`
    expect(codeOf(openNote(note, [one.verifier, two.verifier]))).toBe('note.bad-signature')
    expect(codeOf(openNote(note, [one.verifier]))).toBe('opened')
  })

  test('without any known signature is refused: same name with another ID, same ID with another name', () => {
    const key = keyOf('log.example')
    const note = signNote('text\n', key)
    expect(codeOf(openNote(note, []))).toBe('note.unsigned')
    const sameName = { ...keyOf('x').verifier, name: 'log.example' }
    expect(codeOf(openNote(note, [sameName]))).toBe('note.unsigned')
    expect(codeOf(openNote(note.replace('— log.example', '— log.other'), [key.verifier]))).toBe(
      'note.unsigned',
    )
  })

  test('with sixteen signatures of 5 kB is accepted, as the specification demands', () => {
    const key = keyOf('log.example')
    const large = Array.from({ length: 15 }, (_, i) =>
      signatureLine(`pq${i}.example`, new Uint8Array(4), new Uint8Array(5000)),
    )
    expect(codeOf(openNote(`${signNote('text\n', key)}${large.join('\n')}\n`, [key.verifier]))).toBe('opened')
  })
})

describe('malformed', () => {
  const good = SPEC_NOTE.split('\n')[2] ?? ''
  test.each([
    ['nothing', ''],
    ['text alone', 'text\n'],
    ['no blank line', `text\n${good}\n`],
    ['no signature', 'text\n\n'],
    ['no newline at the end', `text\n\n${good}`],
    ['a carriage return', `text\r\n\n${good}\n`],
    ['a tab', `te\txt\n\n${good}\n`],
    ['a lone surrogate', `te\ud800xt\n\n${good}\n`],
    ['a hyphen for the dash', `text\n\n${good.replace('—', '-')}\n`],
    ['two spaces', `text\n\n${good.replace('foo ', 'foo  ')}\n`],
    ['something behind the signature', `text\n\n${good} x\n`],
    ['a plus in the name', `text\n\n${good.replace('foo', 'f+o')}\n`],
    ['a no-break space in the name', `text\n\n${good.replace('foo', 'f\u00a0o')}\n`],
    ['a next-line character in the name', `text\n\n${good.replace('foo', 'f\u0085o')}\n`],
    ['no name', `text\n\n${good.replace('example.com/foo', '')}\n`],
    ['base64 without padding', `text\n\n${good.replace('=', '')}\n`],
    ['base64 in another spelling', `text\n\n${good.replace('QM=', 'QN=')}\n`],
    ['a key ID and nothing more', 'text\n\n— example.com/foo Uw2QOg==\n'],
    ['one signature too many', `text\n\n${`${good}\n`.repeat(65)}`],
    ['too long', `${'x'.repeat(262_144)}\n\n${good}\n`],
  ])('%s', (_, note) => {
    expect(codeOf(parseNote(note))).toBe('note.malformed')
    expect(codeOf(openNote(note, [specKey]))).toBe('note.malformed')
  })

  test('any text at all is refused without throwing', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (text) => {
        expect(codeOf(openNote(text, [specKey]))).toBe('note.malformed')
      }),
    )
  })
})

describe('verifier keys', () => {
  test('are read back as written', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.constantFrom(1 as const, 4 as const),
        (publicKey, type) => {
          const key: VerifierKey = { name: 'a.example/b', type, publicKey }
          expect(valueOrThrow(parseVerifierKey(formatVerifierKey(key)))).toEqual(key)
        },
      ),
    )
  })

  test.each([
    '',
    'example.com/foo',
    SPEC_KEY.replace('530d903a', '530d903b'),
    SPEC_KEY.replace('530d903a', '530D903A'),
    SPEC_KEY.replace('foo', 'fo o'),
    SPEC_KEY.replace('Aek', 'Auk'),
    SPEC_KEY.slice(0, -4),
    `${SPEC_KEY}\n`,
  ])('refused: %j', (text) => {
    expect(codeOf(parseVerifierKey(text))).toBe('note.verifier-key')
  })
})

test('what could not be read is not signed', () => {
  const key = keyOf('log.example')
  for (const text of ['', 'no newline', 'tab\t\n', 'lone \ud800\n'])
    expect(() => signNote(text, key)).toThrow()
  for (const name of ['', 'a b', 'a+b', 'a\nb']) expect(() => signNote('text\n', { ...key, name })).toThrow()
})
