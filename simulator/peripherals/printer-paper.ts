/** The paper in a virtual printer: the strip that hangs out of it, and what has dropped into the box. */

/** Dots across the paper: 72 mm of 8 dots. */
export const PAPER_DOTS = 576
const ROW_BYTES = PAPER_DOTS / 8

/** A piece of printed paper. */
export interface PrintedSlip {
  readonly width: typeof PAPER_DOTS
  readonly height: number
  /** Row by row from the top, eight dots a byte, the left one highest; 1 is black. */
  readonly bitmap: Uint8Array
  /** What its QR symbols say, in the order they were printed. */
  readonly qrTexts: readonly string[]
}

/** A slip that has come off, and how. */
export interface DroppedSlip extends PrintedSlip {
  readonly by: 'cutter' | 'tear'
}

/** A row of dots before it is printed: bytes from the left edge, and the QR text that is complete once it is out. */
export interface PaperRow {
  readonly dots: Uint8Array
  readonly qrText?: string
}

/** A blank row. */
export const BLANK_ROW: PaperRow = { dots: new Uint8Array(ROW_BYTES) }

/** The strip behind the glass, and what has fallen from it. */
export class HangingPaper {
  readonly #listeners: ((slip: DroppedSlip) => void)[] = []
  /** What has come off, in order. */
  readonly dropped: DroppedSlip[] = []
  #rows: Uint8Array[] = []
  #qrTexts: string[] = []

  /** Adds a row at the bottom. */
  print(row: PaperRow): void {
    this.#rows.push(row.dots)
    if (row.qrText !== undefined) this.#qrTexts.push(row.qrText)
  }

  /** What hangs there, or undefined when there is nothing. */
  slip(): PrintedSlip | undefined {
    if (this.#rows.length === 0) return undefined
    const bitmap = new Uint8Array(this.#rows.length * ROW_BYTES)
    for (const [y, row] of this.#rows.entries()) bitmap.set(row, y * ROW_BYTES)
    return { width: PAPER_DOTS, height: this.#rows.length, bitmap, qrTexts: [...this.#qrTexts] }
  }

  /** Calls back with each slip that comes off. */
  onDrop(listener: (slip: DroppedSlip) => void): void {
    this.#listeners.push(listener)
  }

  /** The strip falls, if any hangs there. */
  drop(by: DroppedSlip['by']): void {
    const slip = this.slip()
    if (slip === undefined) return
    this.#rows = []
    this.#qrTexts = []
    const dropped = { ...slip, by }
    this.dropped.push(dropped)
    for (const listener of this.#listeners) listener(dropped)
  }
}

/** A picture laid onto the paper: scaled, moved to its side, and cut off at the right edge. */
export function layOut(
  picture: { readonly width: number; readonly rows: number; dot(x: number, y: number): boolean },
  scale: { readonly x: number; readonly y: number },
  side: 'left' | 'centre' | 'right',
): PaperRow[] {
  const width = picture.width * scale.x
  const free = Math.max(0, PAPER_DOTS - width)
  const left = side === 'left' ? 0 : side === 'right' ? free : Math.floor(free / 2)
  const out: PaperRow[] = []
  for (let y = 0; y < picture.rows; y += 1) {
    const dots = new Uint8Array(ROW_BYTES)
    for (let x = 0; x < Math.min(width, PAPER_DOTS); x += 1) {
      const at = left + x
      const byte = at >> 3
      if (picture.dot(Math.floor(x / scale.x), y)) dots[byte] = (dots[byte] ?? 0) | (0x80 >> (at & 7))
    }
    for (let copy = 0; copy < scale.y; copy += 1) out.push({ dots })
  }
  return out
}

/** The rows on paper of one row of a picture: eight dots a byte, the left one highest. */
export function rasterRows(
  data: Uint8Array,
  scale: { readonly x: number; readonly y: number },
  side: 'left' | 'centre' | 'right',
): PaperRow[] {
  // As wide as the paper: nothing to move.
  if (data.length === ROW_BYTES && scale.x === 1 && scale.y === 1) return [{ dots: data }]
  const dot = (x: number): boolean => (((data[x >> 3] ?? 0) >> (7 - (x & 7))) & 1) === 1
  return layOut({ width: 8 * data.length, rows: 1, dot }, scale, side)
}
