/** No more totals in a station's bundles than may leave its devices: the rule for small devices, and the station's sheet. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openReport } from '../../audit/open/open-report.ts'
import { rebuildKey } from '../../audit/open/rebuild-key.ts'
import { verifyReport } from '../../audit/report.ts'
import { verifyCount } from '../../audit/verify/verify-count.ts'
import type { BundleFile } from '../../core/bundle/bundle.ts'
import { emptyTally, sumTallies, type Tally, tallyJson } from '../../core/election/tally.ts'
import { signerFromSeed } from '../../core/keys/ed25519.ts'
import { toBase64 } from '../../core/keys/hash.ts'
import { shareFile } from '../../core/package/trustee-share.ts'
import { valueOrThrow } from '../../core/result.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { bundleFiles, sealedTally, stationSheet, tallyDocument } from './files.ts'
import { makeStation, type TestDevice, type TestStation } from './fixtures.ts'
import { auditedCount, openCount } from './in-memory.ts'
import { blindToSmallDevices, weakenedVerifyCount } from './weakened/weaken.ts'

const AGAINST = { key: 'given', policy: undefined, programs: [] } as const

/** One device below 32 ballots, and none: 32 is enough. */
const small = makeStation('a small device', { casts: [40, 31] })
const large = makeStation('large devices', { casts: [40, 32] })

type Changed = Partial<Record<BundleFile, Uint8Array | null>>

const released = (of: TestStation, device: TestDevice): Changed => ({
  'tally.json': Buffer.from(tallyDocument(of, device)),
  'sealed-tally.json': null,
})
const sealed = (of: TestStation, device: TestDevice): Changed => ({
  'tally.json': null,
  'sealed-tally.json': sealedTally(of, device),
})
const deviceOf = (of: TestStation, number: number) => of.devices[number] as TestDevice

/** The bundles of these devices, by number, each with its changed files. */
function given(of: TestStation, changes: ReadonlyMap<number, Changed>) {
  const bundles = [...changes].map(([number, changed]) => {
    const device = deviceOf(of, number)
    return { where: device.id, files: bundleFiles(of, device, changed) }
  })
  return { bundles, checkIns: [] }
}

function check(of: TestStation, changes: ReadonlyMap<number, Changed>, by = verifyCount): string {
  const verified = by(given(of, changes), of.authority.publicKey)
  return verified.ok ? 'holds' : `${verified.error.code} ${verified.error.where}`
}

/** What `sandogh audit verify` says. */
function said(of: TestStation, changes: ReadonlyMap<number, Changed>): string {
  return verifyReport(auditedCount(given(of, changes), of.authority.publicKey), AGAINST).text
}

/** What `sandogh audit open` says. */
function opened(of: TestStation, changes: ReadonlyMap<number, Changed>, lost: readonly string[] = []) {
  const shares = of.shares.slice(0, 3).map((share, i) => ({
    where: `share-${i + 1}.json`,
    text: shareFile(share, of.electionPackage),
  }))
  const secretKey = valueOrThrow(rebuildKey(shares, of.electionPackage))
  const opening = { secretKey, random: seededRandom('release'), lost }
  const { count, opened: result } = openCount(given(of, changes), of.authority.publicKey, opening)
  const { text, json } = openReport(count, result, AGAINST, lost)
  return { ...result, text, json: JSON.stringify(json) }
}

const both = (first: Changed = {}, second: Changed = {}) =>
  new Map([
    [0, first],
    [1, second],
  ])

describe('a station with a device of fewer than 32 ballots', () => {
  test('holds with sealed tallies and its sheet, and the report says so', () => {
    expect(check(small, both())).toBe('holds')
    const text = said(small, both())
    expect(text).toContain("totals left as the station's sheet alone, made by d-01")
    expect(text.match(/neighbour +sealed\n/g)).toHaveLength(2)
  })

  test("does not hold with a small device's totals in a bundle", () => {
    const changes = both({}, released(small, deviceOf(small, 1)))
    expect(check(small, changes)).toBe('station.small-device d-02/tally.json')
    expect(check(small, new Map([...changes].slice(1)))).toBe('station.small-device d-02/tally.json')
  })

  test('does not hold with totals of its neighbour, from which those of the small one follow', () => {
    const changes = both(released(small, deviceOf(small, 0)))
    expect(check(small, changes)).toBe('station.small-device d-01/tally.json')
    expect(check(small, both({ ...released(small, deviceOf(small, 0)), 'station-sheet.json': null }))).toBe(
      'station.small-device d-01/tally.json',
    )
  })

  test('which a build that does not look for it would pass', async () => {
    const weakened = await weakenedVerifyCount([blindToSmallDevices])
    expect(check(small, both({}, released(small, deviceOf(small, 1))), weakened)).toBe('holds')
    expect(check(small, both(released(small, deviceOf(small, 0))), weakened)).toBe('holds')
  })

  test('holds without its sheet: opening tells the totals', () => {
    const changes = both({ 'station-sheet.json': null })
    expect(said(small, changes)).toContain(
      "  the station's sheet was not made: opening all its bundles tells the totals\n",
    )
    const { findings, text } = opened(small, changes)
    expect(findings).toEqual([])
    expect(text).not.toContain('sheet')
    expect(text).toContain('\ntotals\n')
  })
})

