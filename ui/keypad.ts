/** Where the keys of a telephone keypad lie. Digits run left to right in every language. */
import type { Rect } from './screen.ts'
import { SCREEN } from './tokens.ts'

/** The keys of a keypad, row by row; `left` and `right` are the places beside the zero. */
export type Key = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | 'left' | 'right'

const ROWS: readonly (readonly Key[])[] = [
  ['1', '2', '3'],
  ['4', '5', '6'],
  ['7', '8', '9'],
  ['left', '0', 'right'],
]

/** Every key with its rectangle, filling `area` with gaps between. */
export function keypad(area: Rect): readonly { readonly key: Key; readonly rect: Rect }[] {
  const width = Math.floor((area.width - 2 * SCREEN.gap) / 3)
  const height = Math.floor((area.height - 3 * SCREEN.gap) / 4)
  return ROWS.flatMap((keys, row) =>
    keys.map((key, column) => ({
      key,
      rect: {
        x: area.x + column * (width + SCREEN.gap),
        y: area.y + row * (height + SCREEN.gap),
        width,
        height,
      },
    })),
  )
}
