/** Draws a layout as the printer will: one bit a dot. */
import { createCanvas } from '@napi-rs/canvas'
import { type Fonts, fontOf } from '../fonts.ts'
import type { PaperLayout } from './layout.ts'

/** A picture of one bit a dot, rows padded to whole bytes, the leftmost dot in the highest bit, 1 is black. */
export interface Bitmap {
  readonly widthDots: number
  readonly heightDots: number
  /** `ceil(widthDots / 8) * heightDots` bytes. */
  readonly rows: Uint8Array
}

/** Below this brightness (of 255) a dot is black; a little high, since thin strokes fade on worn print heads. */
const THRESHOLD = 150

/** Draws a layout with the canvas' own text shaping. */
export function rasterise(layout: PaperLayout, fonts: Fonts): Bitmap {
  const { widthDots, heightDots } = layout
  const canvas = createCanvas(widthDots, heightDots)
  const context = canvas.getContext('2d')
  context.fillStyle = '#ffffff'
  context.fillRect(0, 0, widthDots, heightDots)
  context.textBaseline = 'middle'
  for (const item of layout.items) {
    if (item.is === 'bar') {
      context.fillStyle = '#000000'
      context.fillRect(item.x, item.y, item.width, item.height)
    } else {
      context.fillStyle = item.white ? '#ffffff' : '#000000'
      context.font = fontOf(fonts, item.size, item.bold)
      context.direction = item.direction
      context.textAlign = item.align
      context.fillText(item.text, item.x, item.y)
    }
  }
  return pack(context.getImageData(0, 0, widthDots, heightDots).data, widthDots, heightDots)
}

/** RGBA to one bit a dot. The drawing is grey, so red alone tells the brightness. */
function pack(pixels: Uint8ClampedArray, widthDots: number, heightDots: number): Bitmap {
  const rowBytes = Math.ceil(widthDots / 8)
  const rows = new Uint8Array(rowBytes * heightDots)
  let pixel = 0
  for (let y = 0; y < heightDots; y += 1) {
    for (let x = 0; x < widthDots; x += 1, pixel += 4) {
      if ((pixels[pixel] ?? 255) >= THRESHOLD) continue
      const byte = y * rowBytes + (x >> 3)
      rows[byte] = (rows[byte] ?? 0) | (0x80 >> (x & 7))
    }
  }
  return { widthDots, heightDots, rows }
}
