/**
 * The vote slip: what the voter checks behind glass, what falls into the box, what a recount reads. It bears no identifier, time or
 * serial, and every slip of a package has the same rows and the same height, so that a slip's length says nothing about the vote.
 */
import { type Ballot, optionsOf } from '../../core/election/ballot.ts'
import { type Contest, contestsOfStyle, type Definition } from '../../core/election/definition.ts'
import { persianDigits } from '../../core/text/persian.ts'
import { type BallotRow, ballotRows } from '../ballot-rows.ts'
import { stringsIn } from '../strings.ts'
import { lineHeight, type Measure, wrapText } from '../text-layout.ts'
import { PAPER_WIDTH, SLIP } from '../tokens.ts'
import {
  blackBanner,
  type PaperItem,
  type PaperLayout,
  paragraph,
  rule,
  type Strip,
  space,
  stack,
  textItem,
} from './layout.ts'
import { CENTRED, rehearsalStrips } from './parts.ts'

/** What every slip of a package has in common; made once, since it measures every name. */
export interface SlipForm {
  readonly definition: Definition
  readonly measure: Measure
  /** Rows of a slip: one for each choice of the longest style, and a title for each contest where there are several. */
  readonly rows: number
  readonly titled: boolean
  /** Dots of each row: the name with the most lines fits. */
  readonly rowHeight: number
  /** Dots at the left of a row that the code takes: Persian digits, and from `latinX` Latin ones. */
  readonly codeWidth: number
  readonly latinX: number
}

/** Stands where nothing more was chosen, so that nothing can be added by hand. */
const NOTHING = '———'

/** Measures a package. */
export function slipForm(definition: Definition, measure: Measure): SlipForm {
  const options = definition.contests.flatMap((contest) => optionsOf(contest))
  const length = options[0]?.code.length ?? 0
  const codes = Array.from({ length: 10 }, (_, digit) => String(digit).repeat(length))
  const latinX = SLIP.margin + widest(codes.map((code) => measure(persianDigits(code), SLIP.code, true))) + 12
  const codeWidth = latinX - SLIP.margin + widest(codes.map((code) => measure(code, SLIP.latin, false)))
  const nameLines = options.map(({ name }) => nameLinesOf(name.fa, codeWidth, measure).length)
  const titleHeights = definition.contests.map(
    ({ title }) => paragraph(title.fa, SLIP.margin, { ...CENTRED, size: SLIP.contest }, measure).height,
  )
  const titled = definition.contests.length > 1
  const rowHeight = Math.max(
    lineHeight(SLIP.name) * Math.max(1, ...nameLines),
    ...(titled ? titleHeights : []),
  )
  const rows = Math.max(
    ...definition.styles.map(({ id }) =>
      (contestsOfStyle(definition, id) ?? []).reduce((sum, contest) => sum + rowsOf(contest, titled), 0),
    ),
  )
  return { definition, measure, rows, titled, rowHeight: rowHeight + SLIP.rowGap, codeWidth, latinX }
}

/** The slip of a ballot of a style with these contests. */
export function slipLayout(form: SlipForm, contests: readonly Contest[], ballot: Ballot): PaperLayout {
  const { definition, measure, rowHeight } = form
  const rows = contests.flatMap((contest, index) => {
    const shown = ballotRows([contest], [ballot[index] ?? []]).filter(
      ({ is }) => form.titled || is !== 'contest',
    )
    return [...shown, ...empty(rowsOf(contest, form.titled) - shown.length)]
  })
  const strips = [...rows, ...empty(form.rows - rows.length)].map((row): Strip => {
    const items = row === undefined ? nothing(rowHeight) : rowItems(form, row)
    return { height: rowHeight, items }
  })
  return stack([
    ...rehearsalStrips(definition),
    paragraph(stringsIn('fa').paper.slip, SLIP.margin, { ...CENTRED, size: SLIP.title }, measure),
    paragraph(definition.title.fa, SLIP.margin, { ...CENTRED, size: SLIP.contest }, measure),
    rule(4),
    ...strips,
    rule(4),
  ])
}

/**
 * What the slip's QR code holds, of one length for all slips of a package:
 * ```
 * sandogh/1 <election> <style> <contest>/<contest>   a contest: its codes in package order by commas, --- where nothing was chosen
 * ```
 * filled up with `-` to the length of the longest style.
 */
