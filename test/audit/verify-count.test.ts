import { describe, expect, test } from 'vitest'
import { verifyReport } from '../../audit/report.ts'
import { type GivenFolders, verifyCount } from '../../audit/verify/verify-count.ts'
import { type BundleFileName, bundleFiles, issuedText } from './files.ts'
import { makeStation, type TestDevice, type TestStation, type Wishes } from './fixtures.ts'
import { auditedCount } from './in-memory.ts'
import { blindToCrowds, weakenedVerifyCount } from './weakened/weaken.ts'

const station = makeStation('count', { casts: [10, 4] })
const [first, second] = station.devices as [TestDevice, TestDevice]

const bundle = (device: TestDevice, of: TestStation = station) => ({
  where: device.id,
  files: bundleFiles(of, device),
})
const checkIn = (issued: number, returned: number, of: TestStation = station) => ({
  where: 'check-in/issued.json',
  text: issuedText(of, { issued, returned }),
})

function check(given: Partial<GivenFolders>): string {
  const verified = verifyCount(
    { bundles: [bundle(first), bundle(second)], checkIns: [checkIn(15, 1)], ...given },
    undefined,
  )
  return verified.ok ? 'holds' : `${verified.error.code} ${verified.error.where}`
}

describe('a station', () => {
  test('holds when issued = ballots + returned and every device is there', () => {
    expect(check({})).toBe('holds')
  })

  test('does not hold when an authorization is not accounted for, or a ballot has none', () => {
    expect(check({ checkIns: [checkIn(16, 1)] })).toBe('station.issued station s-1')
    expect(check({ checkIns: [checkIn(13, 0)] })).toBe('station.issued station s-1')
    expect(check({ checkIns: [checkIn(Number.MAX_SAFE_INTEGER, 1)] })).toBe('station.issued station s-1')
  })

  test('does not hold when a bundle is missing beside the count of the check-in', () => {
    expect(check({ bundles: [bundle(first)] })).toBe('station.device-missing station s-1')
  })

  test('names a missing device when there is no count of the check-in', () => {
    const verified = verifyCount({ bundles: [bundle(second)], checkIns: [] }, station.authority.publicKey)
    expect(verified.ok && verified.value.stations[0]?.missing).toEqual(['d-01'])
  })

  test('does not hold when a device is there twice', () => {
    expect(check({ bundles: [bundle(first), bundle(first), bundle(second)] })).toBe('station.twice d-01')
  })

  test('of a device that is there nine times or more takes no journal of it into memory, as a build without that rule would', async () => {
    const verdictOf = (copies: number, verify = verifyCount) => {
      const names = Array.from({ length: copies }, (_, i) => `d-01-${i + 1}`)
      const journals: string[] = []
      const bundles = names.map((where) => {
        const { files } = bundle(first)
        const get = (name: BundleFileName) => {
          if (name === 'journal.jsonl') journals.push(where)
          return files.get(name)
        }
        return {
          where,
          files: { get, has: (name: BundleFileName) => files.has(name), keys: () => files.keys() },
        }
      })
      const verified = verify({ bundles: [...bundles, bundle(second)], checkIns: [] }, undefined)
      return [
        verified.ok ? 'holds' : `${verified.error.code} ${verified.error.where}`,
        new Set(journals).size,
      ]
    }
    expect(verdictOf(8)).toEqual(['station.twice d-01-2', 8])
    expect(verdictOf(9)).toEqual(['bundle.crowded d-01-9', 0])
    expect(verdictOf(40)).toEqual(['bundle.crowded d-01-9', 0])
    const weakened = await weakenedVerifyCount([blindToCrowds])
    expect(verdictOf(40, weakened)).toEqual(['station.twice d-01-2', 40])
  })

  const shared: readonly [string, Wishes][] = [
    [
      'one authorization was spent on two devices',
      { replaceTag: (tag, cast) => (cast === 0 ? new Uint8Array(32) : tag) },
    ],
    [
      'one sealed ballot is on two devices',
      { replaceSealed: (sealed, _, cast) => (cast === 0 ? sealed.map(() => 7) : sealed) },
    ],
  ]
  test.each(shared)('does not hold when %s', (_, wishes) => {
    const lying = makeStation('shared', { casts: [3, 3], ...wishes })
    const bundles = lying.devices.map((device) => bundle(device, lying))
    expect(check({ bundles: bundles.slice(0, 1), checkIns: [] })).toBe('holds')
    expect(check({ bundles: bundles.slice(1), checkIns: [] })).toBe('holds')
    expect(check({ bundles, checkIns: [] })).toBe('station.twice d-02')
  })

  test('does not hold with a count of the check-in that others signed, of elsewhere, or twice', () => {
    const stranger = makeStation('stranger', { casts: [1] })
    expect(check({ checkIns: [checkIn(15, 1, stranger)] })).toBe('document.wrong-key check-in/issued.json')
    expect(check({ checkIns: [{ where: 'x', text: '{}' }] })).toBe('station.issued x')
    expect(check({ checkIns: [checkIn(15, 1), checkIn(15, 1)] })).toBe('station.issued check-in/issued.json')
    const text = issuedText(station, { issued: 15, returned: 1 }).replace('"s-1"', '"s-2"')
    expect(check({ checkIns: [{ where: 'x', text }] })).toBe('station.issued x')
  })
})

describe('bundles that do not belong together', () => {
  test('of another package of the same authority are refused as bad input', () => {
    const other = makeStation('count', { casts: [10, 4], election: 'other-1405' })
    expect(check({ bundles: [bundle(first), { ...bundle(other.devices[1] as TestDevice, other) }] })).toBe(
      'input.other-package d-02',
    )
  })

  test('of another authority do not hold', () => {
    const other = makeStation('elsewhere', { casts: [1] })
    expect(check({ bundles: [bundle(first), bundle(other.devices[0] as TestDevice, other)] })).toBe(
      'document.wrong-key d-01/package.json',
    )
  })

  test('are refused when there is none, or the first has no package', () => {
    expect(check({ bundles: [] })).toBe('input.no-bundle what was given')
    expect(check({ bundles: [{ where: 'd-01', files: new Map() }] })).toBe(
      'document.syntax d-01/package.json',
    )
  })
})

test('a clock that went back breaks no rule, and the report says where', () => {
  // The station's journals tell of one minute an entry; here the third entry of one of them is an hour early.
  const early = makeStation('early', {
    casts: [10, 4],
    clock: (device, seq) => (device === 0 && seq === 2 ? -3600 : 0),
  })
  const bundles = early.devices.map((device) => bundle(device, early))
  const count = auditedCount({ bundles, checkIns: [] }, early.authority.publicKey)
  const { text, json } = verifyReport(count, { key: 'given', policy: undefined, programs: [] })
  expect(count.findings).toEqual([])
  expect(text).toContain('\nclock of d-01 went back before entry 2, by 3540 seconds\n')
  expect(text).not.toContain('clock of d-02')
  expect(JSON.stringify(json)).toContain('"clockWentBack":{"entry":2,"times":1}')
})
