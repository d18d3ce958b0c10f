import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatCosigned, MAX_CERTIFICATES, MAX_NOTES, parseCosigned } from '../../../core/bundle/cosigned.ts'
import { deviceOfOrigin, originOf, witnessNameOf } from '../../../core/bundle/names.ts'
import { signerFromSeed } from '../../../core/keys/ed25519.ts'
import { toBase64 } from '../../../core/keys/hash.ts'
import { canonicalJson } from '../../../core/text/canonical-json.ts'
import { signCheckpoint } from '../../../core/tlog/checkpoint.ts'
import { addSignatureLine, cosign } from '../../../core/tlog/cosignature.ts'

const signer = signerFromSeed(new Uint8Array(32).fill(1))
const witness = signerFromSeed(new Uint8Array(32).fill(2))

function head(origin: string, size: number, byte: number, time: number): string {
  const note = signCheckpoint({ origin, size, root: new Uint8Array(32).fill(byte) }, signer)
  return addSignatureLine(note, cosign(note, { name: 'w.example/é', signer: witness, time }))
}

/** Signed once: signing is slow, and what is signed does not matter to the form. */
const heads = ['a/b', 'a/c', 'Z', 'a/b/c'].flatMap((origin) =>
  [1, 2, 9, 10].flatMap((size) => [
    head(origin, size, 1, 1),
    head(origin, size, 1, 2),
    head(origin, size, 2, 1),
  ]),
)
const anyHead = fc.constantFrom(...heads)
const anyContent = fc.record({
  certificates: fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 8 }),
  notes: fc.array(anyHead, { maxLength: 12 }),
})

function codeOf(bytes: Uint8Array): string {
  const parsed = parseCosigned(bytes, 'cosigned.json')
  return parsed.ok ? 'taken' : `${parsed.error.code} ${parsed.error.where}`
}
const json = (value: Parameters<typeof canonicalJson>[0]) => Buffer.from(canonicalJson(value))
const withNotes = (...notes: string[]) => codeOf(json({ version: 1, certificates: [], notes }))
const withCertificates = (...certificates: string[]) => codeOf(json({ version: 1, certificates, notes: [] }))

