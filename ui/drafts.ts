/**
 * What every screen is put together from. Layouts are written left to right and turned for a language that runs the other way;
 * only keypads stay as they are.
 */
import { keypad } from './keypad.ts'
import { type Direction, type Element, GRID, type Look, mirrored, type Rect, type Screen } from './screen.ts'
import { SCREEN, type TextSize } from './tokens.ts'

/** Left edge and width of everything between the margins. */
export const LEFT = SCREEN.margin
export const WIDTH = GRID.width - 2 * SCREEN.margin
/** Nothing lies lower. */
export const BOTTOM = GRID.height - SCREEN.margin

/** A key, a row of a bar: 13.8 mm (VVSG 2.0, 7.2-I asks for 12.7). */
export const BUTTON_HEIGHT = 100

/**
 * The same place on every screen that has a keypad, in every size of text, so that a hand finds it again. A key holds a digit of the largest
 * text that a session begins with.
 */
const KEYPAD: Rect = { x: LEFT, y: 1052, width: WIDTH, height: 644 }
export const KEYPAD_TOP = KEYPAD.y

/** An element before it is turned, and whether it is. */
export interface Draft {
  readonly element: Omit<Element, 'language' | 'direction'> & Partial<Pick<Element, 'language' | 'direction'>>
  readonly turns: boolean
}

/** What an element is without its place. */
export type Piece = Omit<Draft['element'], 'rect'>

/** Something to read. */
export function words(
  id: string,
  role: 'heading' | 'text' | 'status' | 'list-item',
  name: string,
  rect: Rect,
  size: TextSize = 'normal',
): Draft {
  return placed({ id, role, name, size, press: false }, rect)
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
  return placed(key(id, name, emphasis, size, enabled), rect)
}

/** Something to press, without its place. */
export function key(
  id: string,
  name: string,
  emphasis: NonNullable<Element['emphasis']>,
  size: TextSize,
  enabled = true,
): Piece {
  return { id, role: 'button', name, size, press: true, enabled, emphasis }
}

/** An element at its place. */
export function placed(piece: Piece, rect: Rect, turns = true): Draft {
  return { element: { ...piece, rect }, turns }
}

/** Digits, and the correction key beside the zero. */
export function digitKeys(
  digitOf: (key: string) => string,
  digitSize: TextSize,
  correct: { readonly name: string; readonly size: TextSize },
): readonly Draft[] {
  return keypad(KEYPAD).flatMap(({ key: place, rect }): Draft[] => {
    if (place === 'right') return []
    if (place === 'left') return [placed(key('correct', correct.name, 'plain', correct.size), rect, false)]
    return [placed(key(`digit-${place}`, digitOf(place), 'plain', digitSize), rect, false)]
  })
}

/** The place of any one key of the keypad. */
export function keyPlace(): Rect {
  const first = keypad(KEYPAD)[0]
  if (first === undefined) throw new Error('a keypad without keys')
  return first.rect
}

/** The screen of these elements. */
export function screenOfDrafts(
  name: string,
  language: string,
  direction: Direction,
  look: Look,
  drafts: readonly Draft[],
): Screen {
  const elements = drafts.map(({ element, turns }): Element => {
    const rect = turns && direction === 'rtl' ? mirrored(element.rect) : element.rect
    return { language, direction, ...element, rect }
  })
  return { name, elements, language, direction, look }
}
