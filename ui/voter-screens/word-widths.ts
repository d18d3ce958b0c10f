/** Widths of texts put together from the widths of their words, each measured once: a package has thousands of names, but far fewer words. */
import type { Measure } from '../text-layout.ts'

/** Words are measured so large and scaled: widths of a typeface grow with its size. */
const REFERENCE_PX = 100

/** A space, or a digit in either script: letters of two words are never shaped together, and a digit never with what is beside it. */
function standsAlone(unit: number): boolean {
  return unit === 0x20 || (unit >= 0x30 && unit <= 0x39) || (unit >= 0x6f0 && unit <= 0x6f9)
}

/**
 * A measure that remembers every word that it was asked for, but codes only as their digits: which codes were shown, and in what order, is
 * not to be found in it. For texts of the package only: what a voter types is not to be remembered.
 */
export function measureByWords(measure: Measure): Measure {
  const known = { regular: new Map<string, number>(), bold: new Map<string, number>() }
  const widthOf = (part: string, bold: boolean): number => {
    const widths = bold ? known.bold : known.regular
    const before = widths.get(part)
    if (before !== undefined) return before
    const width = measure(part, REFERENCE_PX, bold)
    widths.set(part, width)
    return width
  }
  return (text, size, bold) => {
    let [sum, from] = [0, 0]
    for (let at = 0; at < text.length; at += 1) {
      if (!standsAlone(text.charCodeAt(at))) continue
      if (from < at) sum += widthOf(text.slice(from, at), bold)
      sum += widthOf(text.charAt(at), bold)
      from = at + 1
    }
    if (from < text.length) sum += widthOf(text.slice(from), bold)
    return (sum * size) / REFERENCE_PX
  }
}
