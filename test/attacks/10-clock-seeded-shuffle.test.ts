/**
 * Brazil, 2012: votes were written in shuffled order, the shuffle was seeded with the time, and the time stood on a printed report. In the court's own
 * public test the votes were put back in order (Aranha, Karam, Miranda and Scarel, "Software Vulnerabilities in the Brazilian Voting
 * Machine", 2014). Here somebody has the whole disk, the public order of voters, and patience: every second of a day is tried as the seed.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { shuffle } from '../../core/ballot-box/draw.ts'
import { BATCH_SIZE, POOL_PLACES } from '../../core/ballot-box/pool.ts'
import { committed, decodeRecord, tableCells } from '../adversary/sqlite-carver.ts'
import { poissonLimit } from '../adversary/statistics.ts'
import { timeSeeded } from '../adversary/weakened/time-seeded.ts'
import { exportDay } from './exports.ts'
import { adversaryBuild, type Build, realBuild } from './weakened/weaken.ts'

const SECONDS = 86_400
/** Probability that chance alone passes the limit. */
const ALARM = 1e-9
/** One voter in seven has the other style: after so many the first batch is surely sealed. */
const BALLOTS = 85

/** Ballots of the first batch as they lie on the disk, page by page: where rows keep the order of writing, this shows it. */
function firstBatchOnDisk(disk: string): Buffer[] {
  const log = join(disk, 'ballots.db-wal')
  const pages = committed(
    readFileSync(join(disk, 'ballots.db')),
    existsSync(log) ? readFileSync(log) : undefined,
  )
  return [...tableCells(pages, 'ballots')]
    .map(({ payload }) => decodeRecord(payload))
    .filter((row) => row.includes(1))
    .map((row) => row.find((value) => Buffer.isBuffer(value)) as Buffer)
}

/**
 * How many of the 32 ballots the best seed of all names rightly. No attacker does better, not even one who is told which seed is best.
 */
function bestSeed(build: Build): { readonly named: number; readonly of: number } {
  const day = exportDay(build, BALLOTS, 'clock 10')
  const owners = firstBatchOnDisk(day.disk).map(day.voterOfBallot)
  const waiting = [...day.styles.keys()].filter((voter) => day.styles[voter] === 'both').slice(0, POOL_PLACES)
  expect(owners.every((owner) => waiting.includes(owner))).toBe(true)
  const evening = Math.floor(Date.now() / 1000)
  let named = 0
  for (let second = evening - SECONDS; second <= evening; second += 1) {
    const drawn = shuffle(waiting, timeSeeded(second))
    named = Math.max(named, owners.filter((owner, i) => owner === drawn[i]).length)
  }
  return { named, of: owners.length }
}

/** A name is right by chance in one of 64; so many seeds are tried. */
const LIMIT = poissonLimit(BATCH_SIZE / POOL_PLACES, ALARM / SECONDS)

test('no second of the day, tried as the seed of the draw, puts ballots back in order better than chance', async () => {
  const { named, of } = bestSeed(await realBuild())
  expect(of).toBe(BATCH_SIZE)
  expect(named).toBeLessThan(LIMIT)
})

test('a build that seeds its draw with the clock gives every ballot of the batch back to its voter', async () => {
  expect(LIMIT).toBeLessThan(BATCH_SIZE / 2)
  expect(bestSeed(await adversaryBuild('seeded-shuffle'))).toEqual({ named: BATCH_SIZE, of: BATCH_SIZE })
})
