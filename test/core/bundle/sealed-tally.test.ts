/** What leaves a device of a station with a small one: its tally sealed, and the station's sheet. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  openForStation,
  openForTrustees,
  openSealedTally,
  RELEASE_MINIMUM,
  releaseOf,
  sealTally,
  stationSheetKey,
} from '../../../core/bundle/sealed-tally.ts'
import { openStationSheet, signStationSheet } from '../../../core/bundle/station-sheet.ts'
import { emptyTally, type Tally, tallyJson } from '../../../core/election/tally.ts'
import { signerFromSeed } from '../../../core/keys/ed25519.ts'
import { sha256, toBase64 } from '../../../core/keys/hash.ts'
import { boxPublicKey } from '../../../core/keys/sealed-box.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { testDefinition } from '../../fixtures/definition.ts'

const definition = testDefinition()
const signer = signerFromSeed(sha256(Buffer.from('message key')))
const dayKey = new Uint8Array(32).fill(3)
const electionSecretKey = sha256(Buffer.from('election key'))
const keys = { stationKey: stationSheetKey(dayKey), electionKey: boxPublicKey(electionSecretKey) }
const expected = { definition, messageKey: signer.publicKey }
const origin = 'council.example/election/device/device-1/00000000000000000000000000000000'

const tallies: fc.Arbitrary<Tally> = fc
  .array(fc.nat(2 ** 32 - 1), { minLength: 200, maxLength: 200 })
  .map((counts) => {
    let next = 0
    return emptyTally(definition).map(({ options }) => ({
      valid: counts[next++] ?? 0,
      blank: counts[next++] ?? 0,
      options: options.map(() => counts[next++] ?? 0),
    }))
  })

describe('the rule for small devices', () => {
  test('holds back every device of a station as soon as one has fewer than 32 ballots', () => {
    expect(RELEASE_MINIMUM).toBe(32)
    fc.assert(
      fc.property(fc.array(fc.nat(100), { minLength: 1, maxLength: 5 }), (casts) => {
        expect(releaseOf(casts)).toBe(Math.min(...casts) < 32 ? 'station' : 'device')
      }),
    )
  })
})

describe('a sealed tally', () => {
  test('opens for the reporting device and for the trustees, and has one size whatever was voted', () => {
    const sizes = new Set<number>()
    fc.assert(
      fc.property(tallies, fc.nat(), (tally, seed) => {
        const salt = seededRandom(seed).bytes(32)
        const text = sealTally({ origin, salt, tally }, keys, signer, seededRandom(seed + 1))
        sizes.add(text.length)
        const sealed = openSealedTally(text, expected, 'sealed-tally.json')
        if (!sealed.ok) throw new Error(sealed.error.what)
        expect(openForStation(definition, sealed.value, keys.stationKey)).toEqual({ salt, tally })
        expect(openForTrustees(definition, sealed.value, electionSecretKey)).toEqual({ salt, tally })
      }),
      { numRuns: 40 },
    )
    expect(sizes.size).toBe(1)
  })

  const tally = emptyTally(definition)
  const text = sealTally({ origin, salt: sha256(), tally }, keys, signer, seededRandom(1))

  test('opens for nobody else', () => {
    const sealed = openSealedTally(text, expected, 'sealed-tally.json')
    if (!sealed.ok) throw new Error(sealed.error.what)
    expect(openForStation(definition, sealed.value, stationSheetKey(sha256()))).toBeUndefined()
    expect(
      openForStation(definition, { ...sealed.value, origin: `${origin}x` }, keys.stationKey),
    ).toBeUndefined()
    expect(openForTrustees(definition, sealed.value, sha256())).toBeUndefined()
  })

  test('that was changed anywhere is refused', () => {
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const bytes = Buffer.from(text)
        bytes[at] = (bytes[at] ?? 0) ^ flip
        expect(openSealedTally(bytes.toString('utf8'), expected, 'sealed-tally.json').ok).toBe(false)
      }),
      { numRuns: 200 },
    )
  })
})

describe('the sheet of a station', () => {
  const sheet = {
    station: 'station-1',
    journals: [
      { origin: 'a/b', commitment: toBase64(sha256()) },
      { origin: 'a/c', commitment: toBase64(sha256()) },
    ],
    tally: tallyJson(definition, emptyTally(definition)),
    without: [],
  }
  const text = signStationSheet({ ...sheet, journals: [...sheet.journals].reverse() }, signer)

  test('reads back as it was signed, its journals sorted', () => {
    expect(openStationSheet(text, signer.publicKey, 'station-sheet.json')).toEqual({ ok: true, value: sheet })
  })

  test('that names a journal twice is refused, and so is one that was changed', () => {
    const twice = signStationSheet(
      { ...sheet, journals: [sheet.journals[0], sheet.journals[0]] as typeof sheet.journals },
      signer,
    )
    const refused = openStationSheet(twice, signer.publicKey, 'station-sheet.json')
    expect(refused.ok ? '' : refused.error.code).toBe('sheet.shape')
    const changed = openStationSheet(text.replace('station-1', 'station-2'), signer.publicKey, 'x')
    expect(changed.ok).toBe(false)
  })
})
