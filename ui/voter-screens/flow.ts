/** Blocks under each other: as many as have room on a page, the rest on the next. Nothing scrolls and nothing is cut off. */
import { BUTTON_HEIGHT, type Draft, key, LEFT, type Piece, placed, WIDTH } from '../drafts.ts'
import { SCREEN } from '../tokens.ts'
import { voterText } from '../voter-texts.ts'
import {
  digits,
  doesNotFit,
  heightOf,
  linesOf,
  type Setting,
  sized,
  sizeFor,
  widestCode,
  widthFor,
} from './setting.ts'
import type { PagedDrafts } from './view.ts'

/** Something of a height that is drawn where it comes to lie. */
export interface Block {
  readonly height: number
  /** How many things of the list it holds. */
  readonly things: number
  readonly draw: (top: number) => readonly Draft[]
}

/** Lines of a part of a text that is taken apart. */
const LINES_OF_PART = 2

/** Where blocks are stacked: from `top` to `bottom`, over the full width. */
export interface Room {
  readonly top: number
  readonly bottom: number
}

/** A text, or a key, over the full width. */
export function blockOf(setting: Setting, piece: Piece, gapBelow = 0): Block {
  const least = piece.press ? BUTTON_HEIGHT : 0
  const height = Math.max(least, heightOf(setting, piece, WIDTH))
  return {
    height: height + gapBelow,
    things: 1,
    draw: (top) => [placed(piece, { x: LEFT, y: top, width: WIDTH, height })],
  }
}

/** A text taken apart, a few lines a block, where it is too high for a page. */
export function blocksOf(setting: Setting, piece: Piece): readonly Block[] {
  const lines = linesOf(setting, piece, WIDTH)
  return Array.from({ length: Math.ceil(lines.length / LINES_OF_PART) }, (_, part) => {
    const name = lines.slice(part * LINES_OF_PART, (part + 1) * LINES_OF_PART).join(' ')
    return blockOf(setting, { ...piece, id: part === 0 ? piece.id : `${piece.id}-${part + 1}`, name })
  })
}

/** Height of blocks with a gap between each two. */
export function heightOfAll(blocks: readonly Block[]): number {
  return blocks.reduce((sum, { height }) => sum + height, 0) + SCREEN.gap * Math.max(0, blocks.length - 1)
}

/** Blocks from the top of a room down. Throws where they have no room. */
export function stacked(setting: Setting, room: Room, blocks: readonly Block[]): readonly Draft[] {
  if (heightOfAll(blocks) > room.bottom - room.top) doesNotFit(setting, 'its texts')
  return drawn(room.top, blocks)
}

/** How a list of blocks is spread over pages in a room; undefined where one of them has no room even alone. */
export interface Pages {
  /** Where each page begins: at which block, and how many things are on the pages before. */
  readonly starts: readonly { readonly block: number; readonly thing: number }[]
  /** Height of what one leafs with; 0 where all is on one page. */
  readonly barHeight: number
}

/** Spreads blocks over as few pages as they need. */
export function pagesOf(setting: Setting, room: Room, blocks: readonly Block[]): Pages | undefined {
  const height = room.bottom - room.top
  if (heightOfAll(blocks) <= height) return { starts: [{ block: 0, thing: 0 }], barHeight: 0 }
  const barHeight = pageBar(setting, 1, 1, blocks.length).height
  const usable = height - barHeight - SCREEN.gap
  const starts = [{ block: 0, thing: 0 }]
  let used = 0
  let thing = 0
  for (const [block, { height: needed, things }] of blocks.entries()) {
    if (needed > usable) return undefined
    const after = used === 0 ? needed : used + SCREEN.gap + needed
    if (after > usable) starts.push({ block, thing })
    used = after > usable ? needed : after
    thing += things
  }
  return { starts, barHeight }
}

