/** Reading a layout as a person reads the paper. */
import { expect } from 'vitest'
import type { PaperItem, PaperLayout } from '../../../ui/paper/layout.ts'
import type { Measure } from '../../../ui/text-layout.ts'

type TextItem = Extract<PaperItem, { is: 'text' }>

function textItems({ items }: PaperLayout): readonly TextItem[] {
  return items.flatMap((item) => (item.is === 'text' ? [item] : []))
}

/** Every text from top to bottom. */
export function texts(layouts: readonly PaperLayout[]): readonly string[] {
  return layouts.flatMap((layout) => textItems(layout).map(({ text }) => text))
}

/** Every line with a value at the left edge: the texts on it, from right to left. Smaller letters may stand a dot beside its middle. */
export function lines(layouts: readonly PaperLayout[]): readonly (readonly string[])[] {
  return layouts.flatMap((layout) => {
    const all = textItems(layout)
    return all
      .filter(({ align }) => align === 'left')
      .map(({ y }) =>
        all
          .filter((item) => Math.abs(item.y - y) <= 2)
          .sort((a, b) => b.x - a.x)
          .map(({ text }) => text),
      )
  })
}

/** The value that stands in the line of a label. */
export function valueBeside(layouts: readonly PaperLayout[], label: string): string | undefined {
  const line = lines(layouts).find(([first]) => first === label)
  return line?.at(-1)
}

function edges(item: TextItem, measure: Measure): { readonly left: number; readonly right: number } {
  const width = measure(item.text, item.size, item.bold)
  const left = { left: item.x, center: item.x - width / 2, right: item.x - width }[item.align]
  return { left, right: left + width }
}

/** No text leaves the paper, and none runs into another of its line. */
export function expectOnPaper(layouts: readonly PaperLayout[], measure: Measure): void {
  for (const layout of layouts) {
    const all = textItems(layout)
    for (const item of all) {
      const { left, right } = edges(item, measure)
      expect(left, item.text).toBeGreaterThanOrEqual(0)
      expect(right, item.text).toBeLessThanOrEqual(layout.widthDots)
      const neighbours = all.filter((other) => other !== item && Math.abs(other.y - item.y) < item.size / 2)
      for (const other of neighbours) {
        const there = edges(other, measure)
        expect(there.right <= left || there.left >= right, `${item.text} and ${other.text}`).toBe(true)
      }
    }
  }
}
