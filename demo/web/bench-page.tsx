/** The bench: everything that hands can do to the device. */
import type { ReactNode } from 'react'
import type { Act } from './acts.ts'
import { Glass } from './glass.tsx'
import { LINES, type StationView } from './messages.ts'
import { Cards, Do, Keys, Page, Panel } from './parts.tsx'
import { PrinterPanel } from './printer-panel.tsx'
import { useStation } from './station.ts'

interface PartProps {
  readonly view: StationView
  readonly act: (act: Act) => void
}

export function BenchPage(): ReactNode {
  const station = useStation()
  const { act } = station
  return (
    <Page title="Bench" station={station}>
      {(view) => (
        <div className="bench">
          <div className="column">
            <CardPanel view={view} act={act} />
            <CasePanel view={view} act={act} />
            <LinePanel view={view} act={act} />
          </div>
          <Glass view={view} act={act} />
          <div className="column">
            <PrinterPanel printer={view.printer} act={act} />
          </div>
        </div>
      )}
    </Page>
  )
}

function CardPanel({ view, act }: PartProps): ReactNode {
  const { cards } = view
  const hasVoters = cards.some(({ of }) => of === 'voter')
  return (
    <Panel title="Cards">
      {!hasVoters && <p className="aside">Voter cards are issued on the officers’ page and lie here then.</p>}
      <Cards cards={cards} all={cards} act={act} />
    </Panel>
  )
}

function CasePanel({ view, act }: PartProps): ReactNode {
  const isOn = view.device.power === 'on' || view.device.power === 'starting'
  return (
    <Panel title="Case">
      <p className="lamp">
        <span className={view.lamp ? 'light lit' : 'light'} aria-hidden="true" />
        The lamp is {view.lamp ? 'lit: one can vote here' : 'dark'}
      </p>
      <Keys view={view} act={act} />
      <div className="row">
        <Do onClick={() => act({ do: 'case', open: !view.isCaseOpen })}>
          {view.isCaseOpen ? 'Close the case' : 'Open the case'}
        </Do>
        <Do onClick={() => act({ do: 'power', on: !isOn })}>
          {isOn ? 'Pull the power plug' : 'Switch it on'}
        </Do>
      </div>
      <Drift drift={view.drift} act={act} />
      {!isOn && <p className="aside">kill -9: what starts again has nothing but its disk.</p>}
    </Panel>
  )
}

const SHIFTS = [0, 40, 80, 120]

/** A panel that has shifted reports every touch beside where it is. */
function Drift({
  drift,
  act,
}: {
  readonly drift: StationView['drift']
  readonly act: (act: Act) => void
}): ReactNode {
  return (
    <label>
      Glass shifted by{' '}
      <select value={drift.y} onChange={({ target }) => act({ do: 'drift', x: 0, y: Number(target.value) })}>
        {SHIFTS.map((shift) => (
          <option key={shift} value={shift}>
            {shift === 0 ? 'nothing' : `${shift} points`}
          </option>
        ))}
      </select>
    </label>
  )
}

const LINE_NAMES: Readonly<Record<(typeof LINES)[number], string>> = {
  touchscreen: 'Touchscreen',
  'card-reader': 'Card reader',
  printer: 'Printer',
  'io-board': 'I/O board',
  display: 'Display',
}

function LinePanel({ view, act }: PartProps): ReactNode {
  return (
    <Panel title="Lines">
      <table>
        <thead>
          <tr>
            <th scope="col">Line</th>
            <th scope="col">State</th>
            <th scope="col" title="Frames that were understood">
              Frames
            </th>
            <th scope="col" title="Discarded bytes, bad checksums, timeouts">
              Errors
            </th>
            <th scope="col" title="How often it was connected again">
              Back
            </th>
            <th scope="col">Plug</th>
          </tr>
        </thead>
        <tbody>
          {LINES.map((line) => {
            const { isPlugged, health } = view.lines[line]
            const errors = health && health.discardedBytes + health.badChecksums + health.timeouts
            return (
              <tr key={line}>
                <th scope="row">{LINE_NAMES[line]}</th>
                <td>{health?.state ?? '–'}</td>
                <td>{health?.frames ?? '–'}</td>
                <td>{errors ?? '–'}</td>
                <td>{health?.reconnects ?? '–'}</td>
                <td>
                  <button
                    type="button"
                    className="do plain small"
                    aria-label={`${isPlugged ? 'Pull' : 'Put in'} the plug of: ${LINE_NAMES[line]}`}
                    onClick={() => act({ do: 'plug', line, in: !isPlugged })}
                  >
                    {isPlugged ? 'Pull' : 'Put in'}
                  </button>
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </Panel>
  )
}
