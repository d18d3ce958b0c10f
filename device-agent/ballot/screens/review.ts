/** Reading the vote once more: on the screen before printing, and beside the slip behind the glass. */
import { namesChosen } from '../../../ui/ballot-rows.ts'
import type { Rect } from '../../../ui/screen.ts'
import { stringsIn } from '../../../ui/strings.ts'
import type { Session } from '../session/session.ts'
import { ballotList } from './ballot-list.ts'
import { BODY_TOP, button, type Draft, END_BUTTON, LEFT, START_BUTTON, WIDTH, words } from './parts.ts'
import type { ViewOf } from './view.ts'

const HEADING: Rect = { x: LEFT, y: BODY_TOP, width: WIDTH, height: 80 }
const LIST: Rect = { x: LEFT, y: 310, width: WIDTH, height: 1290 }
const HINT: Rect = { x: LEFT, y: 1606, width: WIDTH, height: 98 }

/**
 * The vote and what is missing from it. `finish` lies where neither `review` lay before nor `accept` comes after: a hand that
 * taps twice goes nowhere by surprise.
 */
export function reviewingDrafts(view: ViewOf<Session & { is: 'reviewing' }>): readonly Draft[] {
  const { state, contests, language } = view
  const { voter } = stringsIn(language)
  const chosen = contests.reduce((sum, contest, i) => sum + namesChosen(contest, state.ballot, i), 0)
  const allowed = contests.reduce((sum, { choices }) => sum + choices, 0)
  const count = `${voter.chosenOf(chosen, allowed)}.`
  const missing =
    chosen === 0 ? voter.blankWhole : chosen < allowed ? `${count} ${voter.missing(allowed - chosen)}` : count
  const hint = state.finishPressed ? voter.finishAgain : voter.finishFirst
  return [
    words('heading', 'heading', voter.reviewing, HEADING, 'large'),
    words('missing', 'status', missing, { x: LEFT, y: 190, width: WIDTH, height: 110 }),
    ...ballotList(language, contests, state.ballot, LIST),
    words('hint', 'status', hint, HINT, 'large'),
    button('finish', voter.finish, START_BUTTON, 'primary'),
    button('back', voter.back, END_BUTTON, 'plain'),
  ]
}

/** What the slip must say. The two answers lie at the two edges. */
export function comparingDrafts(view: ViewOf<Session & { is: 'comparing' }>): readonly Draft[] {
  const { state, contests, language } = view
  const { voter } = stringsIn(language)
  return [
    words('heading', 'heading', voter.comparing, HEADING, 'large'),
    words('hint', 'text', voter.comparingHint, { x: LEFT, y: 190, width: WIDTH, height: 110 }),
    ...ballotList(language, contests, state.ballot, LIST),
    button('reject', voter.reject, { ...START_BUTTON, width: 360 }, 'danger'),
    button('accept', voter.accept, END_BUTTON, 'primary'),
  ]
}
