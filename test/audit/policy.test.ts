/**
 * The policy parser against the words of C2SP tlog-policy (commit 1896a5a of 2026-06-22, tlog-policy.md): its example, in which keys are
 * left out and are put in here, and each of its rules.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  MAX_POLICY_BYTES,
  missingEyes,
  type Policy,
  parsePolicy,
  satisfiedBy,
  shownName,
} from '../../audit/policy/policy.ts'
import { signerFromSeed } from '../../core/keys/ed25519.ts'
import { sha256 } from '../../core/keys/hash.ts'
import { COSIGNATURE_TYPE, ED25519_TYPE, formatVerifierKey } from '../../core/tlog/note.ts'

const keyOf = (name: string) => signerFromSeed(sha256(Buffer.from(name))).publicKey
const log = (name: string) => formatVerifierKey({ name, type: ED25519_TYPE, publicKey: keyOf(name) })
const eyes = (name: string, key = name) =>
  formatVerifierKey({ name, type: COSIGNATURE_TYPE, publicKey: keyOf(key) })

function parse(text: string | Uint8Array): Policy {
  const parsed = parsePolicy(Buffer.from(text), 'policy')
  if (!parsed.ok) throw new Error(`${parsed.error.where}: ${parsed.error.what}`)
  return parsed.value
}

/** Code and place of the refusal. */
function refusalOf(text: string | Uint8Array): string {
  const parsed = parsePolicy(Buffer.from(text), 'policy')
  return parsed.ok ? 'taken' : `${parsed.error.code} ${parsed.error.where}`
}

/** The specification's example policy. */
const EXAMPLE = `log ${log('log.example')}

witness X1 ${eyes('x1.example')}
witness X2 ${eyes('x2.example')}
witness X3 ${eyes('x3.example')}
group X-witnesses 2 X1 X2 X3

witness Y1 ${eyes('y1.example')}
witness Y2 ${eyes('y2.example')}
witness Y3 ${eyes('y3.example')}
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
`
const W = `witness a ${eyes('a')}\nwitness b ${eyes('b')}\nwitness c ${eyes('c')}\n`

describe("the specification's example", () => {
  const policy = parse(EXAMPLE)
  const satisfied = (...names: string[]) => satisfiedBy(policy, new Set(names))

  test('asks for at least two of the X and at least one of the Y', () => {
    expect(satisfied('X1', 'X3', 'Y2')).toBe(true)
    expect(satisfied('X1', 'X2', 'X3', 'Y1', 'Y2', 'Y3')).toBe(true)
    expect(satisfied('X1', 'X2', 'X3')).toBe(false)
    expect(satisfied('X2', 'Y1', 'Y2', 'Y3')).toBe(false)
    expect(satisfied()).toBe(false)
  })

  test('is satisfied for exactly the sets that its words describe', () => {
    const names = ['X1', 'X2', 'X3', 'Y1', 'Y2', 'Y3']
    fc.assert(
      fc.property(fc.subarray(names), (seen) => {
        const count = (letter: string) => seen.filter((name) => name.startsWith(letter)).length
        expect(satisfied(...seen)).toBe(count('X') >= 2 && count('Y') >= 1)
      }),
    )
  })

  test('says what is missing', () => {
    expect(missingEyes(policy, new Set(['X2']))).toEqual({
      groups: [
        { name: 'X-and-Y', needed: 2, has: 0 },
        { name: 'Y-witnesses', needed: 1, has: 0 },
        { name: 'X-witnesses', needed: 2, has: 1 },
      ],
      witnesses: ['X1', 'X3', 'Y1', 'Y2', 'Y3'],
    })
    expect(missingEyes(policy, new Set(['X1', 'X2', 'Y1']))).toEqual({ groups: [], witnesses: [] })
  })

  test('takes names of groups from nobody but its own groups', () => {
    expect(satisfied('X-and-Y')).toBe(false)
    expect(satisfied('X-witnesses', 'Y-witnesses')).toBe(false)
  })
})

