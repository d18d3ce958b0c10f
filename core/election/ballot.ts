/**
 * One voter's ballot: in each contest of its style a set of options. An option is a candidate or a list, named by its position
 * (candidates first, then lists), so that a ballot has one form whatever order the codes were typed in.
 */
import type { Result } from '../result.ts'
import { fail, ok } from '../result.ts'
import type { Contest, Names } from './definition.ts'

/** Positions of the chosen options, ascending, each once; empty is a blank vote in this contest. */
export type Choice = readonly number[]

/** One choice for each contest of the style, in the style's order. */
export type Ballot = readonly Choice[]

/** Something with a code that a voter may choose. */
export interface Option {
  readonly kind: 'candidate' | 'list'
  readonly position: number
  readonly code: string
  readonly name: Names
}

/** Why a code was not added; the screen explains each. */
export type ChoiceProblem =
  | { readonly is: 'unknown-code' }
  | { readonly is: 'already-chosen' }
  | { readonly is: 'too-many'; readonly allowed: number }
  | { readonly is: 'covered-by-list' }
  | { readonly is: 'list-covers-chosen' }
  | { readonly is: 'list-with-individuals' }

/** Written in place of an option where nothing more was chosen. */
const NOTHING = 0xffff
const MARKER_VALID = 1
const MARKER_BLANK = 0

/** All options of a contest by position. */
export function optionsOf(contest: Contest): readonly Option[] {
  const candidates = contest.candidates.map(({ code, name }) => ({ kind: 'candidate' as const, code, name }))
  const lists = contest.lists.map(({ code, name }) => ({ kind: 'list' as const, code, name }))
  return [...candidates, ...lists].map((option, position) => ({ ...option, position }))
}

/** The option with that code in a contest, if there is one. */
export function optionByCode(contest: Contest, code: string): Option | undefined {
  return optionsOf(contest).find((option) => option.code === code)
}

/** Adds the option with `code` to a choice under the contest's rules, or says why not. */
export function addChoice(contest: Contest, choice: Choice, code: string): Result<Choice, ChoiceProblem> {
  const option = optionByCode(contest, code)
  if (option === undefined) return fail({ is: 'unknown-code' })
  if (choice.includes(option.position)) return fail({ is: 'already-chosen' })
  const wider = [...choice, option.position].sort((a, b) => a - b)
  const problem = checkChoice(contest, wider)
  if (problem === undefined) return ok(wider)
  if (problem.is === 'covered-by-list' && option.kind === 'list') return fail({ is: 'list-covers-chosen' })
  return fail(problem)
}

/** How many candidates stand on each list of a contest, by the list's place among them. */
export function listSizesOf({ candidates, lists }: Contest): readonly number[] {
  const sizes = new Map(lists.map(({ code }) => [code, 0]))
  for (const { list } of candidates) if (list !== undefined) sizes.set(list, (sizes.get(list) ?? 0) + 1)
  return lists.map(({ code }) => sizes.get(code) ?? 0)
}

/**
 * The first rule of the contest that a choice breaks, if any. The opener of ballots asks the same.
 * @param listSizes those of the contest, for who asks of many choices
 */
export function checkChoice(
  contest: Contest,
  choice: Choice,
  listSizes?: readonly number[],
): ChoiceProblem | undefined {
  const candidates = contest.candidates.length
  const options = candidates + contest.lists.length
  if (choice.some((position) => position < 0 || position >= options)) return { is: 'unknown-code' }
  if (new Set(choice).size !== choice.length) return { is: 'already-chosen' }
  const individuals = choice.filter((position) => position < candidates)
  const lists = choice.filter((position) => position >= candidates)
  const listCodes = lists.map((position) => contest.lists[position - candidates]?.code)
  if (individuals.some((position) => listCodes.includes(contest.candidates[position]?.list ?? ''))) {
    return { is: 'covered-by-list' }
  }
  if (!contest.mixListAndIndividual && lists.length > 0 && (individuals.length > 0 || lists.length > 1)) {
    return { is: 'list-with-individuals' }
  }
  const sizes = lists.length === 0 ? [] : (listSizes ?? listSizesOf(contest))
  const members = lists.reduce((sum, position) => sum + (sizes[position - candidates] ?? 0), 0)
  if (individuals.length + members > contest.choices) return { is: 'too-many', allowed: contest.choices }
  return undefined
}

/** Bytes of an encoded ballot with these contests: the same for every ballot of a style. */
export function ballotSize(contests: readonly Contest[]): number {
  return contests.reduce((size, contest) => size + 1 + 2 * contest.choices, 0)
}

/**
 * A ballot as bytes of one size per style. For each contest:
 * ```
 * marker(1: 1 valid, 0 blank)  option(2, big-endian) x choices, ascending, then FF FF
 * ```
 */
export function encodeBallot(contests: readonly Contest[], ballot: Ballot): Uint8Array {
  const bytes = new Uint8Array(ballotSize(contests)).fill(0xff)
  const view = new DataView(bytes.buffer)
  let offset = 0
  for (const [index, contest] of contests.entries()) {
    const choice = ballot[index]
    if (choice === undefined || checkChoice(contest, choice) !== undefined || !isAscending(choice)) {
      throw new Error(`a ballot that breaks the rules of contest ${contest.id} reached the encoder`)
    }
    bytes[offset] = choice.length > 0 ? MARKER_VALID : MARKER_BLANK
    for (const [place, position] of choice.entries()) view.setUint16(offset + 1 + 2 * place, position)
    offset += 1 + 2 * contest.choices
  }
  return bytes
}

/**
 * The ballot in those bytes, or undefined if they are not exactly what {@link encodeBallot} writes for a legal ballot.
 * @param listSizes of each contest, for who reads many ballots
 */
export function decodeBallot(
  contests: readonly Contest[],
  bytes: Uint8Array,
  listSizes?: readonly (readonly number[])[],
): Ballot | undefined {
  if (bytes.length !== ballotSize(contests)) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const ballot: Choice[] = []
  let offset = 0
  for (const [i, contest] of contests.entries()) {
    const places = Array.from({ length: contest.choices }, (_, i) => view.getUint16(offset + 1 + 2 * i))
    const end = places.indexOf(NOTHING)
    const choice = end === -1 ? places : places.slice(0, end)
    const marker = choice.length > 0 ? MARKER_VALID : MARKER_BLANK
    const rest = places.slice(choice.length)
    if (bytes[offset] !== marker || rest.some((place) => place !== NOTHING)) return undefined
    if (!isAscending(choice) || checkChoice(contest, choice, listSizes?.[i]) !== undefined) return undefined
    ballot.push(choice)
    offset += 1 + 2 * contest.choices
  }
  return ballot
}

function isAscending(choice: Choice): boolean {
  return choice.every((position, i) => i === 0 || position > (choice[i - 1] ?? 0))
}
