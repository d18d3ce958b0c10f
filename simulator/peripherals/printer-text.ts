/** The line of text that a virtual printer holds until it is fed: it takes characters in their style and becomes rows of dots. */

import { CELLS, type FontName, glyphOf } from './printer-font.ts'
import { layOut, PAPER_DOTS, type PaperRow } from './printer-paper.ts'

/** How a character is drawn. */
export interface TextStyle {
  readonly font: FontName
  readonly bold: boolean
  /** Dots of the line under it. */
  readonly underline: 0 | 1 | 2
  /** How often each dot is repeated across and down, 1 to 8. */
  readonly across: number
  readonly down: number
}

/** After power-on and ESC @. */
export const PLAIN: TextStyle = { font: 'a', bold: false, underline: 0, across: 1, down: 1 }

/** A tab stands at every eighth character. */
const TAB = 8

export class TextLine {
  #characters: { readonly code: number; readonly style: TextStyle }[] = []
  #width = 0

  get isEmpty(): boolean {
    return this.#characters.length === 0
  }

  /** Takes a character, or gives false when it does not fit into the line any more. */
  add(code: number, style: TextStyle): boolean {
    const width = CELLS[style.font].width * style.across
    if (!this.isEmpty && this.#width + width > PAPER_DOTS) return false
    this.#characters.push({ code, style })
    this.#width += width
    return true
  }

  /** Moves on to the next tab, if the paper is wide enough for it. */
  tab(style: TextStyle): void {
    const stop = TAB * CELLS[style.font].width * style.across
    const target = (Math.floor(this.#width / stop) + 1) * stop
    while (target < PAPER_DOTS && this.#width < target) this.add(0x20, style)
  }

  /** Forgets the line. */
  clear(): void {
    this.#characters = []
    this.#width = 0
  }

  /** The rows of the line, characters standing on its bottom, and forgets it. */
  takeRows(side: 'left' | 'centre' | 'right'): PaperRow[] {
    const height = Math.max(0, ...this.#characters.map(({ style }) => CELLS[style.font].height * style.down))
    const dots = Array.from({ length: height }, () => new Uint8Array(this.#width))
    let left = 0
    for (const { code, style } of this.#characters) {
      const width = CELLS[style.font].width * style.across
      for (const [y, row] of dotsOf(code, style).entries())
        dots[height - CELLS[style.font].height * style.down + y]?.set(row, left)
      left += width
    }
    const picture = { width: this.#width, rows: height, dot: (x: number, y: number) => dots[y]?.[x] === 1 }
    this.clear()
    return layOut(picture, { x: 1, y: 1 }, side)
  }
}

/** The dots of one character, row by row, as large as it is printed. */
function dotsOf(code: number, { font, bold, underline, across, down }: TextStyle): Uint8Array[] {
  const { width, height } = CELLS[font]
  return glyphOf(code, font).flatMap((glyph, y) => {
    const isUnderlined = y >= height - underline
    // Bold is the same character struck again one dot to the right.
    const row = isUnderlined ? (1 << width) - 1 : bold ? glyph | (glyph >> 1) : glyph
    const dots = Uint8Array.from(
      { length: width * across },
      (_, x) => (row >> (width - 1 - Math.floor(x / across))) & 1,
    )
    return new Array<Uint8Array>(down).fill(dots)
  })
}
