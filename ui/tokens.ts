/**
 * Sizes, colours and spaces of everything that is looked at: the screen (a 1080x1920 grid, about 7.2 pixels to a millimetre on a
 * 12 inch panel) and paper (8 dots to a millimetre). Each pair of colours has a contrast of 10:1 or more (VVSG 2.0, 7.1).
 */

/** Text heights on the screen in grid pixels; the smallest has capitals of 3 mm. */
export const TEXT_SIZE = { small: 32, normal: 38, large: 56, huge: 96 } as const
export type TextSize = keyof typeof TEXT_SIZE

/** Distance of two baselines in text heights: Persian needs room below and above. */
export const LINE_HEIGHT = 1.3

/** Ink on ground, by what an element is for. */
export const COLOURS = {
  page: { ink: '#101010', ground: '#ffffff' },
  plain: { ink: '#101010', ground: '#e4e8ee' },
  primary: { ink: '#ffffff', ground: '#00401f' },
  danger: { ink: '#ffffff', ground: '#6e000f' },
  disabled: { ink: '#2b2b2b', ground: '#e8e8e8' },
  rehearsal: { ink: '#000000', ground: '#ffd200' },
} as const

/** Spaces of the screen in grid pixels. */
export const SCREEN = { margin: 40, gap: 12 } as const

/** 80 mm paper at 203 dpi prints 72 mm. */
export const PAPER_WIDTH = 576

/** Text heights and spaces on paper, in dots. A name's letters stand 40 dots and more from head to foot. */
export const SLIP = { margin: 8, title: 36, contest: 34, name: 52, code: 52, latin: 38, rowGap: 4 } as const
export const REPORT = { margin: 8, title: 48, heading: 36, text: 30, small: 24, rowGap: 6 } as const

/** A report is printed in pictures of at most so many dots height, cut between lines. */
export const MAX_PICTURE_HEIGHT = 1_600
