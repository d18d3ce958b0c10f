/** What arithmetic says of a tally without opening a ballot. It cannot prove a tally, only show one that no ballots could give. */
import type { Definition } from './definition.ts'
import { ballotsIn, type Tally } from './tally.ts'

/**
 * The first thing in a device's tally that ballots under the definition's rules could not add up to.
 *
 * - Each ballot of a style counts once, valid or blank, in each of its contests: a contest of all styles has as many ballots as were cast, one
 *   of no style none, and contests of the same styles equally many.
 * - A valid vote in a contest names 1 to `choices` options, each once.
 * @param casts ballots cast on the device
 */
export function findTallyProblem(definition: Definition, tally: Tally, casts: number): string | undefined {
  const seen = new Map<string, { readonly contest: string; readonly ballots: number }>()
  for (const [i, contest] of definition.contests.entries()) {
    const counts = tally[i]
    if (counts === undefined) return `contest ${contest.id} is missing`
    const styles = definition.styles.filter((style) => style.contests.includes(contest.id))
    const ballots = ballotsIn(counts)
    if (ballots > casts || (styles.length === definition.styles.length && ballots !== casts)) {
      return `contest ${contest.id} counts ${ballots} ballots but ${casts} were cast`
    }
    if (styles.length === 0 && ballots !== 0)
      return `contest ${contest.id} is on no ballot but counts ${ballots}`
    const key = styles.map(({ id }) => id).join(' ')
    const twin = seen.get(key)
    if (twin !== undefined && twin.ballots !== ballots) {
      return `contests ${twin.contest} and ${contest.id} are on the same ballots but count ${twin.ballots} and ${ballots}`
    }
    seen.set(key, { contest: contest.id, ballots })
    const chosen = counts.options.reduce((sum, count) => sum + count, 0)
    if (counts.options.some((count) => count > counts.valid)) {
      return `an option of contest ${contest.id} has more votes than there are valid ballots`
    }
    if (chosen < counts.valid || chosen > counts.valid * contest.choices) {
      return `${chosen} choices in contest ${contest.id} do not fit ${counts.valid} valid ballots`
    }
  }
  return undefined
}
