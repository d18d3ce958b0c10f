/** From a place in the window to the grid of a screen that is drawn there. */
import { GRID } from '../screen.ts'

/** Where on the grid a point of the window is, in whole pixels; undefined if it is beside it. */
export function gridPlace(
  grid: HTMLElement,
  { clientX, clientY }: { readonly clientX: number; readonly clientY: number },
): [x: number, y: number] | undefined {
  const { left, top, width, height } = grid.getBoundingClientRect()
  const x = Math.floor(((clientX - left) / width) * GRID.width)
  const y = Math.floor(((clientY - top) / height) * GRID.height)
  return x >= 0 && y >= 0 && x < GRID.width && y < GRID.height ? [x, y] : undefined
}
