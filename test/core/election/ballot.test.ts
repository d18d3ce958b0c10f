import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addChoice,
  ballotSize,
  checkChoice,
  decodeBallot,
  encodeBallot,
  optionByCode,
} from '../../../core/election/ballot.ts'
import { contestsOfStyle, parseDefinition } from '../../../core/election/definition.ts'
import { councilContest, listsContest, testCode } from '../../fixtures/definition.ts'
import { ballotArbitrary, definitionArbitrary } from './arbitraries.ts'

const contestsAndBallot = definitionArbitrary.chain((definition) => {
  const contests = contestsOfStyle(definition, 'both') ?? []
  return fc.record({
    definition: fc.constant(definition),
    contests: fc.constant(contests),
    ballot: ballotArbitrary(contests),
  })
})

describe('a ballot as bytes', () => {
  test('reads back as it was written, and has one size whatever was chosen', () => {
    fc.assert(
      fc.property(contestsAndBallot, ({ definition, contests, ballot }) => {
        expect(parseDefinition(definition, 'test').ok).toBe(true)
        const bytes = encodeBallot(contests, ballot)
        expect(bytes).toHaveLength(ballotSize(contests))
        expect(decodeBallot(contests, bytes)).toEqual(ballot)
      }),
    )
  })

  test('has one form: whatever decodes at all encodes to the same bytes', () => {
    fc.assert(
      fc.property(
        contestsAndBallot,
        fc.nat(),
        fc.integer({ min: 0, max: 255 }),
        ({ contests, ballot }, position, value) => {
          const bytes = encodeBallot(contests, ballot)
          bytes[position % bytes.length] = value
          const decoded = decodeBallot(contests, bytes)
          if (decoded !== undefined) expect(encodeBallot(contests, decoded)).toEqual(bytes)
        },
      ),
    )
  })

  test('is refused, not thrown at, when the bytes are anything', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const decoded = decodeBallot([listsContest], bytes)
        if (decoded !== undefined) expect(encodeBallot([listsContest], decoded)).toEqual(bytes)
      }),
    )
  })

  test('is never made of a choice against the rules', () => {
    expect(() => encodeBallot([councilContest], [[3, 1]])).toThrow(/rules/)
    expect(() => encodeBallot([councilContest], [[1, 1]])).toThrow(/rules/)
    expect(() => encodeBallot([councilContest], [[16]])).toThrow(/rules/)
    expect(() => encodeBallot([councilContest], [])).toThrow(/rules/)
  })
})

describe('adding a code to a choice', () => {
  const chosen = (...codes: string[]) => codes.map((code) => optionByCode(listsContest, code)?.position ?? -1)
  const problem = (choice: readonly number[], code: string, contest = listsContest) => {
    const added = addChoice(contest, choice, code)
    return added.ok ? 'taken' : added.error.is
  }

  test('says why it was not taken', () => {
    expect(problem([], '999')).toBe('unknown-code')
    expect(problem(chosen(testCode(8)), testCode(8))).toBe('already-chosen')
    expect(problem(chosen('901'), testCode(0))).toBe('covered-by-list')
    expect(problem(chosen(testCode(0)), '901')).toBe('list-covers-chosen')
    expect(problem(chosen('901', '902', testCode(8), testCode(9)), testCode(10))).toBe('too-many')
    expect(problem(chosen(testCode(8)), '901', { ...listsContest, mixListAndIndividual: false })).toBe(
      'list-with-individuals',
    )
    expect(problem(chosen('902'), '901', { ...listsContest, mixListAndIndividual: false })).toBe(
      'list-with-individuals',
    )
  })

  test('gives one choice whatever the order of typing', () => {
    const typed = [testCode(12), testCode(3), '902']
    const orders = [typed, typed.toReversed(), [typed[1] ?? '', typed[2] ?? '', typed[0] ?? '']]
    const choices = orders.map((codes) =>
      codes.reduce<readonly number[]>((choice, code) => {
        const added = addChoice(listsContest, choice, code)
        return added.ok ? added.value : choice
      }, []),
    )
    expect(choices[1]).toEqual(choices[0])
    expect(choices[2]).toEqual(choices[0])
    expect(checkChoice(listsContest, choices[0] ?? [])).toBeUndefined()
  })
})
