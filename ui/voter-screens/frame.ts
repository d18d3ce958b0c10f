/** What lies around the body of a voter's screen: the banner of a rehearsal, the heading with the key to the options, the bar of keys below. */
import type { Language } from '../../core/election/definition.ts'
import { BOTTOM, BUTTON_HEIGHT, type Draft, key, LEFT, type Piece, placed, WIDTH } from '../drafts.ts'
import { GRID } from '../screen.ts'
import { directionOf, tagOf } from '../strings.ts'
import { SCREEN } from '../tokens.ts'
import { blockOf, heightOfAll, inWidth, type Room, stacked } from './flow.ts'
import {
  doesNotFit,
  heightOf,
  isUnbroken,
  lineOf,
  type Setting,
  sized,
  sizeFor,
  textsOf,
  widthFor,
} from './setting.ts'

/** Keys under everything. `start` is where reading begins, `end` the opposite side; nothing lies between them. */
const BAR_KEY = { width: 440, height: 160 }
/** A finger that misses the usual key must not find the other one. */
const BETWEEN_WIDE = 4 * SCREEN.gap
/** Wider is the key in the corner only where a word of it is. */
const CORNER_WIDTH = 380
/** Of heading and paragraphs, the best to read first. */
const MESSAGE_SIZES = [
  ['huge', 'large'],
  ['large', 'large'],
  ['large', 'normal'],
  ['normal', 'normal'],
  ['small', 'small'],
] as const

/** What is drawn, and what is left below or above it. */
export interface Framed {
  readonly drafts: readonly Draft[]
  readonly edge: number
}

/** In the screen's language and in Persian, or in Persian and English, so that a visitor understands it too. `edge` is where the body begins. */
export function banner(setting: Setting): Framed {
  if (!setting.definition.rehearsal) return { drafts: [], edge: SCREEN.margin }
  return setting.once('banner', () => rehearsalBanner(setting))
}

function rehearsalBanner(setting: Setting): Framed {
  const { definition, language } = setting
  const other: Language = language === 'fa' ? 'en' : 'fa'
  const spoken = [language, other].filter((each) =>
    definition.languages.some((known) => known.language === each),
  )
  const pieces = spoken.map((each): Piece => {
    return {
      id: `rehearsal-${each}`,
      role: 'status',
      name: textsOf(definition, each).rehearsal,
      size: 'small',
      press: false,
      emphasis: 'rehearsal',
      language: tagOf(each),
      direction: directionOf(each),
    }
  })
  const half = { width: GRID.width / pieces.length, height: lineOf(setting, 'normal') + 2 * SCREEN.padding }
  const size = (['normal', 'small'] as const).find((tried) =>
    pieces.every((piece) => sizeFor(setting, piece, half, [tried]) !== undefined),
  )
  const row = size === undefined ? { ...half, width: GRID.width } : half
  const drafts = pieces.map((piece, i) =>
    placed(
      sized(setting, piece, row, [size ?? 'small']),
      size === undefined ? { x: 0, y: i * row.height, ...row } : { x: i * row.width, y: 0, ...row },
      false,
    ),
  )
  const bottom = size === undefined ? row.height * pieces.length : row.height
  return { drafts, edge: bottom + SCREEN.gap }
}

/** The key that opens language, size and colours: in the same corner of every screen that has it. */
export function corner(setting: Setting, top: number): Corner {
  return setting.once(`corner ${top}`, () => cornerAt(setting, top))
}

function cornerAt(setting: Setting, top: number): Corner {
  const piece = key('options', setting.texts.options, 'plain', 'small')
  const longest = Math.max(...piece.name.split(/\s+/).map((name) => widthFor(setting, { ...piece, name })))
  const width = Math.max(longest, Math.min(CORNER_WIDTH, widthFor(setting, piece)))
  const height = Math.max(BUTTON_HEIGHT, heightOf(setting, piece, width))
  const draft = placed(piece, { x: LEFT + WIDTH - width, y: top, width, height })
  return { draft, beside: WIDTH - width - SCREEN.gap, edge: top + height }
}

/** The corner, how much width it leaves beside it, and where it ends. */
interface Corner {
  readonly draft: Draft
  readonly beside: number
  readonly edge: number
}

