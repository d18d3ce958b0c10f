/**
 * What a keyboard, or switches that look like one, mean: digits in any of the three scripts and the correction key press what has that
 * name; tabulator, arrows and space move the focus, enter uses it. All else means nothing.
 */
import type { Direction } from '../../../ui/screen.ts'
import type { SwitchKey, ToDevice } from './messages.ts'
import type { Seen } from './seen.ts'

/** As much of a keyboard event as counts. */
interface Key {
  readonly key: string
  readonly shiftKey: boolean
  readonly ctrlKey: boolean
  readonly altKey: boolean
  readonly metaKey: boolean
  readonly repeat: boolean
}

/** Latin, Persian and Arabic digits. */
const DIGITS = ['0123456789', '۰۱۲۳۴۵۶۷۸۹', '٠١٢٣٤٥٦٧٨٩']

/** What is to be said of a key, if it means anything on the screen that is to be seen. */
export function keyPress(key: Key, seen: Seen | undefined): ToDevice | undefined {
  if (seen === undefined || key.repeat || key.ctrlKey || key.altKey || key.metaKey) return undefined
  const { revision, screen } = seen
  const moved = switchOf(key, screen.direction)
  if (moved !== undefined) return { switch: { revision, key: moved } }
  const id = idOf(key.key)
  const isThere = screen.elements.some(
    (element) => element.id === id && element.press && element.enabled !== false,
  )
  return id !== undefined && isThere ? { press: { revision, id } } : undefined
}

function switchOf({ key, shiftKey }: Key, direction: Direction): SwitchKey | undefined {
  switch (key) {
    case 'Enter':
      return 'choose'
    case 'Tab':
      return shiftKey ? 'previous' : 'next'
    case ' ':
    case 'ArrowDown':
      return 'next'
    case 'ArrowUp':
      return 'previous'
    case 'ArrowLeft':
      return direction === 'rtl' ? 'next' : 'previous'
    case 'ArrowRight':
      return direction === 'rtl' ? 'previous' : 'next'
    default:
      return undefined
  }
}

function idOf(key: string): string | undefined {
  if (key === 'Backspace') return 'correct'
  const digit = key.length === 1 ? Math.max(...DIGITS.map((digits) => digits.indexOf(key))) : -1
  return digit === -1 ? undefined : `digit-${digit}`
}