describe('a station in which every device has 32 ballots or more', () => {
  test('holds with the totals of each, and the report has nothing to add', () => {
    expect(check(large, both())).toBe('holds')
    const text = said(large, both())
    expect(text).not.toMatch(/sheet|never released/)
    expect(text.match(/neighbour +released\n/g)).toHaveLength(2)
  })

  test('holds with sealed ones, which were never released', () => {
    const changes = both({}, sealed(large, deviceOf(large, 1)))
    expect(check(large, changes)).toBe('holds')
    expect(said(large, changes)).toContain(
      '  totals of d-02 were never released: opening all bundles of the station tells its totals\n',
    )
    expect(opened(large, changes).findings).toEqual([])
  })

  test('does not hold with a sheet', () => {
    const sheet = { 'station-sheet.json': stationSheet(large) }
    expect(check(large, both(sheet))).toBe('station.sheet d-01/station-sheet.json')
    const allSealed = both(
      { ...sealed(large, deviceOf(large, 0)), ...sheet },
      sealed(large, deviceOf(large, 1)),
    )
    expect(check(large, allSealed)).toBe('station.sheet d-01/station-sheet.json')
    // Not even where the other device is missing: its totals would be the difference.
    expect(check(large, new Map([[0, sheet]]))).toBe('station.sheet d-01/station-sheet.json')
  })
})

describe("the station's sheet", () => {
  const { definition } = small.electionPackage
  const [one, two] = [deviceOf(small, 0), deviceOf(small, 1)]
  const journals = (...devices: readonly TestDevice[]) =>
    devices.map(({ origin, entries }) => {
      const closed = entries.map((entry) => JSON.parse(Buffer.from(entry).toString('utf8')))
      return { origin, commitment: String(closed.find(({ type }) => type === 'polls.closed').tally) }
    })
  const withSheet = (parts: Parameters<typeof stationSheet>[1]) =>
    check(small, both({ 'station-sheet.json': stationSheet(small, parts) }))
  const inBundle = 'bundle.sheet d-01/station-sheet.json'
  const inStation = 'station.sheet d-01/station-sheet.json'

  test('may name a device whose bundle is missing, which is then named as missing', () => {
    const only = new Map([[0, {}]])
    expect(check(small, only)).toBe('holds')
    expect(said(small, only)).toMatch(/^HOLDS for what was given: .*missing: device d-02 of station s-1/)
  })

  test('is that of the reporting device, signed by it, and of its station', () => {
    const foreign = signerFromSeed(two.keys.message)
    const byOther = stationSheet(small, {}, foreign)
    expect(check(small, both({ 'station-sheet.json': null }, { 'station-sheet.json': byOther }))).toBe(
      'bundle.sheet d-02/station-sheet.json',
    )
    expect(check(small, both({ 'station-sheet.json': byOther }))).toBe(
      'document.wrong-key d-01/station-sheet.json',
    )
    expect(withSheet({ station: 's-2' })).toBe(inBundle)
  })

  test('is over the journals and commitments of all devices of the station', () => {
    const [own, neighbour] = journals(one, two)
    if (own === undefined || neighbour === undefined) throw new Error('two journals')
    const other = toBase64(new Uint8Array(32))
    expect(withSheet({ journals: [own, neighbour] })).toBe('holds')
    expect(withSheet({ journals: [own] })).toBe(inStation)
    expect(withSheet({ journals: [neighbour] })).toBe(inBundle)
    expect(withSheet({ journals: [{ ...own, commitment: other }, neighbour] })).toBe(inBundle)
    expect(withSheet({ journals: [own, { ...neighbour, commitment: other }] })).toBe(inStation)
    const again = { ...neighbour, origin: neighbour.origin.replace(/.{4}$/, '0000') }
    expect(withSheet({ journals: [own, again] })).toBe(inStation)
    expect(withSheet({ journals: [own, neighbour, again] })).toBe(inStation)
  })

  test('is a sum that the ballots of the station can give', () => {
    expect(withSheet({ tally: tallyJson(definition, emptyTally(definition)) })).toBe(inStation)
    expect(withSheet({ tally: [] })).toBe('tally.shape d-01/station-sheet.json')
  })

  test('or its byte changed is found, in that file', () => {
    for (const name of ['station-sheet.json', 'sealed-tally.json'] as const) {
      const { bundles } = given(small, both())
      const files = bundles[0]?.files
      const bytes = files?.get(name)
      if (files === undefined || bytes === undefined) throw new Error('a bundle without totals')
      fc.assert(
        fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, bits) => {
          const changed = bytes.map((byte, i) => (i === at ? byte ^ bits : byte))
          const bent = { where: 'd-01', files: new Map([...files, [name, changed]]) }
          const verified = verifyCount({ bundles: [bent], checkIns: [] }, small.authority.publicKey)
          expect(verified.ok ? 'holds' : verified.error.where).toBe(`d-01/${name}`)
        }),
        { numRuns: 60 },
      )
    }
  })
})

