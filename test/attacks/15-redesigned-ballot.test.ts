/**
 * Antrim, 2020: ballots were redesigned after some cards had been written, and two definitions ran side by side: votes were counted one line
 * off. Here everything that is written names the one package it is for.
 */
import { expect, test } from 'vitest'
import { signAuthorization } from '../../core/cards/authorization.ts'
import { combineShares } from '../../core/keys/shares.ts'
import { valueOrThrow } from '../../core/result.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { beginOn, imageOf, otherPackage, resumeOn } from '../device-agent/store/device.ts'
import { device, station } from '../device-agent/store/voting.ts'
import { type Build, realBuild, weakenedBuild } from './weakened/weaken.ts'
import { countsOtherBallots, resumesOtherPackages, takesOtherAuthorizations } from './weakened/weakenings.ts'

const { definition, hash } = station.electionPackage
const { executive, supervisory } = station

/** A card written by the right officers for the right station, but before the ballot was redesigned. */
function presentOldCard({ authorization }: Build) {
  const card = signAuthorization(
    {
      packageHash: otherPackage.hash,
      station: 's-1',
      style: 'both',
      day: definition.pollingDay,
      nonce: new Uint8Array(16).fill(1),
      cardKey: new Uint8Array(65).fill(4),
    },
    { executive, supervisory },
  )
  const opened = authorization.openAuthorization(card, { definition, packageHash: hash, station: 's-1' })
  return opened.ok ? 'taken' : opened.error
}

test('an authorization of another package opens no session', async () => {
  expect(presentOldCard(await realBuild())).toBe('other-election')
})

test('a build that does not compare the package would take it', async () => {
  expect(presentOldCard(await weakenedBuild(takesOtherAuthorizations))).toBe('taken')
})

/** A ballot sealed to the same election key on the same device, under the other definition. */
function countOldBallot({ sealedBallot }: Build) {
  const place = { definition, origin: device.origin }
  const old = { ...place, packageHash: otherPackage.hash }
  const sealed = sealedBallot.sealBallot(old, 'both', [[0, 1], [1]], seededRandom('redesigned'))
  const secretKey = valueOrThrow(combineShares(station.shares.slice(0, 3)))
  const opened = sealedBallot.openBallot({ ...place, packageHash: hash }, sealed, secretKey)
  return 'faulty' in opened ? opened.faulty : 'counted'
}

test('a sealed ballot of another package is faulty and named, not counted one line off', async () => {
  expect(countOldBallot(await realBuild())).toBe('context')
})

test('a build that does not recompute the context would count it', async () => {
  expect(countOldBallot(await weakenedBuild(countsOtherBallots))).toBe('counted')
})

/** A device that was loaded with the new package over a journal begun under the old. */
function startWithNewPackage(build: Build) {
  const { folders, store } = beginOn(build, 1, 'redesigned')
  store.close()
  const resumed = resumeOn(build, folders.map(imageOf), { electionPackage: otherPackage })
  if (!resumed.ok) return resumed.error.code
  resumed.value.close()
  return 'started'
}

test('a journal of another package is never carried over', async () => {
  expect(startWithNewPackage(await realBuild())).toBe('store.other-package')
})

test('a build that does not bind its journal to the package would go on', async () => {
  expect(startWithNewPackage(await weakenedBuild(resumesOtherPackages))).toBe('started')
})
