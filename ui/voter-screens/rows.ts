/** Choices as rows to read: name, code in Persian digits, the same in Latin ones, exactly as on the slip. All rows of a package are alike. */
import { type Ballot, type Option, optionsOf } from '../../core/election/ballot.ts'
import { persianDigits } from '../../core/text/persian.ts'
import { type BallotRow, ballotRows } from '../ballot-rows.ts'
import { type Draft, LEFT, type Piece, placed, WIDTH } from '../drafts.ts'
import type { Element } from '../screen.ts'
import { directionOf, nameIn, type Shown, tagOf } from '../strings.ts'
import { SCREEN, type TextSize } from '../tokens.ts'
import { type Block, blockOf } from './flow.ts'
import {
  byWidth,
  codeLength,
  heightOf,
  lineOf,
  mostLines,
  type Setting,
  type Texts,
  widestCode,
  widthFor,
} from './setting.ts'

/** Between name and codes: wide, so that nobody reads one for the other. */
const COLUMN_GAP = 24

/** How every row of one kind lies. */
interface RowForm {
  readonly name: TextSize
  readonly code: TextSize
  readonly latin: TextSize
  readonly width: number
  readonly nameWidth: number
  readonly codeWidth: number
  readonly latinWidth: number
  /** Codes stand beside the name, or below it where names are long. */
  readonly beside: boolean
  readonly height: number
}

/** What a row is there for: how its ids begin, and whether its name is news. */
export interface RowKind {
  readonly prefix: string
  readonly role: 'list-item' | 'status'
}
const LISTED: RowKind = { prefix: '', role: 'list-item' }

/** Sizes of a row, the best to read first. */
const SIZES: readonly Pick<RowForm, 'name' | 'code' | 'latin'>[] = [
  { name: 'large', code: 'large', latin: 'normal' },
  { name: 'normal', code: 'large', latin: 'normal' },
  { name: 'normal', code: 'normal', latin: 'small' },
  { name: 'small', code: 'normal', latin: 'small' },
]
/** Where rows go over several pages in any size. */
const USUAL = 1

/** Names of all options of the voter's contests as this language shows them. */
export function namesOf(setting: Setting): Texts {
  const { contests, language, measure } = setting
  return setting.onceInAnySize('names', () => {
    const names = contests.flatMap((contest) =>
      optionsOf(contest).map(({ name }) => nameIn(language, name).text),
    )
    return byWidth(measure, names, false)
  })
}

/** Measures the names before anybody chooses one. */
export function prepareRows(setting: Setting): void {
  longestWord(setting)
}

/** A name as an element, in the language it is really in. */
export function namePiece(
  id: string,
  { text, language }: Shown,
  size: TextSize,
  role: Exclude<Element['role'], 'button' | 'picture'> = 'list-item',
): Piece {
  return {
    id,
    role,
    name: text,
    size,
    press: false,
    language: tagOf(language),
    direction: directionOf(language),
  }
}

/** The form of rows of that width: the usual one. */
export function rowForm(setting: Setting, width = WIDTH): RowForm {
  return formIn(setting, width, USUAL)
}

/** The largest form of a single row of that width within a height, or else the usual one. */
export function largestForm(setting: Setting, width: number, height: number): RowForm {
  const large = formIn(setting, width, 0)
  return large.height <= height ? large : rowForm(setting, width)
}

/** The largest form in which `rows` rows have room in a height, or else the usual one. */
function formFor(setting: Setting, rows: number, height: number): RowForm {
  const forms = SIZES.map((_, i) => formIn(setting, WIDTH, i))
  const fitting = forms.find((form) => rows * (form.height + SCREEN.gap) - SCREEN.gap <= height)
  return fitting ?? rowForm(setting)
}

function formIn(setting: Setting, width: number, index: number): RowForm {
  return setting.once(`row ${width} ${index}`, () => {
    const sizes = SIZES[index]
    if (sizes === undefined) throw new Error('rows of no size')
    const widest = (shownIn: (code: string) => Piece) =>
      widthFor(setting, shownIn(widestCode(setting, codeLength(setting), shownIn)))
    const codeWidth = widest((code) => codePiece(code, sizes.code))
    const latinWidth = widest((code) => latinPiece(code, sizes.latin))
    const piece = namePiece('', { text: '', language: 'fa' }, sizes.name)
    const names = (nameWidth: number) =>
      mostLines(setting, piece, namesOf(setting), nameWidth) * lineOf(setting, sizes.name)
    const narrow = width - codeWidth - latinWidth - 2 * COLUMN_GAP
    const codes = Math.max(lineOf(setting, sizes.code), lineOf(setting, sizes.latin))
    const heights = { beside: Math.max(names(narrow), codes), below: names(width) + codes }
    const beside =
      heights.beside <= heights.below && widthFor(setting, { ...piece, name: longestWord(setting) }) <= narrow
    return {
      ...sizes,
      width,
      nameWidth: beside ? narrow : width,
      codeWidth,
      latinWidth,
      beside,
      height: beside ? heights.beside : heights.below,
    }
  })
}

