/** What both pages are put together from. */
import { type ReactNode, useId } from 'react'
import { USUAL_LOOK } from '../../ui/screen.ts'
import { lookProperties } from '../../ui/web/look.ts'
import '../../ui/web/fonts.css'
import './pages.css'
import type { Act } from './acts.ts'
import type { SeenCard, StationView } from './messages.ts'
import type { Station } from './station.ts'
import { CARD_STATES, cardName, isDisplayWanted } from './words.ts'

/** The frame of a page: heading, what is wrong, and the rest once there is something to see. */
export function Page({
  title,
  station,
  children,
}: {
  readonly title: string
  readonly station: Station
  readonly children: (view: StationView) => ReactNode
}): ReactNode {
  const { view, isConnected, refusal } = station
  return (
    <div className="page" style={lookProperties(USUAL_LOOK)}>
      <header>
        <p className="rehearsal">Rehearsal on virtual hardware with invented officers. No election.</p>
        <h1>{title}</h1>
        {view !== undefined && (
          <p>
            {view.election.title}, polling day {view.election.pollingDay}, device {view.device.id}
          </p>
        )}
        {view !== undefined && <OtherPages view={view} title={title} />}
      </header>
      <main>
        {!isConnected && (
          <p className="notice" role="alert">
            The station does not answer. Is it still running in its terminal? After a new start open the
            address that is printed there.
          </p>
        )}
        {view !== undefined && isDisplayWanted(view) && <OpenDevice view={view} />}
        <p className="refusal" role="status">
          {refusal}
        </p>
        {view !== undefined && children(view)}
      </main>
    </div>
  )
}

/** The other addresses, each fresh: whoever has one page may open the others beside it. */
function OtherPages({ view, title }: { readonly view: StationView; readonly title: string }): ReactNode {
  const pages = [
    ['Voting device', view.device.address],
    ['Officers', view.pages.officers],
    ['Bench', view.pages.bench],
  ] as const
  return (
    <nav aria-label="Other pages">
      {pages.map(
        ([name, address]) =>
          name !== title &&
          address !== undefined && (
            <a key={name} href={address} target="_blank" rel="noreferrer">
              {name}
            </a>
          ),
      )}
    </nav>
  )
}

/** Upright, beside the other pages. */
const DEVICE_WINDOW = 'popup,noreferrer,width=560,height=1000'

function OpenDevice({ view: { device } }: { readonly view: StationView }): ReactNode {
  return (
    <p className="notice" role="alert">
      The voting device’s screens are not painted. Open the voting device’s address first, in a window of its
      own, and keep it in sight: a hidden page paints nothing.{' '}
      {device.address !== undefined && (
        <a
          href={device.address}
          onClick={(event) => {
            event.preventDefault()
            window.open(event.currentTarget.href, '_blank', DEVICE_WINDOW)
          }}
        >
          Open the voting device
        </a>
      )}
    </p>
  )
}

/** A titled part of a page. */
export function Panel({
  title,
  children,
  className = '',
}: {
  readonly title: string
  readonly children: ReactNode
  readonly className?: string
}): ReactNode {
  const heading = useId()
  return (
    <section className={`panel ${className}`} aria-labelledby={heading}>
      <h2 id={heading}>{title}</h2>
      {children}
    </section>
  )
}

/** Something to press. */
export function Do({
  children,
  onClick,
  name,
  isPrimary = false,
  disabled = false,
}: {
  readonly children: ReactNode
  readonly onClick: () => void
  /** Where its words alone do not say what it is for. */
  readonly name?: string
  readonly isPrimary?: boolean
  readonly disabled?: boolean
}): ReactNode {
  return (
    <button
      type="button"
      className={isPrimary ? 'do primary' : 'do plain'}
      disabled={disabled}
      onClick={onClick}
      aria-label={name}
    >
      {children}
    </button>
  )
}

/** The two key switches. */
export function Keys({
  view,
  act,
}: {
  readonly view: StationView
  readonly act: (act: Act) => void
}): ReactNode {
  return (
    <div className="row">
      {(['executive', 'supervisory'] as const).map((key) => {
        const on = view.keys[key]
        return (
          <button
            key={key}
            type="button"
            className="do switch"
            role="switch"
            aria-checked={on}
            onClick={() => act({ do: 'key', key, on: !on })}
          >
            {key === 'executive' ? 'Executive key' : 'Supervisory key'}: {on ? 'on' : 'off'}
          </button>
        )
      })}
    </div>
  )
}

/** Cards, each to be put into the device or taken out. */
export function Cards({
  cards,
  all,
  act,
}: {
  readonly cards: readonly SeenCard[]
  /** Those of them and others: one at a time is in the reader. */
  readonly all: readonly SeenCard[]
  readonly act: (act: Act) => void
}): ReactNode {
  const isTaken = all.some(({ isInReader }) => isInReader)
  return (
    <ul className="cards">
      {cards.map((card) => (
        <li key={card.id} className={card.isInReader ? 'card in' : 'card'}>
          <span>
            <strong>{cardName(card)}</strong>
            <small>
              {card.pin !== undefined && (
                <>
                  PIN <code>{card.pin}</code>
                </>
              )}
              {card.state !== undefined && CARD_STATES[card.state]}
              {card.isInReader && ' · in the device'}
            </small>
          </span>
          {card.isInReader ? (
            <Do name={`Take out: ${cardName(card)}`} onClick={() => act({ do: 'take-out' })}>
              Take out
            </Do>
          ) : (
            <Do
              name={`Insert: ${cardName(card)}`}
              disabled={isTaken}
              onClick={() => act({ do: 'insert', card: card.id })}
            >
              Insert
            </Do>
          )}
        </li>
      ))}
    </ul>
  )
}

/** A printed paper, as large as there is room; its text is its picture's. */
export function Paper({ picture, name }: { readonly picture: string; readonly name: string }): ReactNode {
  return <img className="paper" src={`/picture/${picture}.png`} alt={name} />
}
