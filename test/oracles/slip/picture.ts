/** Pictures of one bit a dot, as they come off paper or are made of a screen: finding what is inked and cutting it out. Knows nothing of what it is. */

/** Rows of whole bytes from top to bottom, the leftmost dot the highest bit, 1 is black: a printed slip is one. */
export interface Dots {
  readonly width: number
  readonly height: number
  readonly bitmap: Uint8Array
}

/** Dots from `from` up to, but not including, `to`. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** White around what is cut out, in dots. Tesseract wants some, but reads names worse the more there is (20 and above: measured). */
const MARGIN = 10

/** Whether a dot is black; beside the paper all is white. */
export function isInked({ width, height, bitmap }: Dots, x: number, y: number): boolean {
  if (x < 0 || x >= width || y < 0 || y >= height) return false
  return (((bitmap[y * (width >> 3) + (x >> 3)] ?? 0) >> (7 - (x & 7))) & 1) === 1
}

/** The rows, all black from edge to edge, that are exactly so thick: rules across the paper. */
export function rules({ width, height, bitmap }: Dots, thickness: number): readonly Span[] {
  const stride = width >> 3
  const black = Array.from({ length: height }, (_, y) =>
    bitmap.subarray(y * stride, (y + 1) * stride).every((eight) => eight === 0xff),
  )
  return runs(black).filter(({ from, to }) => to - from === thickness)
}

/** Columns with ink between two rows, as spans parted by white columns. */
export function inkedColumns(dots: Dots, { from, to }: Span): readonly Span[] {
  return runs(
    Array.from({ length: dots.width }, (_, x) => {
      for (let y = from; y < to; y += 1) if (isInked(dots, x, y)) return true
      return false
    }),
  )
}

/** Rows with ink between two columns, within some rows. */
export function inkedRows(dots: Dots, rows: Span, columns: Span): readonly Span[] {
  const inked = Array.from({ length: rows.to - rows.from }, (_, i) => {
    for (let x = columns.from; x < columns.to; x += 1) if (isInked(dots, x, rows.from + i)) return true
    return false
  })
  return runs(inked).map(({ from, to }) => ({ from: from + rows.from, to: to + rows.from }))
}

/** A piece of the paper by itself, with a little white around, as a file that readers take (portable bitmap, P4: 1 is black). */
export function cutOut(dots: Dots, rows: Span, columns: Span): Buffer {
  const width = columns.to - columns.from + 2 * MARGIN
  const height = rows.to - rows.from + 2 * MARGIN
  const stride = Math.ceil(width / 8)
  const bitmap = Buffer.alloc(stride * height)
  for (let y = rows.from; y < rows.to; y += 1) {
    for (let x = columns.from; x < columns.to; x += 1) {
      if (!isInked(dots, x, y)) continue
      const to = x - columns.from + MARGIN
      const byte = (y - rows.from + MARGIN) * stride + (to >> 3)
      bitmap[byte] = (bitmap[byte] ?? 0) | (0x80 >> (to & 7))
    }
  }
  return Buffer.concat([Buffer.from(`P4\n${width} ${height}\n`), bitmap])
}

function runs(set: readonly boolean[]): readonly Span[] {
  const spans: Span[] = []
  let from: number | undefined
  for (const [i, on] of [...set, false].entries()) {
    if (on) from ??= i
    else if (from !== undefined) {
      spans.push({ from, to: i })
      from = undefined
    }
  }
  return spans
}
