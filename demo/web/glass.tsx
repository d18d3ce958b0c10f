/** The device's glass on the bench: its present screen, and under the mouse a finger on the virtual touchscreen. */
import { type PointerEvent, type ReactNode, useRef, useState } from 'react'
import { GRID } from '../../ui/screen.ts'
import { ScreenView } from '../../ui/web/screen-view.tsx'
import type { Act } from './acts.ts'
import type { StationView } from './messages.ts'
import { Panel } from './parts.tsx'
import { isDisplayWanted } from './words.ts'

/** A controller reports a finger fifty times a second. */
const MOVE_MS = 20

const GESTURES = { finger: 'One finger', 'two-fingers': 'Two fingers', palm: 'A palm' } as const
type Gesture = keyof typeof GESTURES

export function Glass({
  view,
  act,
}: {
  readonly view: StationView
  readonly act: (act: Act) => void
}): ReactNode {
  const [gesture, setGesture] = useState<Gesture>('finger')
  return (
    <Panel title="Glass" className="glass-panel">
      <div className="row">
        <fieldset>
          <legend>The mouse is</legend>
          {(Object.keys(GESTURES) as Gesture[]).map((name) => (
            <label key={name}>
              <input
                type="radio"
                name="gesture"
                checked={name === gesture}
                onChange={() => setGesture(name)}
              />
              {GESTURES[name]}
            </label>
          ))}
        </fieldset>
      </div>
      <div className="glass">
        <div className="drawn" inert>
          {view.device.screen === undefined ? (
            <p className="dark">{darkWords(view)}</p>
          ) : (
            <ScreenView screen={view.device.screen} photoAddress={(photo) => `/photo/${photo}`} />
          )}
        </div>
        <Fingers gesture={gesture} act={act} />
      </div>
    </Panel>
  )
}

/** Where fingers come down: nothing but the mouse is heard, so that the screen below stays as it is drawn. */
function Fingers({
  gesture,
  act,
}: {
  readonly gesture: Gesture
  readonly act: (act: Act) => void
}): ReactNode {
  const movedAt = useRef(0)
  const down = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return
    const place = placeOf(event)
    if (gesture !== 'finger') {
      act({ do: gesture, ...place })
      return
    }
    event.currentTarget.setPointerCapture(event.pointerId)
    act({ do: 'finger-down', ...place })
  }
  const move = (event: PointerEvent<HTMLDivElement>) => {
    const isDown = event.currentTarget.hasPointerCapture(event.pointerId)
    if (!isDown || event.timeStamp - movedAt.current < MOVE_MS) return
    movedAt.current = event.timeStamp
    act({ do: 'finger-move', ...placeOf(event) })
  }
  const up = (event: PointerEvent<HTMLDivElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return
    event.currentTarget.releasePointerCapture(event.pointerId)
    act({ do: 'finger-move', ...placeOf(event) })
    act({ do: 'finger-up' })
  }
  return (
    <div
      className="fingers"
      role="img"
      aria-label="The device’s glass: press with the mouse"
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={up}
      onPointerCancel={up}
    />
  )
}

/** The point of the grid under the mouse; beside the glass the nearest one at its edge. */
function placeOf({ clientX, clientY, currentTarget }: PointerEvent<HTMLDivElement>): {
  x: number
  y: number
} {
  const { left, top, width, height } = currentTarget.getBoundingClientRect()
  const within = (part: number, size: number) => Math.min(size - 1, Math.max(0, Math.floor(part * size)))
  return {
    x: within((clientX - left) / width, GRID.width),
    y: within((clientY - top) / height, GRID.height),
  }
}

function darkWords(view: StationView): string {
  if (view.device.power === 'off') return 'No power'
  if (view.device.power === 'stopped') return 'The program has stopped'
  if (isDisplayWanted(view))
    return view.device.isStartedAgain
      ? 'The device was started again: open its new address'
      : 'Open the voting device’s address first'
  return 'Nothing is shown'
}
