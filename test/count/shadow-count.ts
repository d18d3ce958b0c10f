/** Votes counted by the project, through every form that a ballot and a tally have, and beside it by adding one for each name. */
import { join } from 'node:path'
import type { Definition } from '../../core/election/definition.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'

/** What of the project counts. */
export type Counting = Pick<typeof import('../../core/election/ballot.ts'), 'decodeBallot' | 'encodeBallot'> &
  Pick<
    typeof import('../../core/election/tally.ts'),
    'addSelections' | 'candidateVotes' | 'decodeTally' | 'emptyTally' | 'encodeTally' | 'selectionsOf'
  >

/** The project, or a weakened build of it. */
export async function countingOf(root: string): Promise<Counting> {
  const ballot = await import(join(root, 'core/election/ballot.ts'))
  const tally = await import(join(root, 'core/election/tally.ts'))
  return { ...ballot, ...tally }
}

/** How often a tally goes into bytes and back, as with every cast on a device. */
const KEPT_EVERY = 64
/** One voter in so many votes blank, and one in so many for a list. */
const BLANK_IN = 16
const LIST_IN = 4
/** One name in so many is one of the first few, as everywhere some names are known to all. */
const KNOWN_IN = 8
const KNOWN_NAMES = 12

export interface ShadowCount {
  readonly ballots: number
  /** Names chosen, those of a list each for itself. */
  readonly positions: number
  /** Where the two counts differ, a line each. */
  readonly differences: readonly string[]
}

/**
 * Counts drawn ballots of a definition's first contest twice.
 * @param told is called after every so many ballots
 */
export function countBeside(
  counting: Counting,
  definition: Definition,
  {
    ballots,
    seed,
    told = () => undefined,
  }: { readonly ballots: number; readonly seed: string; readonly told?: (ballots: number) => void },
): ShadowCount {
  const [contest] = definition.contests
  if (contest === undefined) throw new Error('an election without a contest')
  const contests = [contest]
  const members = contest.lists.map(({ code }) =>
    contest.candidates.flatMap(({ list }, position) => (list === code ? [position] : [])),
  )
  const listSizes = [members.map(({ length }) => length)]
  const random = seededRandom(seed)
  const votes = new Float64Array(contest.candidates.length)
  let [valid, blank, positions] = [0, 0, 0]
  let tally = counting.emptyTally(definition)
  for (let cast = 1; cast <= ballots; cast += 1) {
    const choice = drawChoice(
      random.bytes(2 + 2 * contest.choices),
      contest.candidates.length,
      members.length,
    )
    for (const option of choice) {
      const names =
        option < contest.candidates.length ? [option] : (members[option - contest.candidates.length] ?? [])
      for (const name of names) votes[name] = (votes[name] ?? 0) + 1
      positions += names.length
    }
    if (choice.length === 0) blank += 1
    else valid += 1
    const ballot = counting.decodeBallot(contests, counting.encodeBallot(contests, [choice]), listSizes)
    if (ballot === undefined) throw new Error(`ballot ${cast} does not come back (seed ${seed})`)
    tally = counting.addSelections(tally, counting.selectionsOf(definition, contests, ballot))
    if (cast % KEPT_EVERY === 0) {
      const kept = counting.decodeTally(definition, counting.encodeTally(tally))
      if (kept === undefined) throw new Error(`the tally after ${cast} ballots does not come back`)
      tally = kept
    }
    if (cast % 1_000_000 === 0) told(cast)
  }
  const [counted = { valid: 0, blank: 0, options: [] }] = tally
  const differences = counting.candidateVotes(contest, counted).flatMap((count, position) => {
    const { code = '' } = contest.candidates[position] ?? {}
    return count === votes[position] ? [] : [`${code} has ${count} votes and was given ${votes[position]}`]
  })
  if (counted.valid !== valid || counted.blank !== blank)
    differences.push(`${counted.valid} valid and ${counted.blank} blank of ${valid} and ${blank}`)
  return { ballots, positions, differences }
}

/** A legal choice: nothing, one list, or so many names. */
function drawChoice(bytes: Uint8Array, candidates: number, lists: number): readonly number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const [kind = 0, amount = 0] = bytes
  if (kind % BLANK_IN === 0) return []
  if (kind % LIST_IN === 1) return [candidates + (amount % lists)]
  const most = (bytes.length - 2) / 2
  const names = Array.from({ length: 1 + (amount % most) }, (_, i) => {
    const drawn = view.getUint16(2 + 2 * i)
    return Math.floor(drawn / KNOWN_IN) % (drawn % KNOWN_IN === 0 ? KNOWN_NAMES : candidates)
  })
  return [...new Set(names)].sort((a, b) => a - b)
}
