/**
 * How a text lies in lines: on paper, which is drawn by the same shaper that measured it, and on a screen, which a browser draws with the same
 * typeface. Pure: whoever calls brings the {@link Measure}.
 */
import { LINE_HEIGHT } from './tokens.ts'

/** Width of a text of that height, in the same units. */
export type Measure = (text: string, size: number, bold: boolean) => number

/**
 * A browser may draw a line a little wider than it was measured here: it rounds the advance of every glyph and of every word in its own way. A
 * text is laid out for a screen as if each line were so much of the place narrower.
 */
const SCREEN_SLACK = 0.02

/** Height of a line of text of that size. */
export function lineHeight(size: number): number {
  return Math.ceil(size * LINE_HEIGHT)
}

/** The lines of a text that fit into `width`, broken at spaces, a word that is too long between its letters. */
export function wrapText(
  text: string,
  width: number,
  size: number,
  bold: boolean,
  measure: Measure,
): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (measure(longer, size, bold) <= width) {
      line = longer
      continue
    }
    if (line !== '') lines.push(line)
    const pieces = measure(word, size, bold) <= width ? [word] : breakWord(word, width, size, bold, measure)
    lines.push(...pieces.slice(0, -1))
    line = pieces.at(-1) ?? ''
  }
  return line === '' ? lines : [...lines, line]
}

/** The lines of a text within `width` pixels of a screen; a browser needs no more. */
export function textLines(
  measure: Measure,
  text: string,
  width: number,
  px: number,
  bold: boolean,
): readonly string[] {
  return wrapText(text, width * (1 - SCREEN_SLACK), px, bold, measure)
}

/** The height in pixels that a text takes within `width` pixels of a screen. */
export function textHeight(measure: Measure, text: string, width: number, px: number, bold: boolean): number {
  return textLines(measure, text, width, px, bold).length * lineHeight(px)
}

function breakWord(
  word: string,
  width: number,
  size: number,
  bold: boolean,
  measure: Measure,
): readonly string[] {
  const pieces: string[] = []
  let piece = ''
  for (const { segment } of new Intl.Segmenter().segment(word)) {
    if (piece !== '' && measure(piece + segment, size, bold) > width) {
      pieces.push(piece)
      piece = ''
    }
    piece += segment
  }
  return [...pieces, piece]
}
