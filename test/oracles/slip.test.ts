/**
 * What stands on a slip is what was chosen, as read by programs that are not ours: its QR code by zbar and jsQR, its names and Latin digits by
 * tesseract, its Persian digits by their shapes. The dots are those that the printer put on paper from the bytes on the wire, in the size of paper.
 *
 * All of it must be read: every slip, every row, each of the three ways by itself. A name counts as read when its candidate is the nearest of the
 * package, and no other is as near.
 */
import { beforeAll, expect, test } from 'vitest'
import type { PrintedSlip } from '../../simulator/peripherals/printer.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { installedFontFiles, measureWith, registerFonts } from '../../ui/fonts.ts'
import { type PaperDocument, slipDocument } from '../../ui/paper/document.ts'
import { slipForm } from '../../ui/paper/slip.ts'
import { SLIP } from '../../ui/tokens.ts'
import { describeWith, TESSERACT, TESSERACT_PERSIAN, ZBAR } from './needs.ts'
import { demonstrationSlips, longNameSlips, type SlipPackage } from './slip/packages.ts'
import { PersianDigits } from './slip/persian-digits.ts'
import { printAll } from './slip/printed.ts'
import { prepareSlip } from './slip/read-slip.ts'
import { READS_DIGITS, READS_NAMES, readByJsqr, readByZbar, Tesseract } from './slip/readers.ts'

const fonts = registerFonts(installedFontFiles())
const persian = new PersianDigits(fonts, { size: SLIP.code, bold: true })

/** The rows of a raster command, and the pairs that a printer obeys even inside one (HARDWARE: 10 04, 10 05, 10 14). */
const BAND_BYTES = (128 * 576) / 8
const DLE = 0x10
const BEHIND_DLE = [0x04, 0x05, 0x14]

describeWith([ZBAR, TESSERACT, TESSERACT_PERSIAN], 'slips', () => {
  for (const [name, { definition, votes }] of [
    ['the demonstration', demonstrationSlips()],
    ['lists and long names', longNameSlips()],
  ] as const) {
    let documents: readonly PaperDocument[]
    let slips: readonly PrintedSlip[]
    beforeAll(async () => {
      const form = slipForm(definition, measureWith(fonts))
      documents = votes.map(({ contests, ballot }) => slipDocument(form, contests, ballot, fonts))
      slips = await printAll(documents)
    })

    test(`of ${name}: the dots on paper are those of the canvas, but for one dot where a printer would obey the picture`, () => {
      for (const [i, slip] of slips.entries()) {
        const drawn = canvasOf(documents[i])
        expect(Buffer.from(slip.bitmap.subarray(0, drawn.length)).equals(Buffer.from(harmless(drawn)))).toBe(
          true,
        )
      }
    })

    test(`of ${name}: the QR code says the codes, to zbar and to jsQR`, () => {
      const texts = readByZbar(slips)
      for (const [i, slip] of slips.entries()) {
        const codes = votes[i]?.codes.flat()
        expect(texts[i]?.split(' ')[3]?.match(/[0-9]+/g) ?? []).toEqual(codes)
        expect(readByJsqr(slip, canvasHeight(documents[i]))).toBe(texts[i])
      }
    })

    test(`of ${name}: Persian digits, Latin digits and names all say what was chosen`, () => {
      for (const [i, rows] of readRows({ definition, votes }, slips).entries()) {
        const codes = votes[i]?.codes.flat()
        expect(rows.map(({ persian }) => persian)).toEqual(codes)
        expect(rows.map(({ latin }) => latin)).toEqual(codes)
        expect(rows.map(({ name, words }) => name ?? `nobody is called ${words}`)).toEqual(codes)
      }
    })
  }

  test('a picture full of what a printer obeys comes out whole: nothing is obeyed, and one dot is added to each', async () => {
    const commands = [0x10, 0x04, 0x05, 0x14, 0x00, 0xff]
    const picked = seededRandom('obeyed').bytes((576 / 8) * 300)
    const rows = picked.map((byte) => commands[byte % commands.length] ?? 0)
    const picture = { kind: 'raster', bitmap: { widthDots: 576, heightDots: 300, rows } } as const
    const [printed] = await printAll([{ blocks: [picture] }])
    expect(Buffer.from(printed?.bitmap ?? []).equals(Buffer.from(harmless(rows)))).toBe(true)
    expect(harmless(rows).filter((byte, i) => byte !== rows[i]).length).toBeGreaterThan(100)
  })

  test('whose names were swapped before they were drawn are found: codes and names disagree', async () => {
    const { definition, votes } = demonstrationSlips()
    const [contest] = definition.contests
    const swapped = contest?.candidates.map(({ code }, i, all) => ({
      code,
      name: all[i ^ 1]?.name ?? { fa: '' },
    }))
    if (contest === undefined || swapped === undefined) throw new Error('no contest')
    const wrong = { ...definition, contests: [{ ...contest, candidates: swapped }] }
    const wrongForm = slipForm(wrong, measureWith(fonts))
    const some = votes.filter(({ codes }) => codes.flat().length > 0).slice(0, 9)
    const printed = await printAll(
      some.map(({ ballot }) => slipDocument(wrongForm, wrong.contests, ballot, fonts)),
    )
    for (const row of readRows({ definition, votes: some }, printed).flat()) {
      expect(row.latin).toBe(row.persian)
      expect(row.name).not.toBe(row.persian)
    }
  })
})

/** Reads all rows of all slips. */
function readRows({ definition, votes }: SlipPackage, slips: readonly PrintedSlip[]) {
  const { rows } = slipForm(definition, measureWith(fonts))
  const latin = new Tesseract(READS_DIGITS)
  const names = new Tesseract(READS_NAMES)
  const readers = { persian, latin, names }
  const prepared = slips.map((slip, i) =>
    prepareSlip({ definition, rows }, votes[i]?.contests ?? [], slip, readers),
  )
  latin.read()
  names.read()
  return prepared.map((read) => read())
}

function canvasHeight(document: PaperDocument | undefined): number {
  return canvasOf(document).length / (576 / 8)
}

function canvasOf(document: PaperDocument | undefined): Uint8Array {
  const [picture] = document?.blocks ?? []
  if (picture?.kind !== 'raster') throw new Error('a slip begins with a picture')
  return picture.bitmap.rows
}

/** A canvas as it may be sent: behind no DLE a byte that makes a command of both, since the dot to the right is black too. */
function harmless(rows: Uint8Array): Uint8Array {
  const sent = Uint8Array.from(rows)
  for (let at = 0; at + 1 < rows.length; at += 1) {
    const inOneBand = (at + 1) % BAND_BYTES !== 0
    if (rows[at] === DLE && inOneBand && BEHIND_DLE.includes(rows[at + 1] ?? 0)) sent[at] = DLE | 0x08
  }
  return sent
}
