/** Typing codes: what was just added or went wrong, the code being typed, what is chosen so far, the keypad. */
import { optionsOf } from '../../../core/election/ballot.ts'
import type { Contest } from '../../../core/election/definition.ts'
import { persianDigits } from '../../../core/text/persian.ts'
import { ballotRows, namesChosen } from '../../../ui/ballot-rows.ts'
import type { Rect } from '../../../ui/screen.ts'
import { nameIn, type Strings, stringsIn } from '../../../ui/strings.ts'
import type { Notice, Session } from '../session/session.ts'
import { cells, optionRow } from './ballot-list.ts'
import {
  BODY_TOP,
  besideZero,
  button,
  type Draft,
  digitKeys,
  END_BUTTON,
  fits,
  LEFT,
  shownName,
  WIDTH,
  words,
} from './parts.ts'
import type { ViewOf } from './view.ts'

type View = ViewOf<Session & { is: 'choosing' }>

const NOTICE: Rect = { x: LEFT, y: 246, width: WIDTH, height: 228 }
const CHOSEN: Rect = { x: LEFT, y: 606, width: WIDTH, height: 462 }

/** The keypad screen. A blank vote can be asked for only while nothing is chosen, so that one touch undoes no work. */
export function choosingDrafts(view: View): readonly Draft[] {
  const { state, contests, language } = view
  const { voter } = stringsIn(language)
  const chosen = contests.reduce((sum, contest, i) => sum + namesChosen(contest, state.ballot, i), 0)
  const allowed = contests.reduce((sum, { choices }) => sum + choices, 0)
  const withLists = contests.some(({ lists }) => lists.length > 0)
  const nothing = state.ballot.every((choice) => choice.length === 0)
  return [
    words(
      'heading',
      'heading',
      withLists ? voter.choosingWithLists : voter.choosing,
      { x: LEFT, y: BODY_TOP, width: WIDTH, height: 80 },
      'large',
    ),
    words('count', 'status', voter.chosenOf(chosen, allowed), {
      x: LEFT,
      y: 188,
      width: WIDTH,
      height: 52,
    }),
    ...noticeDrafts(view),
    ...entryDrafts(view),
    ...chosenDrafts(view),
    ...digitKeys(language, voter.correct),
    blankKey(voter.blank, nothing && state.entry === ''),
    button('review', voter.review, END_BUTTON, 'primary', state.entry === ''),
  ]
}

function noticeDrafts({ state, contests, language }: View): readonly Draft[] {
  const { voter } = stringsIn(language)
  const { notice } = state
  if (notice?.is !== 'added') {
    const text = notice === undefined ? '' : noticeText(voter, notice)
    if (text === '') return []
    const { element, turns } = words('notice', 'status', text, NOTICE, 'large')
    return [{ element: { ...element, emphasis: 'danger' }, turns }]
  }
  const option = optionsOf(contestAt(contests, notice.contest))[notice.position]
  if (option === undefined) throw new Error('a notice of an option that does not exist')
  const label = { ...NOTICE, height: 50 }
  const row = { ...NOTICE, y: NOTICE.y + 52, height: NOTICE.height - 52 }
  return [
    words('notice', 'status', voter.added, label),
    ...optionRow(language, contests, option, row).map(
      ({ element, turns }): Draft => ({ element: { ...element, id: `added-${element.id}` }, turns }),
    ),
  ]
}

function noticeText(voter: Strings['voter'], notice: Exclude<Notice, { is: 'added' }>): string {
  if (notice.is === 'slip-cancelled') return voter.slipCancelled
  const { problem } = notice
  return problem.is === 'too-many' ? voter.problem['too-many'](problem.allowed) : voter.problem[problem.is]
}

/** The digits typed so far, a line for each that is still to come; Latin digits beside. */
function entryDrafts({ state, contests, language }: View): readonly Draft[] {
  const { voter } = stringsIn(language)
  const length = contestAt(contests, 0).candidates[0]?.code.length ?? 0
  const places = persianDigits([...state.entry.padEnd(length, '_')].join(' '))
  const row = (x: number, width: number): Rect => ({ x: LEFT + x, y: 480, width, height: 126 })
  // Spaced digits are words of their own: in a line that runs right to left they would stand in the wrong order.
  const entry: Draft['element'] = {
    ...words('entry', 'status', places, row(272, 480), 'huge').element,
    direction: 'ltr',
  }
  const latin = words('entry-latin', 'text', state.entry, row(792, WIDTH - 792), 'large')
  return [
    words('entry-label', 'text', voter.entry, row(0, 260)),
    { element: entry, turns: true },
    ...(state.entry === '' ? [] : [latin]),
  ]
}

/** A blank vote beside the zero, where a hand that is about to review does not come by. */
function blankKey(name: string, enabled: boolean): Draft {
  return { ...button('blank', name, besideZero(), 'plain', enabled), turns: false }
}

/** Each chosen option with a key that removes it. */
function chosenDrafts({ state, contests, language }: View): readonly Draft[] {
  const most = contests.reduce((sum, { choices }) => sum + choices, 0)
  const places = cells(CHOSEN, most, 58)
  const options = ballotRows(contests, state.ballot).flatMap((row) =>
    row.is === 'option' ? [row.option] : [],
  )
  return options.flatMap(({ code, name }, i): readonly Draft[] => {
    const rect = places[i]
    if (rect === undefined) throw new Error('more chosen than the contests allow')
    const removeWidth = Math.min(150, Math.max(124, Math.floor(rect.width / 3)))
    const left = { ...rect, width: rect.width - removeWidth - 8 }
    const right = { ...rect, x: rect.x + rect.width - removeWidth, width: removeWidth }
    const shown = nameIn(language, name)
    // Where many may be chosen there is room for codes alone; names stand on the review and were shown when added.
    const codes = `${persianDigits(code)} (${code})`
    const narrow = left.width < 280
    const text = narrow
      ? fits(codes, left, 'small')
        ? codes
        : persianDigits(code)
      : `${codes}  ${shown.text}`
    return [
      shownName(`chosen-${code}`, 'list-item', { ...shown, text }, left, 'small'),
      button(`remove-${code}`, stringsIn(language).voter.remove, right, 'danger', true, 'small'),
    ]
  })
}

function contestAt(contests: readonly Contest[], index: number): Contest {
  const contest = contests[index]
  if (contest === undefined) throw new Error(`the ballot style has no contest ${index}`)
  return contest
}
