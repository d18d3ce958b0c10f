/** Fingers on a page, as the browser's own touch input: each is down until it is lifted. */
import type { CDPSession, Page } from 'playwright-core'

interface Place {
  readonly x: number
  readonly y: number
}

/** One hand on one page. */
export class TouchingFingers {
  readonly #session: CDPSession
  readonly #down = new Map<number, Place>()

  private constructor(session: CDPSession) {
    this.#session = session
  }

  static async on(page: Page): Promise<TouchingFingers> {
    return new TouchingFingers(await page.context().newCDPSession(page))
  }

  /** Sets a finger down, or slides it to another place. */
  async put(finger: number, x: number, y: number): Promise<void> {
    const type = this.#down.has(finger) ? 'touchMove' : 'touchStart'
    this.#down.set(finger, { x, y })
    await this.#send(type, [...this.#down])
  }

  async lift(finger: number): Promise<void> {
    const place = this.#down.get(finger)
    if (place === undefined) throw new Error('this finger is not down')
    this.#down.delete(finger)
    // What is named is what ends; the others stay down.
    await this.#send('touchEnd', [[finger, place]])
  }

  /** The browser takes the touch for something else. */
  async cancel(): Promise<void> {
    this.#down.clear()
    await this.#session.send('Input.dispatchTouchEvent', { type: 'touchCancel', touchPoints: [] })
  }

  async tap(x: number, y: number): Promise<void> {
    await this.put(1, x, y)
    await this.lift(1)
  }

  async #send(
    type: 'touchStart' | 'touchMove' | 'touchEnd',
    fingers: readonly (readonly [finger: number, place: Place])[],
  ): Promise<void> {
    const touchPoints = fingers.map(([id, { x, y }]) => ({ id, x, y }))
    await this.#session.send('Input.dispatchTouchEvent', { type, touchPoints })
  }
}
