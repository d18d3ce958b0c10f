/** Strips that slip and reports share. Paper is Persian; the banner of a rehearsal says it in English too. */
import type { Definition, Station } from '../../core/election/definition.ts'
import { persianDigits } from '../../core/text/persian.ts'
import { clockTime, solarDate } from '../../core/text/solar-date.ts'
import { stringsIn } from '../strings.ts'
import { lineHeight, type Measure, wrapText } from '../text-layout.ts'
import { PAPER_WIDTH, REPORT } from '../tokens.ts'
import {
  blackBanner,
  paragraph,
  rule,
  type Strip,
  space,
  type TextStyle,
  textItem,
  together,
} from './layout.ts'

/** The journal's head when the paper was made. */
export interface Checkpoint {
  readonly size: number
  readonly rootBase64: string
}

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

/** When something was, in the time of the constituency. */
export function dayAndTime(at: number, { timeZone }: Definition): string {
  return `${solarDate(at, timeZone, 'fa')}  ${clockTime(at, timeZone)}`
}

/** Where and when: constituency, station, devices, polling day. */
export function placeStrips(
  definition: Definition,
  station: Station,
  devices: readonly string[],
  measure: Measure,
): readonly Strip[] {
  const { paper } = stringsIn('fa')
  const day = solarDate(Date.parse(definition.pollingDay), 'UTC', 'fa')
  return [
    rule(2),
    labelled(paper.constituency, definition.constituency.name.fa, measure),
    labelled(paper.station, station.name.fa, measure),
    ...devices.map((device) => labelled(paper.device, device, measure, 'ltr')),
    labelled(paper.pollingDay, day, measure),
  ]
}

/** How long the journal is and its root, by which anybody finds this device's journal again. */
export function checkpointStrips({ size, rootBase64 }: Checkpoint, measure: Measure): readonly Strip[] {
  const { paper } = stringsIn('fa')
  const latin = { align: 'left', direction: 'ltr', size: REPORT.small } as const
  return [
    labelled(paper.entries, persianDigits(size), measure),
    together([words(paper.root, measure), paragraph(rootBase64, REPORT.margin, latin, measure)]),
  ]
}

/** A line for each of the two officers, with room for a pen. */
export function signatureStrips(measure: Measure): readonly Strip[] {
  const { paper } = stringsIn('fa')
  return [
    together([heading(paper.signatures, measure), signature(paper.executive), signature(paper.supervisory)]),
  ]
}

function signature(role: string): Strip {
  const height = 120
  const labelWidth = 190
  const style = { ...RUNNING, size: REPORT.text }
  return {
    height,
    items: [
      textItem(`${role}:`, PAPER_WIDTH - REPORT.margin, height - lineHeight(REPORT.text), style),
      { is: 'bar', x: REPORT.margin, y: height - 10, width: PAPER_WIDTH - labelWidth, height: 2 },
    ],
  }
}
