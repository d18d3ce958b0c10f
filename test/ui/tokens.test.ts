import { describe, expect, it } from 'vitest'
import { COLOURS, REPORT, SLIP, TEXT_SIZE } from '../../ui/tokens.ts'

/** WCAG 2.2, relative luminance of `#rrggbb`. */
function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

describe('sizes and colours', () => {
  it.each(Object.entries(COLOURS))('%s is read with a contrast of 10:1 at least', (_, { ink, ground }) => {
    const [dark = 0, light = 0] = [luminance(ink), luminance(ground)].sort((a, b) => a - b)
    expect((light + 0.05) / (dark + 0.05)).toBeGreaterThanOrEqual(10)
  })

  it('no text on the screen or on a report is smaller than 3 millimetres', () => {
    // 12 inch, 1080x1920: 184 pixels an inch. Paper: 203 dots an inch.
    expect((Math.min(...Object.values(TEXT_SIZE)) / 184) * 25.4).toBeGreaterThanOrEqual(3)
    expect((Math.min(REPORT.small, SLIP.latin) / 203) * 25.4).toBeGreaterThanOrEqual(3)
  })
})
