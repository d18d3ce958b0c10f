import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Authorization,
  openAuthorization,
  signAuthorization,
} from '../../../core/cards/authorization.ts'
import { signerFromSeed } from '../../../core/keys/ed25519.ts'
import { sha256, toBase64 } from '../../../core/keys/hash.ts'
import { testDefinition } from '../../fixtures/definition.ts'

const executive = signerFromSeed(new Uint8Array(32).fill(1))
const supervisory = signerFromSeed(new Uint8Array(32).fill(2))
const packageHash = sha256()
const base = testDefinition()
const definition = testDefinition({
  stations: base.stations.map((station) => ({
    ...station,
    authorizationKeys: {
      executive: toBase64(executive.publicKey),
      supervisory: toBase64(supervisory.publicKey),
    },
  })),
})
const expected = { definition, packageHash, station: 'station-1' }
const good: Authorization = {
  packageHash,
  station: 'station-1',
  style: 'standard',
  day: '2026-06-19',
  nonce: new Uint8Array(16).fill(3),
  cardKey: new Uint8Array(65).fill(4),
}
const signers = { executive, supervisory }
const problemOf = (bytes: Uint8Array) => {
  const opened = openAuthorization(bytes, expected)
  return opened.ok ? 'taken' : opened.error
}

describe('an authorization', () => {
  test('reads back as it was signed, with any nonce and card key', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 16, maxLength: 16 }),
        fc.uint8Array({ minLength: 65, maxLength: 65 }),
        (nonce, cardKey) => {
          const bytes = signAuthorization({ ...good, nonce, cardKey }, signers)
          expect(openAuthorization(bytes, expected)).toEqual({ ok: true, value: { ...good, nonce, cardKey } })
        },
      ),
      { numRuns: 20 },
    )
  })

  test('of elsewhere says what is other', () => {
    const of = (other: Partial<Authorization>) => problemOf(signAuthorization({ ...good, ...other }, signers))
    expect(of({})).toBe('taken')
    expect(of({ packageHash: sha256(Uint8Array.of(1)) })).toBe('other-election')
    expect(of({ station: 'station-2' })).toBe('other-station')
    expect(of({ day: '2026-06-20' })).toBe('other-day')
    expect(of({ style: 'village' })).toBe('unknown-style')
    expect(of({ nonce: new Uint8Array(17) })).toBe('forged')
  })

  test('by one key, or by the two in the wrong order, is forged', () => {
    expect(problemOf(signAuthorization(good, { executive, supervisory: executive }))).toBe('forged')
    expect(problemOf(signAuthorization(good, { executive: supervisory, supervisory: executive }))).toBe(
      'forged',
    )
  })

  test('with any byte changed is refused, and nothing throws', () => {
    const bytes = signAuthorization(good, signers)
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, bits) => {
        const changed = bytes.map((byte, i) => (i === at ? byte ^ bits : byte))
        expect(problemOf(changed)).not.toBe('taken')
      }),
    )
    expect(problemOf(new Uint8Array())).toBe('forged')
  })
})
