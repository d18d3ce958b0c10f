/**
 * Sizes, colours and spaces of everything that is looked at: the screen (a 1080x1920 grid, about 7.2 pixels to a millimetre on a
 * 12 inch panel) and paper (8 dots to a millimetre).
 */

/** The four text sizes that a voter may choose; 2 is what a session begins with. */
export const TEXT_LEVELS = [1, 2, 3, 4] as const
export type TextLevel = (typeof TEXT_LEVELS)[number]

/**
 * Text heights on the screen in grid pixels, by level. VVSG 2.0, 7.1-G asks for capitals of 3.5, 4.2, 5.6 and 7.1 mm; those of Vazirmatn
 * take 0.719 of the text height, so that the smallest text of a level stands at least 36, 43, 57 or 72 pixels high.
 */
export const TEXT_SIZE = {
  small: { 1: 36, 2: 43, 3: 57, 4: 72 },
  normal: { 1: 40, 2: 48, 3: 60, 4: 74 },
  large: { 1: 54, 2: 60, 3: 70, 4: 80 },
  huge: { 1: 96, 2: 96, 3: 96, 4: 96 },
} as const
export type TextSize = keyof typeof TEXT_SIZE

/** Distance of two baselines in text heights: Persian needs room below and above. */
export const LINE_HEIGHT = 1.3

/** Ink on ground of one kind of element. */
interface Pair {
  readonly ink: string
  readonly ground: string
}

/** What an element can be for, as far as its colours tell. */
export type Paint = 'page' | 'plain' | 'primary' | 'danger' | 'disabled' | 'rehearsal'

/**
 * The four contrasts that a voter may choose; `light` is what a session begins with. Each pair has a contrast of 10:1 or more (VVSG 2.0,
 * 7.1-C to E).
 */
export const CONTRASTS = {
  light: {
    page: { ink: '#101010', ground: '#ffffff' },
    plain: { ink: '#101010', ground: '#e4e8ee' },
    primary: { ink: '#ffffff', ground: '#00401f' },
    danger: { ink: '#ffffff', ground: '#6e000f' },
    disabled: { ink: '#2b2b2b', ground: '#e8e8e8' },
    rehearsal: { ink: '#000000', ground: '#ffd200' },
  },
  dark: {
    page: { ink: '#ffffff', ground: '#000000' },
    plain: { ink: '#ffffff', ground: '#2a2d33' },
    primary: { ink: '#000000', ground: '#8fe3b0' },
    danger: { ink: '#000000', ground: '#ffb3b8' },
    disabled: { ink: '#d9d9d9', ground: '#1c1c1c' },
    rehearsal: { ink: '#000000', ground: '#ffd200' },
  },
  'yellow-on-black': {
    page: { ink: '#ffe14d', ground: '#000000' },
    plain: { ink: '#ffe14d', ground: '#24220f' },
    primary: { ink: '#000000', ground: '#ffe14d' },
    danger: { ink: '#000000', ground: '#ffffff' },
    disabled: { ink: '#d8c36a', ground: '#161616' },
    rehearsal: { ink: '#000000', ground: '#ffd200' },
  },
  cream: {
    page: { ink: '#1b1464', ground: '#fff8dc' },
    plain: { ink: '#1b1464', ground: '#f3e9c3' },
    primary: { ink: '#fffdf3', ground: '#1b1464' },
    danger: { ink: '#fffdf3', ground: '#5f000d' },
    disabled: { ink: '#2e2a4f', ground: '#efe8cd' },
    rehearsal: { ink: '#000000', ground: '#ffd200' },
  },
} as const satisfies Readonly<Record<string, Readonly<Record<Paint, Pair>>>>
export type Contrast = keyof typeof CONTRASTS

/** Spaces of the screen in grid pixels; `border` is the line around what can be pressed, `focus` the frame of what has the focus. */
export const SCREEN = { margin: 40, gap: 12, padding: 10, border: 3, focus: 10 } as const

/** 80 mm paper at 203 dpi prints 72 mm. */
export const PAPER_WIDTH = 576

/** Text heights and spaces on paper, in dots. A name's letters stand 40 dots and more from head to foot. */
export const SLIP = { margin: 8, title: 36, contest: 34, name: 52, code: 52, latin: 38, rowGap: 4 } as const
export const REPORT = { margin: 8, title: 48, heading: 36, text: 30, small: 24, rowGap: 6 } as const

/** A report is printed in pictures of at most so many dots height, cut between lines. */
export const MAX_PICTURE_HEIGHT = 1_600
