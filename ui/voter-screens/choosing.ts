/** Typing codes: what was just added or went wrong, what is chosen so far, the code being typed, the keypad. */
import { type Option, optionsOf } from '../../core/election/ballot.ts'
import { persianDigits } from '../../core/text/persian.ts'
import { ballotRows, namesChosen } from '../ballot-rows.ts'
import {
  BOTTOM,
  BUTTON_HEIGHT,
  type Draft,
  digitKeys,
  KEYPAD_TOP,
  key,
  keyPlace,
  LEFT,
  type Piece,
  placed,
  WIDTH,
} from '../drafts.ts'
import { digitsIn, nameIn } from '../strings.ts'
import { SCREEN } from '../tokens.ts'
import { voterText } from '../voter-texts.ts'
import { addedBlocks } from './added.ts'
import { type Block, blockOf, blocksOf, keyRow, paged, pagesOf, type Room } from './flow.ts'
import { head } from './frame.ts'
import { namePiece, namesOf } from './rows.ts'
import {
  codeLength,
  digits,
  heightOf,
  lineOf,
  mostLines,
  type Setting,
  sized,
  sizeFor,
  widestCode,
  widthFor,
} from './setting.ts'
import type { Page, StateOf } from './view.ts'

type Choosing = StateOf<'choosing'>

/** How a notice is set: as one thing, as one thing in the smallest text, over several pages. */
type NoticeForm = 'whole' | 'whole in small' | 'apart'

/** Under the keypad. */
const BAR_HEIGHT = 160
/** Where names take more lines, the list of what is chosen shows codes alone; names stand on the review. */
const MOST_NAME_LINES = 2
/** A notice is set as large as it can be within this height. */
const MOST_NOTICE = 500
/** What the line of the code being typed has beside the code. */
const COUNT_WIDTH = 260
/** At least so much between the code being typed and the same in Latin digits, so that nobody reads them as one number. */
const LATIN_GAP = 36

/** The keypad screen. A blank vote can be asked for only while nothing is chosen, so that one touch undoes no work. */
export function choosing(
  setting: Setting,
  state: Choosing,
  top: number,
): { readonly drafts: readonly Draft[]; readonly page: Page } {
  const { texts } = setting
  const count = countPiece(setting, state)
  const entry = entryLine(setting, state, count)
  const around = head(setting, top, headingOf(setting, state))
  const list = body(setting, state, entry.hasCount ? [] : [blockOf(setting, count)], {
    top: around.edge,
    bottom: entry.top,
  })
  return {
    drafts: [
      ...around.drafts,
      ...list.drafts,
      ...(list.bottom === KEYPAD_TOP ? [] : entry.drafts),
      ...keypadKeys(setting),
      ...keyRow(
        setting,
        [
          key('find', texts.find, 'plain', 'large'),
          key('review', texts.review, 'primary', 'large', state.entry === ''),
        ],
        BAR_HEIGHT,
      ).draw(BOTTOM - BAR_HEIGHT),
    ],
    page: list.page,
  }
}

function headingOf({ texts, contests }: Setting, { entry, notice }: Choosing): string {
  if (entry !== '') return texts.entry
  if (notice?.is === 'added') return texts.added
  return contests.some(({ lists }) => lists.length > 0) ? texts['choosing-with-lists'] : texts.choosing
}

/**
 * What was just added or went wrong, then what is chosen. Where the largest text leaves too little room, the line in which nothing is typed
 * yet gives way to the notice; only one that has no room even then is taken apart.
 */
function body(setting: Setting, state: Choosing, count: readonly Block[], { top, bottom: entryTop }: Room) {
  const chosen = [...count, ...blankBlocks(setting, state), ...chosenBlocks(setting, state)]
  const bottoms = state.entry === '' && state.notice !== undefined ? [entryTop, KEYPAD_TOP] : [entryTop]
  const inForms = (...forms: readonly NoticeForm[]) =>
    bottoms.flatMap((bottom) =>
      forms.map((form) => ({ bottom, blocks: [...noticeBlocks(setting, state, form), ...chosen] })),
    )
  const tries = [...inForms('whole', 'whole in small'), ...inForms('apart')]
  const room = (bottom: number) => ({ top, bottom: bottom - SCREEN.gap })
  const found =
    tries.find(({ bottom, blocks }) => pagesOf(setting, room(bottom), blocks) !== undefined) ?? tries.at(-1)
  if (found === undefined) throw new Error('a body that nothing was tried for')
  return { ...paged(setting, room(found.bottom), found.blocks, state.first), bottom: found.bottom }
}

