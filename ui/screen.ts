/**
 * A screen as data: what is shown, where, and which places may be pressed. The browser draws exactly this and the device maps a
 * touch with the same list, so what is seen and what is taken cannot differ.
 */
import { type Contrast, type Paint, SCREEN, type TextLevel, type TextSize } from './tokens.ts'

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
  /** What it stands out for. A button without one is plain, anything else is ink on the page. */
  readonly emphasis?: Exclude<Paint, 'page' | 'disabled'>
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

/** What a voter's session begins with. */
export const USUAL_LOOK: Look = { textLevel: 2, contrast: 'light' }
/** What officers and technicians always have. */
export const OFFICERS_LOOK: Look = { textLevel: 1, contrast: 'light' }

/** The element that a touch at that point of the grid presses, if any. */
export function elementAt(screen: Screen, x: number, y: number): Element | undefined {
  return screen.elements.find((element) => isPressable(element) && contains(element.rect, x, y))
}

/** Whether an element can be pressed now. */
export function isPressable({ press, enabled }: Element): boolean {
  return press && enabled !== false
}

/** Which pair of colours an element is drawn in. */
export function paintOf({
  press,
  enabled,
  emphasis,
}: Pick<Element, 'press' | 'enabled' | 'emphasis'>): Paint {
  if (enabled === false) return 'disabled'
  return emphasis ?? (press ? 'plain' : 'page')
}

/** Whether a text is drawn in the bold weight. */
export function isBold({ role }: Pick<Element, 'role'>): boolean {
  return role === 'heading' || role === 'button'
}

/** Between the edge of an element and its text: the border of what can be pressed, and off the edges of what has a ground of its own. */
export function textEdge(element: Pick<Element, 'press' | 'enabled' | 'emphasis'>): number {
  if (element.press) return SCREEN.border + SCREEN.padding
  return paintOf(element) === 'page' ? 0 : SCREEN.padding
}

/** Where inside an element its text may stand. */
export function textRect(element: Element): Rect {
  const { x, y, width, height } = element.rect
  const edge = textEdge(element)
  return { x: x + edge, y: y + edge, width: width - 2 * edge, height: height - 2 * edge }
}

/** The same place seen from the other edge: layouts are written left to right and turned for Persian. */
export function mirrored(rect: Rect): Rect {
  return { ...rect, x: GRID.width - rect.x - rect.width }
}

function contains({ x, y, width, height }: Rect, px: number, py: number): boolean {
  return px >= x && px < x + width && py >= y && py < y + height
}
