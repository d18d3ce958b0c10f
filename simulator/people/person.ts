/** A person before a device: sees the display, presses what is shown where it is shown, takes their time. */
import { isDeepStrictEqual } from 'node:util'
import type { Clock } from '../../core/ports.ts'
import type { Screen } from '../peripherals/display.ts'
import type { WatchedBench } from './bench.ts'

/** From seeing a screen to touching it. */
const REACTION_MS = 250
/** So long a person waits for anything to happen before pressing once more. */
const PATIENCE_MS = 20_000

/** Eyes and a finger. */
export class Person {
  readonly bench: WatchedBench
  readonly #clock: Clock

  constructor(bench: WatchedBench, clock: Clock) {
    this.bench = bench
    this.#clock = clock
  }

  /** Waits until a screen whose name begins so is painted, and looks at it. */
  async see(...names: readonly string[]): Promise<Screen> {
    const screen = await this.bench.display.waitFor(({ name }) => names.some((known) => isNamed(name, known)))
    await this.pause(REACTION_MS)
    return screen
  }

  /**
   * Presses an element of the screen that is shown now, once more if nothing happens for long, and waits for the next screen. Throws if it is
   * not shown.
   */
  async press(id: string): Promise<Screen> {
    const screen = this.bench.display.current()
    const element = screen?.elements.find((shown) => shown.id === id)
    if (screen === undefined || element === undefined)
      throw new Error(`"${id}" is not on the screen ${screen?.name}`)
    const { x, y, width, height } = element.rect
    const next = this.bench.display.waitFor((shown) => !isSame(shown, screen))
    const touch = () => this.bench.touchscreen.press(Math.round(x + width / 2), Math.round(y + height / 2))
    await touch()
    // Somebody else's finger may be on the glass then.
    const again = this.#clock.after(PATIENCE_MS, () => void touch().catch(() => {}))
    await next
    again.cancel()
    await this.pause(REACTION_MS)
    return next
  }

  /** Types digits on the keypad that is shown. */
  async type(digits: string): Promise<void> {
    for (const digit of digits) await this.press(`digit-${digit}`)
  }

  /** Types a code, and reads the members where it is a list's. */
  async typeCode(code: string): Promise<void> {
    await this.type(code)
    if (this.bench.display.current()?.name === 'voter.members') await this.press('go-on')
  }

  /** Reads all pages of what is shown, as far as there are. */
  async leaf(): Promise<void> {
    while (this.#isOffered('page-next')) await this.press('page-next')
  }

  #isOffered(id: string): boolean {
    const elements = this.bench.display.current()?.elements ?? []
    return elements.some((element) => element.id === id && element['enabled'] !== false)
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#clock.after(ms, resolve))
  }
}

/** A display that was lost and is back shows the same again under another revision: nothing came of the press yet. */
function isSame(shown: Screen, before: Screen): boolean {
  return shown === before || isDeepStrictEqual({ ...shown, revision: 0 }, { ...before, revision: 0 })
}

/** `polls.admitting` names `polls.admitting.pin` too. */
function isNamed(name: string, known: string): boolean {
  return name === known || name.startsWith(`${known}.`)
}
