import { cpSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Definition } from '../../../core/election/definition.ts'
import { sha256, toBase64, toHex } from '../../../core/keys/hash.ts'
import { signPackage } from '../../../core/package/package.ts'
import { valueOrThrow } from '../../../core/result.ts'
import { readHome, writeSeeds } from '../../../device-agent/ballot/home.ts'
import { issueCentreCertificate } from '../../../provisioning/enrolment/certificates.ts'
import { homeBuild } from '../../attacks/weakened/weaken.ts'
import {
  type Replacement,
  showsAnyPhoto,
  takesUnfinishedLanguages,
} from '../../attacks/weakened/weakenings.ts'
import type { TestDevice } from '../../audit/fixtures.ts'
import { picture } from '../../fixtures/picture.ts'
import { StationCards } from '../../fixtures/station-cards.ts'
import { makeHome, newFolder } from '../store/device.ts'
import { cards } from '../store/home.ts'
import { device, station } from '../store/voting.ts'

const honest = makeHome()

/** What a device says of its home after one file was changed. */
function afterChange(change: (folder: string) => void): string {
  const folder = newFolder()
  cpSync(honest, folder, { recursive: true })
  change(folder)
  const home = readHome(folder)
  return home.ok ? 'taken' : home.error.where.replace(`${folder}/`, '')
}

/** Changes one member of config.json or keys.json. */
function put(file: string, member: string, value: unknown) {
  return (folder: string) => {
    const path = join(folder, file)
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), [member]: value }))
  }
}

describe('a home folder', () => {
  test('as the technician left it is taken', () => {
    expect(afterChange(() => {})).toBe('taken')
  })

  test.each([
    ...['config.json', 'package.json', 'certificate.der', 'centre.der', 'authority.der', 'keys.json'],
    ...['card-authority.der', 'card-certificate.tlv', 'card-key.json'],
  ])('without %s, or with something else in it, is refused by that name', (file) => {
    expect(afterChange((folder) => rmSync(join(folder, file)))).toContain(file)
    expect(afterChange((folder) => writeFileSync(join(folder, file), 'something else'))).toContain(file)
    expect(afterChange((folder) => writeFileSync(join(folder, file), ''))).toContain(file)
  })

  test.each([
    ['version', 2],
    ['device', 'd-77'],
    ['station', 's-2'],
    ['authority', 'AAAA'],
    ['bundles', ''],
    ['broker', { host: 'centre.example', port: 0, closingWindowSeconds: 900 }],
    ['broker', { host: 'centre.example', port: 8883, closingWindowSeconds: -1 }],
    ['broker', { host: 'centre.example', port: 8883 }],
    ['calibration', { left: 0.5, right: 1, top: 0, bottom: 1 }],
    ['debug', true],
  ] as const)('whose config.json has a wrong %s is refused', (member, value) => {
    expect(afterChange(put('config.json', member, value))).toContain('config.json')
  })

  test('that trusts another authority takes neither package nor certificates', () => {
    const other = Buffer.from(station.executive.publicKey).toString('base64')
    expect(afterChange(put('config.json', 'authority', other))).toContain('package.json')
  })

  test("with another device's keys is refused before a vote is taken with them", () => {
    const other = Buffer.alloc(32, 7).toString('base64')
    for (const key of ['log', 'message', 'tls']) {
      expect(afterChange(put('keys.json', key, other))).toContain('keys.json')
    }
  })

  test("with another device's key for cards, a desk's or another station's certificate, or a card of another authority is refused", () => {
    const other = new StationCards('another election', station)
    const write = (file: string, bytes: Uint8Array) => (folder: string) =>
      writeFileSync(join(folder, file), bytes)
    const { scalar, certificate } = cards.terminal('ballot-device')
    expect(afterChange(put('card-key.json', 'key', toBase64(scalar)))).toBe('card-key.json')
    expect(afterChange(put('card-key.json', 'key', toBase64(new Uint8Array(32))))).toBe('card-key.json')
    expect(afterChange(write('card-certificate.tlv', certificate))).toBe('card-key.json')
    for (const wrong of [
      cards.terminal('check-in').certificate,
      cards.terminal('ballot-device', 's-2').certificate,
      other.terminal('ballot-device').certificate,
    ])
      expect(afterChange(write('card-certificate.tlv', wrong))).toBe('card-certificate.tlv')
    expect(afterChange(write('card-authority.der', other.authorityDer()))).toBe('card-certificate.tlv')
    expect(afterChange(write('card-authority.der', device.certificate))).toBe('card-authority.der')
  })

  test('with the certificate of another device of the same station is refused', () => {
    const { certificate } = station.devices[1] as TestDevice
    const change = (folder: string) => writeFileSync(join(folder, 'certificate.der'), certificate)
    expect(afterChange(change)).toContain('certificate.der')
  })

  test("with the device's own certificate in the centre's place is refused", () => {
    const change = (folder: string) => writeFileSync(join(folder, 'centre.der'), device.certificate)
    expect(afterChange(change)).toContain('centre.der')
  })

  test('with a certificate that ended before the polling day is refused, and nobody is sent to the clock', () => {
    const ended = { notBefore: new Date('2025-01-01T00:00:00Z'), notAfter: new Date('2025-02-01T00:00:00Z') }
    const key = { tls: station.witness.publicKey, message: station.witness.publicKey }
    const { authority, random, electionPackage } = station
    const order = [{ subject: 'centre.example', ...key }, electionPackage.definition] as const
    const centre = valueOrThrow(issueCentreCertificate(...order, { authority, random, ...ended }))
    const folder = newFolder()
    cpSync(honest, folder, { recursive: true })
    writeFileSync(join(folder, 'centre.der'), centre)
    expect(readHome(folder)).toMatchObject({
      error: {
        code: 'certificate.expired',
        where: join(folder, 'centre.der'),
        what: 'this certificate does not hold on the polling day of package.json',
        next: 'Have a technician provision this device again.',
      },
    })
  })

  test('with a key of the wrong length is refused', () => {
    expect(afterChange(put('keys.json', 'log', 'AAAA'))).toContain('keys.json')
    expect(afterChange(put('keys.json', 'log', `${'A'.repeat(43)}?`))).toContain('keys.json')
  })
})

