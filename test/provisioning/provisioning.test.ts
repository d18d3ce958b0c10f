import { describe, expect, test } from 'vitest'
import { readTerminalCertificate } from '../../core/cards/terminal-certificate.ts'
import { makeDeviceKeys, requestEnrolment } from '../../core/enrolment/device-request.ts'
import { requestTerminal } from '../../core/enrolment/terminal-request.ts'
import { readCertificate } from '../../core/keys/certificate.ts'
import { signerFromSeed } from '../../core/keys/ed25519.ts'
import { fromBase64, sha256, toBase64, toHex } from '../../core/keys/hash.ts'
import { drawP256Scalar, p256KeyFromScalar } from '../../core/keys/p256.ts'
import { boxPublicKey, openBox, sealBox } from '../../core/keys/sealed-box.ts'
import { combineShares } from '../../core/keys/shares.ts'
import { signDocument } from '../../core/keys/signed-document.ts'
import { ok, valueOrThrow } from '../../core/result.ts'
import { holdCeremony } from '../../provisioning/ceremony/hold-ceremony.ts'
import { enrolTerminal } from '../../provisioning/enrolment/card-terminals.ts'
import { issueCardCertificate, issueCentreCertificate } from '../../provisioning/enrolment/certificates.ts'
import { enrolDevice } from '../../provisioning/enrolment/enrolment.ts'
import { buildPackage } from '../../provisioning/package/build-package.ts'
import { makeCardKey } from '../../simulator/cards/card-key.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { testDefinition } from '../fixtures/definition.ts'
import { picture } from '../fixtures/picture.ts'

const random = seededRandom('provisioning')
const authority = signerFromSeed(random.bytes(32))
const definition = testDefinition()
const issuing = {
  authority,
  random,
  notBefore: new Date('2026-06-01T00:00:00Z'),
  notAfter: new Date('2026-07-01T00:00:00Z'),
}
const DAY = Date.parse('2026-06-19T12:00:00Z')

describe('the key ceremony', () => {
  const { electionKey, shares, shareHashes, threshold } = holdCeremony({ threshold: 3, trustees: 5, random })

  test('gives each trustee a share, and any three of them open what is sealed to the key', () => {
    expect(shares.map(([number]) => number)).toEqual([1, 2, 3, 4, 5])
    expect(shareHashes).toEqual(shares.map((share) => toBase64(sha256(share))))
    expect(threshold).toBe(3)
    const publicKey = fromBase64(electionKey) ?? new Uint8Array()
    const sealed = sealBox(Buffer.from('ballot'), publicKey, random)
    for (const three of [
      [0, 1, 2],
      [4, 2, 0],
      [1, 3, 4],
    ]) {
      const secret = valueOrThrow(combineShares(three.map((i) => shares[i] as Uint8Array)))
      expect(boxPublicKey(secret)).toEqual(publicKey)
      expect(Buffer.from(openBox(sealed, publicKey, secret) ?? []).toString()).toBe('ballot')
    }
  })

  test('gives two trustees nothing', () => {
    const secret = valueOrThrow(combineShares(shares.slice(0, 2)))
    expect(toBase64(boxPublicKey(secret))).not.toBe(electionKey)
  })

  test('takes no more trustees than a package can name', () => {
    expect(() => holdCeremony({ threshold: 3, trustees: 21, random })).toThrow(/20/)
  })
})