describe('cosigned.json', () => {
  test('reads back as it was written: sorted, each thing once', () => {
    fc.assert(
      fc.property(anyContent, ({ certificates, notes }) => {
        const parsed = parseCosigned(formatCosigned({ certificates, notes }), 'cosigned.json')
        if (!parsed.ok) throw new Error(parsed.error.what)
        expect(parsed.value.certificates.map(toBase64)).toEqual(
          [...new Set(certificates.map(toBase64))].sort(),
        )
        expect(new Set(parsed.value.notes.map(({ note }) => note))).toEqual(new Set(notes))
        const places = parsed.value.notes.map(({ origin, size }) => ({ origin, size }))
        expect(places).toEqual(
          [...places].sort((a, b) =>
            a.origin === b.origin ? a.size - b.size : a.origin < b.origin ? -1 : 1,
          ),
        )
      }),
    )
  })

  test('has one form for one content, in whatever order it is given', () => {
    fc.assert(
      fc.property(anyContent, ({ certificates, notes }) => {
        const turned = { certificates: certificates.toReversed(), notes: notes.toReversed() }
        expect(formatCosigned(turned)).toEqual(formatCosigned({ certificates, notes }))
      }),
    )
  })

  test('of a device that met nobody is two empty lists', () => {
    const bytes = formatCosigned({ certificates: [], notes: [] })
    expect(Buffer.from(bytes).toString()).toBe('{"certificates":[],"notes":[],"version":1}')
    expect(codeOf(bytes)).toBe('taken')
  })

  test('is refused with notes out of order or twice, which are named', () => {
    const [small, large] = [head('a', 9, 1, 1), head('a', 10, 1, 1)]
    expect(withNotes(small, large)).toBe('taken')
    expect(withNotes(large, small)).toBe('cosigned.order cosigned.json note 1')
    expect(withNotes(small, small)).toBe('cosigned.order cosigned.json note 1')
    expect(withNotes(small, head('Z', 9, 1, 1))).toBe('cosigned.order cosigned.json note 1')
  })

  test('is refused with certificates out of order, twice or not in base64', () => {
    expect(withCertificates('AA==', 'AQ==')).toBe('taken')
    expect(withCertificates('AQ==', 'AA==')).toBe('cosigned.order cosigned.json certificate 1')
    expect(withCertificates('AA==', 'AA==')).toBe('cosigned.order cosigned.json certificate 1')
    expect(withCertificates('AB==')).toBe('cosigned.shape cosigned.json certificate 0')
    expect(withCertificates('')).toBe('cosigned.shape cosigned.json')
  })

  test('is refused with a note that is none, is no checkpoint, or that nobody cosigned', () => {
    const alone = signCheckpoint({ origin: 'a', size: 1, root: new Uint8Array(32) }, signer)
    expect(withNotes('a note')).toBe('note.malformed cosigned.json note 0')
    expect(withNotes(head('a', 1, 1, 1).replace('\n1\n', '\n01\n'))).toBe(
      'checkpoint.malformed cosigned.json note 0',
    )
    expect(withNotes(alone)).toBe('cosigned.no-cosignature cosigned.json note 0')
    expect(() => formatCosigned({ certificates: [], notes: [alone] })).toThrow()
  })

  test('is refused beyond 64 certificates and 1,024 notes, and never written so', () => {
    const ders = Array.from({ length: MAX_CERTIFICATES + 1 }, (_, i) => Uint8Array.of(i))
    expect(formatCosigned({ certificates: ders.slice(1), notes: [] }).length).toBeGreaterThan(0)
    expect(() => formatCosigned({ certificates: ders, notes: [] })).toThrow()
    // Eight times over the same signatures: what they are worth does not matter to the form.
    const first = head('a', 1, 1, 1)
    const notes = Array.from({ length: MAX_NOTES + 1 }, (_, i) => first.replace('\n1\n', `\n${i + 1}\n`))
    expect(withNotes(...notes.slice(1))).toBe('taken')
    expect(withNotes(...notes)).toBe('cosigned.shape cosigned.json')
  })

  test('is refused in another version, with more members, not canonical, or not in UTF-8', () => {
    expect(codeOf(json({ version: 2, certificates: [], notes: [] }))).toBe('cosigned.shape cosigned.json')
    expect(codeOf(json({ version: 1, certificates: [], notes: [], more: 1 }))).toBe(
      'cosigned.shape cosigned.json',
    )
    expect(codeOf(Buffer.from('{"certificates": [],"notes":[],"version":1}'))).toBe(
      'json.not-canonical cosigned.json',
    )
    const good = Buffer.from(formatCosigned({ certificates: [], notes: [head('a', 1, 1, 1)] }))
    // The key name ends in é, two octets; the second one lost, a lenient reader would see U+FFFD.
    const at = good.indexOf(0xa9)
    expect(codeOf(good.map((octet, i) => (i === at ? 0x20 : octet)))).toBe('json.syntax cosigned.json')
  })

  test('never makes its reader throw, whatever the bytes are', () => {
    const good = formatCosigned({ certificates: [Uint8Array.of(1)], notes: [head('a', 1, 1, 1)] })
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.integer({ min: 0, max: 255 }), (at, octet) => {
        const changed = good.map((byte, i) => (i === at ? octet : byte))
        const parsed = parseCosigned(changed, 'x')
        if (parsed.ok) {
          const { certificates, notes } = parsed.value
          expect(formatCosigned({ certificates, notes: notes.map(({ note }) => note) })).toEqual(
            Buffer.from(changed),
          )
        }
      }),
      { numRuns: 500 },
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(parseCosigned(bytes, 'x').ok).toBe(false)
      }),
    )
  })
})

describe('names', () => {
  const election = { authority: 'council.example', election: 'rehearsal-1405' }
  const id = fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,63}$/)

  test('an origin tells its device, and only within its election', () => {
    fc.assert(
      fc.property(id, fc.uint8Array({ minLength: 16, maxLength: 16 }), (device, journal) => {
        const origin = originOf(election, device, journal)
        expect(deviceOfOrigin(election, origin)).toBe(device)
        expect(deviceOfOrigin({ ...election, election: 'other' }, origin)).toBe(undefined)
        expect(deviceOfOrigin(election, `${origin}0`)).toBe(undefined)
        expect(deviceOfOrigin(election, witnessNameOf(election, device))).toBe(undefined)
      }),
    )
    expect(() => originOf(election, 'd-01', new Uint8Array(15))).toThrow()
    const odd = 'council.example/rehearsal-1405/device/a/b/00000000000000000000000000000000'
    expect(deviceOfOrigin(election, odd)).toBe(undefined)
  })

  test('a witness is named by its device', () => {
    expect(witnessNameOf(election, 'd-01')).toBe('council.example/rehearsal-1405/witness/d-01')
  })
})
