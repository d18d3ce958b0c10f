/** What the page shows while no device tells it what to show. */
import { GRID, type Screen, USUAL_LOOK } from '../../../ui/screen.ts'
import { fa } from '../../../ui/strings/fa.ts'
import { SCREEN } from '../../../ui/tokens.ts'

/** In Persian, whatever was spoken before: nothing of the session before is kept. */
export function lostScreen(why: 'gone' | 'replaced'): Screen {
  const { heading, hint } = fa.lostDisplay[why]
  const words = { language: 'fa', direction: 'rtl', press: false } as const
  const place = { x: SCREEN.margin, width: GRID.width - 2 * SCREEN.margin }
  return {
    name: 'display.lost',
    language: 'fa',
    direction: 'rtl',
    look: USUAL_LOOK,
    elements: [
      {
        ...words,
        id: 'heading',
        role: 'heading',
        name: heading,
        size: 'huge',
        rect: { ...place, y: 420, height: 280 },
      },
      {
        ...words,
        id: 'hint',
        role: 'status',
        name: hint,
        size: 'large',
        rect: { ...place, y: 740, height: 400 },
      },
    ],
  }
}
