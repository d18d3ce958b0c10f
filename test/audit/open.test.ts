import { describe, expect, test } from 'vitest'
import { rebuildKey } from '../../audit/open/rebuild-key.ts'
import { sealBallot } from '../../core/ballot-box/sealed-ballot.ts'
import { sumTallies } from '../../core/election/tally.ts'
import { toBase64 } from '../../core/keys/hash.ts'
import { boxPublicKey } from '../../core/keys/sealed-box.ts'
import { shareFile } from '../../core/package/trustee-share.ts'
import { valueOrThrow } from '../../core/result.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { bundleFiles } from './files.ts'
import { makeStation, type TestStation, type Wishes } from './fixtures.ts'
import { openCount } from './in-memory.ts'

const random = seededRandom('open')
const station = makeStation('open', { casts: [80, 5] })

function sharesOf(of: TestStation, ...numbers: readonly number[]) {
  return numbers.map((n) => ({
    where: `share-${n}.json`,
    text: shareFile(of.shares[n - 1] as Uint8Array, of.electionPackage),
  }))
}

function openStation(of: TestStation) {
  const bundles = of.devices.map((device) => ({ where: device.id, files: bundleFiles(of, device) }))
  const secretKey = valueOrThrow(rebuildKey(sharesOf(of, 1, 2, 3), of.electionPackage))
  const opening = { secretKey, random, lost: [] }
  return openCount({ bundles, checkIns: [] }, of.authority.publicKey, opening).opened
}

describe('opened ballots', () => {
  test('add up to what every device committed to', () => {
    const opened = openStation(station)
    expect(opened.findings).toEqual([])
    const devices = opened.stations[0]?.devices.map(({ device, ballots, faulty, equal }) => [
      device,
      ballots,
      faulty,
      equal,
    ])
    expect(devices).toEqual([
      ['d-01', 80, 0, true],
      ['d-02', 5, 0, true],
    ])
    const expected = sumTallies(
      station.electionPackage.definition,
      station.devices.map(({ tally }) => tally),
    )
    expect(opened.tally).toEqual(expected)
    expect(opened.stations[0]?.tally).toEqual(expected)
  })

  test('that are not the committed tally show the device that lied', () => {
    const falsify: Wishes['falsify'] = (tally, device) =>
      device === 1
        ? tally.map((contest, i) => {
            if (i !== 0) return contest
            const [a = 0, b = 0, ...rest] = contest.options
            return { ...contest, options: b > 0 ? [a + 1, b - 1, ...rest] : [a, b + 1, ...rest] }
          })
        : tally
    const lying = makeStation('falsified', { casts: [4, 9], falsify })
    const { findings, stations } = openStation(lying)
    expect(findings).toMatchObject([
      { code: 'tally.recount', where: 'd-02', what: 'its ballots do not add up to its committed tally' },
      {
        code: 'sheet.recount',
        where: 'd-01/station-sheet.json',
        what: "the station's ballots do not add up to its sheet",
      },
    ])
    expect(stations[0]?.devices.map(({ equal }) => equal)).toEqual([true, false])
  })

  test('that do not open or break the rules are counted and named with their batch', () => {
    const noise = makeStation('noise', {
      casts: [80],
      replaceSealed: (sealed, _, cast) => (cast === 79 ? sealed.map(() => 9) : sealed),
    })
    const opened = openStation(noise)
    expect(opened.stations[0]?.devices[0]).toMatchObject({ ballots: 79, faulty: 1, equal: false })
    const [fault, unequal] = opened.findings
    expect(fault?.where).toMatch(/^d-01\/batches\.jsonl batch \d$/)
    expect(fault).toMatchObject({
      code: 'ballot.does-not-open',
      what: 'a ballot does not open with the election key',
    })
    expect(unequal?.where).toBe('d-01')
  })

  test('that were sealed for another device are found to be copies', () => {
    let foreign: Uint8Array | undefined
    const copying = makeStation('copying', {
      casts: [3, 3],
      replaceSealed: (sealed, device, cast) => {
        if (cast !== 1) return sealed
        foreign ??= sealed
        // The first device keeps noise in place of the ballot that the second one takes as its own.
        return device === 0 ? sealed.map(() => 5) : foreign
      },
    })
    const { findings } = openStation(copying)
    expect(findings.map(({ code, where, what }) => `${code} ${where}: ${what}`)).toContain(
      'ballot.context d-02/batches.jsonl batch 1: a ballot was not sealed for this device, style and package: it may be a copy',
    )
  })

  test('with an id that was there before are named, though their bytes differ', () => {
    const doubling = makeStation('doubling', { casts: [2] })
    const { definition, hash } = doubling.electionPackage
    const [device] = doubling.devices
    if (device === undefined) throw new Error('a station without devices')
    const place = { definition, packageHash: hash, origin: device.origin }
    // The id is the first 16 random bytes of a sealing, the box's key the next 32.
    const sealWith = (box: number) => {
      const parts = [new Uint8Array(16).fill(1), new Uint8Array(32).fill(box)]
      const bytes = () => Uint8Array.from(parts.shift() ?? [])
      return sealBallot(place, 'both', [[2], [0]], { kind: 'seeded, not secret', bytes })
    }
    const again = makeStation('doubling', { casts: [2], replaceSealed: (_, __, cast) => sealWith(cast + 1) })
    expect(again.devices[0]?.origin).toBe(device.origin)
    const { findings, stations } = openStation(again)
    expect(findings[0]).toMatchObject({
      code: 'ballot.id-twice',
      where: 'd-01/batches.jsonl batch 1',
      what: 'a ballot has the id of one in d-01/batches.jsonl batch 1',
    })
    expect(stations[0]?.devices[0]?.ballots).toBe(2)
  })
})

