/**
 * A virtual display: it takes screens as lines of JSON and says when each is painted, and which is when it is asked. Nobody sees it but
 * the virtual people, who look at it instead of at pixels.
 */
import type { Clock } from '../../core/ports.ts'
import type { PeripheralLine } from '../lines/peripheral-line.ts'

/** One thing on a screen. What else the device says of it is kept as it is. */
interface ScreenElement {
  readonly id: string
  readonly role: string
  readonly name: string
  readonly rect: {
    readonly x: number
    readonly y: number
    readonly width: number
    readonly height: number
  }
  readonly [other: string]: unknown
}

/** A whole screen. What else the device says of it is kept as it is. */
export interface Screen {
  readonly revision: number
  /** Which screen it is, for whoever helps by telephone. */
  readonly name: string
  readonly direction: 'rtl' | 'ltr'
  readonly language: string
  readonly elements: readonly ScreenElement[]
  readonly [other: string]: unknown
}

/** How long painting takes. */
const PAINT_MS = 20

/** Longest line, in bytes. */
const LINE_LIMIT = 1 << 20

const NEWLINE = 0x0a

/** One display. */
export class VirtualDisplay {
  readonly #line: PeripheralLine
  readonly #clock: Clock
  readonly #listeners = new Set<(screen: Screen) => void>()
  readonly #lines = new LineCutter()
  #frozen = false
  #held: Screen[] = []
  #current: Screen | undefined
  /** How many lines were no screen. */
  refused = 0

  constructor({ line, clock }: { readonly line: PeripheralLine; readonly clock: Clock }) {
    this.#line = line
    this.#clock = clock
    line.onData((bytes) => this.#receive(bytes))
    line.onOpen(() => this.#lines.reset())
  }

  /** The screen that is painted now. */
  current(): Screen | undefined {
    return this.#current
  }

  /** Calls back with each screen once it is painted; gives the function that ends it. */
  onScreen(listener: (screen: Screen) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The screen that is painted now, or the first one painted from now on, for which this holds. */
  waitFor(predicate: (screen: Screen) => boolean): Promise<Screen> {
    return firstScreen(this, predicate)
  }

  /** A key of a keyboard, or assistive technology, presses an element of the screen that is painted. */
  press(id: string): void {
    this.#say({ press: { revision: this.#current?.revision ?? 0, id } })
  }

  /** One of two switches. */
  switch(key: 'next' | 'previous' | 'choose'): void {
    this.#say({ switch: { revision: this.#current?.revision ?? 0, key } })
  }

  /** Paints nothing more, and so says nothing more. Throws when it is frozen. */
  freeze(): void {
    if (this.#frozen) throw new Error('the display is frozen already')
    this.#frozen = true
  }

  /** Paints what came meanwhile, in order. Throws when it is not frozen. */
  thaw(): void {
    if (!this.#frozen) throw new Error('the display is not frozen')
    this.#frozen = false
    const held = this.#held
    this.#held = []
    for (const screen of held) this.#paint(screen)
  }

  #receive(bytes: Uint8Array): void {
    for (const text of this.#lines.feed(bytes)) {
      const message = text === undefined ? undefined : parseMessage(text)
      if (message === undefined) this.refused += 1
      else if (message.is === 'screen') this.#clock.after(PAINT_MS, () => this.#paint(message.screen))
      // Revision 0 is no screen at all.
      else if (!this.#frozen) this.#say({ showing: this.#current?.revision ?? 0 })
    }
  }

  #paint(screen: Screen): void {
    if (this.#frozen) {
      this.#held.push(screen)
      return
    }
    this.#current = screen
    this.#say({ painted: screen.revision })
    for (const listener of [...this.#listeners]) listener(screen)
  }

  #say(message: object): void {
    this.#line.write(Buffer.from(`${JSON.stringify(message)}\n`, 'utf8'))
  }
}

/** The screen that is painted now, or the first one painted from now on, for which this holds. */
export function firstScreen(
  display: Pick<VirtualDisplay, 'current' | 'onScreen'>,
  predicate: (screen: Screen) => boolean,
): Promise<Screen> {
  const current = display.current()
  if (current !== undefined && predicate(current)) return Promise.resolve(current)
  return new Promise((resolve, reject) => {
    const stop = display.onScreen((screen) => {
      try {
        if (!predicate(screen)) return
        resolve(screen)
      } catch (problem) {
        reject(problem)
      }
      stop()
    })
  })
}

/** Cuts bytes at newlines. A line that is too long is thrown away up to its newline and comes out as undefined. */
export class LineCutter {
  #parts: Uint8Array[] = []
  #length = 0

  feed(bytes: Uint8Array): (string | undefined)[] {
    const lines: (string | undefined)[] = []
    let start = 0
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      this.#add(bytes.subarray(start, end))
      lines.push(this.#length > LINE_LIMIT ? undefined : Buffer.concat(this.#parts).toString('utf8'))
      this.reset()
      start = end + 1
    }
    this.#add(bytes.subarray(start))
    return lines
  }

  reset(): void {
    this.#parts = []
    this.#length = 0
  }

  #add(bytes: Uint8Array): void {
    this.#length += bytes.length
    if (this.#length > LINE_LIMIT) this.#parts = []
    else if (bytes.length > 0) this.#parts.push(Uint8Array.from(bytes))
  }
}

type Message = { readonly is: 'screen'; readonly screen: Screen } | { readonly is: 'ask' }

/** What a line from the device says, or undefined when that is nothing we know. */
export function parseMessage(text: string): Message | undefined {
  let message: unknown
  try {
    message = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isRecord(message)) return undefined
  if (message['ask'] === 'showing') return { is: 'ask' }
  if (!isRecord(message['screen'])) return undefined
  const { revision, name, direction, language, elements } = message['screen']
  if (typeof revision !== 'number' || !Number.isSafeInteger(revision)) return undefined
  if ((direction !== 'rtl' && direction !== 'ltr') || typeof language !== 'string') return undefined
  if (typeof name !== 'string') return undefined
  if (!Array.isArray(elements) || !elements.every(isElement)) return undefined
  return { is: 'screen', screen: { ...message['screen'], revision, name, direction, language, elements } }
}

function isElement(value: unknown): value is ScreenElement {
  if (!isRecord(value) || !isRecord(value['rect'])) return false
  const { x, y, width, height } = value['rect']
  const words = [value['id'], value['role'], value['name']]
  return (
    words.every((word) => typeof word === 'string') && [x, y, width, height].every((n) => Number.isFinite(n))
  )
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
