/** Widths of texts put together from the widths of their words, each measured once: a package has thousands of names, but far fewer words. */
import type { Measure } from '../text-layout.ts'

/** Words are measured so large and scaled: widths of a typeface grow with its size. */
const REFERENCE_PX = 100

/**
 * A measure that remembers every word that it was asked for. Letters of two words are never shaped together, so the sum is the width of the
 * whole. For texts of the package only: what a voter types is not to be remembered.
 */
export function measureByWords(measure: Measure): Measure {
  const known = { regular: new Map<string, number>(), bold: new Map<string, number>() }
  const widthOf = (word: string, bold: boolean): number => {
    const widths = bold ? known.bold : known.regular
    const before = widths.get(word)
    if (before !== undefined) return before
    const width = measure(word, REFERENCE_PX, bold)
    widths.set(word, width)
    return width
  }
  return (text, size, bold) => {
    const words = text.split(' ')
    const spaces = (words.length - 1) * widthOf(' ', bold)
    return (words.reduce((sum, word) => sum + widthOf(word, bold), spaces) * size) / REFERENCE_PX
  }
}
