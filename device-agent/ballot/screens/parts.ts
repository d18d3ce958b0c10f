/**
 * What every screen is put together from. Layouts are written left to right and turned for a language that runs the other way;
 * only keypads stay as they are.
 */
import type { Definition } from '../../../core/election/definition.ts'
import { keypad } from '../../../ui/keypad.ts'
import { type Element, GRID, mirrored, type Rect, type Screen, USUAL_LOOK } from '../../../ui/screen.ts'
import { digitsIn, directionOf, type OfficerLanguage, type Shown, stringsIn } from '../../../ui/strings.ts'
import { LINE_HEIGHT, SCREEN, TEXT_SIZE, type TextSize } from '../../../ui/tokens.ts'

/** Left edge and width of everything between the margins. */
export const LEFT = SCREEN.margin
export const WIDTH = GRID.width - 2 * SCREEN.margin

/** Under the banner. */
export const BODY_TOP = 104

/** The same place on every screen that has a keypad, so that a hand finds it again. */
const KEYPAD_AREA: Rect = { x: LEFT, y: 1080, width: WIDTH, height: 616 }

/** Buttons under everything. `START` is where reading begins, `END` the opposite side; nothing lies between them. */
export const START_BUTTON: Rect = { x: LEFT, y: 1720, width: 440, height: 160 }
export const END_BUTTON: Rect = { x: LEFT + WIDTH - 440, y: 1720, width: 440, height: 160 }
export const WIDE_BUTTON: Rect = { x: LEFT, y: 1720, width: WIDTH, height: 160 }

/** An element before it is turned, and whether it is. */
export interface Draft {
  readonly element: Omit<Element, 'language' | 'direction'> & Partial<Pick<Element, 'language' | 'direction'>>
  readonly turns: boolean
}

/** Something to read. */
export function words(
  id: string,
  role: 'heading' | 'text' | 'status' | 'list-item',
  name: string,
  rect: Rect,
  size: TextSize = 'normal',
): Draft {
  return { element: { id, role, name, rect, size, press: false }, turns: true }
}

/** A name, in the language it is really in; one that is longer than its place is cut. */
export function shownName(
  id: string,
  role: 'text' | 'list-item',
  shown: Shown,
  rect: Rect,
  size: TextSize,
): Draft {
  const { element, turns } = words(id, role, cutToFit(shown.text, rect, size), rect, size)
  return {
    element: { ...element, language: shown.language, direction: directionOf(shown.language) },
    turns,
  }
}

/** Whether a text has room in that size. */
export function fits(text: string, { width, height }: Rect, size: TextSize): boolean {
  return text.length <= capacity(width, height, size)
}

/** The largest size in which each of the texts fits: all names of a package are shown in one size, so that none stands out. */
export function commonSize(texts: readonly string[], rect: Rect): TextSize {
  const sizes = ['large', 'normal'] as const
  return sizes.find((size) => texts.every((text) => fits(text, rect, size))) ?? 'small'
}

/** Something to press; `id` is what the state machine takes. */
export function button(
  id: string,
  name: string,
  rect: Rect,
  emphasis: NonNullable<Element['emphasis']>,
  enabled = true,
  size: TextSize = 'large',
): Draft {
  return { element: { id, role: 'button', name, rect, size, press: true, enabled, emphasis }, turns: true }
}

/** Digits and the correction key. */
export function digitKeys(language: OfficerLanguage, correct: string): readonly Draft[] {
  return keypad(KEYPAD_AREA).flatMap(({ key, rect }): Draft[] => {
    if (key === 'right') return []
    if (key === 'left') return [{ ...button('correct', correct, rect, 'plain'), turns: false }]
    const digit = button(`digit-${key}`, digitsIn(language, key), rect, 'plain', true, 'huge')
    return [{ ...digit, turns: false }]
  })
}

/** The place beside the zero that the digits leave free. */
export function besideZero(): Rect {
  const place = keypad(KEYPAD_AREA).find(({ key }) => key === 'right')
  if (place === undefined) throw new Error('a keypad without a place beside the zero')
  return place.rect
}

/** A large heading and up to three paragraphs: all that most screens are. */
export function message(heading: string, ...paragraphs: readonly string[]): readonly Draft[] {
  const rect = (y: number, height: number): Rect => ({ x: LEFT, y, width: WIDTH, height })
  return [
    words('heading', 'heading', heading, rect(420, 280), 'huge'),
    ...paragraphs.map((text, i) =>
      words(`text-${i + 1}`, i === 0 ? 'status' : 'text', text, rect(740 + i * 320, 300), 'large'),
    ),
  ]
}

/** For the poll worker: the printer wants a new roll, where nobody is voting. */
export function paperLowDrafts(
  { paperLow, language }: { readonly paperLow: boolean; readonly language: OfficerLanguage },
  y: number,
): readonly Draft[] {
  if (!paperLow) return []
  const rect: Rect = { x: LEFT, y, width: WIDTH, height: 240 }
  return [words('paper-low', 'status', stringsIn(language).peripherals.paperLow, rect, 'large')]
}

/** The screen of these elements, with the banner of a rehearsal above. */
export function screenWith(
  name: string,
  language: OfficerLanguage,
  definition: Definition,
  drafts: readonly Draft[],
): Screen {
  const direction = directionOf(language)
  const whole = [...banner(definition), ...drafts]
  const elements = whole.map(({ element, turns }): Element => {
    const rect = turns && direction === 'rtl' ? mirrored(element.rect) : element.rect
    return { language, direction, ...element, rect }
  })
  return { name, elements, language, direction, look: USUAL_LOOK }
}

/**
 * Letters that fit into a rectangle, by their mean width; where there are several lines, some room is lost at their ends. The
 * package build measures with the real font.
 */
function capacity(width: number, height: number, size: TextSize): number {
  const lines = Math.floor(height / (TEXT_SIZE[size][USUAL_LOOK.textLevel] * LINE_HEIGHT))
  const letters = Math.floor(width / (TEXT_SIZE[size][USUAL_LOOK.textLevel] * 0.5))
  return lines > 1 ? Math.floor(lines * letters * 0.85) : letters
}

/** A text that is longer than its place, cut after a word, with an ellipsis. The full name is on review and slip. */
function cutToFit(text: string, { width, height }: Rect, size: TextSize): string {
  const room = capacity(width, height, size)
  if (text.length <= room) return text
  const cut = text.slice(0, Math.max(1, room - 1))
  const space = cut.lastIndexOf(' ')
  return `${(space > room / 2 ? cut.slice(0, space) : cut).trimEnd()}…`
}

/** In both languages, whatever the screen's: a visitor must understand it too. */
function banner(definition: Definition): readonly Draft[] {
  if (!definition.rehearsal) return []
  const half = GRID.width / 2
  return (['en', 'fa'] as const).map((language, i): Draft => {
    const rect = { x: i * half, y: 0, width: half, height: 92 }
    const { element } = words(`rehearsal-${language}`, 'status', stringsIn(language).rehearsal, rect)
    return {
      element: { ...element, emphasis: 'rehearsal', language, direction: directionOf(language) },
      turns: false,
    }
  })
}
