/**
 * The page on a device's display: shows the screen that the device sends, says so once it is painted, and passes on what pointers, keyboard,
 * switches and assistive technology press. It decides nothing.
 */
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import type { Screen } from '../../../ui/screen.ts'
import { gridPlace } from '../../../ui/web/grid-place.ts'
import { ScreenView } from '../../../ui/web/screen-view.tsx'
import { DeviceLine } from './device-line.ts'
import { keyPress } from './key-press.ts'
import { lockPage } from './lock.ts'
import { lostScreen } from './lost-screen.ts'
import type { FromDevice, Place } from './messages.ts'
import './page.css'
import { painted } from './painting.ts'
import { PointerPresses } from './pointer-press.ts'
import type { Seen } from './seen.ts'

const holder = document.getElementById('page')
if (holder === null) throw new Error('a page without its holder')
const root = createRoot(holder)
const presses = new PointerPresses()

/** What stands in the document; under no number while no device sends anything. */
let drawn: { readonly revision: number | undefined; readonly screen: Screen }
/** What people see. None while something new is being painted, so that nothing counts then. */
let seen: Seen | undefined

function draw(screen: Screen, revision: number | undefined): void {
  const now = { revision, screen }
  drawn = now
  seen = undefined
  flushSync(() => root.render(<ScreenView screen={screen} photoAddress={(photo) => `/photo/${photo}`} />))
  // What cannot be painted is not acknowledged, and the device takes the display for dead.
  painted().then(
    () => {
      if (drawn !== now || revision === undefined) return
      seen = { revision, screen }
      line.say({ painted: revision })
    },
    (error) => console.error(error),
  )
}

const line = new DeviceLine({
  message: (message: FromDevice) => {
    if ('ask' in message) {
      leaveIfCovered()
      line.say({ showing: seen?.revision ?? 0 })
    } else {
      const { revision, ...screen } = message.screen
      draw(screen, revision)
    }
  },
  lost: (why) => {
    presses.forget()
    draw(lostScreen(why), undefined)
  },
})
draw(lostScreen('gone'), undefined)

function placeOf(event: PointerEvent): Place | undefined {
  const grid = holder?.querySelector('main')
  return grid ? gridPlace(grid, event) : undefined
}

/**
 * A kiosk's browser that shows something else than this page, or gives it no keys, was led there by keys that came before the page held them.
 * The device ends a browser whose page has left (`kiosk.ts`). In any other browser people go from window to window.
 */
function leaveIfCovered(): void {
  const isCovered = document.hidden || !document.hasFocus()
  if (isCovered && location.hash === '#kiosk') line.leave()
}

lockPage()
document.addEventListener('visibilitychange', leaveIfCovered)
window.addEventListener('blur', leaveIfCovered)
document.addEventListener('pointerdown', (event) => presses.down(event, seen, placeOf(event)))
document.addEventListener('pointerup', (event) => {
  const press = presses.up(event, seen, placeOf(event))
  if (press !== undefined) line.say(press)
})
document.addEventListener('pointercancel', (event) => presses.cancel(event))
document.addEventListener(
  'keydown',
  (event) => {
    event.preventDefault()
    const press = keyPress(event, seen)
    if (press !== undefined) line.say(press)
  },
  { capture: true },
)
// Assistive technology clicks without a pointer; a pointer's press was told already.
document.addEventListener('click', (event) => {
  event.preventDefault()
  if (!(event instanceof PointerEvent) || event.pointerType !== '' || seen === undefined) return
  const element = event.target instanceof HTMLElement ? event.target.closest('[data-id]') : null
  const id = element instanceof HTMLElement ? element.dataset['id'] : undefined
  if (id !== undefined) line.say({ press: { revision: seen.revision, id } })
})
