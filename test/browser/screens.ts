/** Screens for tests of the page: a keypad's corner, a button that may be pressed, one that may not, a status. */
import { type Element, type Screen, USUAL_LOOK } from '../../ui/screen.ts'

const PERSIAN = { language: 'fa', direction: 'rtl' } as const

const ELEMENTS: readonly Element[] = [
  {
    ...PERSIAN,
    id: 'heading',
    role: 'heading',
    name: 'کد نامزد را بزنید',
    rect: { x: 40, y: 100, width: 1000, height: 150 },
    size: 'huge',
    press: false,
  },
  {
    ...PERSIAN,
    id: 'entry',
    role: 'status',
    name: 'کدی که می‌زنید: ۱۲',
    rect: { x: 40, y: 300, width: 1000, height: 80 },
    size: 'normal',
    press: false,
  },
  key('digit-1', '۱', { x: 40, y: 1000 }),
  key('digit-2', '۲', { x: 360, y: 1000 }),
  { ...key('review', 'بازبینی', { x: 680, y: 1000 }), enabled: false, size: 'large' },
  { ...key('finish', 'پایان', { x: 40, y: 1700 }), emphasis: 'primary', size: 'large' },
]

/** A screen to type on; what is given stands in the place of what is usual. */
export function typingScreen(changed: Partial<Screen> = {}): Screen {
  return { ...PERSIAN, name: 'voter.choosing', look: USUAL_LOOK, elements: ELEMENTS, ...changed }
}

function key(id: string, name: string, at: { readonly x: number; readonly y: number }): Element {
  const rect = { ...at, width: 300, height: 140 }
  return { ...PERSIAN, id, role: 'button', name, rect, size: 'huge', enabled: true, press: true }
}