/** The heading, in one line if it can be, the texts under it, and the key to the options in the corner. `edge` is where the body begins. */
export function head(setting: Setting, top: number, heading: string, below: readonly Piece[] = []): Framed {
  const { draft, beside, edge } = corner(setting, top)
  const title = titled(setting, heading, beside)
  const texts = stackedTexts(setting, top, [title, ...below], beside)
  return { drafts: [...texts.drafts, draft], edge: Math.max(edge, texts.edge) + SCREEN.gap }
}

/** The heading over the full width. */
export function wideHead(setting: Setting, top: number, heading: string): Framed {
  const drafts = stackedTexts(setting, top, [titled(setting, heading, WIDTH)], WIDTH)
  return { ...drafts, edge: drafts.edge + SCREEN.gap }
}

/** A heading in the largest size in which it takes one line, or two, or as it must. */
function titled(setting: Setting, name: string, width: number): Piece {
  const piece: Piece = { id: 'heading', role: 'heading', name, size: 'small', press: false }
  const line = (lines: number) => ({ width, height: lines * lineOf(setting, 'large') })
  const size = [1, 2, 8]
    .map((lines) => sizeFor(setting, piece, line(lines)))
    .find((found) => found !== undefined)
  return { ...piece, size: size ?? 'small' }
}

function stackedTexts(setting: Setting, top: number, pieces: readonly Piece[], width: number): Framed {
  let y = top
  const drafts = pieces.map((piece) => {
    const height = heightOf(setting, piece, width)
    y += height
    return placed(piece, { x: LEFT, y: y - height, width, height })
  })
  return { drafts, edge: y }
}

/**
 * The keys under everything, at the edges: the first where reading begins. As high as the highest needs. `edge` is where the body ends.
 */
export function bar(setting: Setting, start: Piece | undefined, end: Piece): Framed {
  const pieces = [start, end].flatMap((piece) =>
    piece === undefined ? [] : [inWidth(setting, piece, BAR_KEY.width, BAR_KEY.height)],
  )
  const height = Math.max(BAR_KEY.height, ...pieces.map((piece) => heightOf(setting, piece, BAR_KEY.width)))
  const y = BOTTOM - height
  const drafts = pieces.map((piece, i) => {
    const x = i === 0 && start !== undefined ? LEFT : LEFT + WIDTH - BAR_KEY.width
    return placed(piece, { x, y, width: BAR_KEY.width, height })
  })
  return { drafts, edge: y - SCREEN.gap }
}

/** Keys over the full width, one above the other, the last at the bottom. `edge` is where the body ends. */
export function wideBars(setting: Setting, pieces: readonly Piece[]): Framed {
  const step = BAR_KEY.height + BETWEEN_WIDE
  const top = BOTTOM + BETWEEN_WIDE - pieces.length * step
  const place = { width: WIDTH, height: BAR_KEY.height }
  const drafts = pieces.map((piece, i) =>
    placed(sized(setting, piece, place), { x: LEFT, y: top + i * step, ...place }),
  )
  return { drafts, edge: top - SCREEN.gap }
}

/** A large heading and some paragraphs: all that most screens are. */
export function message(
  setting: Setting,
  room: Room,
  heading: string,
  paragraphs: readonly Piece[],
): readonly Draft[] {
  return messageIn(setting, room, heading, paragraphs) ?? doesNotFit(setting, 'its texts')
}

/** In the largest sizes in which all have room; undefined where they have in none. */
export function messageIn(
  setting: Setting,
  room: Room,
  heading: string,
  paragraphs: readonly Piece[],
): readonly Draft[] | undefined {
  const title: Piece = { id: 'heading', role: 'heading', name: heading, size: 'huge', press: false }
  for (const [first, rest] of MESSAGE_SIZES) {
    const pieces = [{ ...title, size: first }, ...paragraphs.map((piece) => ({ ...piece, size: rest }))]
    const blocks = pieces.map((piece) => blockOf(setting, piece, SCREEN.gap))
    const free = room.bottom - room.top - heightOfAll(blocks)
    if (free >= 0 && pieces.every((piece) => isUnbroken(setting, piece, WIDTH))) {
      return stacked(setting, { ...room, top: room.top + Math.floor(free / 4) }, blocks)
    }
  }
  return undefined
}