export function slipQrText(definition: Definition, contests: readonly Contest[], ballot: Ballot): string {
  const style = definition.styles.find(
    (known) =>
      known.contests.length === contests.length && known.contests.every((id, i) => id === contests[i]?.id),
  )
  if (style === undefined) throw new Error('these contests are no style of the definition')
  const length = Math.max(
    ...definition.styles.map(
      ({ id }) => qrText(definition, id, contestsOfStyle(definition, id) ?? [], []).length,
    ),
  )
  return qrText(definition, style.id, contests, ballot).padEnd(length, '-')
}

/** The mark that is printed onto a slip that still hangs and must not count. */
export function voidMarkLayout(definition: Definition): PaperLayout {
  return stack([
    space(16),
    blackBanner([
      { text: stringsIn('fa').paper.void, style: { ...CENTRED, size: 150 } },
      { text: stringsIn('en').paper.void, style: { ...CENTRED, direction: 'ltr', size: 110 } },
    ]),
    space(8),
    ...rehearsalStrips(definition),
  ])
}

function widest(widths: readonly number[]): number {
  return Math.ceil(Math.max(...widths))
}

function rowsOf(contest: Contest, titled: boolean): number {
  return contest.choices + (titled ? 1 : 0)
}

/** A name's lines beside the code. */
function nameLinesOf(name: string, codeWidth: number, measure: Measure): readonly string[] {
  return wrapText(name, PAPER_WIDTH - 2 * SLIP.margin - codeWidth - 20, SLIP.name, true, measure)
}

function empty(count: number): readonly undefined[] {
  return Array.from({ length: count }, () => undefined)
}

function nothing(rowHeight: number): readonly PaperItem[] {
  const style = { ...CENTRED, size: SLIP.latin, bold: false }
  return [textItem(NOTHING, PAPER_WIDTH / 2, (rowHeight - lineHeight(SLIP.latin)) / 2, style)]
}

function rowItems(form: SlipForm, row: BallotRow): readonly PaperItem[] {
  const { measure, rowHeight, codeWidth } = form
  if (row.is === 'contest') {
    const title = paragraph(row.contest.title.fa, SLIP.margin, { ...CENTRED, size: SLIP.contest }, measure)
    return middle(title, rowHeight)
  }
  if (row.is === 'blank') {
    const style = { ...CENTRED, size: SLIP.name }
    return middle(paragraph(stringsIn('fa').blankVote, SLIP.margin, style, measure), rowHeight)
  }
  const { code, name } = row.option
  const high = lineHeight(SLIP.name)
  const lines = nameLinesOf(name.fa, codeWidth, measure)
  const top = Math.round((rowHeight - high * lines.length) / 2)
  const right = { align: 'right', direction: 'rtl', bold: true, size: SLIP.name } as const
  const left = { align: 'left', direction: 'ltr' } as const
  const latinTop = top + Math.round((high - lineHeight(SLIP.latin)) / 2)
  return [
    ...lines.map((line, i) => textItem(line, PAPER_WIDTH - SLIP.margin, top + i * high, right)),
    textItem(persianDigits(code), SLIP.margin, top, { ...left, bold: true, size: SLIP.code }),
    textItem(code, form.latinX, latinTop, { ...left, size: SLIP.latin }),
  ]
}

/** A strip's items in the middle of a row. */
function middle(strip: Strip, rowHeight: number): readonly PaperItem[] {
  const top = Math.round((rowHeight - strip.height) / 2)
  return strip.items.map((item) => ({ ...item, y: item.y + top }))
}

function qrText(definition: Definition, style: string, contests: readonly Contest[], ballot: Ballot): string {
  const parts = contests.map((contest, index) => {
    const length = contest.candidates[0]?.code.length ?? 0
    const codes = optionsOf(contest)
      .filter(({ position }) => ballot[index]?.includes(position))
      .map(({ code }) => code)
    const rest = Array.from({ length: contest.choices - codes.length }, () => '-'.repeat(length))
    return [...codes, ...rest].join(',')
  })
  return `sandogh/1 ${definition.election} ${style} ${parts.join('/')}`
}
