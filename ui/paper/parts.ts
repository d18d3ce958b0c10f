/** Strips that slip, zero report and minutes share. Paper is Persian; the banner of a rehearsal says it in English too. */
import type { Definition } from '../../core/election/definition.ts'
import { stringsIn } from '../strings.ts'
import { PAPER_WIDTH, REPORT } from '../tokens.ts'
import {
  blackBanner,
  lineHeight,
  type Measure,
  paragraph,
  type Strip,
  space,
  type TextStyle,
  textItem,
  wrapText,
} from './layout.ts'

export const CENTRED: Omit<TextStyle, 'size'> = { align: 'center', direction: 'rtl', bold: true }
export const RUNNING: Omit<TextStyle, 'size'> = { align: 'right', direction: 'rtl' }

/** "Rehearsal, no election", or nothing for a real election. */
export function rehearsalStrips(definition: Definition): readonly Strip[] {
  if (!definition.rehearsal) return []
  const banner = blackBanner([
    { text: stringsIn('fa').rehearsal, style: { ...CENTRED, size: 46 } },
    { text: stringsIn('en').rehearsal, style: { ...CENTRED, direction: 'ltr', size: 34 } },
  ])
  return [banner, space(8)]
}

/** A report's head: rehearsal, what it is, of which election. */
export function headStrips(title: string, definition: Definition, measure: Measure): readonly Strip[] {
  return [
    ...rehearsalStrips(definition),
    paragraph(title, REPORT.margin, { ...CENTRED, size: REPORT.title }, measure),
    paragraph(definition.title.fa, REPORT.margin, { ...CENTRED, size: REPORT.heading }, measure),
    space(REPORT.rowGap),
  ]
}

/**
 * A label at the right and its value at the left edge, the label wrapped beside the value; a value that leaves the label too
 * little room goes on lines of its own.
 */
export function labelled(
  label: string,
  value: string,
  measure: Measure,
  direction: 'rtl' | 'ltr' = 'rtl',
): Strip {
  const size = REPORT.text
  const valueWidth = measure(value, size, true)
  const labelWidth = PAPER_WIDTH - 2 * REPORT.margin - valueWidth - 24
  const style: TextStyle = { align: 'right', direction: 'rtl', size }
  if (labelWidth < PAPER_WIDTH / 3) {
    const above = paragraph(label, REPORT.margin, style, measure)
    const below = paragraph(value, REPORT.margin, { align: 'left', direction, size, bold: true }, measure)
    const moved = below.items.map((item) => ({ ...item, y: item.y + above.height }))
    return { height: above.height + below.height + REPORT.rowGap, items: [...above.items, ...moved] }
  }
  const lines = wrapText(label, labelWidth, size, false, measure)
  const high = lineHeight(size)
  return {
    height: high * lines.length + REPORT.rowGap,
    items: [
      ...lines.map((line, i) => textItem(line, PAPER_WIDTH - REPORT.margin, i * high, style)),
      textItem(value, REPORT.margin, 0, { align: 'left', direction, size, bold: true }),
    ],
  }
}

/** A heading within a report. */
export function heading(text: string, measure: Measure): Strip {
  return paragraph(text, REPORT.margin, { ...RUNNING, bold: true, size: REPORT.heading }, measure)
}

/** Plain words within a report. */
export function words(text: string, measure: Measure): Strip {
  return paragraph(text, REPORT.margin, { ...RUNNING, size: REPORT.text }, measure)
}
