/** A voter before a device's screens as the page in a browser draws them: the voter touches what is drawn there. */
import type { Browser, Page } from 'playwright-core'
import { persianDigits } from '../../core/text/persian.ts'
import type { DisplayBuild } from '../browser/display-build.ts'
import { TouchingFingers } from '../browser/fingers.ts'
import { ServedDisplay } from '../browser/served-display.ts'
import type { Booth } from '../device-agent/ballot/booth.ts'
import { type Shown, shownOn } from './shown.ts'

/** A touch comes to the device within this time or not at all. */
const TOUCH_MS = 60_000

export class TouchedBooth {
  /** Session and screens, without a display. */
  readonly booth: Booth
  readonly #served: ServedDisplay
  readonly #fingers: TouchingFingers

  private constructor(booth: Booth, served: ServedDisplay, fingers: TouchingFingers) {
    this.booth = booth
    this.#served = served
    this.#fingers = fingers
  }

  static async open(browser: Browser, build: DisplayBuild, booth: Booth): Promise<TouchedBooth> {
    const served = await ServedDisplay.open(browser, { build })
    return new TouchedBooth(booth, served, await TouchingFingers.on(served.page))
  }

  get page(): Page {
    return this.#served.page
  }

  /** A card is put in; the first screen is painted. */
  async begin(): Promise<void> {
    this.booth.insertCard()
    await this.#served.show(this.booth.screen)
  }

  /** All that is to be seen. */
  shown(): Promise<readonly Shown[]> {
    return shownOn(this.page)
  }

  /** Touches the keys that say these digits. */
  async type(code: string): Promise<void> {
    for (const digit of code)
      await this.#touch((key) => key.text === persianDigits(digit), `the key ${digit}`)
  }

  /** Touches the key of that id. */
  touch(id: string): Promise<void> {
    return this.#touch((key) => key.id === id, id)
  }

  /** Looks at every page of a list. */
  async leaf(look: (shown: readonly Shown[]) => Promise<void> | void): Promise<void> {
    for (;;) {
      const shown = await this.shown()
      await look(shown)
      if (!shown.some(({ id, isKey }) => isKey && id === 'page-next')) return
      await this.touch('page-next')
    }
  }

  close(): Promise<void> {
    return this.#served.close()
  }

  async #touch(isMeant: (key: Shown) => boolean, what: string): Promise<void> {
    const key = (await this.shown()).find((shown) => shown.isKey && isMeant(shown))
    if (key === undefined) throw new Error(`${what} cannot be touched on ${this.booth.screen.name}`)
    const before = this.#served.taken.length
    await this.#fingers.tap(Math.round(key.x + key.width / 2), Math.round(key.y + key.height / 2))
    const input = await this.#taken(before, what)
    if (input.is !== 'press') throw new Error(`${what} was taken for a switch`)
    this.booth.press(input.id)
    await this.#served.show(this.booth.screen)
  }

  async #taken(number: number, what: string) {
    const end = Date.now() + TOUCH_MS
    for (;;) {
      const input = this.#served.taken[number]
      if (input !== undefined) return input
      if (Date.now() > end) throw new Error(`nobody took the touch of ${what}`)
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }
}