describe('a policy', () => {
  test('may be "quorum none" alone, which anything satisfies', () => {
    const policy = parse('quorum none\n')
    expect(policy.logs).toEqual([])
    expect(satisfiedBy(policy, new Set())).toBe(true)
  })

  test('may ask for one witness by name', () => {
    const policy = parse(`${W}quorum b\n`)
    expect(satisfiedBy(policy, new Set(['a', 'c']))).toBe(false)
    expect(satisfiedBy(policy, new Set(['b']))).toBe(true)
    expect(missingEyes(policy, new Set(['a']))).toEqual({ groups: [], witnesses: ['b'] })
  })

  test('may have comments, empty lines, tabs, spaces around, and URLs', () => {
    const text = `# comment\n \t# another, indented\n\n \t \n\twitness \t a  ${eyes('a')} https://a.example/ \n  quorum\ta  \nlog ${log('l')} x:y\n`
    const policy = parse(text)
    expect([...policy.witnesses.keys()]).toEqual(['a'])
    expect(policy.logs.map(({ name }) => name)).toEqual(['l'])
  })

  test('may have the quorum before other lines, and "any", "all" or numbers as names', () => {
    const text = `witness any ${eyes('a')}\nwitness 2 ${eyes('b')}\ngroup all 2 any 2\nquorum all\nwitness c ${eyes('c')}\n`
    expect(satisfiedBy(parse(text), new Set(['any', '2']))).toBe(true)
  })

  test('takes names as octets: a Kelvin sign is no K, and what is no UTF-8 is a name too', () => {
    const kelvin = Buffer.from([0xe2, 0x84, 0xaa])
    const text = (name: Uint8Array) =>
      Buffer.concat([
        Buffer.from(`witness K ${eyes('a')}\nwitness `),
        name,
        Buffer.from(` ${eyes('b')}\nquorum `),
        name,
        Buffer.from('\n'),
      ])
    for (const name of [kelvin, Buffer.from([0x80, 0xff])]) {
      const policy = parse(text(name))
      expect(satisfiedBy(policy, new Set(['K']))).toBe(false)
      expect(satisfiedBy(policy, new Set([name.toString('latin1')]))).toBe(true)
    }
    expect(shownName(kelvin.toString('latin1'))).toBe('\u{212a}')
    expect(shownName('\x80')).toBe('\u{fffd}')
  })

  test('holds more logs, witnesses and groups than the 32 that are asked for', () => {
    const many = Array.from({ length: 200 }, (_, i) => i)
    const text = [
      ...many.map((i) => `log ${log(`log${i}`)}`),
      ...many.map((i) => `witness w${i} ${eyes(`w${i}`)}`),
      ...many.map((i) => `group g${i} all w${i}${i === 0 ? '' : ` g${i - 1}`}`),
      'quorum g199',
      '',
    ].join('\n')
    const policy = parse(text)
    expect(satisfiedBy(policy, new Set(many.map((i) => `w${i}`)))).toBe(true)
    expect(satisfiedBy(policy, new Set(many.slice(1).map((i) => `w${i}`)))).toBe(false)
    expect(missingEyes(policy, new Set(many.slice(1).map((i) => `w${i}`))).witnesses).toEqual(['w0'])
  })

  test.each<[string, string]>([
    ['any', '1'],
    ['2', '2'],
    ['all', '3'],
    ['3', '3'],
  ])('with a group of %s of three is satisfied by %s', (threshold, least) => {
    const policy = parse(`${W}group g ${threshold} a b c\nquorum g\n`)
    fc.assert(
      fc.property(fc.subarray(['a', 'b', 'c']), (seen) => {
        expect(satisfiedBy(policy, new Set(seen))).toBe(seen.length >= Number(least))
      }),
    )
  })

  test('never gets less satisfied by more eyes, and says nothing is missing exactly when it is satisfied', () => {
    const policy = parse(EXAMPLE)
    const names = fc.subarray([...policy.witnesses.keys()])
    fc.assert(
      fc.property(names, names, (some, more) => {
        const seen = new Set(some)
        if (satisfiedBy(policy, seen)) expect(satisfiedBy(policy, new Set([...some, ...more]))).toBe(true)
        expect(missingEyes(policy, seen).witnesses.length === 0).toBe(satisfiedBy(policy, seen))
      }),
    )
  })
})

