import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import tls from 'node:tls'
import { AsnConvert } from '@peculiar/asn1-schema'
import { Certificate as AsnCertificate, BasicConstraints, Extension } from '@peculiar/asn1-x509'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  authorityCertificate,
  certificatePem,
  ed25519PrivateKeyPem,
  ed25519Spki,
  issueCertificate,
  readCertificate,
  readTlsPeer,
} from '../../../core/keys/certificate.ts'
import { signerFromSeed } from '../../../core/keys/ed25519.ts'
import { concatBytes, sha256, toBase64 } from '../../../core/keys/hash.ts'
import { valueOrThrow } from '../../../core/result.ts'
import { makeCardKey } from '../../../simulator/cards/card-key.ts'
import { hex, seededRandom } from './seeded-random.ts'

const random = seededRandom(1)
const authority = signerFromSeed(random.bytes(32))
const otherAuthority = signerFromSeed(random.bytes(32))
const seed = random.bytes(32)
const own = signerFromSeed(seed)
const log = signerFromSeed(random.bytes(32))
const message = signerFromSeed(random.bytes(32))
const card = makeCardKey(random)

const times = { notBefore: new Date('2020-01-01T00:00:00Z'), notAfter: new Date('2049-12-31T23:59:59Z') }
const common = { authority, authorityName: 'شورا council.example', ...times }
const device = {
  ...common,
  role: 'device',
  subject: 'device-1.st-7',
  publicKeySpki: ed25519Spki(own.publicKey),
  keys: { log: toBase64(log.publicKey), message: toBase64(message.publicKey) },
  serial: random.bytes(16),
} as const
const cardSpki = concatBytes(hex('3059301306072a8648ce3d020106082a8648ce3d030107034200'), card.publicKey)
const officer = {
  ...common,
  role: 'executive',
  subject: 'مجری حوزه ۷',
  publicKeySpki: cardSpki,
  serial: random.bytes(16),
} as const
const NOW = Date.parse('2026-06-19T08:00:00Z')
const read = (der: Uint8Array, now = NOW) => readCertificate(der, authority.publicKey, now, 'line 1')
const deviceDer = issueCertificate(device)
const ca = authorityCertificate({ ...common, serial: Uint8Array.of(1) })

describe('a certificate', () => {
  test('of a device names it, its role and all its keys', () => {
    expect(valueOrThrow(read(deviceDer))).toEqual({
      subject: 'device-1.st-7',
      role: 'device',
      keys: { log: log.publicKey, message: message.publicKey },
      publicKeySpki: ed25519Spki(own.publicKey),
      publicKeyRaw: own.publicKey,
      fingerprint: sha256(deviceDer),
    })
  })

  test('of an officer has the P-256 key of the card and a Persian name', () => {
    const certificate = valueOrThrow(read(issueCertificate(officer)))
    expect(certificate).toMatchObject({ subject: 'مجری حوزه ۷', role: 'executive', keys: {} })
    expect(certificate.publicKeyRaw).toEqual(card.publicKey)
  })

  test('is the same for the same content: no hidden randomness', () => {
    expect(issueCertificate(device)).toEqual(deviceDer)
  })

  test('is read whatever the serial and the dates', () => {
    const serials = fc.uint8Array({ minLength: 1, maxLength: 19 }).filter((bytes) => bytes.some((b) => b > 0))
    const dates = fc.date({ min: new Date(NOW), max: new Date('2090-01-01'), noInvalidDate: true })
    fc.assert(
      fc.property(serials, dates, (serial, notAfter) => {
        const der = issueCertificate({ ...device, serial, notAfter: new Date(notAfter.getTime() + 1000) })
        expect(read(der).ok).toBe(true)
      }),
      { numRuns: 20 },
    )
  })

  test('of the wrong kind, with a weak key or without serial is not issued', () => {
    const weak = Uint8Array.of(1, ...new Uint8Array(31))
    for (const change of [
      { keys: { log: toBase64(weak) } },
      { keys: { Log: toBase64(log.publicKey) } },
      { keys: { log: 'no key' } },
      { publicKeySpki: ed25519Spki(weak) },
      { publicKeySpki: cardSpki.slice(1) },
      { publicKeySpki: Uint8Array.from(cardSpki, (byte, i) => (i === 90 ? byte ^ 1 : byte)) },
      { subject: 'no host name' },
      { subject: '' },
      { serial: new Uint8Array(16) },
      { serial: new Uint8Array(20).fill(0xff) },
      { notAfter: new Date('2019-01-01T00:00:00Z') },
    ]) {
      expect(() => issueCertificate({ ...device, ...change })).toThrow()
    }
  })
})