function noticeBlocks(setting: Setting, { notice }: Choosing, form: NoticeForm): readonly Block[] {
  if (notice === undefined) return []
  if (notice.is === 'added') {
    const contest = setting.contests[notice.contest]
    if (contest === undefined) throw new Error('a notice of a contest that does not exist')
    return addedBlocks(setting, contest, notice.position, form !== 'apart')
  }
  const piece: Piece = {
    id: 'notice',
    role: 'status',
    name: noticeText(setting, notice),
    size: 'large',
    press: false,
    emphasis: notice.is === 'removed' ? 'plain' : 'danger',
  }
  const small: Piece = { ...piece, size: 'small' }
  if (form === 'apart') return blocksOf(setting, small)
  const size = form === 'whole' ? sizeFor(setting, piece, { width: WIDTH, height: MOST_NOTICE }) : undefined
  return [blockOf(setting, size === undefined ? small : { ...piece, size })]
}

function noticeText(
  setting: Setting,
  notice: Exclude<NonNullable<Choosing['notice']>, { readonly is: 'added' }>,
): string {
  const { texts } = setting
  if (notice.is === 'slip-cancelled') return texts['slip-cancelled']
  if (notice.is === 'removed') {
    const contest = setting.contests[notice.contest]
    const option = contest && optionsOf(contest)[notice.position]
    if (option === undefined) throw new Error('a notice of an option that does not exist')
    return voterText(texts, 'removed', { name: nameIn(setting.language, option.name).text })
  }
  const { is, allowed } = notice.problem
  if (is === 'too-many')
    return voterText(texts, 'problem-too-many', { allowed: digits(setting, allowed ?? 0) })
  return voterText(texts, `problem-${is}`)
}

/** A blank vote, away from the keys that a hand comes by. */
function blankBlocks(setting: Setting, { ballot, entry }: Choosing): readonly Block[] {
  if (ballot.some((choice) => choice.length > 0)) return []
  const piece = key('blank', setting.texts.blank, 'plain', 'normal', entry === '')
  return [blockOf(setting, piece)]
}

/** Each chosen option behind the key that removes it, where no other name begins; side by side where the text is small enough. */
function chosenBlocks(setting: Setting, state: Choosing): readonly Block[] {
  const options = ballotRows(setting.contests, state.ballot).flatMap((row) =>
    row.is === 'option' ? [row.option] : [],
  )
  const columns = setting.level <= 2 ? 2 : 1
  const width = Math.floor((WIDTH - (columns - 1) * 2 * SCREEN.gap) / columns)
  const remove = key('remove', setting.texts.remove, 'danger', 'small')
  const removeWidth = widthFor(setting, remove)
  const textWidth = width - removeWidth - SCREEN.gap
  const { textHeight: most, withNames } = setting.once('chosen', () => chosenForm(setting, textWidth))
  const height = Math.max(BUTTON_HEIGHT, most, heightOf(setting, remove, removeWidth))
  const rows = Math.ceil(options.length / columns)
  return Array.from({ length: rows }, (_, row): Block => {
    const inRow = options.slice(row * columns, (row + 1) * columns)
    return {
      height,
      things: inRow.length,
      draw: (y) =>
        inRow.flatMap((option, column) => {
          const x = LEFT + column * (width + 2 * SCREEN.gap)
          const piece = chosenPiece(setting, option, withNames)
          const textHeight = heightOf(setting, piece, textWidth)
          return [
            placed({ ...remove, id: `remove-${option.code}` }, { x, y, width: removeWidth, height }),
            placed(piece, {
              x: x + removeWidth + SCREEN.gap,
              y: y + Math.floor((height - textHeight) / 2),
              width: textWidth,
              height: textHeight,
            }),
          ]
        }),
    }
  })
}

