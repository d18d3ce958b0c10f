/** What a browser shows: as its document says, and as its dots are. */
import { createCanvas, loadImage } from '@napi-rs/canvas'
import type { Page } from 'playwright-core'
import type { Rect } from '../../ui/screen.ts'
import { THRESHOLD } from '../oracles/slip/persian-digits.ts'
import type { Dots } from '../oracles/slip/picture.ts'

/** An element as the document has it; its box in dots of the window. */
export interface Shown extends Rect {
  readonly id: string
  readonly text: string
  readonly lineHeight: number
  /** Can be pressed now. */
  readonly isKey: boolean
}

/** A candidate or a list on a screen: three things to read. */
export interface ShownRow {
  readonly name: Shown
  readonly persian: Shown
  readonly latin: Shown
}

/** Letters may stand a little out of the line that the style gives them. */
const AROUND = 4

/** All elements of the screen, in the order of the document. */
export function shownOn(page: Page): Promise<readonly Shown[]> {
  return page.evaluate(`[...document.querySelectorAll('.screen > [data-id]')].map((element) => {
    const { x, y, width, height } = element.getBoundingClientRect()
    const lineHeight = Number.parseFloat(getComputedStyle(element).lineHeight)
    const isKey = element instanceof HTMLButtonElement && !element.disabled
    return { id: element.dataset.id, text: element.textContent, x, y, width, height, lineHeight, isKey }
  })`)
}

/** The rows whose ids begin so. Throws where a name stands without its two codes. */
export function rowsOn(shown: readonly Shown[], prefix: '' | 'added-'): readonly ShownRow[] {
  const called = (id: string) => {
    const element = shown.find((known) => known.id === id)
    if (element === undefined) throw new Error(`a name without ${id}`)
    return element
  }
  const before = `${prefix}name-`
  return shown
    .filter(({ id }) => id.startsWith(before))
    .map((name) => {
      const which = name.id.slice(before.length)
      return { name, persian: called(`${prefix}code-${which}`), latin: called(`${prefix}latin-${which}`) }
    })
}

/** The dots of an element's lines, each by itself, from one picture of the window. */
export type CutLines = (element: Shown) => readonly Dots[]

/** Takes a picture of these rows as they are on the screen. */
export async function photograph(page: Page, rows: readonly ShownRow[]): Promise<CutLines> {
  const elements = rows.flatMap(({ name, persian, latin }) => [name, persian, latin])
  const x = Math.max(0, Math.min(...elements.map((element) => element.x)) - AROUND)
  const y = Math.max(0, Math.min(...elements.map((element) => element.y)) - AROUND)
  const width = Math.max(...elements.map((element) => element.x + element.width)) + AROUND - x
  const height = Math.max(...elements.map((element) => element.y + element.height)) + AROUND - y
  const image = await loadImage(await page.screenshot({ clip: { x, y, width, height } }))
  const canvas = createCanvas(image.width, image.height)
  const context = canvas.getContext('2d')
  context.drawImage(image, 0, 0)
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height)
  return (element) => {
    const lines = Math.max(1, Math.round(element.height / element.lineHeight))
    const high = element.height / lines
    return Array.from({ length: lines }, (_, line) =>
      dotsOf(pixels, {
        x: Math.round(element.x - x) - AROUND,
        y: Math.round(element.y - y + line * high) - AROUND,
        width: Math.round(element.width) + 2 * AROUND,
        height: Math.round(high) + 2 * AROUND,
      }),
    )
  }
}

/** Dark dots of a part of a picture; what lies outside is light. */
function dotsOf(
  {
    width,
    height,
    data,
  }: { readonly width: number; readonly height: number; readonly data: Uint8ClampedArray },
  part: Rect,
): Dots {
  const stride = Math.ceil(part.width / 8)
  const bitmap = new Uint8Array(stride * part.height)
  for (let y = Math.max(0, -part.y); y < Math.min(part.height, height - part.y); y += 1) {
    for (let x = Math.max(0, -part.x); x < Math.min(part.width, width - part.x); x += 1) {
      const at = 4 * ((part.y + y) * width + part.x + x)
      const light = ((data[at] ?? 255) + (data[at + 1] ?? 255) + (data[at + 2] ?? 255)) / 3
      if (light < THRESHOLD) {
        const byte = y * stride + (x >> 3)
        bitmap[byte] = (bitmap[byte] ?? 0) | (0x80 >> (x & 7))
      }
    }
  }
  return { width: 8 * stride, height: part.height, bitmap }
}
