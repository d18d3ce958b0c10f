/**
 * What binds a ballot to its package, journal, style and id is hashed from a part that is made once. No ballot of anywhere else opens for that, in
 * whatever order ballots come; and a build that leaves a part out is found.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ballotOpener, sealBallot } from '../../../core/ballot-box/sealed-ballot.ts'
import type { Definition } from '../../../core/election/definition.ts'
import { sha256, toBase64 } from '../../../core/keys/hash.ts'
import { boxPublicKey, openBox, sealBox } from '../../../core/keys/sealed-box.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { type Replacement, weakenedBallots } from '../../audit/weakened/weaken.ts'
import { testDefinition } from '../../fixtures/definition.ts'

type Build = Pick<typeof import('../../../core/ballot-box/sealed-ballot.ts'), 'ballotOpener' | 'sealBallot'>

const SECRET = seededRandom('context').bytes(32)
const KEY = boxPublicKey(SECRET)
const ORIGIN = 'council.example/rehearsal-1405/device/device-1/00112233445566778899aabbccddeeff'
const STYLES = ['standard', 'other', 'third'] as const

/** Styles of the same contests: nothing but the context tells them apart. */
function definitionOfStyles(): Definition {
  const definition = testDefinition()
  const [{ contests } = { contests: [] }] = definition.styles
  return {
    ...definition,
    constituency: { ...definition.constituency, electionKey: toBase64(KEY) },
    styles: STYLES.map((id) => ({ id, contests })),
  }
}

const definition = definitionOfStyles()
const place = { definition, packageHash: sha256(Uint8Array.of(7)), origin: ORIGIN }
const CONTEXT_AT = 1
const ID_AT = 33
const STYLE_AT = 49

const sealable = fc.record({ style: fc.constantFrom(...STYLES), seed: fc.nat() })

/** The ballot with its plaintext changed and sealed again, as whoever has the election key can. */
function resealed(sealed: Uint8Array, change: (plain: Uint8Array) => void): Uint8Array {
  const plain = openBox(sealed, KEY, SECRET) ?? new Uint8Array()
  change(plain)
  return sealBox(plain, KEY, seededRandom('again'))
}

/** Throws if a ballot opens that is not of this place, style and id, behind others that are. */
function checkContexts({ ballotOpener: opener, sealBallot: seal }: Build): void {
  const changes = fc.record({
    of: fc.constantFrom('package', 'origin', 'style', 'id', 'context'),
    at: fc.nat(10_000),
    flip: fc.integer({ min: 1, max: 127 }),
  })
  fc.assert(
    fc.property(fc.array(sealable, { minLength: 1, maxLength: 4 }), changes, (before, { of, at, flip }) => {
      const [{ style, seed }] = before as [(typeof before)[number]]
      const good = seal(place, style, [[0, 5]], seededRandom(seed))
      const flipAt = (bytes: Uint8Array, i: number) => {
        bytes[i] = (bytes[i] ?? 0) ^ flip
      }
      const change = (): Uint8Array => {
        switch (of) {
          case 'package': {
            const packageHash = Uint8Array.from(place.packageHash)
            flipAt(packageHash, at % 32)
            return seal({ ...place, packageHash }, style, [[0, 5]], seededRandom(seed))
          }
          case 'origin': {
            const origin = Buffer.from(ORIGIN)
            flipAt(origin, at % origin.length)
            return seal({ ...place, origin: origin.toString('latin1') }, style, [[0, 5]], seededRandom(seed))
          }
          case 'style':
            return resealed(good, (plain) => {
              plain[STYLE_AT] = (STYLES.indexOf(style) + 1 + (at % 2)) % 3
            })
          case 'id':
            return resealed(good, (plain) => flipAt(plain, ID_AT + (at % 16)))
          case 'context':
            return resealed(good, (plain) => flipAt(plain, CONTEXT_AT + (at % 32)))
        }
      }
      const open = opener(place, SECRET)
      for (const one of before)
        expect(open(seal(place, one.style, [[0, 5]], seededRandom(one.seed)))).toMatchObject({
          style: one.style,
        })
      expect(open(change())).toEqual({ faulty: 'context' })
      expect(open(good)).toMatchObject({ style })
    }),
    { numRuns: 100, seed: 1405 },
  )
}

test('a ballot of another package, origin, style or id opens nowhere, whatever was opened before it', () => {
  checkContexts({ ballotOpener, sealBallot })
})

test('the context is what the page of formats says, whichever way it is made', () => {
  fc.assert(
    fc.property(sealable, ({ style, seed }) => {
      const sealed = sealBallot(place, style, [[0, 5]], seededRandom(seed))
      const plain = openBox(sealed, KEY, SECRET) ?? new Uint8Array()
      const id = plain.subarray(ID_AT, STYLE_AT)
      const expected = sha256(place.packageHash, sha256(Buffer.from(ORIGIN)), sha256(Buffer.from(style)), id)
      expect(plain.subarray(CONTEXT_AT, ID_AT)).toEqual(expected)
    }),
    { numRuns: 40 },
  )
})

test('ids that were given out are not overwritten by the next ballot', () => {
  const open = ballotOpener(place, SECRET)
  const opened = [1, 2, 3].map((seed) => open(sealBallot(place, 'standard', [[0]], seededRandom(seed))))
  const ids = opened.map((one) => ('id' in one ? toBase64(one.id) : one.faulty))
  expect(new Set(ids).size).toBe(3)
})

const FILE = 'core/ballot-box/sealed-ballot.ts'
const LEFT_OUT: readonly (readonly [string, Replacement])[] = [
  [
    'package',
    { file: FILE, line: '    packageHash,\n    sha256(B', by: '    new Uint8Array(32),\n    sha256(B' },
  ],
  ['origin', { file: FILE, line: 'sha256(Buffer.from(origin)),', by: 'sha256(),' }],
  ['style', { file: FILE, line: 'sha256(Buffer.from(style)),', by: 'sha256(),' }],
  ['id', { file: FILE, line: 'bytes.set(id, bytes.length - ID_BYTES)\n', by: '\n' }],
]

test.each(LEFT_OUT)(
  'a build whose context leaves out the %s is found, and by that',
  async (part, replacement) => {
    const weakened = await weakenedBallots([replacement])
    expect(() => checkContexts(weakened)).toThrow(`"of":"${part}"`)
  },
)
