/** What is on the display, and how: the screen of both machines as the voter wants it shown, painted anew only where something changed. */
import { isDeepStrictEqual } from 'node:util'
import type { Definition } from '../../core/election/definition.ts'
import type { Clock, Timer } from '../../core/ports.ts'
import type { Screen } from '../../ui/screen.ts'
import type { Measure } from '../../ui/text-layout.ts'
import { ONE_PAGE, type Page } from '../../ui/voter-screens/view.ts'
import { VoterScreens } from '../../ui/voter-screens/voter-screens.ts'
import type { Display } from './display.ts'
import { screenOf, type View } from './screens/screen-of.ts'
import {
  type Presentation,
  type PresentationInput,
  presentationAtStart,
  stepPresentation,
  UNTOUCHED_MS,
} from './session/presentation.ts'
import type { Session } from './session/session.ts'

/** What a screen is a function of, but for what is known here. */
export type Facts = Omit<View, 'definition' | 'voterScreens' | 'presentation'>

/** One device's display over the day. Guards how the voter's screens are presented. */
export class Showing {
  readonly #definition: Definition
  readonly #voterScreens: VoterScreens
  readonly #clock: Clock
  readonly #display: () => Display | undefined
  readonly #repaint: () => void
  #presentation: Presentation
  #shown: { readonly display: Display | undefined; readonly screen: Screen } | undefined
  #page: Page = ONE_PAGE
  #untouched: Timer | undefined

  /**
   * @param display the one that is connected now
   * @param repaint is called when a screen is to be shown anew without anybody's doing
   */
  constructor(
    parts: { readonly definition: Definition; readonly measure: Measure; readonly clock: Clock },
    display: () => Display | undefined,
    repaint: () => void,
  ) {
    const { definition, measure, clock } = parts
    this.#definition = definition
    this.#voterScreens = new VoterScreens(definition, measure)
    this.#clock = clock
    this.#display = display
    this.#repaint = repaint
    this.#presentation = presentationAtStart(definition)
  }

  /** Which part of its list the screen shows. */
  get page(): Page {
    return this.#page
  }

  /** What is on the display already is not painted anew: a finger that is on it would count for nothing. */
  show(facts: Facts): void {
    const view = { ...facts, definition: this.#definition, voterScreens: this.#voterScreens }
    const shown = () => screenOf({ ...view, presentation: this.#presentation })
    const before = this.#presentation
    const drawn = shown()
    this.#step({ is: 'shown', screen: drawn.screen.name })
    const { screen, page } = this.#presentation === before ? drawn : shown()
    this.#page = page
    const display = this.#display()
    if (display === this.#shown?.display && isDeepStrictEqual(screen, this.#shown?.screen)) return
    this.#shown = { display, screen }
    display?.show(screen)
  }

  /** A press on a voter's screen. @returns whether it was for language, size or colours, and not for the session */
  takesPress(id: string, session: Session): boolean {
    const before = this.#presentation
    this.#step({ is: 'pressed', id })
    if (this.#presentation === before) return false
    this.#waitForNobody(session)
    return true
  }

  /** A switch moves the focus over what is painted. */
  moveFocus(way: 'next' | 'previous', session: Session): void {
    const painted = this.#display()?.painted()
    if (painted === undefined) return
    this.#step({ is: 'moved', way, on: painted.screen })
    this.#waitForNobody(session)
  }

  /** What keyboard or switches are on, as painted. */
  get focus(): string | undefined {
    return this.#display()?.painted()?.screen.focus
  }

  /** A session took a step: whatever a voter chose here ends with the voter. */
  sessionMoved(before: Session, after: Session): void {
    if (before.is === after.is) return
    const isAnother = after.is === 'idle' || before.is === 'ended-without-vote'
    this.#step({ is: isAnother ? 'left' : 'went-on' })
    this.#untouched?.cancel()
  }

  close(): void {
    this.#untouched?.cancel()
  }

  #waitForNobody({ is }: Session): void {
    this.#untouched?.cancel()
    if (is !== 'idle') return
    this.#untouched = this.#clock.after(UNTOUCHED_MS, () => {
      this.#step({ is: 'left' })
      this.#repaint()
    })
  }

  #step(input: PresentationInput): void {
    this.#presentation = stepPresentation(this.#definition, this.#presentation, input)
  }
}
