/**
 * The characters in a virtual printer's ROM: printable ASCII and what code page 437 has of Latin letters and signs, drawn once from the
 * typeface of this project into the cells of an 80 mm printer's fonts. Whatever else is sent is a box.
 */
import { createRequire } from 'node:module'
import { createCanvas, GlobalFonts } from '@napi-rs/canvas'

/** The cells of the two fonts in dots: 48 and 64 characters across the paper. */
export const CELLS = { a: { width: 12, height: 24 }, b: { width: 9, height: 17 } } as const

export type FontName = keyof typeof CELLS

/** Rows of a cell, each with its dots; the leftmost is the highest of `width` bits. */
export type Glyph = readonly number[]

/** Code page 437 from 80 to AF and from F1 to FD where it holds what the typeface has; a space where it does not. */
const UPPER = 'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥  áíóúñÑªº¿ ¬½¼¡«»'
const SIGNS: Readonly<Record<number, string>> = { 225: 'ß', 241: '±', 246: '÷', 248: '°', 250: '·', 253: '²' }

const FAMILY = 'Virtual Printer'
/** Darker than this is a dot. */
const INK = 110

const drawn = new Map<string, Glyph>()

/** The glyph of a character code in that font. */
export function glyphOf(code: number, font: FontName): Glyph {
  const name = `${font}${code}`
  const known = drawn.get(name)
  if (known !== undefined) return known
  const text = textOf(code)
  const glyph = text === undefined ? box(font) : draw(text, font)
  drawn.set(name, glyph)
  return glyph
}

function textOf(code: number): string | undefined {
  if (code >= 0x20 && code < 0x7f) return String.fromCharCode(code)
  const upper = code >= 0x80 ? (UPPER[code - 0x80] ?? SIGNS[code] ?? ' ') : ' '
  return upper === ' ' ? undefined : upper
}

function box(font: FontName): Glyph {
  const { width, height } = CELLS[font]
  const [full, sides] = [((1 << (width - 2)) - 1) << 1, (1 << (width - 2)) | 2]
  return Array.from({ length: height }, (_, y) => {
    if (y < 3 || y > height - 5) return 0
    return y === 3 || y === height - 5 ? full : sides
  })
}

function draw(text: string, font: FontName): Glyph {
  const { width, height } = CELLS[font]
  if (!GlobalFonts.has(FAMILY)) {
    const { resolve } = createRequire(import.meta.url)
    GlobalFonts.registerFromPath(resolve('vazirmatn/fonts/ttf/Vazirmatn-Regular.ttf'), FAMILY)
  }
  const context = createCanvas(width, height).getContext('2d')
  context.font = `${Math.round(height * 0.75)}px "${FAMILY}"`
  // A character wider than its cell is squeezed into it; a dot of air stays at its right.
  const squeeze = Math.min(1, (width - 1) / context.measureText(text).width)
  context.translate((width - context.measureText(text).width * squeeze) / 2, 0)
  context.scale(squeeze, 1)
  context.fillText(text, 0, Math.round(height * 0.79))
  const { data } = context.getImageData(0, 0, width, height)
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => data[4 * (y * width + x) + 3] ?? 0).reduce(
      (row, alpha) => (row << 1) | (alpha > INK ? 1 : 0),
      0,
    ),
  )
}
