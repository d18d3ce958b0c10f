/**
 * Counts. A tally is a sum of ballots, and a sum of single selections gives the same one; so shuffled selections recount
 * everything and no whole ballot need ever be shown.
 */
import type { Result } from '../result.ts'
import { ok, refuse } from '../result.ts'
import { canonicalJson, type Json } from '../text/canonical-json.ts'
import type { Ballot } from './ballot.ts'
import { optionsOf } from './ballot.ts'
import type { Contest, Definition } from './definition.ts'

/** Counts of one contest. `options` are by option position: votes given by that option's own code. */
export interface ContestTally {
  readonly valid: number
  readonly blank: number
  readonly options: readonly number[]
}

/** One entry for each contest of the definition, in its order. */
export type Tally = readonly ContestTally[]

/** One mark taken off a ballot: a chosen option, or the marker that says the contest was voted or left blank. */
export interface Selection {
  readonly contest: number
  readonly mark: number | 'valid' | 'blank'
}

/** Zero for everything. */
export function emptyTally(definition: Definition): Tally {
  return definition.contests.map((contest) => ({
    valid: 0,
    blank: 0,
    options: new Array<number>(contest.candidates.length + contest.lists.length).fill(0),
  }))
}

/** The marks of a ballot of that style, from which the whole ballot cannot be put together again once shuffled. */
export function selectionsOf(
  definition: Definition,
  contests: readonly Contest[],
  ballot: Ballot,
): readonly Selection[] {
  return contests.flatMap((contest, index): Selection[] => {
    const choice = ballot[index] ?? []
    const position = definition.contests.indexOf(contest)
    const marker: Selection = { contest: position, mark: choice.length > 0 ? 'valid' : 'blank' }
    return [marker, ...choice.map((option): Selection => ({ contest: position, mark: option }))]
  })
}

/** The tally with these selections added. */
export function addSelections(tally: Tally, selections: readonly Selection[]): Tally {
  const sums = tally.map(({ valid, blank, options }) => ({ valid, blank, options: [...options] }))
  for (const { contest, mark } of selections) {
    const sum = sums[contest]
    if (sum === undefined) throw new Error(`no contest at position ${contest}`)
    if (mark === 'valid') sum.valid += 1
    else if (mark === 'blank') sum.blank += 1
    else if (mark in sum.options) sum.options[mark] = (sum.options[mark] ?? 0) + 1
    else throw new Error(`no option ${mark} in contest ${contest}`)
  }
  return sums
}

/** The sum of tallies of one definition. */
export function sumTallies(definition: Definition, tallies: readonly Tally[]): Tally {
  return tallies.reduce<Tally>(
    (sum, tally) =>
      sum.map((contest, i) => ({
        valid: contest.valid + (tally[i]?.valid ?? 0),
        blank: contest.blank + (tally[i]?.blank ?? 0),
        options: contest.options.map((count, position) => count + (tally[i]?.options[position] ?? 0)),
      })),
    emptyTally(definition),
  )
}

/** How many ballots were cast in a contest. */
export function ballotsIn(tally: ContestTally): number {
  return tally.valid + tally.blank
}

/** Votes of each candidate by position: those given by the own code and those that came through the list. */
export function candidateVotes(contest: Contest, tally: ContestTally): readonly number[] {
  return contest.candidates.map(({ list }, position) => {
    const own = tally.options[position] ?? 0
    const listPosition = contest.lists.findIndex(({ code }) => code === list)
    return listPosition === -1 ? own : own + (tally.options[contest.candidates.length + listPosition] ?? 0)
  })
}

/** Whether nothing at all is counted; anything else blocks opening. */
export function isZero(tally: Tally): boolean {
  return tally.every(
    ({ valid, blank, options }) => valid === 0 && blank === 0 && options.every((n) => n === 0),
  )
}

/** The tally as JSON: counts by code, contests by id. Its canonical text is what the journal's closing entry commits to. */
export function tallyJson(definition: Definition, tally: Tally): Json {
  return definition.contests.map((contest, i) => ({
    contest: contest.id,
    valid: tally[i]?.valid ?? 0,
    blank: tally[i]?.blank ?? 0,
    options: Object.fromEntries(
      optionsOf(contest).map(({ code, position }) => [code, tally[i]?.options[position] ?? 0]),
    ),
  }))
}

/** Reads {@link tallyJson} back; every contest and code of the definition must be there, in order, and no other. */
export function parseTally(definition: Definition, value: Json, where: string): Result<Tally> {
  const contests = Array.isArray(value) ? (value as readonly Json[]) : []
  const tally = definition.contests.map((contest, i): ContestTally => {
    const given = (contests[i] ?? {}) as { readonly [key: string]: Json }
    const options = (given['options'] ?? {}) as { readonly [key: string]: Json }
    return {
      valid: countOf(given['valid']),
      blank: countOf(given['blank']),
      options: optionsOf(contest).map(({ code }) => countOf(options[code])),
    }
  })
  const counted = tally.every((contest) => Math.min(contest.valid, contest.blank, ...contest.options) >= 0)
  if (counted && canonicalJson(tallyJson(definition, tally)) === canonicalJson(value)) return ok(tally)
  return refuse(
    'tally.shape',
    where,
    'this is not a tally of this election: a contest, code or count is missing, extra or not a count',
    'Get the file again from the device.',
  )
}

/** A count, or -1, which no tally can hold, for anything else. */
function countOf(value: Json | undefined): number {
  return typeof value === 'number' && value >= 0 ? value : -1
}

const LARGEST_COUNT = 0xffff_ffff

/** Bytes of {@link encodeTally}: the same for every tally of a definition. */
export function tallySize(definition: Definition): number {
  return 4 * emptyTally(definition).reduce((size, { options }) => size + 2 + options.length, 0)
}

/**
 * Fixed width, so that nothing shows in the length: for each contest valid, blank, options, 4 bytes big-endian each. Throws for a count that
 * they do not hold.
 */
export function encodeTally(tally: Tally): Uint8Array {
  const counts = tally.flatMap(({ valid, blank, options }) => [valid, blank, ...options])
  const bytes = new Uint8Array(4 * counts.length)
  const view = new DataView(bytes.buffer)
  for (const [i, count] of counts.entries()) {
    if (!(count <= LARGEST_COUNT)) throw new Error('a count that does not fit into four bytes')
    view.setUint32(4 * i, count)
  }
  return bytes
}

/** Reads {@link encodeTally} back; undefined if the size is another definition's. */
export function decodeTally(definition: Definition, bytes: Uint8Array): Tally | undefined {
  if (bytes.length !== tallySize(definition)) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let offset = 0
  const next = () => {
    offset += 4
    return view.getUint32(offset - 4)
  }
  return emptyTally(definition).map(({ options }) => ({
    valid: next(),
    blank: next(),
    options: options.map(() => next()),
  }))
}