describe('a package is signed', () => {
  const { electionKey, shareHashes } = holdCeremony({ threshold: 3, trustees: 5, random })
  const trustees = { threshold: 3, shareHashes: [...shareHashes] }
  const good = { ...definition, constituency: { ...definition.constituency, electionKey, trustees } }

  const build = (value: unknown, photos: ReadonlyMap<string, Uint8Array> = new Map()) =>
    buildPackage(value, (name) => ok(photos.get(name)), authority, 'definition.json')

  test('when devices would take it', () => {
    expect(build(good).ok).toBe(true)
  })

  test('and not when they would refuse it', () => {
    const built = build({ ...good, stations: [] })
    expect(built.ok ? '' : built.error.where).toBe('definition.json at stations')
    const weak = build({
      ...good,
      constituency: { ...good.constituency, electionKey: toBase64(new Uint8Array(32)) },
    })
    expect(weak.ok ? '' : weak.error.code).toBe('package.weak-key')
  })

  test('and not when a language lacks a text of the screens: language and text are named', () => {
    const changed = (key: string, text: string | undefined) =>
      good.languages.map(({ texts, ...language }) => {
        const { [key]: _, ...rest } = texts
        const other = text === undefined ? rest : { ...rest, [key]: text }
        return { ...language, texts: language.language === 'ar' ? other : texts }
      })
    for (const [key, text, what] of [
      ['finish', undefined, 'in Arabic the text "finish" is missing'],
      ['missing', 'اختر آخرين.', 'in Arabic the text "missing" must hold {left} once'],
      ['greeting', 'أهلًا', 'in Arabic there is no text "greeting"'],
    ] as const) {
      const built = build({ ...good, languages: changed(key, text) })
      expect(built).toMatchObject({
        ok: false,
        error: { code: 'package.texts', where: 'definition.json at languages[2].texts', what },
      })
    }
  })

  test('and not when a text has no room on its screen', () => {
    const languages = good.languages.map(({ texts, ...language }) => ({
      ...language,
      texts: { ...texts, ...(language.language === 'az' && { reject: 'دوز دئییل '.repeat(30).trim() }) },
    }))
    expect(build({ ...good, languages })).toMatchObject({
      ok: false,
      error: {
        code: 'package.screen-overflow',
        where: 'definition.json',
        what: expect.stringMatching(/^screen voter\.comparing in az.*, text size [1-4]: .*دوز دئییل/),
      },
    })
  })

  test('and not when the typeface has no glyph for a character: text and character are named', () => {
    const languages = good.languages.map((language) => ({ ...language, name: 'فارسی 漢字' }))
    for (const wrong of [{ languages }, { title: { fa: 'انتخابات', en: 'Election 漢字' } }]) {
      expect(build({ ...good, ...wrong })).toMatchObject({
        ok: false,
        error: {
          code: 'package.character',
          where: 'definition.json',
          what: expect.stringMatching(/^the typeface has no glyph for U\+6F22 in ".* 漢字"$/),
        },
      })
    }
  })

  test('and only with every photo that it names', () => {
    const built = (named: Uint8Array, files: readonly (readonly [string, Uint8Array])[]) => {
      const contests = good.contests.map((contest) => ({
        ...contest,
        candidates: contest.candidates.map((candidate) => ({ ...candidate, photo: toBase64(sha256(named)) })),
      }))
      const result = build({ ...good, contests }, new Map(files))
      return result.ok ? 'signed' : result.error.code
    }
    const photo = picture('image/webp', 300, 400)
    const hash = toHex(sha256(photo))
    expect(built(photo, [[`${hash}.webp`, photo]])).toBe('signed')
    expect(built(photo, [])).toBe('photo.missing')
    const [small, large] = [picture('image/png', 300, 400), picture('image/png', 300, 801)]
    expect(built(small, [[`${hash}.webp`, small]])).toBe('photo.missing')
    expect(built(photo, [[`${hash}.webp`, small]])).toBe('photo.wrong-hash')
    expect(built(large, [[`${toHex(sha256(large))}.png`, large]])).toBe('photo.dimensions')
  })
})

describe('a device is enrolled', () => {
  const keys = makeDeviceKeys(random)
  const enrol = (request: string) => enrolDevice(request, definition, issuing, 'request')
  const codeOf = (request: string) => {
    const enrolled = enrol(request)
    return enrolled.ok ? 'enrolled' : enrolled.error.code
  }

  test('with the keys it asked for', () => {
    const der = valueOrThrow(enrol(requestEnrolment('device-2', keys)))
    const {
      subject,
      role,
      keys: named,
      publicKeyRaw,
    } = valueOrThrow(readCertificate(der, authority.publicKey, DAY, 'certificate'))
    expect([subject, role]).toEqual(['device-2', 'device'])
    expect(named).toEqual({
      log: signerFromSeed(keys.log).publicKey,
      message: signerFromSeed(keys.message).publicKey,
      witness: signerFromSeed(keys.witness).publicKey,
    })
    expect(publicKeyRaw).toEqual(signerFromSeed(keys.tls).publicKey)
  })

  const signers = [keys.log, keys.message, keys.tls, keys.witness].map(signerFromSeed)
  const [log = '', message = '', tls = '', witness = ''] = signers.map(({ publicKey }) => toBase64(publicKey))
  const payload = { device: 'device-1', keys: { log, message, tls, witness }, version: 1 }

  test('not without proof that it holds each key', () => {
    const [first, second, third] = signers
    if (first === undefined || second === undefined || third === undefined)
      throw new Error('four keys were made')
    expect(codeOf(signDocument('enrolment', payload, signers))).toBe('enrolled')
    expect(codeOf(signDocument('enrolment', payload, [first, second, third, third]))).toBe(
      'document.wrong-key',
    )
    expect(codeOf(signDocument('enrolment', payload, [first, second, third]))).toBe(
      'document.signature-count',
    )
    const changed = requestEnrolment('device-1', keys).replace('device-1', 'device-3')
    expect(codeOf(changed)).toBe('document.bad-signature')
  })

  test('not with a weak key: small order, not on the curve, or a base64 of something else', () => {
    // RFC 8032, 5.1.3: y = 1 is the identity, y = 0 has order four; y = 2 gives no x.
    for (const [at, byte] of [
      [0, 1],
      [0, 0],
      [0, 2],
      [31, 0x80],
    ] as const) {
      const weak = new Uint8Array(32)
      weak[at] = byte
      const named = { ...payload, keys: { ...payload.keys, message: toBase64(weak) } }
      expect(codeOf(signDocument('enrolment', named, signers))).toBe('enrolment.weak-key')
    }
    const short = { ...payload, keys: { ...payload.keys, tls: toBase64(new Uint8Array(31)) } }
    expect(codeOf(signDocument('enrolment', short, signers))).toBe('enrolment.weak-key')
  })

  test('not with one key for two uses, and not under an id that no station has', () => {
    const [first] = signers
    if (first === undefined) throw new Error('four keys were made')
    const same = { ...payload, keys: { log, message: log, tls, witness } }
    expect(codeOf(signDocument('enrolment', same, signers))).toBe('enrolment.same-key')
    expect(codeOf(requestEnrolment('device-9', keys))).toBe('enrolment.unknown-device')
    expect(codeOf(signDocument('enrolment', { ...payload, remark: 1 }, signers))).toBe('enrolment.shape')
    expect(codeOf('{}')).toBe('document.shape')
    expect(codeOf('hello')).toBe('document.syntax')
  })
})

