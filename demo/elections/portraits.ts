/** Portraits of candidates, invented as they are: a figure without a face in a colour of its own, and the word for "invented" across it. */
import { createCanvas, type SKRSContext2D } from '@napi-rs/canvas'
import { sha256 } from '../../core/keys/hash.ts'
import { fontOf, installedFontFiles, registerFonts } from '../../ui/fonts.ts'

const WIDTH = 300
const HEIGHT = 400
const BAND = 64
const QUALITY = 85

const drawn = new Map<string, Uint8Array>()

/** The portrait of whoever has that name in Persian, as WebP: always the same for the same name, and drawn once. */
export function portrait(name: string): Uint8Array {
  const picture = drawn.get(name) ?? draw(name)
  drawn.set(name, picture)
  return picture
}

function draw(name: string): Uint8Array {
  const canvas = createCanvas(WIDTH, HEIGHT)
  const context = canvas.getContext('2d')
  // Degrees of the colour circle, and how broad the shoulders and how long the head are.
  const [hue = 0, high = 0, shoulders = 0, head = 0] = sha256(Buffer.from(name))
  drawFigure(context, {
    hue: ((hue * 256 + high) * 360) / 65_536,
    shoulders: 96 + shoulders / 10,
    head: 62 + head / 25,
  })
  drawWords(context, initialsOf(name))
  return new Uint8Array(canvas.toBuffer('image/webp', QUALITY))
}

function drawFigure(
  context: SKRSContext2D,
  { hue, shoulders, head }: { readonly hue: number; readonly shoulders: number; readonly head: number },
): void {
  const middle = WIDTH / 2
  const ground = context.createLinearGradient(0, 0, 0, HEIGHT)
  ground.addColorStop(0, `hsl(${hue}, 30%, 88%)`)
  ground.addColorStop(1, `hsl(${hue}, 30%, 74%)`)
  context.fillStyle = ground
  context.fillRect(0, 0, WIDTH, HEIGHT)
  context.fillStyle = `hsl(${hue}, 45%, 28%)`
  context.beginPath()
  context.ellipse(middle, HEIGHT, shoulders + 30, 190, 0, Math.PI, 2 * Math.PI)
  context.fill()
  context.fillStyle = `hsl(${hue}, 25%, 50%)`
  context.beginPath()
  context.roundRect(middle - 26, 170, 52, 70, 24)
  context.fill()
  context.beginPath()
  context.ellipse(middle, 130, 52, head, 0, 0, 2 * Math.PI)
  context.fill()
}

function drawWords(context: SKRSContext2D, initials: string): void {
  const fonts = registerFonts(installedFontFiles())
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  context.direction = 'rtl'
  context.fillStyle = '#ffffff'
  context.font = fontOf(fonts, 60, true)
  context.fillText(initials, WIDTH / 2, 284)
  context.fillStyle = '#101010'
  context.fillRect(0, HEIGHT - BAND, WIDTH, BAND)
  context.fillStyle = '#ffffff'
  context.font = fontOf(fonts, 40, true)
  context.fillText('ساختگی', WIDTH / 2, HEIGHT - BAND / 2)
}

/** The first letter of each word, at most two, that do not join. */
function initialsOf(name: string): string {
  const words = name.split(/[\s\u200c]+/)
  return words
    .slice(0, 2)
    .map((word) => word.slice(0, 1))
    .join('\u200c ')
}
