/**
 * Counts. A tally is a sum of ballots, and a sum of single selections gives the same one; so shuffled selections recount
 * everything and no whole ballot need ever be shown.
 */
import type { Result } from '../result.ts'
import { ok, refuse } from '../result.ts'
import type { Json } from '../text/canonical-json.ts'
import type { Ballot } from './ballot.ts'
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
  // Members in their canonical order are written faster.
  return definition.contests.map((contest, i) => ({
    blank: tally[i]?.blank ?? 0,
    contest: contest.id,
    options: Object.fromEntries(
      codesOf(contest).map((code, position) => [code, tally[i]?.options[position] ?? 0]),
    ),
    valid: tally[i]?.valid ?? 0,
  }))
}

/** Reads {@link tallyJson} back; every contest and code of the definition must be there, in order, and no other. */
export function parseTally(definition: Definition, value: Json, where: string): Result<Tally> {
  const contests = Array.isArray(value) ? (value as readonly Json[]) : []
  const tally = definition.contests.flatMap((contest, i) => parseContest(contest, contests[i]) ?? [])
  if (tally.length === definition.contests.length && tally.length === contests.length) return ok(tally)
  return refuse(
    'tally.shape',
    where,
    'this is not a tally of this election: a contest, code or count is missing, extra or not a count',
    'Get the file again from the device.',
  )
}

const MEMBERS = ['blank', 'contest', 'options', 'valid'] as const

/** The counts of one contest; undefined if a member or code is missing, extra, or no count. */
function parseContest(contest: Contest, value: Json | undefined): ContestTally | undefined {
  const given = membersOf(value, MEMBERS)
  const codes = codesOf(contest)
  const counts = membersOf(given?.['options'], codes)
  if (given === undefined || counts === undefined || given['contest'] !== contest.id) return undefined
  const { valid, blank } = given
  const options = codes.map((code) => counts[code])
  return isCount(valid) && isCount(blank) && options.every(isCount) ? { valid, blank, options } : undefined
}

/** The value, if it is an object of exactly these names, which are all different. */
function membersOf(value: Json | undefined, names: readonly string[]) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const members = value as { readonly [name: string]: Json | undefined }
  const isWhole = names.every((name) => Object.hasOwn(members, name))
  return isWhole && Object.keys(members).length === names.length ? members : undefined
}

function isCount(value: Json | undefined): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

/** Of all options of a contest, by position. */
function codesOf({ candidates, lists }: Contest): readonly string[] {
  return [...candidates, ...lists].map(({ code }) => code)
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
