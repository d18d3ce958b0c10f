/** A ballot as lines to read. Screen and slip take theirs from here, so that both say the same. */
import { type Ballot, type Option, optionsOf } from '../core/election/ballot.ts'
import type { Contest } from '../core/election/definition.ts'

export type BallotRow =
  | { readonly is: 'contest'; readonly contest: Contest }
  | { readonly is: 'option'; readonly contest: Contest; readonly option: Option }
  /** Nothing is chosen in the contest above. */
  | { readonly is: 'blank'; readonly contest: Contest }

/** For each contest its title, then what was chosen in package order, or that it is blank. */
export function ballotRows(contests: readonly Contest[], ballot: Ballot): readonly BallotRow[] {
  return contests.flatMap((contest, index): BallotRow[] => {
    const choice = ballot[index] ?? []
    const chosen = optionsOf(contest).filter(({ position }) => choice.includes(position))
    const rows = chosen.map((option): BallotRow => ({ is: 'option', contest, option }))
    return [{ is: 'contest', contest }, ...(rows.length > 0 ? rows : [{ is: 'blank', contest } as const])]
  })
}

/** Names that a choice fills, members of a chosen list included: the number that `contest.choices` limits. */
export function namesChosen(contest: Contest, ballot: Ballot, index: number): number {
  const choice = ballot[index] ?? []
  const lists = contest.lists.filter((_, i) => choice.includes(contest.candidates.length + i))
  const members = contest.candidates.filter(({ list }) => lists.some(({ code }) => code === list))
  return choice.filter((position) => position < contest.candidates.length).length + members.length
}