describe('a policy is refused', () => {
  test.each<[string, string, string]>([
    ['without a quorum line', W, 'policy.file policy'],
    ['empty', '', 'policy.file policy'],
    [
      'when its last line does not end: "quorum all" may have been "quorum all-of-them"',
      `${W}quorum a`,
      'policy.file policy',
    ],
    ['with two quorum lines', `${W}quorum a\nquorum a\n`, 'policy.line policy line 5'],
    ['with a quorum that no line defines', `${W}quorum d\n`, 'policy.line policy line 4'],
    ['with a quorum that a later line defines', `quorum a\n${W}`, 'policy.line policy line 1'],
    ['with a quorum of two words', `${W}quorum a b\n`, 'policy.line policy line 4'],
    ['with a comment behind an item', `${W}quorum a # why\n`, 'policy.line policy line 4'],
    ['with a word that begins no line', `quorum none\nwitnes a\n`, 'policy.line policy line 2'],
    ['with a keyword in capitals', 'QUORUM none\n', 'policy.line policy line 1'],
    ['with a witness of a name that is taken', `${W}witness a ${eyes('d')}\n`, 'policy.line policy line 4'],
    ['with a group of a name that is taken', `${W}group a any b\n`, 'policy.line policy line 4'],
    ['with a witness named none', `witness none ${eyes('a')}\n`, 'policy.line policy line 1'],
    ['with a group named none', `${W}group none any a\n`, 'policy.line policy line 4'],
    ['with none as a member', `${W}group g any a none\n`, 'policy.line policy line 4'],
    ['with a group of nobody', `${W}group g any\n`, 'policy.line policy line 4'],
    [
      'with a group that no line above defines as member',
      `${W}group g any a h\ngroup h any b\n`,
      'policy.line policy line 4',
    ],
    ['with a group in itself', `${W}group g any a g\n`, 'policy.line policy line 4'],
    ['with a member named twice', `${W}group g any a a\n`, 'policy.line policy line 4'],
    ['with a member of two groups', `${W}group g any a b\ngroup h any b c\n`, 'policy.line policy line 5'],
    ['asking for none of three', `${W}group g 0 a b c\n`, 'policy.line policy line 4'],
    ['asking for four of three', `${W}group g 4 a b c\n`, 'policy.line policy line 4'],
    ['asking for a number not in decimal', `${W}group g 0x1 a b c\n`, 'policy.line policy line 4'],
    ['asking for minus one', `${W}group g -1 a b c\n`, 'policy.line policy line 4'],
    [
      'with two witnesses of one key under two names',
      `${W}witness d ${eyes('other', 'a')}\n`,
      'policy.line policy line 4',
    ],
    ['with one log twice', `log ${log('l')}\nlog ${log('l')}\nquorum none\n`, 'policy.line policy line 2'],
    ["with a witness by a log's key type", `witness a ${log('a')}\n`, 'policy.line policy line 1'],
    ["with a log by a witness's key type", `log ${eyes('a')}\n`, 'policy.line policy line 1'],
    [
      'with a key of which a character is wrong',
      `witness a ${eyes('a').replace('+', '+0')}\n`,
      'policy.line policy line 1',
    ],
    ['with a witness without key', 'witness a\n', 'policy.line policy line 1'],
    ['with two URLs', `log ${log('l')} x y\n`, 'policy.line policy line 1'],
    ['with a log without key', 'log\n', 'policy.line policy line 1'],
    ['with line ends of DOS', 'quorum none\r\n', 'policy.line policy line 1'],
    ['with a control character in a comment', '# \x1b[2J\nquorum none\n', 'policy.line policy line 1'],
    ['with a DEL', '# \x7f\nquorum none\n', 'policy.line policy line 1'],
  ])('%s', (_, text, refusal) => {
    expect(refusalOf(text)).toBe(refusal)
  })

  test('when it is larger than 16 MiB', () => {
    expect(refusalOf(Buffer.alloc(MAX_POLICY_BYTES + 1, '#'))).toBe('policy.file policy')
  })

  test('with a next step in every refusal, and never by throwing', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(
            'log',
            'witness',
            'group',
            'quorum',
            'any',
            'a',
            'none',
            '1',
            '\n',
            ' ',
            '\t',
            '#',
            eyes('a'),
            '\x00',
            'é',
          ),
        ),
        (words) => {
          const parsed = parsePolicy(Buffer.from(`${words.join(' ')}\n`), 'policy')
          if (!parsed.ok) expect(parsed.error.next).not.toBe('')
        },
      ),
      { numRuns: 1000 },
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        parsePolicy(bytes, 'policy')
      }),
    )
  })
})
