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

/** A browser shapes a word before it breaks it, so that its pieces are not as wide as they are measured alone. */
const BROKEN_SLACK = 0.1

/** Where a browser breaks a word that has hyphens (Unicode, UAX 14, LB21). */
const AFTER_HYPHEN = /(?<=[-\u2010])(?=\p{L})/u

/** Height of a line of text of that size. */
export function lineHeight(size: number): number {
  return Math.ceil(size * LINE_HEIGHT)
}

/** The lines of a text that fit into `width`, broken at spaces, a word that is too long after its hyphens or between its letters. */
export function wrapText(
  text: string,
  width: number,
  size: number,
  bold: boolean,
  measure: Measure,
): readonly string[] {
  const fits = (part: string) => measure(part, size, bold) <= width
  return breakText(text, { fits, fitsBroken: fits, goesOn: true })
}

/** The lines of a text within `width` pixels of a screen; a browser needs no more. */
export function textLines(
  measure: Measure,
  text: string,
  width: number,
  px: number,
  bold: boolean,
): readonly string[] {
  const within = (share: number) => (part: string) => measure(part, px, bold) <= width * share
  return breakText(text, {
    fits: within(1 - SCREEN_SLACK),
    fitsBroken: within(1 - BROKEN_SLACK),
    goesOn: false,
  })
}

/** How wide a place on a screen must be for a text of that width in one line. */
export function placeWidth(measured: number): number {
  return Math.ceil(measured / (1 - SCREEN_SLACK)) + 1
}

/** The height in pixels that a text takes within `width` pixels of a screen. */
export function textHeight(measure: Measure, text: string, width: number, px: number, bold: boolean): number {
  return textLines(measure, text, width, px, bold).length * lineHeight(px)
}

/** What stands on one line. */
interface Lines {
  readonly fits: (part: string) => boolean
  readonly fitsBroken: (piece: string) => boolean
  /** Whether the line with the last letters of a broken word goes on. */
  readonly goesOn: boolean
}

function breakText(text: string, { fits, fitsBroken, goesOn }: Lines): readonly string[] {
  const words = text.split(/\s+/).filter((part) => part !== '')
  // Most texts are one line: then this is the only measuring.
  const whole = words.join(' ')
  if (fits(whole)) return whole === '' ? [] : [whole]
  const lines: string[] = []
  let line = ''
  /** Puts a part behind the line, or on a new one. */
  const put = (part: string, space: string): boolean => {
    const longer = line === '' ? part : line + space + part
    if (fits(longer)) {
      line = longer
      return true
    }
    end()
    if (!fits(part)) return false
    line = part
    return true
  }
  const end = () => {
    if (line !== '') lines.push(line)
    line = ''
  }
  for (const word of words) {
    if (put(word, ' ')) continue
    for (const part of word.split(AFTER_HYPHEN)) {
      if (put(part, '')) continue
      const pieces = breakWord(part, fitsBroken)
      lines.push(...pieces.slice(0, -1))
      line = pieces.at(-1) ?? ''
      if (!goesOn) end()
    }
  }
  end()
  return lines
}

function breakWord(word: string, fits: (piece: string) => boolean): readonly string[] {
  const pieces: string[] = []
  let piece = ''
  for (const { segment } of new Intl.Segmenter().segment(word)) {
    if (piece !== '' && !fits(piece + segment)) {
      pieces.push(piece)
      piece = ''
    }
    piece += segment
  }
  return [...pieces, piece]
}