describe('a device that asks for a certificate for cards', () => {
  const keys = makeDeviceKeys(random)
  const messageSigner = signerFromSeed(keys.message)
  const der = valueOrThrow(enrolDevice(requestEnrolment('device-2', keys), definition, issuing, 'request'))
  const known = valueOrThrow(readCertificate(der, authority.publicKey, DAY, 'certificate'))
  const cardAuthority = p256KeyFromScalar(drawP256Scalar(random))
  const scalar = drawP256Scalar(random)
  const enrol = (request: string, device = known) =>
    enrolTerminal(
      request,
      device,
      definition,
      { cardAuthority, lastDay: issuing.notAfter, random },
      'request',
    )
  const codeOf = (...order: Parameters<typeof enrol>) => {
    const enrolled = enrol(...order)
    return enrolled.ok ? 'enrolled' : enrolled.error.code
  }

  test('gets one for its station over the key it made', () => {
    const certificate = valueOrThrow(enrol(requestTerminal('device-2', scalar, messageSigner)))
    const station = definition.stations.find(({ devices }) => devices.includes('device-2'))?.id ?? ''
    const expected = { authorityKey: cardAuthority.publicKey, role: 'ballot-device', station } as const
    const read = valueOrThrow(readTerminalCertificate(certificate, expected, DAY, 'certificate'))
    expect(read.publicKey).toEqual(p256KeyFromScalar(scalar).publicKey)
  })

  test('gets none under another name, for a key it does not hold, without its signature, or without a station', () => {
    const request = requestTerminal('device-2', scalar, messageSigner)
    expect(codeOf(requestTerminal('device-1', scalar, messageSigner))).toBe('terminal.shape')
    const { key, ...payload } = JSON.parse(request).payload
    const other = requestTerminal('device-2', drawP256Scalar(random), messageSigner)
    const stolen = { ...payload, key: JSON.parse(other).payload.key }
    expect(codeOf(signDocument('card-terminal', stolen, [messageSigner]))).toBe('terminal.weak-key')
    const weak = { ...payload, key: toBase64(new Uint8Array(65)) }
    expect(codeOf(signDocument('card-terminal', weak, [messageSigner]))).toBe('terminal.weak-key')
    const tls = signerFromSeed(keys.tls)
    expect(codeOf(signDocument('card-terminal', { ...payload, key }, [tls]))).toBe('document.wrong-key')
    const foreign = { ...known, subject: 'device-9' }
    expect(codeOf(requestTerminal('device-9', scalar, messageSigner), foreign)).toBe(
      'terminal.unknown-device',
    )
  })
})

describe('certificates', () => {
  test('of officers are over the key of their card', () => {
    const card = makeCardKey(random)
    for (const role of ['executive', 'supervisory', 'spare'] as const) {
      const officer = { subject: `${role} of station-1`, role, publicKey: card.publicKey }
      const der = valueOrThrow(issueCardCertificate(officer, definition, issuing))
      const read = valueOrThrow(readCertificate(der, authority.publicKey, DAY, 'card'))
      expect([read.role, read.subject]).toEqual([role, `${role} of station-1`])
      expect(read.publicKeyRaw).toEqual(card.publicKey)
    }
    const wrong = { subject: 'officer', role: 'executive', publicKey: new Uint8Array(65) } as const
    const refused = issueCardCertificate(wrong, definition, issuing)
    expect(refused.ok ? '' : refused.error.code).toBe('card.weak-key')
  })

  test('of the centre name the key that signs its answers', () => {
    const [tls, message] = [1, 2].map(() => signerFromSeed(random.bytes(32)).publicKey) as [
      Uint8Array,
      Uint8Array,
    ]
    const centre = { subject: 'centre.example', tls, message }
    const der = valueOrThrow(issueCentreCertificate(centre, definition, issuing))
    const read = valueOrThrow(readCertificate(der, authority.publicKey, DAY, 'centre'))
    expect([read.role, read.publicKeyRaw, read.keys]).toEqual(['centre', tls, { message }])
    const weak = issueCentreCertificate({ ...centre, message: new Uint8Array(32) }, definition, issuing)
    expect(weak.ok ? '' : weak.error.code).toBe('centre.weak-key')
  })
})
