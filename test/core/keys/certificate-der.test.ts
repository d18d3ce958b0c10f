/** What is read byte by byte against what a library of ASN.1 writes: neither takes a body for another than it is. */
import { AsnConvert } from '@peculiar/asn1-schema'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ed25519Spki } from '../../../core/keys/certificate.ts'
import { readBody } from '../../../core/keys/certificate-der.ts'
import { type CertificateContent, certificateBody } from '../../../core/keys/certificate-form.ts'
import { toBase64 } from '../../../core/keys/hash.ts'
import { seededRandom } from './seeded-random.ts'

const random = seededRandom(7)
const authority = random.bytes(32)
const forTls = (role: string) => role === 'device'
const written = (content: CertificateContent) =>
  new Uint8Array(AsnConvert.serialize(certificateBody(content, authority, forTls(content.role))))

const wholeSeconds = (from: string, to: string) =>
  fc
    .date({ min: new Date(from), max: new Date(to), noInvalidDate: true })
    .map((date) => new Date(Math.floor(date.getTime() / 1000) * 1000))
const contents: fc.Arbitrary<CertificateContent> = fc.record({
  authorityName: fc
    .string({ unit: 'binary', minLength: 1, maxLength: 200 })
    .filter((text) => text.isWellFormed()),
  subject: fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,62}$/),
  role: fc.constantFrom('device', 'executive', 'anything'),
  keys: fc.dictionary(
    fc.stringMatching(/^[a-z]{1,32}$/),
    fc.uint8Array({ minLength: 32, maxLength: 32 }).map(toBase64),
    { maxKeys: 16 },
  ),
  serial: fc.uint8Array({ minLength: 1, maxLength: 20 }),
  notBefore: wholeSeconds('1950-01-01T00:00:00Z', '2049-12-31T23:59:59Z'),
  notAfter: wholeSeconds('2040-01-01T00:00:00Z', '2100-12-31T23:59:59Z'),
  publicKeySpki: fc.uint8Array({ minLength: 32, maxLength: 32 }).map(ed25519Spki),
})

test('whatever is issued reads as what it says', () => {
  fc.assert(
    fc.property(contents, (content) => {
      const read = readBody(written(content), authority, forTls)
      const { serial, ...rest } = content
      expect(read).toMatchObject(rest)
      expect(
        Buffer.from(read?.serial ?? [])
          .toString('hex')
          .replace(/^(00)+(?=..)/, ''),
      ).toBe(
        Buffer.from(serial)
          .toString('hex')
          .replace(/^(00)+(?=..)/, ''),
      )
    }),
  )
})

test('what is bent anywhere is of another form, or is the one body that says what is read', () => {
  const bends = fc.tuple(
    contents,
    fc.nat(),
    fc.integer({ min: 1, max: 255 }),
    fc.constantFrom('flip', 'cut', 'add'),
  )
  fc.assert(
    fc.property(bends, ([content, place, bits, how]) => {
      const body = written(content)
      const at = place % body.length
      const bent = {
        flip: () => body.map((byte, i) => (i === at ? byte ^ bits : byte)),
        cut: () => Uint8Array.from([...body.subarray(0, at), ...body.subarray(at + 1)]),
        add: () => Uint8Array.from([...body.subarray(0, at), bits, ...body.subarray(at)]),
      }[how]()
      const read = readBody(bent, authority, forTls)
      if (read !== undefined) expect(written(read)).toEqual(bent)
    }),
    { numRuns: 2000 },
  )
})

test('any other bytes are of another form, and nothing throws', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(readBody(bytes, authority, forTls)).toBeUndefined()
    }),
  )
})
