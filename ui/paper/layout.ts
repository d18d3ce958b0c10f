/**
 * What is printed, as data: texts and bars at dots of the paper. A layout is made of strips, one under the other; a long report is
 * cut between strips into pictures that the printer's memory can hold.
 */
import { lineHeight, type Measure, wrapText } from '../text-layout.ts'
import { MAX_PICTURE_HEIGHT, PAPER_WIDTH } from '../tokens.ts'

export type PaperItem =
  | {
      readonly is: 'text'
      readonly text: string
      readonly direction: 'rtl' | 'ltr'
      readonly align: 'left' | 'center' | 'right'
      /** Of the anchor that `align` names. */
      readonly x: number
      /** Middle of the line. */
      readonly y: number
      readonly size: number
      readonly bold: boolean
      /** White on a bar. */
      readonly white: boolean
    }
  | {
      readonly is: 'bar'
      readonly x: number
      readonly y: number
      readonly width: number
      readonly height: number
    }

export interface PaperLayout {
  readonly widthDots: number
  readonly heightDots: number
  readonly items: readonly PaperItem[]
}

/** A piece of paper of full width; its items count from its own top. */
export interface Strip {
  readonly height: number
  readonly items: readonly PaperItem[]
}

export interface TextStyle {
  readonly size: number
  readonly bold?: boolean
  readonly align: 'left' | 'center' | 'right'
  readonly direction: 'rtl' | 'ltr'
  readonly white?: boolean
}

/** One line of text whose anchor is at `x` and whose line begins at `top`. */
export function textItem(text: string, x: number, top: number, style: TextStyle): PaperItem {
  const { size, bold = false, align, direction, white = false } = style
  return {
    is: 'text',
    text,
    direction,
    align,
    x,
    y: top + Math.round(lineHeight(size) / 2),
    size,
    bold,
    white,
  }
}

/** A paragraph over the full width within margins. */
export function paragraph(text: string, margin: number, style: TextStyle, measure: Measure): Strip {
  const { size, bold = false, align } = style
  const x = { left: margin, center: PAPER_WIDTH / 2, right: PAPER_WIDTH - margin }[align]
  const lines = wrapText(text, PAPER_WIDTH - 2 * margin, size, bold, measure)
  const high = lineHeight(size)
  return {
    height: high * lines.length,
    items: lines.map((line, i) => textItem(line, x, i * high, style)),
  }
}

/** Nothing but paper. */
export function space(height: number): Strip {
  return { height, items: [] }
}

/** A line across the paper with a little space above and below. */
export function rule(thickness: number): Strip {
  return {
    height: thickness + 16,
    items: [{ is: 'bar', x: 0, y: 8, width: PAPER_WIDTH, height: thickness }],
  }
}

/** White texts on black, as nobody can overlook. */
export function blackBanner(texts: readonly { readonly text: string; readonly style: TextStyle }[]): Strip {
  const padding = 8
  let height = padding
  const items: PaperItem[] = []
  for (const { text, style } of texts) {
    items.push(textItem(text, PAPER_WIDTH / 2, height, { ...style, align: 'center', white: true }))
    height += lineHeight(style.size)
  }
  height += padding
  return { height, items: [{ is: 'bar', x: 0, y: 0, width: PAPER_WIDTH, height }, ...items] }
}

/** Strips that are never cut apart. */
export function together(strips: readonly Strip[]): Strip {
  const { heightDots, items } = stack(strips)
  return { height: heightDots, items }
}

/** Strips under each other as one layout. */
export function stack(strips: readonly Strip[]): PaperLayout {
  let top = 0
  const items: PaperItem[] = []
  for (const strip of strips) {
    for (const item of strip.items) items.push({ ...item, y: item.y + top })
    top += strip.height
  }
  return { widthDots: PAPER_WIDTH, heightDots: top, items }
}

/** Strips under each other as layouts that are not higher than a picture may be (a strip alone may). */
export function stackInPictures(strips: readonly Strip[]): readonly PaperLayout[] {
  const pictures: Strip[][] = []
  let height = 0
  for (const strip of strips) {
    const open = pictures.at(-1)
    if (open !== undefined && height + strip.height <= MAX_PICTURE_HEIGHT) {
      open.push(strip)
      height += strip.height
    } else {
      pictures.push([strip])
      height = strip.height
    }
  }
  return pictures.map(stack)
}
