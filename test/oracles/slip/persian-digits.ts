/**
 * Reads Persian digits by their shape: each is laid over the ten digits drawn with the same font, and the one with the fewest differing dots is
 * it. No public reader is asked: tesseract 5.3 reads 4 of the demonstration's 16 codes rightly, told that only such digits can come.
 */
import { createCanvas } from '@napi-rs/canvas'
import type { PrintedSlip } from '../../../simulator/peripherals/printer.ts'
import { type Fonts, fontOf } from '../../../ui/fonts.ts'
import { SLIP } from '../../../ui/tokens.ts'
import { cutOut, inkedRows, isInked, type Span } from './picture.ts'

/** Inked dots within the smallest box around them. */
interface Shape {
  readonly width: number
  readonly height: number
  dot(x: number, y: number): boolean
}

/** A digit as one font draws it; a canvas puts glyphs at parts of a dot, so each is drawn at a few of them. */
interface Template {
  readonly digit: string
  readonly shape: Shape
}

const ZERO = 0x06f0
const STEPS = 4
/** Brighter than this is paper, as on the slip (ui/paper/raster.ts). */
const THRESHOLD = 150
/** At most this share of a box may differ from its template. */
const WORST = 0.1
/** The next best digit must differ by so many times more. */
const CLEAR = 2

/** Reads digits of one font in the size of a slip's codes. */
export class PersianDigits {
  readonly #templates: readonly Template[]
  /** What was read before, by its dots: the same digit stands on many slips. */
  readonly #known = new Map<string, string | undefined>()

  constructor(fonts: Fonts) {
    this.#templates = Array.from({ length: 10 * STEPS }, (_, i) => {
      const digit = Math.floor(i / STEPS)
      return { digit: String(digit), shape: drawn(fonts, digit, (i % STEPS) / STEPS) }
    })
  }

  /** The digit in these columns; undefined if it is none of the ten, or not clearly one. */
  read(slip: PrintedSlip, rows: Span, columns: Span): string | undefined {
    const inked = inkedRows(slip, rows, columns)
    const [top, bottom] = [inked[0]?.from ?? rows.from, inked.at(-1)?.to ?? rows.to]
    const key = cutOut(slip, { from: top, to: bottom }, columns).toString('latin1')
    if (!this.#known.has(key)) {
      const dot = (x: number, y: number) => isInked(slip, columns.from + x, top + y)
      this.#known.set(key, this.#nearest({ width: columns.to - columns.from, height: bottom - top, dot }))
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
    return first[1] <= WORST && second[1] >= CLEAR * first[1] ? first[0] : undefined
  }
}

/** A digit, moved to the right by part of a dot. */
function drawn(fonts: Fonts, digit: number, by: number): Shape {
  const canvas = createCanvas(2 * SLIP.code, 2 * SLIP.code)
  const context = canvas.getContext('2d')
  context.fillStyle = '#ffffff'
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.fillStyle = '#000000'
  context.font = fontOf(fonts, SLIP.code, true)
  context.textBaseline = 'middle'
  context.fillText(String.fromCharCode(ZERO + digit), SLIP.code / 2 + by, SLIP.code)
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height)
  const inked = (x: number, y: number) => (data[4 * (y * canvas.width + x)] ?? 255) < THRESHOLD
  return boxAround(canvas.width, canvas.height, inked)
}

/** Share of dots that differ where both are laid on one another by their top left corners. */
function difference(a: Shape, b: Shape): number {
  const [width, height] = [Math.max(a.width, b.width), Math.max(a.height, b.height)]
  let differing = 0
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const inA = x < a.width && y < a.height && a.dot(x, y)
      const inB = x < b.width && y < b.height && b.dot(x, y)
      if (inA !== inB) differing += 1
    }
  }
  return differing / (width * height)
}

function boxAround(width: number, height: number, inked: (x: number, y: number) => boolean): Shape {
  const points = Array.from(
    { length: width * height },
    (_, i) => [i % width, Math.floor(i / width)] as const,
  ).filter(([x, y]) => inked(x, y))
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)]
  const [left, top] = [Math.min(...xs), Math.min(...ys)]
  return {
    width: Math.max(...xs) + 1 - left,
    height: Math.max(...ys) + 1 - top,
    dot: (x, y) => inked(left + x, top + y),
  }
}
