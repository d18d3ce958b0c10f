/** Weakened builds of a voter's session and its screens, by exact lines of the program: see `weakenings.ts`. */
import type { Replacement } from './weakenings.ts'

const SESSION = 'device-agent/ballot/session/session.ts'
const ROWS = 'ui/voter-screens/rows.ts'
const REVIEW = 'ui/voter-screens/review.ts'

/** What stood on the review when the voter went back is what is printed, whatever they changed. */
export const printsWhatWasBefore: readonly Replacement[] = [
  {
    file: SESSION,
    line: "const IDLE: Session = { is: 'idle' }",
    by: "const IDLE: Session = { is: 'idle' }\nlet before: Ballot | undefined",
  },
  {
    file: SESSION,
    line: "if (press.id === 'back') return to(choosing(state), START_INACTIVITY)",
    by: "if (press.id === 'back') before = state.ballot\n  if (press.id === 'back') return to(choosing(state), START_INACTIVITY)",
  },
  {
    file: SESSION,
    line: 'return printSlip(state.ballot, STOP_TIMER)',
    by: 'return printSlip(before ?? state.ballot, STOP_TIMER)',
  },
]

/** A review that was drawn once is drawn so again. */
export const drawsReviewOnce: readonly Replacement[] = [
  {
    file: ROWS,
    line: 'return shownRows(setting, ballot).map((row): Block => {',
    by: "return setting.once('drawn', () => shownRows(setting, ballot)).map((row): Block => {",
  },
]

/** The key that removes a choice takes it off the keypad screen, and not off the ballot. */
export const removesFromScreenOnly: readonly Replacement[] = [
  {
    file: 'ui/voter-screens/choosing.ts',
    line: "row.is === 'option' ? [row.option] : [],",
    by: "row.is === 'option' && !removed.has(row.option.code) ? [row.option] : [],",
  },
  {
    file: 'ui/voter-screens/choosing.ts',
    line: 'const MOST_NAME_LINES = 2',
    by: 'const MOST_NAME_LINES = 2\nexport const removed = new Set<string>()',
  },
  {
    file: 'device-agent/ballot/session/choosing.ts',
    line: 'return withoutCode(rules, state, removed)',
    by: 'return removedHere.add(removed), choosing(state)',
  },
  {
    file: 'device-agent/ballot/session/choosing.ts',
    line: "import { MOST_TYPED, type Page } from '../../../ui/voter-screens/view.ts'",
    by: "import { MOST_TYPED, type Page } from '../../../ui/voter-screens/view.ts'\nimport { removed as removedHere } from '../../../ui/voter-screens/choosing.ts'",
  },
]

/** The review counts what is chosen and leaves it to the voter what is missing. */
export const countsOnly: readonly Replacement[] = [
  {
    file: REVIEW,
    line: 'return chosen === allowed ? count :',
    by: 'return allowed > 0 ? count :',
  },
]

/** A contest in which nothing is chosen has no row on the review. */
export const passesOverBlank: readonly Replacement[] = [
  {
    file: 'ui/ballot-rows.ts',
    line: "...(rows.length > 0 ? rows : [{ is: 'blank', contest } as const])",
    by: '...rows',
  },
]

/** A vote can be finished from the first page of its review. */
export const finishesUnread: readonly Replacement[] = [
  {
    file: 'ui/voter-screens/view.ts',
    line: 'return seenWith(seen, page) >= page.total',
    by: 'return seenWith(seen, page) >= 0',
  },
]
