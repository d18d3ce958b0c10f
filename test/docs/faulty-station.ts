/** A station that holds without a secret, and in whose ballots an opener finds every fault. */
import { sealBallot } from '../../core/ballot-box/sealed-ballot.ts'
import { boxPublicKey, openBox, sealBox } from '../../core/keys/sealed-box.ts'
import { combineShares } from '../../core/keys/shares.ts'
import { valueOrThrow } from '../../core/result.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { makeStation, type TestStation } from '../audit/fixtures.ts'
import { LANGUAGES } from './vectors-of-ballots.ts'

const WISHES = { casts: [9, 2], languages: [...LANGUAGES] }

/** What an opener finds in it, in order; ballots of a batch are in the order of their bytes. */
export const FAULTS = [
  ['ballot.version', 'd-01/batches.jsonl batch 1'],
  ['ballot.style', 'd-01/batches.jsonl batch 1'],
  ['ballot.context', 'd-01/batches.jsonl batch 1'],
  ['ballot.rules', 'd-01/batches.jsonl batch 1'],
  ['ballot.does-not-open', 'd-01/batches.jsonl batch 1'],
  ['ballot.id-twice', 'd-01/batches.jsonl batch 1'],
  ['tally.recount', 'd-01'],
  ['sheet.recount', 'd-01/station-sheet.json'],
] as const

/** Ballots of the first device bent before they are sealed for good; its committed tally is that of the ballots as they were cast. */
export function faultyStation(): TestStation {
  const honest = makeStation('vectors', WISHES)
  const { definition, hash: packageHash } = honest.electionPackage
  const secretKey = valueOrThrow(combineShares(honest.shares.slice(0, 3)))
  const electionKey = boxPublicKey(secretKey)
  const random = seededRandom('faulty')
  const origin = honest.devices[0]?.origin ?? ''
  const set = (sealed: Uint8Array, at: number, ...bytes: readonly number[]) => {
    const plain = openBox(sealed, electionKey, secretKey)
    if (plain === undefined) throw new Error('a ballot of an honest station does not open')
    plain.set(bytes, at)
    return sealBox(plain, electionKey, random)
  }
  /** The id is the first 16 random bytes of a sealing. */
  const withId = () => {
    let drawn = 0
    const bytes = (length: number) => (drawn++ === 0 ? new Uint8Array(length).fill(7) : random.bytes(length))
    return sealBallot({ definition, packageHash, origin }, 'both', [[2], [0]], {
      kind: 'seeded, not secret',
      bytes,
    })
  }
  const bends: readonly ((sealed: Uint8Array) => Uint8Array)[] = [
    (sealed) => set(sealed, 0, 2),
    (sealed) => set(sealed, 49, 9),
    (sealed) => set(sealed, 33, 0xff, 0xff),
    (sealed) => set(sealed, 50, 3),
    (sealed) => sealed.map((byte, i) => (i === 60 ? byte ^ 1 : byte)),
    withId,
    withId,
  ]
  return makeStation('vectors', {
    ...WISHES,
    replaceSealed: (sealed, device, cast) => (device === 0 ? (bends[cast]?.(sealed) ?? sealed) : sealed),
  })
}
