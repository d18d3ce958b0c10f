/**
 * Reads the printed words of a slip from its dots, the code in Persian digits, the code in Latin digits and the name each by itself. What it
 * knows is the package and how a slip is ruled:
 * ```
 * ═══════════════  a rule, 4 dots
 * ۱۰۱  101    نام   a row for each choice: code, code, name
 * ———              or nothing
 * ═══════════════
 * ```
 */
import type { Contest, Definition } from '../../../core/election/definition.ts'
import type { PrintedSlip } from '../../../simulator/peripherals/printer.ts'
import { lineHeight } from '../../../ui/text-layout.ts'
import { SLIP } from '../../../ui/tokens.ts'
import { KnownNames } from './names.ts'
import type { PersianDigits } from './persian-digits.ts'
import { cutOut, inkedColumns, inkedRows, rules, type Span } from './picture.ts'
import type { Tesseract } from './readers.ts'

const RULE_DOTS = 4
const RULE_SPACE = 8
/** A code begins at the left edge; titles and dashes stand in the middle. */
const LEFT_EDGE = 40

/** The code of each row that bears a choice, as each of the three ways reads it; undefined where it could not be read. */
export interface SlipReading {
  readonly persian: string | undefined
  readonly latin: string | undefined
  readonly name: string | undefined
  /** For whoever looks at a failure: what tesseract made of the name. */
  readonly words: string
}

/** Who reads. */
export interface SlipReaders {
  readonly persian: PersianDigits
  readonly latin: Tesseract
  readonly names: Tesseract
}

/** What every slip of a package has in common. */
export interface SlipRuling {
  readonly definition: Definition
  /** Rows of a slip. */
  readonly rows: number
}

/** Cuts a slip up; the function reads it once both readers have read their pictures. */
export function prepareSlip(
  { definition, rows }: SlipRuling,
  contests: readonly Contest[],
  slip: PrintedSlip,
  readers: SlipReaders,
): () => readonly SlipReading[] {
  const [upper, lower] = rules(slip, RULE_DOTS)
  if (upper === undefined || lower === undefined) throw new Error('no rules on this slip')
  const top = upper.to + RULE_SPACE
  const high = (lower.from - RULE_SPACE - top) / rows
  const titled = definition.contests.length > 1
  const length = definition.contests[0]?.candidates[0]?.code.length ?? 0
  let row = 0
  const readings: (() => SlipReading)[] = []
  for (const contest of contests) {
    const known = new KnownNames(contest)
    for (const end = row + contest.choices + (titled ? 1 : 0); row < end; row += 1) {
      const span: Span = { from: top + row * high, to: top + (row + 1) * high }
      const columns = inkedColumns(slip, span)
      if ((columns[0]?.from ?? slip.width) > LEFT_EDGE) continue
      readings.push(prepareRow(known, slip, span, columns, length, readers))
    }
  }
  return () => readings.map((read) => read())
}

function prepareRow(
  known: KnownNames,
  slip: PrintedSlip,
  row: Span,
  columns: readonly Span[],
  length: number,
  { persian, latin, names }: SlipReaders,
): () => SlipReading {
  // Digits do not touch each other: each is a span of columns. Behind both codes the name begins.
  const digits = columns.slice(0, length).map((column) => persian.read(slip, row, column))
  const latinColumns = around(columns.slice(length, 2 * length))
  const nameColumns = around(columns.slice(2 * length))
  const latinText = latin.add(cutOut(slip, around(inkedRows(slip, row, latinColumns)), latinColumns))
  const nameTexts = linesOf(slip, row, nameColumns).map((line) =>
    names.add(cutOut(slip, line.rows, line.columns)),
  )
  return () => {
    const words = nameTexts.map((text) => text()).join(' ')
    return {
      persian: digits.every((digit) => digit !== undefined) ? digits.join('') : undefined,
      latin: /^[0-9]+$/.test(latinText()) ? latinText() : undefined,
      name: known.nearest(words),
      words,
    }
  }
}

/** The lines of a name that was broken, each cut out as far as it is inked. */
function linesOf(slip: PrintedSlip, row: Span, columns: Span) {
  const inked = around(inkedRows(slip, row, columns))
  const high = lineHeight(SLIP.name)
  const count = Math.max(1, Math.round((inked.to - inked.from) / high))
  const middle = (row.from + row.to) / 2
  return Array.from({ length: count }, (_, i) => {
    const from = Math.round(middle + (i - count / 2) * high)
    const line = { from, to: from + high }
    const inLine = inkedColumns(slip, line).filter((span) => span.from >= columns.from)
    return { rows: around(inkedRows(slip, line, columns)), columns: around(inLine) }
  })
}

function around(spans: readonly Span[]): Span {
  const [first, last] = [spans[0], spans.at(-1)]
  if (first === undefined || last === undefined) throw new Error('nothing is printed there')
  return { from: first.from, to: last.to }
}
