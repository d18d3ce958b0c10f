/**
 * DVSorder, 2022: ballot scanners gave each ballot a record id from a linear congruential generator, results were published ballot by ballot, and anyone
 * could put them back in order with pen and paper (Crimmins, Narayanan, Springall and Halderman, USENIX Security 2024; dvsorder.org). Here
 * their attack is run on what our devices export, on every stretch of bytes as if it were a record id, and then more widely: steps of
 * unknown size, C's `rand`, and any correlation with the order of voting.
 *
 * That a ballot is in an earlier or a later batch does tell something of when it was cast: the journal says when each batch of 32 was
 * sealed. So within a batch nothing may.
 */
import { describe, expect, test } from 'vitest'
import { SCORE_LIMIT } from '../adversary/evidence.ts'
import { rankScore } from '../adversary/statistics.ts'
import { type ExportedDay, exportDay } from './exports.ts'
import { findSequences } from './sequences.ts'
import { type Build, realBuild, weakenedBuild } from './weakened/weaken.ts'
import {
  dvsorderEvolutionNumbers,
  dvsorderNumbers,
  randNumbers,
  runningNumbers,
  steppedNumbers,
} from './weakened/weakenings.ts'

/** A batch of 32 and a last one. */
const BALLOTS = 80
const SEED = 'record ids 12'

interface Attacked {
  /** Generators behind the ballots or the tags. */
  readonly found: readonly string[]
  /** Of the ballots, by the best of them: how many are put at exactly the place of their voter. */
  readonly placed: number
}

function attack(build: Build): Attacked {
  const { batches, tags, voterOfBallot } = exportDay(build, BALLOTS, SEED)
  const ballots = batches.flat()
  const voters = ballots.map(voterOfBallot)
  const inBallots = findSequences(ballots)
  const placed = inBallots.map(({ places }) => {
    const right = places.filter((place, i) => place === voters[i]).length
    const backwards = places.filter((place, i) => BALLOTS - 1 - place === voters[i]).length
    return Math.max(right, backwards)
  })
  return {
    found: [...inBallots, ...findSequences(tags)].map(({ what }) => what),
    placed: Math.max(0, ...placed),
  }
}

test('the published attack, and wider ones, find no sequence in anything that was exported', async () => {
  expect(attack(await realBuild())).toEqual({ found: [], placed: 0 })
})

describe('a build whose ballots carry', () => {
  test.each([
    ['record ids of an ImageCast Precinct', dvsorderNumbers, 'DVSorder, ImageCast Precinct'],
    ['record ids of an ImageCast Evolution', dvsorderEvolutionNumbers, 'DVSorder, ImageCast Evolution'],
    ['numbers by an unpublished step', steppedNumbers, 'steps of one size'],
    ['numbers from C’s rand', randNumbers, 'rand'],
  ])('%s gives each back to its voter', async (_, weakening, generator) => {
    const { found, placed } = attack(await weakenedBuild(weakening))
    expect(found).toContain(`${generator}, big-endian at byte 0`)
    expect(placed).toBe(BALLOTS)
  })
})

/** Of all places in the exports, the one that correlates most with the order of voting within batches: z over the batches of the day. */
function strongest({ batches, tags, voterOfBallot, voterOfTag }: ExportedDay): {
  readonly where: string
  readonly z: number
} {
  const size = batches[0]?.[0]?.length ?? 0
  const numbers: { readonly where: string; readonly of: (ballot: Uint8Array, row: number) => number }[] = [
    { where: 'row of batches.jsonl', of: (_, row) => row },
    ...Array.from({ length: size - 3 }, (__, at) => ({
      where: `bytes ${at} to ${at + 3}`,
      of: (ballot: Uint8Array) => Buffer.from(ballot).readUInt32BE(at),
    })),
  ]
  const tagged = new Map(tags.map((tag, rank) => [voterOfTag(tag), rank]))
  numbers.push({
    where: 'rank of the voter’s tag beside rank of the ballot',
    of: (ballot) => tagged.get(voterOfBallot(ballot)) ?? 0,
  })
  return numbers
    .map(({ where, of }) => {
      const scores = batches.map((ballots) => rankScore(ballots.map(of), ballots.map(voterOfBallot)) ?? 0)
      const sum = scores.reduce((a, b) => a + b, 0)
      return { where, z: Math.abs(sum) / Math.sqrt(scores.length) }
    })
    .reduce((most, next) => (next.z > most.z ? next : most))
}

test('no byte, row or tag of the exports correlates with the order of voting within a batch', async () => {
  expect(strongest(exportDay(await realBuild(), BALLOTS, SEED)).z).toBeLessThan(SCORE_LIMIT)
})

test('a build whose ballots carry a running number correlates fully', async () => {
  const build = await weakenedBuild(runningNumbers)
  expect(strongest(exportDay(build, BALLOTS, SEED)).z).toBeGreaterThan(SCORE_LIMIT)
})
