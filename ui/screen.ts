/**
 * A screen as data: what is shown, where, and which places may be pressed. The browser draws exactly this and the device maps a
 * touch with the same list, so what is seen and what is taken cannot differ.
 */
import type { Contrast, TextLevel, TextSize } from './tokens.ts'

/** The grid of every screen, in pixels; origin at the upper left corner. */
export const GRID = { width: 1080, height: 1920 } as const

export type Direction = 'rtl' | 'ltr'

export interface Rect {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface Element {
  /** Stable over repaints; of a pressable one, what the state machine takes. */
  readonly id: string
  readonly role: 'heading' | 'text' | 'button' | 'status' | 'list-item' | 'picture'
  /** What is shown and what is spoken. */
  readonly name: string
  readonly language: string
  readonly direction: Direction
  readonly rect: Rect
  readonly size: TextSize
  /** A button that cannot be pressed now is drawn so. */
  readonly enabled?: boolean
  readonly emphasis?: 'primary' | 'danger' | 'plain'
  /** Of a `picture`: SHA-256 of a photo of the package, in hexadecimal. Its name says whom it shows. */
  readonly photo?: string
  readonly press: boolean
}

/** How a screen is drawn. */
export interface Look {
  readonly textLevel: TextLevel
  readonly contrast: Contrast
}

/** Elements in the order of reading and focus. They never overlap. */
export interface Screen {
  /** Which screen it is, for whoever helps by telephone: `voter.choosing`, `polls.admitting.pin`. */
  readonly name: string
  readonly elements: readonly Element[]
  readonly language: string
  readonly direction: Direction
  readonly look: Look
  /** Id of the element that keyboard or switches are on, if they are in use. */
  readonly focus?: string
}

/** What a voter's session begins with, and what officers always have. */
export const USUAL_LOOK: Look = { textLevel: 2, contrast: 'light' }

/** The element that a touch at that point of the grid presses, if any. */
export function elementAt(screen: Screen, x: number, y: number): Element | undefined {
  return screen.elements.find(
    ({ press, enabled, rect }) => press && enabled !== false && contains(rect, x, y),
  )
}

/** The same place seen from the other edge: layouts are written left to right and turned for Persian. */
export function mirrored(rect: Rect): Rect {
  return { ...rect, x: GRID.width - rect.x - rect.width }
}

function contains({ x, y, width, height }: Rect, px: number, py: number): boolean {
  return px >= x && px < x + width && py >= y && py < y + height
}
