import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { signTally } from '../../../core/bundle/bundle.ts'
import { signStationSheet } from '../../../core/bundle/station-sheet.ts'
import { signerFromSeed } from '../../../core/keys/ed25519.ts'
import { toBase64 } from '../../../core/keys/hash.ts'
import { signDocument } from '../../../core/keys/signed-document.ts'
import { MAX_UP_BYTES } from '../../../core/messages/payload.ts'
import { peekTallyMessage } from '../../../core/messages/tally.ts'
import { canonicalJson, type Json } from '../../../core/text/canonical-json.ts'

const signer = signerFromSeed(new Uint8Array(32).fill(1))
const peek = (text: string) => peekTallyMessage(Buffer.from(text), 'test')

const origin = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 })
const counts = fc.array(fc.record({ contest: fc.string({ unit: 'grapheme' }), valid: fc.nat() }), {
  maxLength: 4,
})
const sheet = fc.record({
  station: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 10 }),
  journals: fc.uniqueArray(fc.record({ origin, commitment: hash.map(toBase64) }), {
    selector: (journal) => journal.origin,
    minLength: 1,
    maxLength: 64,
  }),
  tally: counts,
})

/** A document in the right form under a signature that is none: peeking verifies nothing. */
function unsigned(type: string, payload: Json): string {
  const signatures = [{ key: toBase64(new Uint8Array(32)), signature: toBase64(new Uint8Array(64)) }]
  return canonicalJson({ payload, signatures, type })
}

const journal = { commitment: toBase64(new Uint8Array(32)), origin: 'o' }
const tallyPayload = { version: 1, origin: 'o', salt: toBase64(new Uint8Array(32)), tally: [] }
const sheetPayload = { version: 1, station: 's', journals: [journal], tally: [] }

describe('a message of totals', () => {
  it('tells a device’s tally, and its journal', () => {
    fc.assert(
      fc.property(origin, hash, counts, (name, salt, tally) => {
        const document = signTally({ origin: name, salt, tally }, signer)
        expect(peek(document)).toMatchObject({ ok: true, value: { of: 'device', document, origin: name } })
      }),
      { numRuns: 30 },
    )
  })

  it('tells the sheet of a station, and the journals that it lists', () => {
    fc.assert(
      fc.property(sheet, ({ station, journals, tally }) => {
        const document = signStationSheet({ station, journals, tally, without: [] }, signer)
        const sorted = [...journals].sort((a, b) => (a.origin < b.origin ? -1 : 1))
        expect(peek(document)).toMatchObject({
          ok: true,
          value: { of: 'station', document, station, journals: sorted },
        })
      }),
      { numRuns: 30 },
    )
  })

  it('is refused, and nothing worse, whatever bytes arrive', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(peekTallyMessage(bytes, 'test').ok).toBe(false)
      }),
    )
  })

  it('is read as itself or refused, whatever a document of one of the two types holds', () => {
    const member = fc.oneof(
      fc.constantFrom<Json>(1, 'o', toBase64(new Uint8Array(32)), [journal], [], null),
      fc.integer(),
      fc.string({ unit: 'grapheme' }),
      fc.dictionary(fc.string({ unit: 'grapheme' }), fc.array(fc.integer())),
    )
    const names = ['version', 'origin', 'salt', 'tally', 'station', 'journals', 'more'] as const
    const payload = fc.dictionary(fc.constantFrom(...names), member)
    fc.assert(
      fc.property(fc.constantFrom('tally', 'station-sheet'), payload, (type, value) => {
        const document = unsigned(type, { ...value })
        const peeked = peek(document)
        if (peeked.ok) {
          expect(peeked.value.document).toBe(document)
          expect(peeked.value.of).toBe(type === 'tally' ? 'device' : 'station')
        } else {
          expect(peeked.error.code).toMatch(/^(message|document)\./)
        }
      }),
    )
  })

  it('is refused with one byte changed, or as itself with that byte: no byte makes one kind the other', () => {
    const documents = [unsigned('tally', tallyPayload), unsigned('station-sheet', sheetPayload)]
    fc.assert(
      fc.property(fc.nat(1), fc.nat(), fc.nat(255), (which, place, byte) => {
        const bytes = Buffer.from(documents[which] ?? '')
        bytes[place % bytes.length] = byte
        const peeked = peekTallyMessage(bytes, 'test')
        if (peeked.ok) expect(peeked.value.of).toBe(which === 0 ? 'device' : 'station')
      }),
    )
  })

  it('is refused with a member too many or too few, of another version, or longer than its bounds', () => {
    expect(peek(unsigned('tally', tallyPayload)).ok).toBe(true)
    expect(peek(unsigned('station-sheet', sheetPayload)).ok).toBe(true)
    const { salt: _salt, ...unsalted } = tallyPayload
    const { journals: _journals, ...unlisted } = sheetPayload
    for (const text of [
      unsigned('tally', { ...tallyPayload, more: 1 }),
      unsigned('tally', unsalted),
      unsigned('tally', { ...tallyPayload, version: 2 }),
      unsigned('tally', { ...tallyPayload, origin: 'o'.repeat(257) }),
      unsigned('tally', sheetPayload),
      unsigned('station-sheet', tallyPayload),
      unsigned('station-sheet', unlisted),
      unsigned('station-sheet', { ...sheetPayload, more: 1 }),
      unsigned('station-sheet', { ...sheetPayload, version: 2 }),
      unsigned('station-sheet', { ...sheetPayload, station: '' }),
      unsigned('station-sheet', { ...sheetPayload, station: 's'.repeat(65) }),
      unsigned('station-sheet', { ...sheetPayload, journals: [] }),
      unsigned('station-sheet', { ...sheetPayload, journals: new Array(65).fill(journal) }),
      unsigned('station-sheet', { ...sheetPayload, journals: [{ ...journal, more: 1 }] }),
      unsigned('station-sheet', { ...sheetPayload, journals: [{ ...journal, commitment: 'short' }] }),
    ]) {
      const peeked = peek(text)
      expect(!peeked.ok && peeked.error.code, text.slice(0, 200)).toBe('message.tally')
    }
    const sealed = peek(signDocument('sealed-tally', tallyPayload, [signer]))
    expect(!sealed.ok && sealed.error.code).toBe('document.type')
    const long = peek(unsigned('tally', { ...tallyPayload, tally: 'x'.repeat(MAX_UP_BYTES) }))
    expect(!long.ok && long.error.code).toBe('message.size')
  })
})
