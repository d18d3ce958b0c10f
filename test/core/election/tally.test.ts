import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { shuffle } from '../../../core/ballot-box/draw.ts'
import { contestsOfStyle, type Definition } from '../../../core/election/definition.ts'
import {
  addSelections,
  ballotsIn,
  candidateVotes,
  decodeTally,
  emptyTally,
  encodeTally,
  isZero,
  parseTally,
  selectionsOf,
  sumTallies,
  type Tally,
  tallyJson,
  tallySize,
} from '../../../core/election/tally.ts'
import type { Json } from '../../../core/text/canonical-json.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { testDefinitionWithLists } from '../../fixtures/definition.ts'
import { ballotArbitrary, definitionArbitrary } from './arbitraries.ts'

const tallyOf = (definition: Definition, max = 0xffffffff): fc.Arbitrary<Tally> =>
  fc.tuple(
    ...emptyTally(definition).map(({ options }) =>
      fc.record({
        valid: fc.integer({ min: 0, max }),
        blank: fc.integer({ min: 0, max }),
        options: fc.array(fc.integer({ min: 0, max }), {
          minLength: options.length,
          maxLength: options.length,
        }),
      }),
    ),
  )

const definitionAndTally = definitionArbitrary.chain((definition) =>
  fc.record({ definition: fc.constant(definition), tally: tallyOf(definition) }),
)

describe('a tally', () => {
  test('reads back from bytes of one size, and from JSON', () => {
    fc.assert(
      fc.property(definitionAndTally, ({ definition, tally }) => {
        const bytes = encodeTally(tally)
        expect(bytes).toHaveLength(tallySize(definition))
        expect(decodeTally(definition, bytes)).toEqual(tally)
        expect(decodeTally(definition, bytes.subarray(1))).toBeUndefined()
        expect(parseTally(definition, tallyJson(definition, tally), 'tally.json')).toEqual({
          ok: true,
          value: tally,
        })
      }),
    )
  })

  test('of shuffled selections is that of the ballots one by one', () => {
    const ballots = definitionArbitrary.chain((definition) =>
      fc.record({
        definition: fc.constant(definition),
        both: fc.array(ballotArbitrary(contestsOfStyle(definition, 'both') ?? []), { maxLength: 20 }),
        city: fc.array(ballotArbitrary(contestsOfStyle(definition, 'city') ?? []), { maxLength: 20 }),
        seed: fc.nat(),
      }),
    )
    fc.assert(
      fc.property(ballots, ({ definition, both, city, seed }) => {
        const cast = [...both.map((b) => ['both', b] as const), ...city.map((b) => ['city', b] as const)]
        const selections = cast.flatMap(([style, ballot]) =>
          selectionsOf(definition, contestsOfStyle(definition, style) ?? [], ballot),
        )
        const zero = emptyTally(definition)
        const oneByOne = sumTallies(
          definition,
          cast.map(([style, ballot]) =>
            addSelections(zero, selectionsOf(definition, contestsOfStyle(definition, style) ?? [], ballot)),
          ),
        )
        const shuffled = addSelections(zero, shuffle(selections, seededRandom(seed)))
        expect(shuffled).toEqual(oneByOne)
        expect(shuffled.map(ballotsIn)).toEqual([both.length + city.length, both.length])
        expect(isZero(shuffled)).toBe(cast.length === 0)
      }),
    )
  })

  test("adds a list's votes to each of its candidates", () => {
    const definition = testDefinitionWithLists()
    const contest = definition.contests[0]
    if (contest === undefined) throw new Error('a fixture without contest')
    const empty = emptyTally(definition)
    const tally = addSelections(empty, [
      { contest: 0, mark: 16 },
      { contest: 0, mark: 16 },
      { contest: 0, mark: 0 },
      { contest: 0, mark: 15 },
    ])
    const votes = candidateVotes(contest, tally[0] ?? { valid: 0, blank: 0, options: [] })
    expect(votes.slice(0, 5)).toEqual([3, 2, 2, 2, 0])
    expect(votes[15]).toBe(1)
  })

  const definition = testDefinitionWithLists()
  const good = tallyJson(definition, emptyTally(definition)) as { [key: string]: Json }[]
  const first = good[0] as { options: { [code: string]: Json } } & { [key: string]: Json }
  const wrong: readonly [string, Json][] = [
    ['no array', {}],
    ['null', null],
    ['no contest', []],
    ['a contest twice', [first, first]],
    ['a null for a contest', [null]],
    ['a negative count', [{ ...first, valid: -1 }]],
    ['a text for a count', [{ ...first, blank: '0' }]],
    ['a code missing', [{ ...first, options: { '101': 0 } }]],
    ['a code too many', [{ ...first, options: { ...first.options, '999': 0 } }]],
    ['another contest', [{ ...first, contest: 'village' }]],
    ['one more member', [{ ...first, spoilt: 0 }]],
  ]
  test.each(wrong)('is refused with %s', (_, value) => {
    const parsed = parseTally(definition, value, 'tally.json')
    expect(parsed.ok ? 'taken' : parsed.error.code).toBe('tally.shape')
  })

  test('counts nothing that the definition does not have', () => {
    expect(() => addSelections(emptyTally(definition), [{ contest: 1, mark: 'valid' }])).toThrow(/contest/)
    expect(() => addSelections(emptyTally(definition), [{ contest: 0, mark: 18 }])).toThrow(/option/)
  })
})
