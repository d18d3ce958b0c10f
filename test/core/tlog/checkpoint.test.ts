import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { signerFromSeed } from '../../../core/keys/ed25519.ts'
import { concatBytes, sha256, toBase64 } from '../../../core/keys/hash.ts'
import { type Result, valueOrThrow } from '../../../core/result.ts'
import {
  formatCheckpoint,
  openCheckpoint,
  parseCheckpoint,
  signCheckpoint,
} from '../../../core/tlog/checkpoint.ts'
import { addSignatureLine, cosign, openCosignature } from '../../../core/tlog/cosignature.ts'
import { keyId, parseVerifierKey, signatureLine, signNote } from '../../../core/tlog/note.ts'
import { EMPTY_ROOT } from '../../../core/tlog/tree.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)
const codeOf = (result: Result<unknown>) => (result.ok ? 'opened' : result.error.code)

/**
 * A public checkpoint of a certificate transparency log, signed by the log (type 0x01) and cosigned by the witness remora.n621.de
 * (type 0x04), with both verifier keys; made by other people's software.
 */
const PUBLIC_NOTE = `arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
`
const PUBLIC_LOG =
  'arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f'
const PUBLIC_WITNESS = 'remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2'

const origin = 'council.example/2026/device/d-1/6f1c'
const log = signerFromSeed(sha256(utf8('log')))
const other = signerFromSeed(sha256(utf8('other')))
const witness = { name: 'centre.example/witness', signer: signerFromSeed(sha256(utf8('witness'))) }
const known = { name: witness.name, publicKey: witness.signer.publicKey }
const root = sha256(utf8('root'))
const note = signCheckpoint({ origin, size: 413, root }, log)
const sizes = fc.maxSafeInteger().map(Math.abs)
const roots = fc.uint8Array({ minLength: 32, maxLength: 32 })

describe('a checkpoint', () => {
  test('is the three lines of the specification', () => {
    const example = 'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n'
    const parsed = valueOrThrow(parseCheckpoint(example))
    expect(parsed).toMatchObject({ origin: 'example.com/behind-the-sofa', size: 20852163 })
    expect(formatCheckpoint(parsed)).toBe(example)
  })

  test('is read back as written, up to the largest size', () => {
    fc.assert(
      fc.property(sizes, roots, (size, hash) => {
        const checkpoint = { origin, size, root: size === 0 ? EMPTY_ROOT : hash }
        expect(valueOrThrow(parseCheckpoint(formatCheckpoint(checkpoint)))).toEqual(checkpoint)
      }),
    )
  })

  test.each([
    ['a fourth line', `${origin}\n1\n${toBase64(root)}\nmore\n`],
    ['no newline at the end', `${origin}\n1\n${toBase64(root)}`],
    ['two newlines at the end', `${origin}\n1\n${toBase64(root)}\n\n`],
    ['a leading zero', `${origin}\n01\n${toBase64(root)}\n`],
    ['a sign', `${origin}\n+1\n${toBase64(root)}\n`],
    ['no size', `${origin}\n\n${toBase64(root)}\n`],
    ['hexadecimal', `${origin}\n0x1\n${toBase64(root)}\n`],
    ['Persian digits', `${origin}\n۱\n${toBase64(root)}\n`],
    ['a size beyond the safe integers', `${origin}\n9007199254740992\n${toBase64(root)}\n`],
    ['a size of 40 digits', `${origin}\n${'9'.repeat(40)}\n${toBase64(root)}\n`],
    ['a short root', `${origin}\n1\n${toBase64(root.slice(1))}\n`],
    ['a root in another spelling', `${origin}\n1\n${toBase64(root).replace('=', '')}\n`],
    ['size 0 with a root', `${origin}\n0\n${toBase64(root)}\n`],
    ['no origin', `\n1\n${toBase64(root)}\n`],
    ['a space in the origin', `a b\n1\n${toBase64(root)}\n`],
    ['a plus in the origin', `a+b\n1\n${toBase64(root)}\n`],
    ['an origin that is not ASCII', `صندوق\n1\n${toBase64(root)}\n`],
  ])('refused with %s', (_, text) => {
    expect(codeOf(parseCheckpoint(text))).toBe('checkpoint.malformed')
  })

  test('that could not be read is not written', () => {
    for (const bad of [
      { origin: 'a b' },
      { size: -1 },
      { size: 1.5 },
      { size: 2 ** 53 },
      { root: root.slice(1) },
    ]) {
      expect(() => formatCheckpoint({ origin, size: 1, root, ...bad })).toThrow(RangeError)
    }
  })
})

describe('a signed checkpoint', () => {
  test('opens with the key of its log and no other', () => {
    expect(valueOrThrow(openCheckpoint(note, { origin, publicKey: log.publicKey }))).toEqual({
      origin,
      size: 413,
      root,
    })
    expect(codeOf(openCheckpoint(note, { origin, publicKey: other.publicKey }))).toBe('note.unsigned')
    expect(codeOf(openCheckpoint(note, { origin: 'other', publicKey: log.publicKey }))).toBe('note.unsigned')
  })

  test('made by other software opens', () => {
    const { name, publicKey } = valueOrThrow(parseVerifierKey(PUBLIC_LOG))
    const opened = valueOrThrow(openCheckpoint(PUBLIC_NOTE, { origin: name, publicKey }))
    expect(opened).toMatchObject({ origin: name, size: 1432088532 })
    const bent = PUBLIC_NOTE.replace('1432088532', '1432088533')
    expect(codeOf(openCheckpoint(bent, { origin: name, publicKey }))).toBe('note.bad-signature')
  })

  test('bent anywhere is refused', () => {
    fc.assert(
      fc.property(fc.nat(note.length - 1), fc.string({ maxLength: 1 }), (at, instead) => {
        const bent = note.slice(0, at) + instead + note.slice(at + 1)
        fc.pre(bent !== note)
        expect(codeOf(openCheckpoint(bent, { origin, publicKey: log.publicKey }))).toMatch(/^note\./)
      }),
    )
  })

  test('that names another origin than its key, or is no checkpoint, is refused though the signature holds', () => {
    const key = { name: origin, type: 1, signer: log } as const
    const foreign = signNote(formatCheckpoint({ origin: 'other', size: 413, root }), key)
    expect(codeOf(openCheckpoint(foreign, { origin, publicKey: log.publicKey }))).toBe('checkpoint.origin')
    const prose = signNote('something else\n', key)
    expect(openCheckpoint(prose, { origin, publicKey: log.publicKey })).toMatchObject({
      error: { code: 'checkpoint.malformed', where: `checkpoint of ${origin}` },
    })
  })
})

