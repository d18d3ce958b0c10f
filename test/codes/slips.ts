/** Slips that the real driver prints, and what readers that are not ours make of them. */
import type { Ballot } from '../../core/election/ballot.ts'
import type { PrintedSlip } from '../../simulator/peripherals/printer.ts'
import { installedFontFiles, measureWith, registerFonts } from '../../ui/fonts.ts'
import { SLIP } from '../../ui/tokens.ts'
import { PersianDigits } from '../oracles/slip/persian-digits.ts'
import { printAll } from '../oracles/slip/printed.ts'
import { prepareSlip, type SlipReading } from '../oracles/slip/read-slip.ts'
import { READS_DIGITS, READS_NAMES, readByJsqr, readByZbar, Tesseract } from '../oracles/slip/readers.ts'
import type { CodesBuild } from './build.ts'
import type { CodesElection } from './election.ts'
import { inOrder, type Reading } from './reading.ts'

/** A printed slip, and how far down its picture goes: the QR code stands below. */
export interface Printed {
  readonly slip: PrintedSlip
  readonly pictureHeight: number
}

/** Prints and reads slips of one election. */
export class Slips {
  readonly #build: Pick<CodesBuild, 'slipDocument'>
  readonly #election: CodesElection
  readonly #fonts = registerFonts(installedFontFiles())
  readonly #persian = new PersianDigits(this.#fonts, { size: SLIP.code, bold: true })
  readonly #form: ReturnType<CodesBuild['slipForm']>

  constructor(build: Pick<CodesBuild, 'slipForm' | 'slipDocument'>, election: CodesElection) {
    this.#build = build
    this.#election = election
    this.#form = build.slipForm(election.definition, measureWith(this.#fonts))
  }

  async print(ballot: Ballot): Promise<Printed> {
    const { contest } = this.#election
    const paper = this.#build.slipDocument(this.#form, [contest], ballot, this.#fonts)
    const [slip] = await printAll([paper])
    const [picture] = paper.blocks
    if (slip === undefined || picture?.kind !== 'raster') throw new Error('a slip begins with a picture')
    return { slip, pictureHeight: picture.bitmap.heightDots }
  }

  /** @param codes what each slip should say, in package order */
  read(codes: readonly (readonly string[])[], printed: readonly Printed[]): readonly Reading[] {
    const byZbar = readByZbar(printed.map(({ slip }) => slip))
    const rows = this.#rowsOf(printed)
    return printed.flatMap(({ slip, pictureHeight }, i) => {
      const meant = codes[i] ?? []
      const here = rows[i] ?? []
      const dots = (reader: Reading['reader'], what: 'name' | 'persian' | 'latin') =>
        inOrder(
          'slip',
          reader,
          meant,
          here.map((row) => row[what]),
        )
      return [
        ...inOrder('slip', 'zbar', meant, codesIn(byZbar[i] ?? '')),
        ...inOrder('slip', 'jsQR', meant, codesIn(readByJsqr(slip, pictureHeight) ?? '')),
        ...dots('dots: name', 'name').map((reading, row) => ({ ...reading, words: here[row]?.words ?? '' })),
        ...dots('dots: Persian digits', 'persian'),
        ...dots('dots: Latin digits', 'latin'),
      ]
    })
  }

  /** The printed rows of each slip. */
  #rowsOf(printed: readonly Printed[]): readonly (readonly SlipReading[])[] {
    const { definition, contest } = this.#election
    const latin = new Tesseract(READS_DIGITS)
    const names = new Tesseract(READS_NAMES)
    const readers = { persian: this.#persian, latin, names }
    const prepared = printed.map(({ slip }) =>
      prepareSlip({ definition, rows: contest.choices }, [contest], slip, readers),
    )
    latin.read()
    names.read()
    return prepared.map((read) => read())
  }
}

/** `sandogh/1 <election> <style> <codes>`: see `ui/paper/slip.ts`. */
function codesIn(text: string): readonly string[] {
  return text.split(' ')[3]?.match(/[0-9]+/g) ?? []
}
