/** QR codes in a photograph of a printed page: several, turned, unevenly lit. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createCanvas, loadImage } from '@napi-rs/canvas'
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader'
import { concatBytes, toHex } from '../../core/keys/hash.ts'
import { readPicture } from '../../core/package/picture.ts'
import { isCodePart } from '../../core/printed/code-parts.ts'
import { ok, type Result, refuse } from '../../core/result.ts'

/** Longer side to which a photograph is brought, in pixels: a code that is not found in so many is too small to be read. */
const LONGER_SIDE = 2_600
/** A telephone's has 12 to 50 million pixels; a picture of more is no photograph, and takes memory before it is one. */
const MOST_PIXELS = 120_000_000

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
  const scale = Math.min(1, LONGER_SIDE / Math.max(image.width, image.height))
  const [width, height] = [Math.ceil(image.width * scale), Math.ceil(image.height * scale)]
  const context = createCanvas(width, height).getContext('2d')
  // What is transparent is paper.
  context.fillStyle = '#ffffff'
  context.fillRect(0, 0, width, height)
  context.drawImage(image, 0, 0, width, height)
  const { data } = context.getImageData(0, 0, width, height)
  const found = new Set((await codesIn({ data, width, height })).filter(isOurs))
  if (found.size === 0)
    return refuse('photo.nothing', where, 'no code of minutes or results can be read in it', next)
  return ok([...found])
}

/** @param pixels red, green, blue, alpha */
async function codesIn(pixels: {
  readonly data: Uint8ClampedArray
  readonly width: number
  readonly height: number
}): Promise<readonly string[]> {
  // Else the library would fetch it from the network.
  const program = createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm')
  await prepareZXingModule({
    overrides: { wasmBinary: readFileSync(program).buffer },
    fireImmediately: true,
  })
  const codes = await readBarcodes(pixels as Parameters<typeof readBarcodes>[0], {
    formats: ['QRCode'],
    maxNumberOfSymbols: 64,
  })
  return codes.filter(({ isValid }) => isValid).map(({ text }) => text)
}

function isOurs(text: string): boolean {
  return isCodePart(text) || text.split('|').length === 4
}
