import { cpSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { signPackage } from '../../../core/package/package.ts'
import { readHome, writeSeeds } from '../../../device-agent/ballot/home.ts'
import { OPENING, type TestDevice } from '../../audit/fixtures.ts'
import { device, makeHome, newFolder, station } from '../store/device.ts'

const honest = makeHome()

/** What a device says of its home after one file was changed. */
function afterChange(change: (folder: string) => void, nowMs = OPENING): string {
  const folder = newFolder()
  cpSync(honest, folder, { recursive: true })
  change(folder)
  const home = readHome(folder, nowMs)
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

  test.each(['config.json', 'package.json', 'certificate.der', 'centre.der', 'authority.der', 'keys.json'])(
    'without %s, or with something else in it, is refused by that name',
    (file) => {
      expect(afterChange((folder) => rmSync(join(folder, file)))).toContain(file)
      expect(afterChange((folder) => writeFileSync(join(folder, file), 'something else'))).toContain(file)
      expect(afterChange((folder) => writeFileSync(join(folder, file), ''))).toContain(file)
    },
  )

  test.each([
    ['version', 2],
    ['device', 'd-77'],
    ['station', 's-2'],
    ['authority', 'AAAA'],
    ['bundles', ''],
    ['broker', { host: 'centre.example', port: 0 }],
    ['calibration', { left: 0.5, right: 1, top: 0, bottom: 1 }],
    ['debug', true],
  ] as const)('whose config.json has a wrong %s is refused', (member, value) => {
    expect(afterChange(put('config.json', member, value))).toContain('config.json')
  })

  test('that trusts another authority takes neither package nor certificates', () => {
    const other = Buffer.from(station.executive.publicKey).toString('base64')
    expect(afterChange(put('config.json', 'authority', other))).toContain('package.json')
  })

  test('whose package lacks a text of the screens is refused', () => {
    const { definition } = station.electionPackage
    const languages = definition.languages.map(({ texts, ...language }) => ({
      ...language,
      texts: { ...texts, ...(language.language === 'fa' && { 'held-dropping': '{code}' }) },
    }))
    const text = signPackage({ ...definition, languages }, station.authority)
    const change = (folder: string) => writeFileSync(join(folder, 'package.json'), text)
    expect(afterChange(change)).toBe('package.json at languages[0].texts')
  })

  test("with another device's keys is refused before a vote is taken with them", () => {
    const other = Buffer.alloc(32, 7).toString('base64')
    for (const key of ['log', 'message', 'tls']) {
      expect(afterChange(put('keys.json', key, other))).toContain('keys.json')
    }
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

  test('after its certificate has run out is refused', () => {
    expect(afterChange(() => {}, Date.parse('2026-08-01T00:00:00Z'))).toContain('certificate.der')
  })

  test('with a key of the wrong length is refused', () => {
    expect(afterChange(put('keys.json', 'log', 'AAAA'))).toContain('keys.json')
    expect(afterChange(put('keys.json', 'log', `${'A'.repeat(43)}?`))).toContain('keys.json')
  })
})

describe('the keys that a device made for itself', () => {
  test('are readable by it alone', () => {
    expect(statSync(join(honest, 'keys.json')).mode & 0o777).toBe(0o600)
  })

  test('are never written over', () => {
    expect(() => writeSeeds(honest, device.keys)).toThrow('EEXIST')
  })
})