/** One page of a list: the one that holds the thing `first`. Throws where a block has no room. */
export function paged(setting: Setting, room: Room, blocks: readonly Block[], first: number): PagedDrafts {
  const pages = pagesOf(setting, room, blocks)
  if (pages === undefined) return doesNotFit(setting, 'a name or text of a list')
  const { starts, barHeight } = pages
  const total = blocks.reduce((sum, { things }) => sum + things, 0)
  const index = Math.max(
    0,
    starts.findLastIndex(({ thing }) => thing <= first),
  )
  const here = starts[index] ?? { block: 0, thing: 0 }
  const next = starts[index + 1] ?? { block: blocks.length, thing: total }
  const page = {
    first: here.thing,
    end: next.thing,
    total,
    previous: starts[Math.max(0, index - 1)]?.thing ?? 0,
  }
  const list = drawn(room.top, blocks.slice(here.block, next.block))
  if (barHeight === 0) return { drafts: list, page }
  const bar = pageBar(setting, index + 1, starts.length, blocks.length)
  return { drafts: [...list, ...bar.draw(room.bottom - barHeight)], page }
}

function drawn(top: number, blocks: readonly Block[]): readonly Draft[] {
  let y = top
  return blocks.flatMap((block) => {
    const drafts = block.draw(y)
    y += block.height + SCREEN.gap
    return drafts
  })
}

/** Leafing: the page before, which page this is, the page after. As high for one page of a list as for another. */
function pageBar(setting: Setting, page: number, pages: number, most = pages): Block {
  const [previous, next] = pageKeys(setting, page > 1, page < pages)
  const status = pageStatus(setting, String(page), String(pages))
  const { keyWidth, between, textHeight, height } = pageBarForm(setting, String(most).length)
  return {
    height,
    things: 0,
    draw: (top) => [
      placed(previous, { x: LEFT, y: top, width: keyWidth, height }),
      placed(status, {
        x: LEFT + keyWidth + SCREEN.gap,
        y: top + Math.floor((height - textHeight) / 2),
        width: between,
        height: textHeight,
      }),
      placed(next, { x: LEFT + WIDTH - keyWidth, y: top, width: keyWidth, height }),
    ],
  }
}

/** Widths and heights of it for numbers of so many digits. */
function pageBarForm(setting: Setting, numberLength: number) {
  return setting.once(`page bar ${numberLength}`, () => {
    const keys = pageKeys(setting, true, true)
    const keyWidth = Math.max(2 * BUTTON_HEIGHT, ...keys.map((piece) => widthFor(setting, piece)))
    const between = WIDTH - 2 * (keyWidth + SCREEN.gap)
    const widest = widestCode(setting, numberLength, (number) => pageStatus(setting, number, number))
    const room = { width: between, height: 4 * BUTTON_HEIGHT }
    const status = sized(setting, pageStatus(setting, widest, widest), room, ['small'])
    const textHeight = heightOf(setting, status, between)
    const keyHeights = keys.map((piece) => heightOf(setting, piece, keyWidth))
    return { keyWidth, between, textHeight, height: Math.max(BUTTON_HEIGHT, textHeight, ...keyHeights) }
  })
}

function pageKeys({ texts }: Setting, hasPrevious: boolean, hasNext: boolean): readonly [Piece, Piece] {
  return [
    key('page-previous', texts['page-previous'], 'plain', 'small', hasPrevious),
    key('page-next', texts['page-next'], 'plain', 'small', hasNext),
  ]
}

function pageStatus(setting: Setting, page: string, pages: string): Piece {
  const numbers = { page: digits(setting, page), pages: digits(setting, pages) }
  const name = voterText(setting.texts, 'page', numbers)
  return { id: 'page', role: 'status', name, size: 'small', press: false }
}

/** Keys beside each other over the full width, all as high as the highest needs. */
export function keyRow(setting: Setting, pieces: readonly Piece[], least = BUTTON_HEIGHT): Block {
  const width = Math.floor((WIDTH - (pieces.length - 1) * SCREEN.gap) / pieces.length)
  const fitted = pieces.map((piece) => inWidth(setting, piece, width, least))
  const height = Math.max(least, ...fitted.map((piece) => heightOf(setting, piece, width)))
  return {
    height,
    things: pieces.length,
    draw: (y) =>
      fitted.map((piece, i) => placed(piece, { x: LEFT + i * (width + SCREEN.gap), y, width, height })),
  }
}

/** A key in the largest size that has room in a height, or in the small size as high as it must be. */
export function inWidth(setting: Setting, piece: Piece, width: number, height: number): Piece {
  const usual = sizeFor(setting, piece, { width, height })
  if (usual !== undefined) return { ...piece, size: usual }
  return sized(setting, piece, { width, height: 4 * BUTTON_HEIGHT }, ['small'])
}
