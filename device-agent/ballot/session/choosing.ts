/** What the keys of choosing, of a list's members and of the search do to a voter's ballot: digits and names become choices. Pure. */
import { addChoice, type Ballot, optionByCode } from '../../../core/election/ballot.ts'
import type { Contest } from '../../../core/election/definition.ts'
import { MOST_TYPED, type Page } from '../../../ui/voter-screens/view.ts'
import type { Made, Notice, Session, SessionRules } from './session.ts'

type Making = Extract<Session, { readonly is: 'choosing' | 'members' | 'finding' }>

/** A ballot on which nothing is chosen. */
export function blank(contests: readonly Contest[]): Made {
  return { ballot: contests.map(() => []), repeated: [] }
}

/** The keypad with a ballot: nobody asked whether they are still there. */
export function choosing({ ballot, repeated }: Made, entry = '', notice?: Notice): Session {
  return { is: 'choosing', ballot, repeated, entry, first: 0, alert: false, ...(notice && { notice }) }
}

/** The review of a ballot, from its beginning. */
export function reviewing({ ballot, repeated }: Made): Session {
  return { is: 'reviewing', ballot, repeated, finishPressed: false, first: 0, seen: 0, alert: false }
}

/** Another page of a list, or nothing if there is none. */
export function turnedTo(id: string, page: Page): number | undefined {
  if (id === 'page-next' && page.end < page.total) return page.end
  return id === 'page-previous' && page.first > 0 ? page.previous : undefined
}

/** The session after a key of one of these screens; the same session where the key means nothing now. */
export function pressWhileMaking(rules: SessionRules, state: Making, id: string, page: Page): Session {
  if (id === 'still-here') return { ...state, alert: false }
  const first = turnedTo(id, page)
  if (first !== undefined) return { ...state, first, alert: false }
  const removed = /^remove-([0-9]+)$/.exec(id)?.[1]
  if (removed !== undefined && state.is !== 'finding') return withoutCode(rules, state, removed)
  switch (state.is) {
    case 'choosing':
      return pressWhileChoosing(rules, state, id)
    case 'members': {
      const { contest, position } = state
      return id === 'go-on' ? choosing(state, '', { is: 'added', contest, position }) : state
    }
    case 'finding':
      return pressWhileFinding(rules, state, id)
  }
}

function pressWhileChoosing(
  rules: SessionRules,
  state: Making & { readonly is: 'choosing' },
  id: string,
): Session {
  const { ballot, repeated, entry } = state
  const digit = /^digit-([0-9])$/.exec(id)?.[1]
  if (digit !== undefined) {
    const typed = entry + digit
    return typed.length < rules.codeLength ? choosing(state, typed) : withCode(rules, state, typed)
  }
  switch (id) {
    case 'correct':
      return choosing(state, entry.slice(0, -1))
    case 'blank':
      return entry === '' ? reviewing(blank(rules.contests)) : state
    case 'review':
      return entry === '' ? reviewing(state) : state
    case 'find':
      return { is: 'finding', ballot, repeated, entry, query: '', first: 0, alert: false }
    default:
      return state
  }
}

function pressWhileFinding(
  rules: SessionRules,
  state: Making & { readonly is: 'finding' },
  id: string,
): Session {
  const { query } = state
  const search = (typed: string): Session => ({ ...state, query: typed, first: 0, alert: false })
  const letter = /^letter-(\p{L})$/u.exec(id)?.[1]
  if (letter !== undefined) return query.length < MOST_TYPED ? search(query + letter) : state
  const picked = /^pick-([0-9]+)$/.exec(id)?.[1]
  if (picked !== undefined) return withCode(rules, state, picked)
  switch (id) {
    case 'letter-space':
      return query === '' || query.endsWith(' ') || query.length >= MOST_TYPED ? state : search(`${query} `)
    case 'erase':
      return query === '' ? state : search(query.slice(0, -1))
    case 'close-find':
      return choosing(state, state.entry)
    default:
      return state
  }
}

/** The contest and option a code belongs to among the contests of a style. */
function findCode(contests: readonly Contest[], code: string) {
  for (const [index, contest] of contests.entries()) {
    const option = optionByCode(contest, code)
    if (option !== undefined) return { index, contest, option }
  }
  return undefined
}

/** A code that cannot be added changes nothing and is explained; one that is chosen already is named again on the review. */
function withCode(rules: SessionRules, { ballot, repeated }: Made, code: string): Session {
  const found = findCode(rules.contests, code)
  if (found === undefined) {
    return choosing({ ballot, repeated }, '', { is: 'problem', problem: { is: 'unknown-code' } })
  }
  const { index, contest, option } = found
  const added = addChoice(contest, ballot[index] ?? [], code)
  if (!added.ok) {
    const again = added.error.is === 'already-chosen' && !repeated.includes(code)
    const made = { ballot, repeated: again ? [...repeated, code] : repeated }
    return choosing(made, '', { is: 'problem', problem: added.error })
  }
  const wider = ballot.map((choice, i) => (i === index ? added.value : choice))
  const what = { contest: index, position: option.position }
  if (option.kind === 'candidate') return choosing({ ballot: wider, repeated }, '', { is: 'added', ...what })
  return { is: 'members', ballot: wider, repeated, ...what, first: 0, alert: false }
}

function withoutCode(rules: SessionRules, { ballot, repeated }: Made, code: string): Session {
  const found = findCode(rules.contests, code)
  if (found === undefined) throw new Error('a key that removes what there is not')
  const { index, option } = found
  const narrower = ballot.map((choice, i): Ballot[number] =>
    i === index ? choice.filter((position) => position !== option.position) : choice,
  )
  return choosing({ ballot: narrower, repeated: repeated.filter((other) => other !== code) }, '', {
    is: 'removed',
    contest: index,
    position: option.position,
  })
}