describe('the election key', () => {
  const { electionPackage } = station
  const codeOf = (given: Parameters<typeof rebuildKey>[0], pkg = electionPackage) => {
    const key = rebuildKey(given, pkg)
    return key.ok ? 'rebuilt' : `${key.error.code} ${key.error.where}`
  }

  test('comes out of any three shares, or more', () => {
    for (const numbers of [
      [1, 2, 3],
      [5, 1, 4],
      [5, 4, 3, 2, 1],
    ]) {
      const key = valueOrThrow(rebuildKey(sharesOf(station, ...numbers), electionPackage))
      expect(toBase64(boxPublicKey(key))).toBe(electionPackage.definition.constituency.electionKey)
    }
  })

  test('does not come out of two, in words', () => {
    const two = rebuildKey(sharesOf(station, 1, 2), electionPackage)
    expect(two.ok ? '' : two.error.what).toBe('two shares where three are needed')
    const one = rebuildKey(sharesOf(station, 4), electionPackage)
    expect(one.ok ? '' : one.error.what).toBe('one share where three are needed')
    expect(codeOf(sharesOf(station, 1, 2, 2))).toBe('share.twice share-2.json')
  })

  test('does not come out with a wrong share, which is named', () => {
    const [first, second, third] = sharesOf(station, 1, 2, 3)
    if (first === undefined || second === undefined || third === undefined) throw new Error('three shares')
    const wrong = (station.shares[1] as Uint8Array).map((byte, i) => (i === 7 ? byte ^ 1 : byte))
    const text = shareFile(wrong, electionPackage)
    expect(codeOf([first, { where: 'wrong.json', text }, third])).toBe('share.wrong wrong.json')
    const other = makeStation('other election', { casts: [1], election: 'other-1405' })
    expect(codeOf([first, second, ...sharesOf(other, 3)])).toBe('share.other-election share-3.json')
  })

  test('that is not the one of the package is refused', () => {
    const { definition } = electionPackage
    const electionKey = toBase64(boxPublicKey(new Uint8Array(32).fill(1)))
    const other = {
      ...electionPackage,
      definition: { ...definition, constituency: { ...definition.constituency, electionKey } },
    }
    expect(codeOf(sharesOf(station, 1, 2, 3), other)).toBe('share.key the shares')
  })
})
