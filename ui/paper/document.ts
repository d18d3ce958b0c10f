/** What a printer is given: pictures, QR codes and blank lines from top to bottom. Cutting is the caller's command. */
import type { Ballot } from '../../core/election/ballot.ts'
import type { Contest, Definition } from '../../core/election/definition.ts'
import { type Fonts, measureWith } from '../fonts.ts'
import type { PaperLayout } from './layout.ts'
import { type MinutesData, minutesLayouts } from './minutes.ts'
import { type Bitmap, rasterise } from './raster.ts'
import { type SlipForm, slipLayout, slipQrText, voidMarkLayout } from './slip.ts'
import { codeLayout, codesLayout, type TotalsData, totalsLayouts, typedLayouts } from './totals.ts'
import { type ZeroReportData, zeroReportLayouts } from './zero-report.ts'

export type PaperBlock =
  | { readonly kind: 'raster'; readonly bitmap: Bitmap }
  | { readonly kind: 'qr'; readonly text: string }
  | { readonly kind: 'feed'; readonly lines: number }

export interface PaperDocument {
  readonly blocks: readonly PaperBlock[]
}

/** The quiet zone above a QR code (ISO/IEC 18004, 9.1: four modules). */
const QUIET: PaperBlock = { kind: 'feed', lines: 1 }

/** From the print head to the knife. */
const FEED_TO_KNIFE: PaperBlock = { kind: 'feed', lines: 4 }

/** The slip of a ballot, with its QR code. */
export function slipDocument(
  form: SlipForm,
  contests: readonly Contest[],
  ballot: Ballot,
  fonts: Fonts,
): PaperDocument {
  const qr: PaperBlock = { kind: 'qr', text: slipQrText(form.definition, contests, ballot) }
  return { blocks: [...pictures([slipLayout(form, contests, ballot)], fonts), QUIET, qr, FEED_TO_KNIFE] }
}

/** The mark that voids a slip that still hangs. */
export function voidMarkDocument(definition: Definition, fonts: Fonts): PaperDocument {
  return { blocks: [...pictures([voidMarkLayout(definition)], fonts), FEED_TO_KNIFE] }
}

/** The zero report. */
export function zeroReportDocument(data: ZeroReportData, fonts: Fonts): PaperDocument {
  return { blocks: [...pictures(zeroReportLayouts(data, measureWith(fonts)), fonts), FEED_TO_KNIFE] }
}

/** The minutes, with their QR code. */
export function minutesDocument(data: MinutesData, fonts: Fonts): PaperDocument {
  const qr: PaperBlock = { kind: 'qr', text: data.qrText }
  return { blocks: [...pictures(minutesLayouts(data, measureWith(fonts)), fonts), QUIET, qr, FEED_TO_KNIFE] }
}

/** The results, on a page of their own, with the codes by which they reach the centre without a network. */
export function totalsDocument(data: TotalsData, fonts: Fonts): PaperDocument {
  const measure = measureWith(fonts)
  const { codes, typedLines } = data
  const blocks = [
    ...pictures([...totalsLayouts(data, measure), codesLayout(measure)], fonts),
    ...codes.flatMap((text, i): readonly PaperBlock[] => [
      ...pictures([codeLayout(i + 1, codes.length, measure)], fonts),
      QUIET,
      { kind: 'qr', text },
      QUIET,
    ]),
    ...pictures(typedLayouts(typedLines, measure), fonts),
    FEED_TO_KNIFE,
  ]
  return { blocks }
}

function pictures(layouts: readonly PaperLayout[], fonts: Fonts): readonly PaperBlock[] {
  return layouts.map((layout) => ({ kind: 'raster', bitmap: rasterise(layout, fonts) }))
}
