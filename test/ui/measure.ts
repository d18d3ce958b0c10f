/** Widths of texts as the shaper gives them, each asked for once: every screen in every look has the same few texts, in every test file that lays them out. */
import { installedFontFiles, measureWith, registerFonts } from '../../ui/fonts.ts'
import type { Measure } from '../../ui/text-layout.ts'

const shaper = measureWith(registerFonts(installedFontFiles()))
const widths = new Map<string, number>()

export const measure: Measure = (text, size, bold) => {
  const key = `${size} ${bold} ${text}`
  const width = widths.get(key) ?? shaper(text, size, bold)
  widths.set(key, width)
  return width
}
