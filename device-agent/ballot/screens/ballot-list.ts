/** The voter's choices as rows of a screen, laid out for the fullest ballot so that no row moves when another comes or goes. */
import { type Ballot, type Option, optionsOf } from '../../../core/election/ballot.ts'
import type { Contest } from '../../../core/election/definition.ts'
import { persianDigits } from '../../../core/text/persian.ts'
import { type BallotRow, ballotRows } from '../../../ui/ballot-rows.ts'
import type { Rect } from '../../../ui/screen.ts'
import { nameIn, type OfficerLanguage, stringsIn } from '../../../ui/strings.ts'
import { SCREEN } from '../../../ui/tokens.ts'
import { commonSize, type Draft, shownName, words } from './parts.ts'

/** Between columns: wide, so that nobody reads across. */
const COLUMN_GAP = 36
const ROW_GAP = 8

/** Rows of the ballot; contests are titled only where there are several. */
function shownRows(contests: readonly Contest[], ballot: Ballot): readonly BallotRow[] {
  return ballotRows(contests, ballot).filter(({ is }) => contests.length > 1 || is !== 'contest')
}

/** The most rows that a ballot of these contests can have. */
function mostRows(contests: readonly Contest[]): number {
  const titles = contests.length > 1 ? contests.length : 0
  return contests.reduce((rows, { choices }) => rows + choices, titles)
}

/** Places for `count` things in an area: column after column, in as few columns as leave `wanted` pixels of height. */
export function cells(area: Rect, count: number, wanted: number): readonly Rect[] {
  const most = Math.max(1, Math.floor(area.height / wanted))
  const columns = Math.min(4, Math.ceil(count / most))
  const rows = Math.ceil(count / columns)
  const width = Math.floor((area.width - (columns - 1) * COLUMN_GAP) / columns)
  const height = Math.floor((area.height - (rows - 1) * ROW_GAP) / rows)
  return Array.from({ length: count }, (_, i) => ({
    x: area.x + Math.floor(i / rows) * (width + COLUMN_GAP),
    y: area.y + (i % rows) * (height + ROW_GAP),
    width,
    height,
  }))
}

/** The whole ballot to read before printing or beside the slip. */
export function ballotList(
  language: OfficerLanguage,
  contests: readonly Contest[],
  ballot: Ballot,
  area: Rect,
): readonly Draft[] {
  const places = cells(area, mostRows(contests), 110)
  return shownRows(contests, ballot).flatMap((row, i): readonly Draft[] => {
    const rect = places[i]
    if (rect === undefined) throw new Error('a ballot with more rows than its contests allow')
    if (row.is === 'option') return optionRow(language, contests, row.option, rect)
    if (row.is === 'contest') {
      const title = nameIn(language, row.contest.title)
      return [shownName(`contest-${row.contest.id}`, 'text', title, rect, commonSize([title.text], rect))]
    }
    return [words(`blank-${row.contest.id}`, 'list-item', stringsIn(language).blankVote, rect, 'large')]
  })
}

/** Code in Persian digits, Latin ones below it, and the name beside them in the size that holds every name of the contests. */
export function optionRow(
  language: OfficerLanguage,
  contests: readonly Contest[],
  option: Option,
  rect: Rect,
): readonly Draft[] {
  const { code, name } = option
  const roomy = rect.height >= 122
  const upper = Math.floor(rect.height * (roomy ? 0.6 : 0.54))
  const codeWidth = (roomy ? 40 : 28) * code.length
  const column = { x: rect.x, width: codeWidth }
  const persian = { ...column, y: rect.y, height: upper }
  const latin = { ...column, y: rect.y + upper, height: rect.height - upper }
  const left = rect.x + codeWidth + SCREEN.gap
  const nameRect = { x: left, y: rect.y, width: rect.x + rect.width - left, height: rect.height }
  const names = contests.flatMap((contest) =>
    optionsOf(contest).map((other) => nameIn(language, other.name).text),
  )
  return [
    words(`code-${code}`, 'list-item', persianDigits(code), persian, roomy ? 'large' : 'normal'),
    words(`latin-${code}`, 'text', code, latin, roomy ? 'normal' : 'small'),
    shownName(`name-${code}`, 'list-item', nameIn(language, name), nameRect, commonSize(names, nameRect)),
  ]
}
