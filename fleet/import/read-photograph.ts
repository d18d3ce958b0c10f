/**
 * QR codes in a photograph of a printed page: several, turned, unevenly lit. The reader finds one code at a time and is led astray by a second one
 * beside it, so it looks through windows of several sizes, at several scales, and what was found is painted over.
 */
import { createCanvas, loadImage } from '@napi-rs/canvas'
import jsQR, { type QRCode } from 'jsqr'
import { concatBytes, toHex } from '../../core/keys/hash.ts'
import { readPicture } from '../../core/package/picture.ts'
import { countCodes, isCodePart } from '../../core/printed/code-parts.ts'
import { ok, type Result, refuse } from '../../core/result.ts'

/** Longer sides to which a photograph is brought, in pixels: a code is found sooner in a small one, and only in a large one if it is far away. */
const SIDES = [1_000, 1_800, 2_600] as const
/** Windows by their share of the longer side; each overlaps the next by half. */
const SHARES = [1, 1 / 2, 1 / 3, 1 / 5] as const
/** A telephone's has 12 to 50 million pixels; a picture of more is no photograph, and takes memory before it is one. */
const MOST_PIXELS = 120_000_000
/** Of a window smaller than this no code is read. */
const SMALLEST = 80

/** The package's types say "default", Node's loader of CommonJS gives the function itself. */
const read = jsQR as unknown as typeof jsQR.default

const PNG = '89504e470d0a1a0a'
const JPEG = 'ffd8ff'
const JPEG_END = Uint8Array.of(0xff, 0xd9)

/** Whether these bytes begin as a PNG or a JPEG does. */
export function isPhotograph(bytes: Uint8Array): boolean {
  const first = toHex(bytes.subarray(0, 8))
  return first === PNG || first.startsWith(JPEG)
}

/** Pixels, by the header; telephones write more behind a JPEG's end than belongs to it. */
function pixelsOf(bytes: Uint8Array): number | undefined {
  const picture = readPicture(bytes) ?? readPicture(concatBytes(bytes, JPEG_END))
  return picture && picture.width * picture.height
}

/** The texts of all codes of ours, each once: parts of results, and the heads of minutes. */
export async function readPhotograph(bytes: Buffer, where: string): Promise<Result<readonly string[]>> {
  const next = 'Take it again: the paper flat, in even light, all of each code with white around it.'
  const pixels = pixelsOf(bytes)
  if (pixels !== undefined && pixels > MOST_PIXELS)
    return refuse('photo.size', where, 'it is larger than any photograph', next)
  const image = pixels === undefined ? undefined : await loadImage(bytes).catch(() => undefined)
  if (image === undefined || image.width < 1 || image.height < 1)
    return refuse('photo.damaged', where, 'it is no picture, or a damaged one', next)
  const longer = Math.max(image.width, image.height)
  const found = new Set<string>()
  for (const side of SIDES) {
    const scale = Math.min(1, side / longer)
    const [width, height] = [Math.ceil(image.width * scale), Math.ceil(image.height * scale)]
    const context = createCanvas(width, height).getContext('2d')
    // What is transparent is paper.
    context.fillStyle = '#ffffff'
    context.fillRect(0, 0, width, height)
    context.drawImage(image, 0, 0, width, height)
    const whole = { width, height, data: context.getImageData(0, 0, width, height).data }
    for (const text of codesIn(whole)) {
      found.add(text)
      if (isWhole([...found])) return ok([...found])
    }
    if (scale === 1) break
  }
  if (found.size === 0)
    return refuse('photo.nothing', where, 'no code of minutes or results can be read in it', next)
  return ok([...found])
}

/** Whether nothing is missing of the pages that were seen. */
function isWhole(texts: readonly string[]): boolean {
  const { found, parts } = countCodes(texts.filter(isCodePart))
  return parts > 0 && found === parts
}

interface Pixels {
  readonly width: number
  readonly height: number
  /** Red, green, blue, alpha. */
  readonly data: Uint8ClampedArray
}

function* codesIn(whole: Pixels): Generator<string> {
  const longer = Math.max(whole.width, whole.height)
  for (const share of SHARES) {
    const side = Math.ceil(longer * share)
    if (side < SMALLEST) return
    for (const top of starts(whole.height, side)) {
      for (const left of starts(whole.width, side)) {
        const window = cut(whole, left, top, side)
        for (let code = look(window); code !== null; code = look(window)) {
          paintOver(window, code, 0, 0)
          paintOver(whole, code, left, top)
          if (isOurs(code.data)) yield code.data
        }
      }
    }
  }
}

function look({ data, width, height }: Pixels): QRCode | null {
  return read(data, width, height, { inversionAttempts: 'dontInvert' })
}

function isOurs(text: string): boolean {
  return isCodePart(text) || text.split('|').length === 4
}

/** Where windows of a side begin: half a window from each other, the last at the end. */
function starts(length: number, side: number): readonly number[] {
  if (side >= length) return [0]
  const count = Math.ceil((2 * (length - side)) / side)
  return Array.from({ length: count + 1 }, (_, i) => Math.round((i * (length - side)) / count))
}

function cut(whole: Pixels, left: number, top: number, side: number): Pixels {
  const [width, height] = [Math.min(side, whole.width - left), Math.min(side, whole.height - top)]
  const data = new Uint8ClampedArray(4 * width * height)
  for (let y = 0; y < height; y += 1) {
    const from = 4 * ((top + y) * whole.width + left)
    data.set(whole.data.subarray(from, from + 4 * width), 4 * y * width)
  }
  return { width, height, data }
}

/** Whitens the four-sided figure of a code; by its sides, since a box around a turned code would cover its neighbour too. */
function paintOver({ data, width, height }: Pixels, { location }: QRCode, left: number, top: number): void {
  const { topLeftCorner, topRightCorner, bottomRightCorner, bottomLeftCorner } = location
  const corners = [topLeftCorner, topRightCorner, bottomRightCorner, bottomLeftCorner].map(({ x, y }) => ({
    x: x + left,
    y: y + top,
  }))
  const [xs, ys] = [corners.map(({ x }) => x), corners.map(({ y }) => y)]
  const [endX, endY] = [Math.min(width - 1, Math.max(...xs)), Math.min(height - 1, Math.max(...ys))]
  for (let y = Math.max(0, Math.floor(Math.min(...ys))); y <= endY; y += 1) {
    for (let x = Math.max(0, Math.floor(Math.min(...xs))); x <= endX; x += 1) {
      const isIn = corners.every(({ x: ax, y: ay }, i) => {
        const { x: bx, y: by } = corners[(i + 1) % 4] ?? { x: ax, y: ay }
        return (bx - ax) * (y - ay) - (by - ay) * (x - ax) >= 0
      })
      if (isIn) data.fill(255, 4 * (y * width + x), 4 * (y * width + x) + 3)
    }
  }
}
