/**
 * Reads Persian digits by their shape, on paper and on screens: each is laid over the ten digits drawn with the same font, and the one with the
 * fewest differing dots is it. No public reader is asked: tesseract 5.3 reads 4 of the demonstration's 16 codes rightly, told that only such
 * digits can come.
 */
import { createCanvas } from '@napi-rs/canvas'
import { type Fonts, fontOf } from '../../../ui/fonts.ts'
import { cutOut, type Dots, inkedRows, isInked, type Span } from './picture.ts'

/** Dots within the smallest box around what is inked, row by row; 1 is inked. */
interface Shape {
  readonly width: number
  readonly height: number
  readonly dots: Uint8Array
}

/** A digit as one font draws it; a canvas puts glyphs at parts of a dot, so each is drawn at a few of them. */
interface Template {
  readonly digit: string
  readonly shape: Shape
}

const ZERO = 0x06f0
const STEPS = 4
/** Brighter than this is paper (ui/paper/raster.ts), and the ground of a screen. */
export const THRESHOLD = 150
/** At most this share of a box may differ from its template. */
const WORST = 0.01
/** From the next best digit it differs by this share or more. */
const CLEAR = 0.03

/** How digits are set: their height in dots, and the weight. */
export interface DigitStyle {
  readonly size: number
  readonly bold: boolean
}

/** Reads digits of one font in one size and weight. */
export class PersianDigits {
  readonly #templates: readonly Template[]
  /** What was read before, by its dots: the same digit comes many times. */
  readonly #known = new Map<string, string | undefined>()

  constructor(fonts: Fonts, style: DigitStyle) {
    this.#templates = Array.from({ length: 10 * STEPS }, (_, i) => {
      const digit = Math.floor(i / STEPS)
      return { digit: String(digit), shape: drawn(fonts, style, digit, (i % STEPS) / STEPS) }
    })
  }

  /** The digit in these columns; undefined if it is none of the ten, or not clearly one. */
  read(picture: Dots, rows: Span, columns: Span): string | undefined {
    const inked = inkedRows(picture, rows, columns)
    const [top, bottom] = [inked[0]?.from ?? rows.from, inked.at(-1)?.to ?? rows.to]
    const key = cutOut(picture, { from: top, to: bottom }, columns).toString('latin1')
    if (!this.#known.has(key)) {
      const inked = (x: number, y: number) => isInked(picture, columns.from + x, top + y)
      this.#known.set(key, this.#nearest(shapeOf(columns.to - columns.from, bottom - top, inked)))
    }
    return this.#known.get(key)
  }

  #nearest(shape: Shape): string | undefined {
    const best = new Map<string, number>()
    for (const { digit, shape: template } of this.#templates) {
      best.set(digit, Math.min(best.get(digit) ?? 1, difference(shape, template)))
    }
    const [first, second] = [...best].sort((a, b) => a[1] - b[1])
    if (first === undefined || second === undefined) return undefined
    return first[1] <= WORST && second[1] >= CLEAR ? first[0] : undefined
  }
}

/** A digit, moved to the right by part of a dot. */
function drawn(fonts: Fonts, { size, bold }: DigitStyle, digit: number, by: number): Shape {
  const canvas = createCanvas(2 * size, 2 * size)
  const context = canvas.getContext('2d')
  context.fillStyle = '#ffffff'
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.fillStyle = '#000000'
  context.font = fontOf(fonts, size, bold)
  context.textBaseline = 'middle'
  context.fillText(String.fromCharCode(ZERO + digit), size / 2 + by, size)
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height)
  const inked = (x: number, y: number) => (data[4 * (y * canvas.width + x)] ?? 255) < THRESHOLD
  return trimmed(shapeOf(canvas.width, canvas.height, inked))
}

/**
 * Share of dots that differ where both are laid on one another by their top left corners. Edges come out a dot apart from one program that draws
 * to another: a dot differs where the other shape has none like it within a dot.
 */
function difference(a: Shape, b: Shape): number {
  const [width, height] = [Math.max(a.width, b.width), Math.max(a.height, b.height)]
  let differing = 0
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const dot = dotAt(a, x, y)
      if (dot !== dotAt(b, x, y) && !isAround(b, x, y, dot) && !isAround(a, x, y, 1 - dot)) differing += 1
    }
  }
  return differing / (width * height)
}

function isAround(shape: Shape, x: number, y: number, dot: number): boolean {
  return [-1, 0, 1].some((down) => [-1, 0, 1].some((right) => dotAt(shape, x + right, y + down) === dot))
}

/** What is beside a shape is white. */
function dotAt({ width, height, dots }: Shape, x: number, y: number): number {
  return x >= 0 && x < width && y >= 0 && y < height ? (dots[y * width + x] ?? 0) : 0
}

function shapeOf(width: number, height: number, inked: (x: number, y: number) => boolean): Shape {
  const dots = Uint8Array.from({ length: width * height }, (_, i) =>
    inked(i % width, Math.floor(i / width)) ? 1 : 0,
  )
  return { width, height, dots }
}

/** A shape without what is white around it. */
function trimmed({ width, height, dots }: Shape): Shape {
  let [left, top, right, bottom] = [width, height, 0, 0]
  for (const [i, dot] of dots.entries()) {
    if (dot === 0) continue
    left = Math.min(left, i % width)
    right = Math.max(right, (i % width) + 1)
    top = Math.min(top, Math.floor(i / width))
    bottom = Math.floor(i / width) + 1
  }
  return shapeOf(right - left, bottom - top, (x, y) => dots[(top + y) * width + left + x] === 1)
}