describe('of a certificate that TLS has verified', () => {
  const peer = (der: Uint8Array, now = NOW) => readTlsPeer(der, authority.publicKey, now, 'line 1')

  test('subject and role are told, as reading all of it tells them', () => {
    const { subject, role } = valueOrThrow(read(deviceDer))
    expect(valueOrThrow(peer(deviceDer))).toEqual({ subject, role })
  })

  test('the form, the authority that it names and the time are looked at all the same', () => {
    const code = (result: ReturnType<typeof peer>) => (result.ok ? 'taken' : result.error.code)
    const another = issueCertificate({ ...device, authority: otherAuthority })
    expect(code(peer(another))).toBe('certificate.form')
    expect(code(peer(ca))).toBe('certificate.form')
    expect(code(peer(deviceDer.subarray(1)))).toBe('certificate.malformed')
    expect(code(peer(deviceDer, times.notBefore.getTime() - 1))).toBe('certificate.not-yet')
    expect(code(peer(deviceDer, times.notAfter.getTime() + 1))).toBe('certificate.expired')
  })
})

describe('refused is a certificate', () => {
  test('signed by another key, even one that calls itself the same', () => {
    const der = issueCertificate({ ...device, authority: otherAuthority })
    expect(read(der)).toMatchObject({ ok: false, error: { code: 'certificate.wrong-authority' } })
  })

  test('before and after its time, to the second', () => {
    const { notBefore, notAfter } = times
    expect(read(deviceDer, notBefore.getTime() - 1)).toMatchObject({ error: { code: 'certificate.not-yet' } })
    expect(read(deviceDer, notBefore.getTime()).ok).toBe(true)
    expect(read(deviceDer, notAfter.getTime()).ok).toBe(true)
    expect(read(deviceDer, notAfter.getTime() + 1)).toMatchObject({ error: { code: 'certificate.expired' } })
  })

  test('with any byte bent, missing or added', () => {
    for (let at = 0; at < deviceDer.length; at += 1) {
      const bent = Uint8Array.from(deviceDer, (byte, i) => (i === at ? byte ^ (1 << (at % 8)) : byte))
      expect(read(bent), `byte ${at}`).toMatchObject({ ok: false, error: { where: 'line 1' } })
      expect(read(deviceDer.slice(0, at)).ok).toBe(false)
    }
    expect(read(concatBytes(deviceDer, Uint8Array.of(0))).ok).toBe(false)
  })

  test('by its frame first, then by its signature: whatever is bent in the body is not of this authority', () => {
    const head = deviceDer.length > 0x103 ? 4 : 3
    const tail = deviceDer.length - 74
    const codeAt = (at: number) => {
      const bent = read(Uint8Array.from(deviceDer, (byte, i) => (i === at ? byte ^ 1 : byte)))
      return bent.ok ? '' : bent.error.code
    }
    for (let at = 0; at < deviceDer.length; at += 1) {
      const isFrame = at < 2 * head || (at >= tail && at < tail + 10)
      expect(codeAt(at), `byte ${at}`).toBe(isFrame ? 'certificate.malformed' : 'certificate.wrong-authority')
    }
  })

  test('in a length that is written longer than need be', () => {
    const padded = concatBytes(hex('308300'), deviceDer.subarray(2))
    expect(read(padded)).toMatchObject({ error: { code: 'certificate.malformed' } })
  })

  test('that is any other bytes, without throwing', () => {
    const nested = Uint8Array.from({ length: 4096 }, (_, i) => (i % 2 === 0 ? 0x30 : 0x80))
    expect(read(nested).ok).toBe(false)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), (bytes) => {
        expect(read(bytes)).toMatchObject({ error: { code: 'certificate.malformed' } })
      }),
    )
  })

  test('of the authority itself, or one that it signed in another form', () => {
    expect(read(ca)).toMatchObject({ ok: false, error: { code: 'certificate.form' } })
    const asn = AsnConvert.parse(deviceDer, AsnCertificate)
    const extensions = asn.tbsCertificate.extensions ?? []
    const authorityOfItsOwn = new Extension({ extnID: '2.5.29.19', critical: true })
    authorityOfItsOwn.extnValue.buffer = AsnConvert.serialize(new BasicConstraints({ cA: true }))
    extensions[0] = authorityOfItsOwn
    asn.signatureValue = new Uint8Array(
      authority.sign(new Uint8Array(AsnConvert.serialize(asn.tbsCertificate))),
    ).buffer
    const der = new Uint8Array(AsnConvert.serialize(asn))
    expect(read(der)).toMatchObject({ ok: false, error: { code: 'certificate.form' } })
  })
})

