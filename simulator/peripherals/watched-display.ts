/**
 * A display that somebody else paints, watched from the line between it and the device: screens go down, and what is painted comes up.
 * Virtual people look at it as at their own display, so they press only what a person before the real one sees.
 */
import { firstScreen, isRecord, LineCutter, parseMessage, type Screen } from './display.ts'

/** Screens that a display may still say it has painted; it paints them in order. */
const SENT_KEPT = 16

/** What is on one display, as its line tells. */
export class WatchedDisplay {
  readonly #listeners = new Set<(screen: Screen | undefined) => void>()
  #down = new LineCutter()
  #up = new LineCutter()
  #sent: Screen[] = []
  #current: Screen | undefined

  /** Bytes that the device sent. */
  sent(bytes: Uint8Array): void {
    for (const line of this.#down.feed(bytes)) {
      const message = line === undefined ? undefined : parseMessage(line)
      if (message?.is === 'screen') this.#sent = [...this.#sent, message.screen].slice(-SENT_KEPT)
    }
  }

  /** Bytes that the display sent. */
  answered(bytes: Uint8Array): void {
    for (const line of this.#up.feed(bytes)) {
      const revision = line === undefined ? undefined : paintedRevision(line)
      const screen = this.#sent.find((sent) => sent.revision === revision)
      if (screen !== undefined) this.#show(screen)
    }
  }

  /** The line is gone, or new: nothing is known to be painted. */
  reset(): void {
    this.#down = new LineCutter()
    this.#up = new LineCutter()
    this.#sent = []
    if (this.#current !== undefined) this.#show(undefined)
  }

  /** The screen that is painted now; undefined while that cannot be known. */
  current(): Screen | undefined {
    return this.#current
  }

  /** Calls back with each screen once it is painted; gives the function that ends it. */
  onScreen(listener: (screen: Screen) => void): () => void {
    return this.onChange((screen) => screen !== undefined && listener(screen))
  }

  /** Calls back with each screen once it is painted, and with undefined when nothing is known to be painted any more. */
  onChange(listener: (screen: Screen | undefined) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The screen that is painted now, or the first one painted from now on, for which this holds. */
  waitFor(predicate: (screen: Screen) => boolean): Promise<Screen> {
    return firstScreen(this, predicate)
  }

  #show(screen: Screen | undefined): void {
    this.#current = screen
    for (const listener of [...this.#listeners]) listener(screen)
  }
}

/** The revision of `{"painted":revision}`; undefined of any other line. */
function paintedRevision(line: string): number | undefined {
  try {
    const answer: unknown = JSON.parse(line)
    const painted = isRecord(answer) ? answer['painted'] : undefined
    return typeof painted === 'number' ? painted : undefined
  } catch {
    return undefined
  }
}
