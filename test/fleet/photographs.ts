/** A printed page as somebody photographs it: a piece of it, at a size, turned and leaning, lit from one side, a little out of focus, with noise. */
import { createCanvas, loadImage } from '@napi-rs/canvas'
import type { PrintedSlip } from '../../simulator/peripherals/printer.ts'
import { slipPng } from '../../simulator/peripherals/slip-png.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'

/** How it was taken. */
export interface Shot {
  /** Rows of the page. */
  readonly from: number
  readonly to: number
  /** Pixels a dot. */
  readonly scale: number
  readonly degrees: number
  /** How much narrower the far end is, 0 to 1. */
  readonly lean: number
  readonly blurPixels: number
  readonly as: 'image/png' | 'image/jpeg'
}

const NOISE = 24

/** The file that the telephone writes. */
export async function photograph(slip: PrintedSlip, shot: Shot): Promise<Buffer> {
  const { from, to, scale, degrees, lean, blurPixels } = shot
  const page = await loadImage(slipPng(slip))
  const [width, height] = [slip.width * scale, (to - from) * scale]
  const paper = createCanvas(width, height)
  const strips = paper.getContext('2d')
  strips.fillStyle = '#f4f0e6'
  strips.fillRect(0, 0, width, height)
  // Row by row narrower towards the far end.
  for (let row = from; row < to; row += 1) {
    const across = width * (1 - (lean * (to - row)) / (to - from))
    strips.drawImage(
      page,
      0,
      row,
      slip.width,
      1,
      (width - across) / 2,
      (row - from) * scale,
      across,
      scale + 1,
    )
  }
  const side = Math.ceil(Math.hypot(width, height) * 1.1)
  const table = createCanvas(side, side)
  const context = table.getContext('2d')
  context.fillStyle = '#5a4a3a'
  context.fillRect(0, 0, side, side)
  context.translate(side / 2, side / 2)
  context.rotate((degrees * Math.PI) / 180)
  context.filter = `blur(${blurPixels}px)`
  context.drawImage(paper, -width / 2, -height / 2)
  context.resetTransform()
  const image = context.getImageData(0, 0, side, side)
  const noise = seededRandom(`noise ${from} ${degrees}`).bytes(side * side)
  for (let i = 0; i < side * side; i += 1) {
    const [x, y] = [i % side, Math.floor(i / side)]
    // Half as bright at one corner as at the other.
    const light = 1 - (0.5 * (x + y)) / (2 * side)
    const grain = ((noise[i] ?? 0) / 255 - 0.5) * NOISE
    for (let channel = 0; channel < 3; channel += 1)
      image.data[4 * i + channel] = (image.data[4 * i + channel] ?? 0) * light + grain
  }
  context.putImageData(image, 0, 0)
  return shot.as === 'image/png' ? table.toBuffer('image/png') : table.toBuffer('image/jpeg', 80)
}
