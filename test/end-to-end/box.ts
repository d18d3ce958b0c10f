/** Looks at the paper in the ballot box as a recount does: which slips count, which are void. */
import type { Definition } from '../../core/election/definition.ts'
import type { RealBallot } from '../../demo/elections/gy-les-nonains.ts'
import { breakRealTimeCommands } from '../../firmware/printer/encoder.ts'
import type { DroppedSlip } from '../../simulator/peripherals/printer.ts'
import { installedFontFiles, registerFonts } from '../../ui/fonts.ts'
import { voidMarkDocument } from '../../ui/paper/document.ts'

/** What lies in the box. Blank strips, which a cut after nothing leaves, are nothing. */
export interface Box {
  /** The codes on each slip that counts. */
  readonly slips: readonly RealBallot[]
  /** Pieces whose last print is the mark that voids them. */
  readonly voids: number
  /** Pieces that nobody could count: neither. */
  readonly unclear: number
}

/** A bit that was turned over on the line is a dot of an eighth of a millimetre. */
const UNSEEN_DOTS = 4

/** Sorts pieces of paper, none of which is a report. */
export function lookIntoBox(pieces: readonly DroppedSlip[], definition: Definition): Box {
  const mark = voidMark(definition)
  const written = pieces.filter(({ bitmap }) => blackEnd(bitmap) > 0)
  const valid = written.filter((piece) => !endsIn(mark, piece))
  const slips = valid.filter(({ qrTexts }) => qrTexts.length === 1)
  return {
    slips: slips.map(({ qrTexts }) => codesOf(qrTexts[0] ?? '')),
    voids: written.length - valid.length,
    unclear: valid.length - slips.length,
  }
}

/** The codes in a slip's QR code: `sandogh/1 <election> <style> <codes by commas, filled up with dashes>`. */
function codesOf(text: string): RealBallot {
  return text.split(' ')[3]?.match(/[0-9]+/g) ?? []
}

function voidMark(definition: Definition): Uint8Array {
  const [picture] = voidMarkDocument(definition, registerFonts(installedFontFiles())).blocks
  if (picture?.kind !== 'raster') throw new Error('the mark that voids a slip is a picture')
  return breakRealTimeCommands(picture.bitmap.rows)
}

/** Whether the last thing on a piece of paper is this picture, but for so few dots that no eye sees them. */
function endsIn(picture: Uint8Array, { bitmap }: DroppedSlip): boolean {
  const wanted = picture.subarray(0, blackEnd(picture))
  const printed = bitmap.subarray(0, blackEnd(bitmap))
  if (printed.length < wanted.length) return false
  const last = printed.subarray(-wanted.length)
  return wanted.reduce((sum, byte, i) => sum + dots(byte ^ (last[i] ?? 0)), 0) <= UNSEEN_DOTS
}

/** Dots that are black in a byte. */
function dots(byte: number): number {
  let count = 0
  for (let rest = byte; rest !== 0; rest &= rest - 1) count += 1
  return count
}

function blackEnd(dots: Uint8Array): number {
  return dots.findLastIndex((eight) => eight !== 0) + 1
}