describe('opening a station whose tallies are sealed', () => {
  /** One vote moved from the first chosen option to the next: still a sum that ballots could give. */
  const moved = (tally: Tally): Tally =>
    tally.map((contest, i) => {
      const [a = 0, b = 0, ...rest] = contest.options
      return i === 0
        ? { ...contest, options: a > 0 ? [a - 1, b + 1, ...rest] : [a + 1, b - 1, ...rest] }
        : contest
    })
  const two = deviceOf(small, 1)

  test('finds them equal, and the sheet', () => {
    const { findings, stations, text } = opened(small, both())
    expect(findings).toEqual([])
    expect(stations[0]?.devices.map(({ equal }) => equal)).toEqual([true, true])
    expect(stations[0]?.sheetEqual).toBe(true)
    expect(text).toContain("  the station's sheet: equal\n")
  })

  test('finds one that does not open', () => {
    const station = { ...small, electionPackage: large.electionPackage }
    const { findings, stations } = opened(small, both({}, { 'sealed-tally.json': sealedTally(station, two) }))
    expect(findings).toMatchObject([
      {
        code: 'tally.does-not-open',
        where: 'd-02/sealed-tally.json',
        what: 'it does not open with the election key',
      },
    ])
    expect(stations[0]?.devices.map(({ equal }) => equal)).toEqual([true, false])
  })

  test.each([
    ['counts', { tally: moved(two.tally) }],
    ['salt', { salt: new Uint8Array(32) }],
  ])('finds one whose %s are not those that the device committed to', (_, inside) => {
    const { findings } = opened(small, both({}, { 'sealed-tally.json': sealedTally(small, two, inside) }))
    expect(findings).toMatchObject([
      {
        code: 'tally.commitment',
        where: 'd-02/sealed-tally.json',
        what: 'it is not the tally that the device committed to in polls.closed',
      },
    ])
  })

  test('finds a sheet that is not the sum of the ballots', () => {
    const { definition } = small.electionPackage
    const sum = opened(small, both()).tally
    const sheet = stationSheet(small, { tally: tallyJson(definition, moved(sum)) })
    const { findings, text } = opened(small, both({ 'station-sheet.json': sheet }))
    expect(findings).toMatchObject([
      {
        code: 'sheet.recount',
        where: 'd-01/station-sheet.json',
        what: "the station's ballots do not add up to its sheet",
      },
    ])
    expect(text).toContain("  the station's sheet: UNEQUAL\n")
  })
})