describe('the keys that a device made for itself', () => {
  test('are readable by it alone', () => {
    for (const file of ['keys.json', 'card-key.json'])
      expect(statSync(join(honest, file)).mode & 0o777).toBe(0o600)
  })

  test('are never written over', () => {
    expect(() => writeSeeds(honest, device.keys)).toThrow('EEXIST')
  })
})

describe('a package that a device was given', () => {
  const { definition } = station.electionPackage

  /** What a device says of a home with another package in it, signed as it must be. */
  async function given(
    changed: Partial<Definition>,
    photos: readonly (readonly [string, Uint8Array])[] = [],
    weakening: readonly Replacement[] = [],
  ) {
    const { readHome } = await homeBuild(weakening)
    const folder = newFolder()
    cpSync(honest, folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), signPackage({ ...definition, ...changed }, station.authority))
    mkdirSync(join(folder, 'photos'))
    for (const [name, bytes] of photos) writeFileSync(join(folder, 'photos', name), bytes)
    const home = readHome(folder)
    return home.ok ? 'taken' : home.error.code
  }

  const unfinished = definition.languages.map(({ texts, ...language }) => ({
    ...language,
    texts: { ...texts, ...(language.language === 'az' && { 'held-dropping': '{code}' }) },
  }))

  test('is refused if its polling day is none of the certificates', async () => {
    expect(await given({ pollingDay: '2026-08-01' })).toBe('certificate.expired')
  })

  test('is refused if a language lacks a text of the screens', async () => {
    expect(await given({})).toBe('taken')
    expect(await given({ languages: unfinished })).toBe('package.texts')
  })

  test('is taken all the same by a build that asks for no text', async () => {
    expect(await given({ languages: unfinished }, [], takesUnfinishedLanguages)).toBe('taken')
  })

  const [one, other] = [picture('image/webp', 30, 40, 1), picture('image/webp', 30, 40, 2)]
  const nameOf = (photo: Uint8Array) => `${toHex(sha256(photo))}.webp`
  const contests = definition.contests.map((contest) => ({
    ...contest,
    candidates: contest.candidates.map((candidate, position) => ({
      ...candidate,
      photo: toBase64(sha256(position === 0 ? one : other)),
    })),
  }))
  const right = [
    [nameOf(one), one],
    [nameOf(other), other],
  ] as const
  const exchanged = [
    [nameOf(one), other],
    [nameOf(other), one],
  ] as const

  test('is refused if the photos of two candidates were exchanged', async () => {
    expect(await given({ contests }, right)).toBe('taken')
    expect(await given({ contests }, exchanged)).toBe('photo.wrong-hash')
  })

  test('is taken with exchanged photos by a build that goes by their names', async () => {
    expect(await given({ contests }, exchanged, showsAnyPhoto)).toBe('taken')
  })
})
