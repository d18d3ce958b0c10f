/** What the keys of the choosing screen do to a voter's ballot: digits become codes, codes become choices. Pure. */
import { addChoice, type Ballot, optionByCode } from '../../../core/election/ballot.ts'
import type { Contest } from '../../../core/election/definition.ts'
import type { Notice, Session, SessionRules } from './session.ts'

/** The keypad with a ballot: nothing typed, nobody asked whether they are still there. */
export function choosing(ballot: Ballot, entry = '', notice?: Notice): Session {
  return { is: 'choosing', ballot, entry, alert: false, ...(notice && { notice }) }
}

function reviewing(ballot: Ballot): Session {
  return { is: 'reviewing', ballot, finishPressed: false, alert: false }
}

/** The contest and option a code belongs to among the contests of a style. */
function findCode(contests: readonly Contest[], code: string) {
  for (const [index, contest] of contests.entries()) {
    const option = optionByCode(contest, code)
    if (option !== undefined) return { index, contest, option }
  }
  return undefined
}

/** The session after a key of the choosing screen; the same session where the key means nothing now. */
export function pressWhileChoosing(
  rules: SessionRules,
  state: Session & { is: 'choosing' },
  id: string,
): Session {
  const { ballot, entry } = state
  const digit = /^digit-([0-9])$/.exec(id)?.[1]
  if (digit !== undefined) {
    const typed = entry + digit
    return typed.length < rules.codeLength ? choosing(ballot, typed) : addCode(rules, ballot, typed)
  }
  const removed = /^remove-([0-9]+)$/.exec(id)?.[1]
  if (removed !== undefined) return choosing(removeCode(rules, ballot, removed))
  switch (id) {
    case 'correct':
      return choosing(ballot, entry.slice(0, -1))
    case 'blank':
      return reviewing(rules.contests.map(() => []))
    case 'review':
      return entry === '' ? reviewing(ballot) : state
    case 'still-here':
      return choosing(ballot, entry)
    default:
      return state
  }
}

function addCode(rules: SessionRules, ballot: Ballot, code: string): Session {
  const found = findCode(rules.contests, code)
  if (found === undefined) return choosing(ballot, '', { is: 'problem', problem: { is: 'unknown-code' } })
  const added = addChoice(found.contest, ballot[found.index] ?? [], code)
  if (!added.ok) return choosing(ballot, '', { is: 'problem', problem: added.error })
  const wider = ballot.map((choice, index) => (index === found.index ? added.value : choice))
  return choosing(wider, '', { is: 'added', contest: found.index, position: found.option.position })
}

function removeCode(rules: SessionRules, ballot: Ballot, code: string): Ballot {
  const found = findCode(rules.contests, code)
  return ballot.map((choice, index) =>
    index === found?.index ? choice.filter((position) => position !== found.option.position) : choice,
  )
}
