import { describe, expect, it } from 'vitest'
import { installedFontFiles, measureWith, registerFonts } from '../../../ui/fonts.ts'
import type { PaperItem } from '../../../ui/paper/layout.ts'
import { rasterise } from '../../../ui/paper/raster.ts'

const fonts = registerFonts(installedFontFiles())
const measure = measureWith(fonts)

function draw(widthDots: number, heightDots: number, ...items: readonly PaperItem[]) {
  return rasterise({ widthDots, heightDots, items }, fonts)
}

const text = (words: string, white = false): PaperItem => ({
  is: 'text',
  text: words,
  direction: 'rtl',
  align: 'right',
  x: 280,
  y: 40,
  size: 52,
  bold: true,
  white,
})

describe('a picture for the printer', () => {
  it('has one bit a dot, the leftmost dot in the highest bit, rows of whole bytes', () => {
    const bitmap = draw(12, 2, { is: 'bar', x: 1, y: 1, width: 9, height: 1 })
    expect(bitmap).toEqual({ widthDots: 12, heightDots: 2, rows: Uint8Array.of(0, 0, 0x7f, 0xc0) })
  })

  it('joins Persian letters: a name is drawn otherwise than its letters apart', () => {
    const joined = draw(288, 80, text('گلوکشتاین'))
    const apart = draw(288, 80, text([...'گلوکشتاین'].join('\u200c')))
    expect(joined.rows.some((byte) => byte !== 0)).toBe(true)
    expect(Buffer.from(joined.rows).equals(apart.rows)).toBe(false)
    expect(measure('گلوکشتاین', 52, true)).toBeLessThan(measure([...'گلوکشتاین'].join('\u200c'), 52, true))
  })

  it('shows white words on a black bar', () => {
    const bar: PaperItem = { is: 'bar', x: 0, y: 0, width: 288, height: 80 }
    const black = draw(288, 80, bar).rows
    expect(black.every((byte) => byte === 0xff)).toBe(true)
    expect(draw(288, 80, bar, text('باطل', true)).rows.some((byte) => byte !== 0xff)).toBe(true)
  })
})

describe('the typeface', () => {
  it('that is not there, or is none, is said at once', () => {
    expect(() => registerFonts({ ...installedFontFiles(), bold: 'no-such-font.ttf' })).toThrow()
    expect(() => registerFonts({ ...installedFontFiles(), bold: 'package.json' })).toThrow()
  })
})
