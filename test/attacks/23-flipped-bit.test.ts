/**
 * Schaerbeek, 2003: a candidate had 4,096 votes too many, bit 12 of one counter, and only because the sum was impossible did anyone look.
 * Here every bit of every counter is under an authenticator while it lies in the pool, and under a commitment once it is released.
 */
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { openTally } from '../../core/bundle/bundle.ts'
import { parseTally, type Tally } from '../../core/election/tally.ts'
import { signerFromSeed } from '../../core/keys/ed25519.ts'
import { toBase64 } from '../../core/keys/hash.ts'
import { valueOrThrow } from '../../core/result.ts'
import type { Json } from '../../core/text/canonical-json.ts'
import { beginOn, imageOf, resumeOn } from '../device-agent/store/device.ts'
import { dayKey, device, officers, openPolls, station, Voters } from '../device-agent/store/voting.ts'
import { type Build, realBuild, weakenedBuild } from './weakened/weaken.ts'
import { emptyCommitment, unauthenticatedPool } from './weakened/weakenings.ts'

const { definition } = station.electionPackage

/** Bits of all counters of the test station: (2 + 6 options) and (2 + 2 options), 32 each. */
const BITS = 12 * 32

/** Flips each bit of each counter where the pool lies on the disk; how many of them the device opens all the same. */
function flipInPool(build: Build): number {
  const { store, folders } = beginOn(build, 1, 'flipped bit')
  openPolls(store)
  const voters = new Voters('flipped bit')
  for (let cast = 0; cast < 3; cast += 1) voters.vote(store)
  store.close()
  const image = folders.map(imageOf)
  const again = valueOrThrow(resumeOn(build, image))
  const database = new Database(join(image[0] as string, 'ballots.db'))
  const block = database.prepare('SELECT block FROM pool').pluck().get() as Buffer
  const write = database.prepare('UPDATE pool SET block = ?')
  let opened = 0
  for (let bit = 0; bit < BITS; bit += 1) {
    // The counters are the end of the plaintext, and the cipher is a stream: its last bytes are theirs.
    const at = block.length - BITS / 8 + (bit >> 3)
    const flipped = Buffer.from(block)
    flipped[at] = (flipped[at] as number) ^ (1 << (bit & 7))
    write.run(flipped)
    if (again.unlock(dayKey()).ok) opened += 1
  }
  write.run(block)
  expect(again.unlock(dayKey()).ok).toBe(true)
  database.close()
  again.close()
  return opened
}

test('each bit of each counter in the pool, flipped on the disk, keeps the ballot box shut', async () => {
  expect(flipInPool(await realBuild())).toBe(0)
})

test('a build that deciphers without the authenticator would count 4,096 votes too many', async () => {
  expect(flipInPool(await weakenedBuild(unauthenticatedPool))).toBe(BITS)
})

/** Every tally that is one flipped bit away. */
function* oneBitAway(tally: Tally): Generator<Tally> {
  for (const [contest, counts] of tally.entries()) {
    const all = [counts.valid, counts.blank, ...counts.options]
    for (const place of all.keys()) {
      for (let bit = 0; bit < 32; bit += 1) {
        const [valid = 0, blank = 0, ...options] = all.map((count, i) =>
          i === place ? (count ^ (1 << bit)) >>> 0 : count,
        )
        yield tally.map((other, i) => (i === contest ? { valid, blank, options } : other))
      }
    }
  }
}

/** Flips each bit of each counter of the tally that was released; how many of them still fit what the journal committed to. */
function flipInRelease(build: Build): { readonly tried: number; readonly fitting: number } {
  const { store } = beginOn(build, 1, 'flipped release')
  openPolls(store)
  const voters = new Voters('flipped release')
  for (let cast = 0; cast < 5; cast += 1) voters.vote(store)
  store.closePolls(officers)
  const messageKey = signerFromSeed(device.keys.message).publicKey
  const { salt, tally } = valueOrThrow(openTally(store.totals?.tally ?? '', messageKey, 'tally.json'))
  const honest = valueOrThrow(parseTally(definition, tally as Json, 'tally.json'))
  const fits = (candidate: Tally) =>
    toBase64(build.commitment.commitTally(definition, candidate, salt)) === store.day.closing?.tally
  expect(fits(honest)).toBe(true)
  const flipped = [...oneBitAway(honest)]
  store.close()
  return { tried: flipped.length, fitting: flipped.filter(fits).length }
}

test('each bit of each released counter, flipped, no longer fits the commitment in the journal', async () => {
  expect(flipInRelease(await realBuild())).toEqual({ tried: BITS, fitting: 0 })
})

test('a build whose commitment does not take in the counts would not notice', async () => {
  expect(flipInRelease(await weakenedBuild(emptyCommitment))).toEqual({ tried: BITS, fitting: BITS })
})
