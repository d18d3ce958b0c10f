import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  batchRoot,
  checkBatches,
  lookAtBatch,
  lookAtBatchTexts,
  type StoredBatch,
} from '../../../core/ballot-box/batch.ts'
import { commitTally } from '../../../core/ballot-box/commitment.ts'
import {
  addToPool,
  BATCH_SIZE,
  emptyPool,
  openPool,
  POOL_PLACES,
  type Pool,
  sealPool,
  sortBallots,
  spentRoot,
} from '../../../core/ballot-box/pool.ts'
import { openBallot, sealBallot, sealedBallotSize } from '../../../core/ballot-box/sealed-ballot.ts'
import { encodeBallot } from '../../../core/election/ballot.ts'
import { contestsOfStyle, type Definition } from '../../../core/election/definition.ts'
import { emptyTally } from '../../../core/election/tally.ts'
import { concatBytes, equalBytes, fromBase64, sha256, toBase64 } from '../../../core/keys/hash.ts'
import { boxPublicKey, sealBox } from '../../../core/keys/sealed-box.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { testDefinition } from '../../fixtures/definition.ts'
import { ballotArbitrary, definitionArbitrary } from '../election/arbitraries.ts'

const SECRET = seededRandom('election key').bytes(32)
const ORIGIN = 'council.example/rehearsal-1405/device/device-1/00112233445566778899aabbccddeeff'

/** The definition with an election key whose secret is known. */
function withKey(definition: Definition): Definition {
  const electionKey = toBase64(boxPublicKey(SECRET))
  return { ...definition, constituency: { ...definition.constituency, electionKey } }
}

const place = (definition: Definition) => ({ definition, packageHash: sha256(), origin: ORIGIN })

describe('a sealed ballot', () => {
  const sealable = definitionArbitrary.map(withKey).chain((definition) =>
    fc.constantFrom('both', 'city').chain((style) =>
      fc.record({
        definition: fc.constant(definition),
        style: fc.constant(style),
        ballot: ballotArbitrary(contestsOfStyle(definition, style) ?? []),
        seed: fc.nat(),
      }),
    ),
  )

  test('opens to what was sealed, and its size tells no style', () => {
    fc.assert(
      fc.property(sealable, ({ definition, style, ballot, seed }) => {
        const sealed = sealBallot(place(definition), style, ballot, seededRandom(seed))
        expect(sealed).toHaveLength(sealedBallotSize(definition))
        const opened = openBallot(place(definition), sealed, SECRET)
        expect(opened).toMatchObject({ style, ballot })
      }),
      { numRuns: 40 },
    )
  })

  const definition = withKey(testDefinition())
  const ballot = [[0, 5]]
  const seal = () => sealBallot(place(definition), 'standard', ballot, seededRandom(1))

  test('with any byte changed does not open', () => {
    fc.assert(
      fc.property(fc.nat(sealedBallotSize(definition) - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const sealed = seal()
        sealed[at] = (sealed[at] ?? 0) ^ flip
        expect(openBallot(place(definition), sealed, SECRET)).toEqual({ faulty: 'does-not-open' })
      }),
      { numRuns: 60 },
    )
  })

  test('copied to another device or package is no ballot there', () => {
    const elsewhere = { ...place(definition), origin: `${ORIGIN.slice(0, -1)}0` }
    expect(openBallot(elsewhere, seal(), SECRET)).toEqual({ faulty: 'context' })
    const other = { ...place(definition), packageHash: sha256(Uint8Array.of(1)) }
    expect(openBallot(other, seal(), SECRET)).toEqual({ faulty: 'context' })
  })

  test('that somebody made with other content is faulty and says where', () => {
    const key = fromBase64(definition.constituency.electionKey) ?? new Uint8Array()
    const contests = contestsOfStyle(definition, 'standard') ?? []
    const id = seededRandom(7).bytes(16)
    const context = sha256(sha256(), sha256(Buffer.from(ORIGIN)), sha256(Buffer.from('standard')), id)
    const choices = encodeBallot(contests, ballot)
    const box = (...parts: Uint8Array[]) => sealBox(concatBytes(...parts), key, seededRandom(8))
    const open = (sealed: Uint8Array) => openBallot(place(definition), sealed, SECRET)
    const head = (version: number, style: number) =>
      [Uint8Array.of(version), context, id, Uint8Array.of(style)] as const
    expect(open(box(...head(1, 0), choices))).toMatchObject({ ballot })
    expect(open(box(...head(2, 0), choices))).toEqual({ faulty: 'version' })
    expect(open(box(...head(1, 1), choices))).toEqual({ faulty: 'style' })
    expect(open(box(...head(1, 0), choices, Uint8Array.of(0)))).toEqual({ faulty: 'size' })
    const blankWithChoice = Uint8Array.from(choices)
    blankWithChoice[0] = 0
    expect(open(box(...head(1, 0), blankWithChoice))).toEqual({ faulty: 'rules' })
    expect(open(new Uint8Array(10))).toEqual({ faulty: 'does-not-open' })
  })
})

