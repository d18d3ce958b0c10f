/** Reads a candidate's row on a screen: what the document says of it, and what its dots look like. */
import { persianDigits } from '../../core/text/persian.ts'
import { USUAL_LOOK } from '../../ui/screen.ts'
import { TEXT_SIZE } from '../../ui/tokens.ts'
import type { KnownNames } from '../oracles/slip/names.ts'
import type { PersianDigits } from '../oracles/slip/persian-digits.ts'
import { cutOut, type Dots, inkedColumns, inkedRows, type Span } from '../oracles/slip/picture.ts'
import { READS_DIGITS, READS_NAMES, Tesseract } from '../oracles/slip/readers.ts'
import type { CodesElection } from './election.ts'
import { inOrder, type Reading } from './reading.ts'
import type { CutLines, ShownRow } from './shown.ts'

type Place = Reading['place']

/** Codes on a screen are set so, in the weight of what is no heading. */
export const SCREEN_CODE = { size: TEXT_SIZE.large[USUAL_LOOK.textLevel], bold: false }

/** Rows as the document says them. */
export class DocumentReader {
  readonly #names: ReadonlyMap<string, string>
  readonly #digits: ReadonlyMap<string, string>

  constructor({ options }: CodesElection) {
    this.#names = new Map(options.map(({ name, code }) => [name.fa, code]))
    this.#digits = new Map(options.map(({ code }) => [persianDigits(code), code]))
  }

  readings(place: Place, meant: readonly string[], rows: readonly ShownRow[]): readonly Reading[] {
    const names = rows.map(({ name }) => this.#names.get(name.text))
    const persian = rows.map((row) => this.#digits.get(row.persian.text))
    return [
      ...inOrder(place, 'document: name', meant, names),
      ...inOrder(place, 'document: Persian digits', meant, persian),
      ...inOrder(
        place,
        'document: Latin digits',
        meant,
        rows.map(({ latin }) => latin.text),
      ),
    ]
  }
}

/** Collects pictures, which tesseract reads together. */
export class ScreenDots {
  readonly #persian: PersianDigits
  readonly #names = new Tesseract(READS_NAMES)
  readonly #latin = new Tesseract(READS_DIGITS)
  readonly #known: KnownNames
  readonly #readings: (() => readonly Reading[])[] = []

  constructor(known: KnownNames, persian: PersianDigits) {
    this.#persian = persian
    this.#known = known
  }

  add(place: Place, meant: string | undefined, row: ShownRow, cut: CutLines): void {
    const persian = this.#readPersian(cut(row.persian))
    const latin = cut(row.latin).map((line) => this.#latin.add(inked(line)))
    const name = cut(row.name).map((line) => this.#names.add(inked(line)))
    this.#readings.push(() => {
      const words = name.map((text) => text()).join(' ')
      const digits = latin.map((text) => text()).join('')
      return [
        { place, meant, reader: 'dots: name', read: this.#known.nearest(words), words },
        { place, meant, reader: 'dots: Persian digits', read: persian },
        {
          place,
          meant,
          reader: 'dots: Latin digits',
          read: /^[0-9]+$/.test(digits) ? digits : undefined,
          words: digits,
        },
      ]
    })
  }

  /** Everything that was added. */
  read(): readonly Reading[] {
    if (this.#readings.length === 0) return []
    this.#names.read()
    this.#latin.read()
    return this.#readings.flatMap((read) => read())
  }

  #readPersian(lines: readonly Dots[]): string | undefined {
    // Digits do not touch each other: each is a span of columns.
    const digits = lines.flatMap((line) => {
      const rows = { from: 0, to: line.height }
      return inkedColumns(line, rows).map((columns) => this.#persian.read(line, rows, columns))
    })
    return digits.every((digit) => digit !== undefined) ? digits.join('') : undefined
  }
}

/** A line cut out as far as it is inked. */
function inked(line: Dots): Buffer {
  const all = { from: 0, to: line.height }
  const columns = around(inkedColumns(line, all), line.width)
  return cutOut(line, around(inkedRows(line, all, columns), line.height), columns)
}

/** From the first to the last; everything where nothing is inked, so that a reader finds nothing there. */
function around(spans: readonly Span[], length: number): Span {
  return { from: spans[0]?.from ?? 0, to: spans.at(-1)?.to ?? length }
}
