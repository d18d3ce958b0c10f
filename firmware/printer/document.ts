/** What can be printed. Pictures come drawn: no printer's code page shapes Persian. */

/** One-bit picture: rows from the top, each of `widthDots / 8` bytes, the leftmost dot in the highest bit, 1 is black. */
export interface Bitmap {
  /** A multiple of 8. */
  readonly widthDots: number
  readonly heightDots: number
  readonly rows: Uint8Array
}

/** A piece of paper, from the top. */
export interface PrintDocument {
  readonly blocks: readonly PrintBlock[]
}

export type PrintBlock =
  | { readonly kind: 'raster'; readonly bitmap: Bitmap }
  /** Printable ASCII, drawn by the printer itself. */
  | { readonly kind: 'qr'; readonly text: string }
  /** Blank lines, 1 to 255. */
  | { readonly kind: 'feed'; readonly lines: number }