/** The rows of the table in `audit/open/untold.ts`. */
describe('of a station that is not whole, opening', () => {
  const three = makeStation('three devices', { casts: [40, 40, 5] })
  const { definition } = three.electionPackage
  const [, second, third] = [0, 1, 2].map((number) => deviceOf(three, number)) as [
    TestDevice,
    TestDevice,
    TestDevice,
  ]
  const nobody = emptyTally(definition)
  const noSheet: Changed = { 'station-sheet.json': null }
  const bundlesOf = (...numbers: readonly number[]) =>
    new Map(numbers.map((number) => [number, {}] as [number, Changed]))
  const idsOf = (...numbers: readonly number[]) => numbers.map((number) => deviceOf(three, number).id)
  /** Nothing from which the totals of a device follow. */
  const expectUntold = ({ findings, tally, text, json }: ReturnType<typeof opened>) => {
    expect(findings).toEqual([])
    expect(tally).toEqual(nobody)
    expect(text).toContain('  totals not told: ')
    expect(text).not.toMatch(/votes|\ntotals/)
    expect(json).not.toContain('votes')
  }
  /** The sheet's own sum, and the recount nowhere. */
  const expectSheet = ({ findings, stations, tally, text, json }: ReturnType<typeof opened>, why: string) => {
    const sum = sumTallies(
      definition,
      three.devices.map((one) => one.tally),
    )
    expect(findings).toEqual([])
    expect(stations[0]).not.toHaveProperty('tally')
    expect(tally).toEqual(nobody)
    expect(text).toContain(
      `  the station's sheet, as d-01 signed it, not checked against the ballots: ${why}\n`,
    )
    expect(text).not.toMatch(/\ntotals|totals not told/)
    const told = text.match(/contest .* valid, .* blank/g)
    expect(told?.map((line) => line.match(/\d+(?= valid)|\d+(?= blank)/g)?.map(Number))).toEqual(
      sum.map(({ valid, blank }) => [valid, blank]),
    )
    const [station] = JSON.parse(json).stations
    expect(JSON.parse(json).contests).toBeNull()
    expect(station).toMatchObject({ sheet: 'unchecked', contests: null })
    expect(station.sheetContests.map(({ valid }: { valid: number }) => valid)).toEqual(
      sum.map(({ valid }) => valid),
    )
  }

  test('with its sheet tells the sheet’s own sum, unchecked, and no recount beside it: the difference would be the missing device’s', () => {
    for (const given of [[0], [0, 1], [0, 2]])
      expectSheet(opened(three, bundlesOf(...given)), 'a bundle is missing')
  })

  test('with its sheet tells no more when the missing device is declared lost for good', () => {
    expectSheet(opened(three, bundlesOf(0, 1), idsOf(2)), 'a device is lost')
    expectSheet(opened(three, bundlesOf(0, 2), idsOf(1)), 'a device is lost')
    expectSheet(opened(three, bundlesOf(0), idsOf(1, 2)), 'a device is lost')
    expectSheet(opened(three, bundlesOf(0), idsOf(1)), 'a bundle is missing')
  })

  test('without a sheet tells nothing while a missing device is not declared lost', () => {
    for (const given of [[2], [1], [1, 2]]) expectUntold(opened(three, bundlesOf(...given)))
    expectUntold(opened(three, new Map([[0, noSheet]])))
    expectUntold(opened(three, new Map([[0, noSheet]]), idsOf(1)))
    expectUntold(opened(three, bundlesOf(2), idsOf(1)))
  })

  test('tells the others’ where a device is lost and the bundle of the reporting device has no sheet, and says so', () => {
    const given = new Map([
      [0, noSheet],
      [2, {}],
    ])
    const { tally, text } = opened(three, given, idsOf(1))
    expect(tally).toEqual(sumTallies(definition, [deviceOf(three, 0).tally, third.tally]))
    expect(text).toContain(`declared lost and not counted: ${second.id}\n`)
    expect(text).not.toContain('\ntotals\n')
    expect(text).toContain(
      `\ntotals of what was given, not of the whole count; not in them: device ${second.id} of station s-1\n`,
    )
  })

  test('tells nothing where the reporting device is lost and all are sealed: a sheet may have left it, and these would be the difference', () => {
    for (const [given, lost] of [
      [[1, 2], [0]],
      [[2], [0, 1]],
      [[1], [0, 2]],
    ] as const) {
      const result = opened(three, bundlesOf(...given), idsOf(...lost))
      expectUntold(result)
      expect(result.text).toContain('  totals not told: the reporting device is lost')
    }
  })

  test('tells those of devices that had released theirs, whoever is missing, lost or not', () => {
    for (const number of [0, 1]) {
      const { id } = deviceOf(large, 1 - number)
      for (const lost of [[], [id]]) {
        const { text, tally } = opened(large, new Map([[number, {}]]), lost)
        expect(tally).toEqual(deviceOf(large, number).tally)
        expect(text).not.toContain('\ntotals\n')
        expect(text).toContain(
          `\ntotals of what was given, not of the whole count; not in them: device ${id} of station s-1\n`,
        )
      }
    }
  })

  test('of which one had released its own and another not tells them once the missing device is lost: no sheet was made, none is small', () => {
    const wide = makeStation('three large devices', { casts: [40, 33, 34] })
    const [, one, two] = [0, 1, 2].map((number) => deviceOf(wide, number)) as [
      TestDevice,
      TestDevice,
      TestDevice,
    ]
    const given = new Map<number, Changed>([
      [1, {}],
      [2, sealed(wide, two)],
    ])
    expectUntold(opened(wide, given))
    const { tally } = opened(wide, given, [deviceOf(wide, 0).id])
    expect(tally).toEqual(sumTallies(definition, [one.tally, two.tally]))
  })

  test('adds to the sum over stations nothing that is not recounted', () => {
    expect(opened(three, bundlesOf(0, 1), idsOf(2)).tally).toEqual(nobody)
    expect(opened(three, bundlesOf(0, 1, 2)).text).toContain('\ntotals\n')
  })
})
