/**
 * A voter before a device's own screens: they are drawn by the page in a browser, and the voter touches what is drawn there. The session is the
 * device's; card and printer do at once what they should.
 */
import type { Browser } from 'playwright-core'
import { persianDigits } from '../../core/text/persian.ts'
import type {
  Session,
  SessionEffect,
  SessionInput,
  SessionRules,
} from '../../device-agent/ballot/session/session.ts'
import type { Facts, Showing } from '../../device-agent/ballot/showing.ts'
import { systemClock } from '../../device-agent/system.ts'
import type { Measure } from '../../ui/text-layout.ts'
import type { DisplayBuild } from '../browser/display-build.ts'
import { TouchingFingers } from '../browser/fingers.ts'
import { ServedDisplay } from '../browser/served-display.ts'
import type { CodesBuild } from './build.ts'
import type { CodesElection } from './election.ts'
import { type Shown, shownOn } from './shown.ts'

/** A press comes to the device within this time or not at all. */
const PRESS_MS = 60_000

/** A device that is ready for one voter after another. */
export interface BoothParts {
  readonly build: CodesBuild
  readonly display: DisplayBuild
  readonly election: CodesElection
  readonly measure: Measure
}

export class Booth {
  readonly served: ServedDisplay
  readonly #fingers: TouchingFingers
  readonly #build: CodesBuild
  readonly #rules: SessionRules
  readonly #showing: Showing
  #session: Session = { is: 'idle' }

  private constructor(parts: BoothParts, served: ServedDisplay, fingers: TouchingFingers) {
    const { build, election, measure } = parts
    this.served = served
    this.#fingers = fingers
    this.#build = build
    this.#rules = {
      contests: [election.contest],
      codeLength: election.contest.candidates[0]?.code.length ?? 0,
    }
    const { definition } = election
    this.#showing = new build.Showing(
      { definition, measure, clock: systemClock },
      () => served.display,
      () => {},
    )
  }

  static async open(browser: Browser, parts: BoothParts): Promise<Booth> {
    const served = await ServedDisplay.open(browser, { build: parts.display })
    return new Booth(parts, served, await TouchingFingers.on(served.page))
  }

  get session(): Session {
    return this.#session
  }

  /** A card is put in and accepted. */
  async begin(): Promise<void> {
    await this.happens({ is: 'card-inserted' })
    await this.happens({ is: 'card-accepted' })
  }

  /** The device takes an input; what it shows then is painted. */
  async happens(input: SessionInput): Promise<readonly SessionEffect[]> {
    const before = this.#session
    const { state, effects } = this.#build.stepSession(this.#rules, before, input)
    this.#session = state
    this.#showing.sessionMoved(before, state)
    this.#showing.show(this.#facts())
    await this.served.painted()
    return effects
  }

  /** All that is to be seen. */
  shown(): Promise<readonly Shown[]> {
    return shownOn(this.served.page)
  }

  /** Touches the keys that say these digits. */
  async type(code: string): Promise<void> {
    for (const digit of code) {
      await this.#touch((key) => key.text === persianDigits(digit), `the key ${digit}`)
    }
  }

  /** Touches the key of that id. */
  touch(id: string): Promise<readonly SessionEffect[]> {
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

  async close(): Promise<void> {
    this.#showing.close()
    await this.served.close()
  }

  async #touch(isMeant: (key: Shown) => boolean, what: string): Promise<readonly SessionEffect[]> {
    const key = (await this.shown()).find((shown) => shown.isKey && isMeant(shown))
    if (key === undefined) throw new Error(`${what} cannot be touched in ${this.#session.is}`)
    const taken = this.served.taken.length
    await this.#fingers.tap(Math.round(key.x + key.width / 2), Math.round(key.y + key.height / 2))
    const input = await this.#taken(taken, what)
    if (input.is !== 'press') throw new Error(`${what} was taken for a switch`)
    if (this.#showing.takesPress(input.id, this.#session)) throw new Error(`${what} is no key of a vote`)
    return this.happens({ is: 'pressed', id: input.id, page: this.#showing.page })
  }

  async #taken(number: number, what: string) {
    const end = Date.now() + PRESS_MS
    for (;;) {
      const input = this.served.taken[number]
      if (input !== undefined) return input
      if (Date.now() > end) throw new Error(`nobody took the touch of ${what}`)
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }

  #facts(): Facts {
    return {
      contests: this.#session.is === 'idle' ? [] : this.#rules.contests,
      polls: { is: 'open' },
      session: this.#session,
      missing: [],
      glassBlocked: false,
      lastVote: 'none',
      keysOn: false,
      caseOpen: false,
      alarms: [],
      handedOver: { bundle: 'missing', centre: 'no-link' },
      stationClosed: false,
      paperLow: false,
    }
  }
}