describe('OpenSSL', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sandogh-certificate-'))
    writeFileSync(join(folder, 'ca.pem'), certificatePem(ca))
    writeFileSync(join(folder, 'device.pem'), certificatePem(deviceDer))
    writeFileSync(join(folder, 'officer.pem'), certificatePem(issueCertificate(officer)))
    const foreign = issueCertificate({ ...device, authority: otherAuthority })
    writeFileSync(join(folder, 'foreign.pem'), certificatePem(foreign))
  })
  afterAll(() => rmSync(folder, { recursive: true }))
  const openssl = (...words: string[]) =>
    execFileSync('openssl', words, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

  test('accepts the chain, strictly by RFC 5280, for both directions of TLS', () => {
    for (const purpose of ['sslserver', 'sslclient']) {
      const said = openssl('verify', '-x509_strict', '-purpose', purpose, '-CAfile', 'ca.pem', 'device.pem')
      expect(said.trim()).toBe('device.pem: OK')
    }
    expect(openssl('verify', '-x509_strict', '-CAfile', 'ca.pem', 'officer.pem').trim()).toBe(
      'officer.pem: OK',
    )
  })

  test('refuses one of another authority', () => {
    expect(() => openssl('verify', '-CAfile', 'ca.pem', 'foreign.pem')).toThrow()
  })

  test('reads role and keys in the private extension, and name and usages', () => {
    const asn = openssl('asn1parse', '-in', 'device.pem', '-i')
    expect(asn).toContain('2.25.134310754103820467110881438263300652469')
    expect(Buffer.from(deviceDer).toString('utf8')).toContain(
      `{"keys":{"log":"${toBase64(log.publicKey)}","message":"${toBase64(message.publicKey)}"},"role":"device"}`,
    )
    const text = openssl('x509', '-in', 'device.pem', '-noout', '-text')
    expect(text).toContain('DNS:device-1.st-7')
    expect(text).toContain('Digital Signature')
    expect(text).toContain('CA:FALSE')
    expect(text).toContain('TLS Web Server Authentication, TLS Web Client Authentication')
  })
})

describe('mutual TLS', () => {
  const centreSeed = random.bytes(32)
  const centre = issueCertificate({
    ...common,
    role: 'centre',
    subject: 'centre.example',
    publicKeySpki: ed25519Spki(signerFromSeed(centreSeed).publicKey),
    serial: random.bytes(16),
  })
  const server = { key: ed25519PrivateKeyPem(centreSeed), cert: certificatePem(centre) }
  const client = { key: ed25519PrivateKeyPem(seed), cert: certificatePem(deviceDer) }

  /** Connects once; gives what each end read of the other's subject, or the error that ended it. */
  async function connect(clientOptions: tls.ConnectionOptions): Promise<string> {
    const listener = tls.createServer({
      ...server,
      ca: certificatePem(ca),
      requestCert: true,
      rejectUnauthorized: true,
    })
    listener.on('secureConnection', (socket) => {
      socket.on('error', () => {})
      const peer = readCertificate(
        new Uint8Array(socket.getPeerCertificate().raw),
        authority.publicKey,
        NOW,
        'TLS',
      )
      socket.end(`hello ${valueOrThrow(peer).subject}`)
    })
    listener.on('tlsClientError', () => {})
    await new Promise<void>((listening) => listener.listen(0, '127.0.0.1', listening))
    const { port } = listener.address() as AddressInfo
    try {
      return await new Promise<string>((resolve) => {
        const socket = tls.connect({
          host: '127.0.0.1',
          port,
          servername: 'centre.example',
          ca: certificatePem(ca),
          ...clientOptions,
        })
        let said = ''
        socket.on('data', (chunk) => {
          said += chunk
        })
        socket.on('end', () => resolve(said === '' ? 'ended without a word' : said))
        socket.on('error', ({ message: reason }) => resolve(`refused: ${reason}`))
      })
    } finally {
      listener.close()
    }
  }

  test('works both ways, and each end sees who the other is', async () => {
    expect(await connect(client)).toBe('hello device-1.st-7')
  })

  test('does not come about with another host name, authority or without certificate', async () => {
    expect(await connect({ ...client, servername: 'other.example' })).toMatch(/^refused: .*altnames/)
    const foreign = issueCertificate({ ...device, authority: otherAuthority })
    expect(await connect({ ...client, cert: certificatePem(foreign) })).not.toMatch(/^hello/)
    expect(await connect({})).not.toMatch(/^hello/)
    const foreignCa = authorityCertificate({ ...common, authority: otherAuthority, serial: Uint8Array.of(1) })
    expect(await connect({ ...client, ca: certificatePem(foreignCa) })).toMatch(/^refused/)
  })
})
