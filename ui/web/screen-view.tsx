/**
 * Draws exactly a screen: each element at its place on the grid, in the order of the data, and the whole grid scaled by one transform into
 * whatever holds it. It decides nothing and hears nothing; `grid-place.ts` says where on it a pointer is.
 */
import { type ReactNode, type RefObject, useLayoutEffect, useRef } from 'react'
import { type Element, GRID, isBold, type Screen } from '../screen.ts'
import './fonts.css'
import { elementStyle, lookProperties } from './look.ts'
import './screen-view.css'

/** What is drawn, and where its photos are. */
interface ScreenViewProps {
  readonly screen: Screen
  /** Address of a photo, by its SHA-256 in hexadecimal. */
  readonly photoAddress: (photo: string) => string
}

/** A screen, as large as it fits into its parent. */
export function ScreenView({ screen, photoAddress }: ScreenViewProps): ReactNode {
  const frame = useRef<HTMLDivElement>(null)
  const grid = useRef<HTMLElement>(null)
  useScale(frame, grid)
  useFocus(grid, screen)
  return (
    <div className="screen-frame" ref={frame} style={lookProperties(screen.look)}>
      <main
        className="screen"
        ref={grid}
        lang={screen.language}
        dir={screen.direction}
        data-name={screen.name}
        style={{ width: GRID.width, height: GRID.height }}
      >
        {screen.elements.map((element) => (
          <Drawn
            key={element.id}
            element={element}
            isFocused={element.id === screen.focus}
            photoAddress={photoAddress}
          />
        ))}
      </main>
    </div>
  )
}

interface DrawnProps {
  readonly element: Element
  readonly isFocused: boolean
  readonly photoAddress: (photo: string) => string
}

/** One element, as the HTML that means the same. */
function Drawn({ element, isFocused, photoAddress }: DrawnProps): ReactNode {
  const { id, role, name, language, direction, enabled, press, photo } = element
  const classes = [isBold(element) ? 'bold' : '', isFocused ? 'focused' : ''].filter(Boolean).join(' ')
  const drawn = {
    'data-id': id,
    className: classes,
    lang: language,
    dir: direction,
    style: elementStyle(element),
  }
  if (press) {
    return (
      <button type="button" disabled={enabled === false} {...drawn}>
        {name}
      </button>
    )
  }
  switch (role) {
    case 'heading':
      return <h1 {...drawn}>{name}</h1>
    case 'status':
      return (
        <p role="status" {...drawn}>
          {name}
        </p>
      )
    case 'picture':
      // A new photo is a new image: the face before is never seen beside another's name.
      return photo === undefined ? null : (
        <img key={photo} src={photoAddress(photo)} alt={name} decoding="sync" draggable={false} {...drawn} />
      )
    default:
      return <p {...drawn}>{name}</p>
  }
}

/** Keeps the grid as large as its frame allows. */
function useScale(frame: RefObject<HTMLElement | null>, grid: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const holder = frame.current
    const scaled = grid.current
    if (holder === null || scaled === null) return
    const rescale = () => {
      const scale = Math.min(holder.clientWidth / GRID.width, holder.clientHeight / GRID.height)
      scaled.style.transform = `scale(${scale}) translate(-50%, -50%)`
    }
    rescale()
    const observer = new ResizeObserver(rescale)
    observer.observe(holder)
    return () => observer.disconnect()
  }, [frame, grid])
}

/** The browser's focus follows the screen's, for assistive technology; what the screen does not focus has none. */
function useFocus(grid: RefObject<HTMLElement | null>, { focus }: Screen): void {
  useLayoutEffect(() => {
    const elements = [...(grid.current?.children ?? [])].filter((child) => child instanceof HTMLElement)
    const focused = elements.find(({ dataset }) => dataset['id'] === focus)
    if (focused !== undefined) focused.focus({ preventScroll: true })
    else elements.find((element) => element === document.activeElement)?.blur()
  })
}