/** The longest word of all names: rows in which it would be broken have their codes below. */
function longestWord(setting: Setting): string {
  return setting.onceInAnySize('longest word', () => {
    const words = namesOf(setting).flatMap(({ text }) => text.split(' '))
    return byWidth(setting.measure, words, false)[0]?.text ?? ''
  })
}

/** A row at a place. */
export function optionRow(
  setting: Setting,
  form: RowForm,
  { code, name }: Pick<Option, 'code' | 'name'>,
  { x, y }: { readonly x: number; readonly y: number },
  kind = LISTED,
): readonly Draft[] {
  const shown = namePiece(`${kind.prefix}name-${code}`, nameIn(setting.language, name), form.name, kind.role)
  const nameHeight = heightOf(setting, shown, form.nameWidth)
  const right = x + form.width
  const line = (piece: Piece, from: number, width: number): Draft => {
    const height = lineOf(setting, piece.size)
    const top = form.beside
      ? y + Math.floor((form.height - height) / 2)
      : y + form.height - Math.max(lineOf(setting, form.code), lineOf(setting, form.latin))
    return placed(piece, { x: from, y: top, width, height })
  }
  const nameTop = form.beside ? y + Math.floor((form.height - nameHeight) / 2) : y
  const latinX = right - form.codeWidth - COLUMN_GAP - form.latinWidth
  return [
    placed(shown, { x, y: nameTop, width: form.nameWidth, height: nameHeight }),
    line(codePiece(code, form.code, kind), right - form.codeWidth, form.codeWidth),
    line(latinPiece(code, form.latin, kind), latinX, form.latinWidth),
  ]
}

/** The rows of a ballot, in the largest form in which the fullest has room in a height; contests are titled only where there are several. */
export function ballotBlocks(setting: Setting, ballot: Ballot, height: number): readonly Block[] {
  const most = setting.contests.reduce((rows, { choices }) => rows + choices, 0)
  const form = formFor(setting, most, height)
  return shownRows(setting, ballot).map((row): Block => {
    if (row.is === 'contest') return titleBlock(setting, row)
    if (row.is === 'option') return optionBlock(setting, form, row.option)
    const blank = { text: setting.texts['blank-vote'], language: setting.language }
    return blockOf(setting, namePiece(`blank-${row.contest.id}`, blank, 'large'))
  })
}

/** A choice as a block of its own. */
export function optionBlock(setting: Setting, form: RowForm, option: Pick<Option, 'code' | 'name'>): Block {
  return {
    height: form.height,
    things: 1,
    draw: (top) => optionRow(setting, form, option, { x: LEFT, y: top }),
  }
}

/** The titles of contests where there are several. */
export function titleBlocks(setting: Setting): readonly Block[] {
  return shownRows(setting, []).flatMap((row) => (row.is === 'contest' ? [titleBlock(setting, row)] : []))
}

function titleBlock(setting: Setting, { contest }: BallotRow): Block {
  const shown = nameIn(setting.language, contest.title)
  return blockOf(setting, namePiece(`contest-${contest.id}`, shown, 'normal', 'text'))
}

function shownRows({ contests }: Setting, ballot: Ballot): readonly BallotRow[] {
  return ballotRows(contests, ballot).filter(({ is }) => contests.length > 1 || is !== 'contest')
}

/** A code in Persian digits, as the slip bears it. */
export function codePiece(code: string, size: TextSize, { prefix } = LISTED): Piece {
  return {
    id: `${prefix}code-${code}`,
    role: 'list-item',
    name: persianDigits(code),
    size,
    press: false,
    language: 'fa',
  }
}

/** The same code in Latin digits. */
export function latinPiece(code: string, size: TextSize, { prefix } = LISTED): Piece {
  return { id: `${prefix}latin-${code}`, role: 'text', name: code, size, press: false }
}