/** One form for all names of the package, so that no row is higher than another. */
function chosenForm(setting: Setting, width: number) {
  const shownIn = (withName: boolean) => (code: string) =>
    chosenPiece(setting, { code, name: { fa: '' } }, withName)
  const widest = widestCode(setting, codeLength(setting), shownIn(false))
  const named = shownIn(true)(widest)
  const codeWidth = widthFor(setting, { ...named, name: `${named.name} ` })
  // Behind the code, the first line has less room than the others.
  const lines = mostLines(setting, named, namesOf(setting), width - codeWidth)
  const withNames = lines <= MOST_NAME_LINES
  const textHeight = withNames
    ? lines * lineOf(setting, 'small')
    : heightOf(setting, shownIn(false)(widest), width)
  return { withNames, textHeight }
}

function chosenPiece(
  setting: Setting,
  { code, name }: Pick<Option, 'code' | 'name'>,
  withName: boolean,
): Piece {
  const shown = nameIn(setting.language, name)
  const text = withName
    ? `${digitsIn(shown.language, code)} ${shown.text}`.trim()
    : `${persianDigits(code)} (${code})`
  return namePiece(`chosen-${code}`, { ...shown, text }, 'small')
}

function countPiece(setting: Setting, { ballot }: Choosing): Piece {
  const { contests, texts } = setting
  const chosen = contests.reduce((sum, contest, i) => sum + namesChosen(contest, ballot, i), 0)
  const allowed = contests.reduce((sum, { choices }) => sum + choices, 0)
  const numbers = { chosen: digits(setting, chosen), allowed: digits(setting, allowed) }
  return {
    id: 'count',
    role: 'status',
    name: voterText(texts, 'chosen-of', numbers),
    size: 'small',
    press: false,
  }
}

/** How many are chosen, if there is room; the digits typed so far, a line for each that is still to come; Latin digits beside. */
function entryLine(setting: Setting, { entry }: Choosing, count: Piece) {
  const length = codeLength(setting)
  const spaced = (code: string) => persianDigits([...code].join(' '))
  const codePiece = (name: string): Piece => {
    // Spaced digits are words of their own: in a line that runs right to left they would stand in the wrong order.
    return { id: 'entry', role: 'status', name, size: 'huge', press: false, language: 'fa', direction: 'ltr' }
  }
  const entryIn = (code: string) => codePiece(spaced(code))
  const latin = (name: string): Piece => {
    return { id: 'entry-latin', role: 'text', name, size: 'large', press: false }
  }
  const height = lineOf(setting, 'huge')
  const top = KEYPAD_TOP - SCREEN.gap - height
  const hasCount = sizeFor(setting, count, { width: COUNT_WIDTH, height }, ['small']) !== undefined
  const x = hasCount ? LEFT + COUNT_WIDTH + SCREEN.gap : LEFT
  const latinWidth = widthFor(setting, latin(widestCode(setting, length, latin)))
  const latinX = LEFT + WIDTH - latinWidth
  const place = { width: latinX - LATIN_GAP - x, height }
  const widest = sized(setting, entryIn(widestCode(setting, length, entryIn)), place, [
    'huge',
    'large',
    'normal',
    'small',
  ])
  const widths = [widest.name, spaced('_'.repeat(length))].map((name) =>
    widthFor(setting, { ...widest, name }),
  )
  const width = Math.min(place.width, Math.max(...widths))
  const line = (piece: Piece, from: number, within: number): Draft => {
    const own = heightOf(setting, piece, within)
    return placed(piece, { x: from, y: top + Math.floor((height - own) / 2), width: within, height: own })
  }
  return {
    top,
    hasCount,
    drafts: [
      ...(hasCount ? [line(count, LEFT, COUNT_WIDTH)] : []),
      line(
        { ...widest, name: spaced(entry.padEnd(length, '_')) },
        x + Math.floor((place.width - width) / 2),
        width,
      ),
      ...(entry === '' ? [] : [line(latin(entry), latinX, latinWidth)]),
    ],
  }
}

function keypadKeys(setting: Setting): readonly Draft[] {
  const place = keyPlace()
  const shownIn = (code: string) => key('', digits(setting, code), 'plain', 'huge')
  const digit = sized(setting, shownIn(widestCode(setting, 1, shownIn)), place, ['huge', 'large', 'normal'])
  const correct = sized(setting, key('correct', setting.texts.correct, 'plain', 'large'), place)
  return digitKeys((shown) => digits(setting, shown), digit.size, correct)
}