describe('a cosignature', () => {
  test('made by other software tells its time', () => {
    const key = valueOrThrow(parseVerifierKey(PUBLIC_WITNESS))
    expect(key.type).toBe(4)
    expect(valueOrThrow(openCosignature(PUBLIC_NOTE, key))).toEqual({ time: 0x6a122120 })
    expect(codeOf(openCosignature(PUBLIC_NOTE.replace('1432088532', '1'), key))).toBe('note.bad-signature')
  })

  test('is of 76 bytes, and its time is the one that was given', () => {
    fc.assert(
      fc.property(sizes, (time) => {
        const line = cosign(note, { ...witness, time })
        expect(line).toMatch(/^— centre\.example\/witness [A-Za-z0-9+/]{102}==$/)
        expect(valueOrThrow(openCosignature(addSignatureLine(note, line), known))).toEqual({ time })
      }),
      { numRuns: 20 },
    )
  })

  test("leaves the log's own signature as it was", () => {
    const cosigned = addSignatureLine(note, cosign(note, { ...witness, time: 1_781_857_862 }))
    expect(codeOf(openCheckpoint(cosigned, { origin, publicKey: log.publicKey }))).toBe('opened')
  })

  test('given again later counts with its latest time', () => {
    const later = addSignatureLine(note, cosign(note, { ...witness, time: 2000 }))
    const both = addSignatureLine(later, cosign(note, { ...witness, time: 1000 }))
    expect(valueOrThrow(openCosignature(both, known))).toEqual({ time: 2000 })
  })

  test('of another checkpoint, key or time is refused', () => {
    const elsewhere = cosign(signCheckpoint({ origin, size: 412, root }, log), { ...witness, time: 1000 })
    expect(codeOf(openCosignature(addSignatureLine(note, elsewhere), known))).toBe('note.bad-signature')
    const stranger = cosign(note, { name: witness.name, signer: other, time: 1000 })
    expect(codeOf(openCosignature(addSignatureLine(note, stranger), known))).toBe('note.unsigned')
    expect(codeOf(openCosignature(note, known))).toBe('note.unsigned')
    const line = cosign(note, { ...witness, time: 1000 })
    const [dash = '', name = '', encoded = ''] = line.split(' ')
    const bytes = Buffer.from(encoded, 'base64')
    bytes[11] = (bytes[11] ?? 0) ^ 1
    const antedated = `${dash} ${name} ${bytes.toString('base64')}`
    expect(codeOf(openCosignature(addSignatureLine(note, antedated), known))).toBe('note.bad-signature')
  })

  test('is not the plain signature of the same key, and the plain one is no cosignature', () => {
    const { signer, name } = witness
    const asLog = { origin: name, publicKey: signer.publicKey }
    const plain = signCheckpoint({ origin: name, size: 1, root }, signer)
    expect(codeOf(openCosignature(plain, known))).toBe('note.unsigned')
    const id = keyId(name, 4, signer.publicKey)
    const text = formatCheckpoint({ origin: name, size: 1, root })
    const renamed = `${text}\n${signatureLine(name, id, signer.sign(utf8(text)))}\n`
    expect(codeOf(openCosignature(renamed, known))).toBe('note.bad-signature')
    const cosigned = `${text}\n${cosign(plain, { ...witness, time: 1 })}\n`
    expect(codeOf(openCheckpoint(cosigned, asLog))).toBe('note.unsigned')
  })

  test('with a time beyond the safe integers or of another length is refused', () => {
    const id = keyId(witness.name, 4, witness.signer.publicKey)
    const line = signatureLine(
      witness.name,
      id,
      concatBytes(new Uint8Array(8).fill(0xff), new Uint8Array(64)),
    )
    expect(codeOf(openCosignature(addSignatureLine(note, line), known))).toBe('note.bad-signature')
    const short = signatureLine(witness.name, id, new Uint8Array(64))
    expect(codeOf(openCosignature(addSignatureLine(note, short), known))).toBe('note.bad-signature')
  })

  test('whatever line arrives, what the log signed stays what it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('\n', '—', ' ', 'a', '=', '1') }), (line) => {
        const opened = openCheckpoint(addSignatureLine(note, line), { origin, publicKey: log.publicKey })
        if (opened.ok) expect(opened.value).toEqual({ origin, size: 413, root })
        expect(openCosignature(addSignatureLine(note, line), known).ok).toBe(false)
      }),
    )
  })

  test('is given to checkpoints only, with a time in whole seconds', () => {
    const prose = signNote('something else\n', { name: origin, type: 1, signer: log })
    expect(() => cosign(prose, { ...witness, time: 1 })).toThrow()
    expect(() => cosign('nothing', { ...witness, time: 1 })).toThrow()
    for (const time of [-1, 0.5, Number.NaN, 2 ** 53])
      expect(() => cosign(note, { ...witness, time })).toThrow()
  })
})
