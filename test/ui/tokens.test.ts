import { describe, expect, it } from 'vitest'
import { CONTRASTS, REPORT, SLIP, TEXT_LEVELS, TEXT_SIZE } from '../../ui/tokens.ts'

/** WCAG 2.2, relative luminance of `#rrggbb`. */
function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

/** Height of a capital of Vazirmatn, in text heights. */
const CAPITAL = 0.719
/** 12 inch, 1080x1920: 184 pixels an inch. */
const millimetres = (pixels: number) => (pixels / 184) * 25.4

const pairs = Object.entries(CONTRASTS).flatMap(([contrast, paints]) =>
  Object.entries(paints).map(([paint, pair]) => ({ contrast, paint, ...pair })),
)

describe('sizes and colours', () => {
  it.each(pairs)('$paint in $contrast is read with a contrast of 10:1 at least', ({ ink, ground }) => {
    const [dark = 0, light = 0] = [luminance(ink), luminance(ground)].sort((a, b) => a - b)
    expect((light + 0.05) / (dark + 0.05)).toBeGreaterThanOrEqual(10)
  })

  it('capitals of no text are lower than VVSG 2.0, 7.1-G asks for at its level', () => {
    const least = { 1: 3.5, 2: 4.2, 3: 5.6, 4: 7.1 }
    for (const level of TEXT_LEVELS) {
      const smallest = Math.min(...Object.values(TEXT_SIZE).map((sizes) => sizes[level]))
      expect(millimetres(smallest * CAPITAL)).toBeGreaterThanOrEqual(least[level])
    }
  })

  it('no text on a report is smaller than 3 millimetres', () => {
    // Paper: 203 dots an inch.
    expect((Math.min(REPORT.small, SLIP.latin) / 203) * 25.4).toBeGreaterThanOrEqual(3)
  })
})
