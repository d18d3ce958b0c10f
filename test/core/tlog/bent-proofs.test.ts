import { describe, expect, test } from 'vitest'
import { verifyConsistency, verifyInclusion } from '../../../core/tlog/tree.ts'
import {
  bentConsistencies,
  bentInclusions,
  type Case,
  consistencyPath,
  inclusionPath,
  soundConsistencies,
  soundInclusions,
} from './bent-proofs.ts'
import { CONSISTENCY_CHECKS, INCLUSION_CHECKS, weakConsistency, weakInclusion } from './weakened-proofs.ts'

const inclusions = bentInclusions()
const consistencies = bentConsistencies()

/** What a verifier says to each case. */
function judge<T>(cases: readonly Case<T>[], verify: (claim: T) => boolean) {
  const told: Record<'accepted' | 'refused' | 'threw', string[]> = { accepted: [], refused: [], threw: [] }
  for (const { name, claim } of cases) {
    try {
      told[verify(claim) ? 'accepted' : 'refused'].push(name)
    } catch {
      told.threw.push(name)
    }
  }
  return told
}

test('the tables are the same each time, and no case stands in one twice', () => {
  expect([inclusions.length, consistencies.length]).toEqual([1077, 1269])
  for (const [cases, again] of [
    [inclusions, bentInclusions()],
    [consistencies, bentConsistencies()],
  ] as const) {
    expect(again).toEqual(cases)
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length)
  }
})

describe('a proof of inclusion', () => {
  test('that is sound is accepted', () => {
    expect(judge(soundInclusions(), verifyInclusion)).toMatchObject({ refused: [], threw: [] })
  })

  test(`bent in any of ${inclusions.length} ways is refused, and nothing is thrown`, () => {
    expect(judge(inclusions, verifyInclusion)).toMatchObject({ accepted: [], threw: [] })
  })

  test.each(INCLUSION_CHECKS)('verified without checking %s lets a bent one through', (check) => {
    expect(judge(soundInclusions(), (claim) => weakInclusion(claim, check)).refused).toEqual([])
    expect(judge(inclusions, (claim) => weakInclusion(claim, check)).accepted).not.toEqual([])
  })

  test('verified with all those checks lets none through', () => {
    expect(judge(inclusions, (claim) => weakInclusion(claim))).toMatchObject({ accepted: [], threw: [] })
  })

  test('says of the size only what its path says: the size must come out of a signed checkpoint', () => {
    const sound = soundInclusions().find(({ name }) => name === 'leaf 5 of 8')?.claim
    if (sound === undefined) throw new Error('there is such a proof')
    expect(inclusionPath(5, 7)).toBe(inclusionPath(5, 8))
    expect(verifyInclusion({ ...sound, size: 7 })).toBe(true)
  })
})

describe('a proof of consistency', () => {
  test('that is sound is accepted', () => {
    expect(judge(soundConsistencies(), verifyConsistency)).toMatchObject({ refused: [], threw: [] })
  })

  test(`bent in any of ${consistencies.length} ways is refused, and nothing is thrown`, () => {
    expect(judge(consistencies, verifyConsistency)).toMatchObject({ accepted: [], threw: [] })
  })

  test.each(CONSISTENCY_CHECKS)('verified without checking %s lets a bent one through', (check) => {
    expect(judge(soundConsistencies(), (claim) => weakConsistency(claim, check)).refused).toEqual([])
    expect(judge(consistencies, (claim) => weakConsistency(claim, check)).accepted).not.toEqual([])
  })

  test('verified with all those checks lets none through', () => {
    expect(judge(consistencies, (claim) => weakConsistency(claim))).toMatchObject({ accepted: [], threw: [] })
  })

  test('says of the sizes only what its path says: they must come out of signed checkpoints', () => {
    const sound = soundConsistencies().find(({ name }) => name === '4 in 7')?.claim
    if (sound === undefined) throw new Error('there is such a proof')
    expect(consistencyPath(4, 8)).toBe(consistencyPath(4, 7))
    expect(verifyConsistency({ ...sound, size: 8 })).toBe(true)
  })
})
