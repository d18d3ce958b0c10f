/** Elections and ballots for property tests. */
import fc from 'fast-check'
import { addChoice, type Ballot, type Choice, optionsOf } from '../../../core/election/ballot.ts'
import type { Contest, Definition } from '../../../core/election/definition.ts'
import { testDefinition } from '../../fixtures/definition.ts'

/** A contest with up to eight candidates, some on up to two lists. Codes begin at `firstCode`. */
function contestArbitrary(id: string, firstCode: number): fc.Arbitrary<Contest> {
  return fc
    .record({
      choices: fc.integer({ min: 2, max: 4 }),
      listOf: fc.array(fc.constantFrom(undefined, 0, 1), { minLength: 4, maxLength: 8 }),
      mixListAndIndividual: fc.boolean(),
    })
    .map(({ choices, listOf, mixListAndIndividual }) => {
      const codeOf = (list: number) => String(firstCode + 90 + list)
      const sizes = [0, 1].map((list) => listOf.filter((known) => known === list).length)
      const isList = (list: number | undefined): list is number =>
        list !== undefined && (sizes[list] ?? 0) >= 1 && (sizes[list] ?? 0) <= choices
      return {
        id,
        title: { fa: id },
        seats: 1,
        choices,
        mixListAndIndividual,
        candidates: listOf.map((list, i) => ({
          code: String(firstCode + i),
          name: { fa: `نامزد ${i}` },
          ...(isList(list) && { list: codeOf(list) }),
        })),
        lists: [0, 1].filter(isList).map((list) => ({ code: codeOf(list), name: { fa: `فهرست ${list}` } })),
      }
    })
}

/** Two contests and two styles, one of which has one contest only. */
export const definitionArbitrary: fc.Arbitrary<Definition> = fc
  .tuple(contestArbitrary('city', 100), contestArbitrary('village', 300))
  .map((contests) =>
    testDefinition({
      contests,
      styles: [
        { id: 'both', contests: ['village', 'city'] },
        { id: 'city', contests: ['city'] },
      ],
    }),
  )

/** A legal choice: options tried one after another, those against the rules left out. */
function choiceArbitrary(contest: Contest): fc.Arbitrary<Choice> {
  const codes = optionsOf(contest).map(({ code }) => code)
  return fc.array(fc.constantFrom(...codes), { maxLength: 6 }).map((typed) =>
    typed.reduce<Choice>((choice, code) => {
      const wider = addChoice(contest, choice, code)
      return wider.ok ? wider.value : choice
    }, []),
  )
}

/** A legal ballot with these contests. */
export function ballotArbitrary(contests: readonly Contest[]): fc.Arbitrary<Ballot> {
  return fc.tuple(...contests.map(choiceArbitrary))
}