describe('the pool', () => {
  const definition = withKey(testDefinition())
  const size = sealedBallotSize(definition)
  const keys = (seed: number) => {
    const random = seededRandom(seed)
    return { dayKey: random.bytes(32), slotKey: random.bytes(32), origin: ORIGIN }
  }
  const poolArbitrary: fc.Arbitrary<Pool> = fc
    .record({ seed: fc.nat(), ballots: fc.nat(POOL_PLACES), casts: fc.nat(0xffff) })
    .map(({ seed, ballots, casts }) => {
      const random = seededRandom(seed)
      return {
        casts,
        spent: random.bytes(32),
        ballots: [sortBallots(Array.from({ length: ballots }, () => random.bytes(size)))],
        tally: emptyTally(definition),
      }
    })

  test('opens to what was sealed, and its block has one size whatever is in it', () => {
    const empty = sealPool(definition, emptyPool(definition), keys(1))
    fc.assert(
      fc.property(poolArbitrary, fc.nat(), (pool, seed) => {
        const block = sealPool(definition, pool, keys(seed))
        expect(block).toHaveLength(empty.length)
        expect(openPool(definition, block, keys(seed))).toEqual(pool)
      }),
      { numRuns: 40 },
    )
  })

  test('opens with no other day key, slot key or origin, and with no byte changed', () => {
    const block = sealPool(definition, emptyPool(definition), keys(1))
    const { dayKey, slotKey } = keys(2)
    expect(openPool(definition, block, { ...keys(1), dayKey })).toBeUndefined()
    expect(openPool(definition, block, { ...keys(1), slotKey })).toBeUndefined()
    expect(openPool(definition, block, { ...keys(1), origin: `${ORIGIN}0` })).toBeUndefined()
    block[100] = (block[100] ?? 0) ^ 1
    expect(openPool(definition, block, keys(1))).toBeUndefined()
    expect(openPool(definition, new Uint8Array(3), keys(1))).toBeUndefined()
  })

  test('lets 32 ballots go when the 64th arrives, sorted, and keeps the others', () => {
    const random = seededRandom('pool')
    const cast: Uint8Array[] = []
    let pool = emptyPool(definition)
    for (let i = 1; i <= POOL_PLACES; i += 1) {
      const sealed = random.bytes(size)
      cast.push(sealed)
      const added = addToPool(
        pool,
        { style: 0, sealed, spent: spentRoot([]), tally: emptyTally(definition) },
        random,
      )
      pool = added.pool
      expect(added.batch === undefined).toBe(i < POOL_PLACES)
      if (added.batch === undefined) continue
      expect(added.batch).toHaveLength(BATCH_SIZE)
      expect(added.batch).toEqual(sortBallots(added.batch))
      expect(pool.ballots[0]).toEqual(sortBallots(pool.ballots[0] ?? []))
      expect(sortBallots([...added.batch, ...(pool.ballots[0] ?? [])])).toEqual(sortBallots(cast))
    }
    expect(pool.casts).toBe(POOL_PLACES)
  })
})

describe('stored batches', () => {
  const ballots = sortBallots(Array.from({ length: 5 }, (_, i) => new Uint8Array(20).fill(i + 1)))
  const named = [{ batch: 1, count: 5, root: toBase64(batchRoot(ballots)), seq: 9 }]
  const check = (stored: readonly (readonly [number, readonly Uint8Array[]])[]) => {
    const say = (looked: readonly (readonly [number, StoredBatch])[]) => {
      const checked = checkBatches(named, new Map(looked), 'table ballots,')
      return checked.ok ? 'holds' : `${checked.error.where}: ${checked.error.what}`
    }
    const said = say(stored.map(([batch, all]) => [batch, lookAtBatch(all, 20)]))
    const inText = stored.map(([batch, all]) => [batch, lookAtBatchTexts(all.map(toBase64), 20)] as const)
    expect(say(inText.map(([batch, looked]) => [batch, looked as StoredBatch]))).toBe(said)
    return said
  }

  test('in a spelling that is not base64 are none', () => {
    const texts = ballots.map(toBase64)
    for (const bad of [
      '',
      '=',
      'AAAA',
      `${texts[0]}=`,
      `${texts[0]?.slice(0, -2)}B=`,
      `${texts[0]?.slice(0, -1)} `,
    ]) {
      const looked = lookAtBatchTexts([...texts.slice(1), bad], 20)
      expect([bad, looked === undefined || !looked.isOfSize]).toEqual([bad, true])
    }
  })

  test('hold when they are those of the journal', () => {
    expect(check([[1, ballots]])).toBe('holds')
  })

  test('are named with their number when anything differs', () => {
    const other = [...ballots.slice(0, 4), new Uint8Array(20).fill(77)]
    expect(check([])).toMatch(/^table ballots, batch 1: .*none are here/)
    expect(check([[1, ballots.slice(1)]])).toMatch(/batch 1: .*4 are here/)
    expect(check([[1, other]])).toMatch(/batch 1: the ballots are not those/)
    expect(check([[1, ballots.toReversed()]])).toMatch(/batch 1: .*not sorted/)
    expect(check([[1, [...ballots.slice(0, 4), new Uint8Array(21)]]])).toMatch(/batch 1: .*another size/)
    expect(
      check([
        [1, ballots],
        [2, ballots],
      ]),
    ).toMatch(/batch 2: no journal entry/)
  })
})

test('a commitment to a tally opens with its own salt and counts only', () => {
  const definition = testDefinition()
  const salt = new Uint8Array(32).fill(3)
  const tally = emptyTally(definition)
  const committed = commitTally(definition, tally, salt)
  const [contest] = tally
  if (contest === undefined) throw new Error('a fixture without contest')
  expect(equalBytes(commitTally(definition, tally, salt), committed)).toBe(true)
  expect(equalBytes(commitTally(definition, tally, new Uint8Array(32)), committed)).toBe(false)
  expect(equalBytes(commitTally(definition, [{ ...contest, blank: 1 }], salt), committed)).toBe(false)
  expect(() => commitTally(definition, tally, new Uint8Array(31))).toThrow(/32 bytes/)
})

test('the root of spent tags does not tell their order', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 })), (tags) => {
      expect(spentRoot(tags.toReversed())).toEqual(spentRoot(tags))
    }),
  )
})
