/** From a place in the window to the grid of the screen that is drawn there, and to the element under it. */
import { GRID } from '../screen.ts'

/** Where on the grid a point of the window is, in whole pixels; undefined outside of every screen. */
export function gridPlace(
  target: EventTarget | null,
  clientX: number,
  clientY: number,
): [number, number] | undefined {
  const grid = target instanceof Element ? target.closest('.screen') : null
  if (grid === null) return undefined
  const { left, top, width, height } = grid.getBoundingClientRect()
  const x = Math.floor(((clientX - left) / width) * GRID.width)
  const y = Math.floor(((clientY - top) / height) * GRID.height)
  return x >= 0 && y >= 0 && x < GRID.width && y < GRID.height ? [x, y] : undefined
}

/** Id of the element that an event came to, if any. */
export function elementIdOf(target: EventTarget | null): string | undefined {
  const element = target instanceof Element ? target.closest('.screen > [data-id]') : null
  return element instanceof HTMLElement ? element.dataset['id'] : undefined
}
