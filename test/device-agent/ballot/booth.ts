/**
 * A voter's session with its screens and nothing else: whoever stands here presses what the screen offers, or goes through it with switches;
 * cards, printer and store do at once what they are asked for. The loop of a whole device is tried by the tests end to end.
 */
import type { Ballot } from '../../../core/election/ballot.ts'
import type { Contest, Definition } from '../../../core/election/definition.ts'
import type { Presentation } from '../../../device-agent/ballot/session/presentation.ts'
import type { Session, SessionEffect, SessionInput } from '../../../device-agent/ballot/session/session.ts'
import { isPressable, type Screen } from '../../../ui/screen.ts'
import type { PagedScreen } from '../../../ui/voter-screens/view.ts'
import type { VoterScreens } from '../../../ui/voter-screens/voter-screens.ts'

/** The modules that a booth is made of. */
export interface BoothBuild {
  readonly stepSession: typeof import('../../../device-agent/ballot/session/session.ts').stepSession
  readonly presentation: typeof import('../../../device-agent/ballot/session/presentation.ts')
  readonly screenOf: typeof import('../../../device-agent/ballot/screens/screen-of.ts').screenOf
  readonly VoterScreens: typeof import('../../../ui/voter-screens/voter-screens.ts').VoterScreens
}

/** The modules in a folder of the program's sources. */
export async function boothBuild(root: string): Promise<BoothBuild> {
  const module = (path: string) => import(/* @vite-ignore */ `${root}/${path}`)
  const [session, presentation, screens, voterScreens] = await Promise.all([
    module('device-agent/ballot/session/session.ts'),
    module('device-agent/ballot/session/presentation.ts'),
    module('device-agent/ballot/screens/screen-of.ts'),
    module('ui/voter-screens/voter-screens.ts'),
  ])
  return {
    stepSession: session.stepSession,
    presentation,
    screenOf: screens.screenOf,
    VoterScreens: voterScreens.VoterScreens,
  }
}

/** One voter after another. */
export class Booth {
  readonly definition: Definition
  readonly contests: readonly Contest[]
  readonly #build: BoothBuild
  readonly #screens: VoterScreens
  #session: Session = { is: 'idle' }
  #presentation: Presentation
  #shown: PagedScreen
  /** What was cast, in order. */
  readonly recorded: Ballot[] = []
  /** What the slip behind the glass says. */
  hanging: Ballot | undefined
  isTimed = false

  /** @param screens of that package */
  constructor(build: BoothBuild, definition: Definition, screens: VoterScreens) {
    this.#build = build
    this.definition = definition
    this.contests = definition.contests
    this.#screens = screens
    this.#presentation = build.presentation.presentationAtStart(definition)
    this.#shown = this.#draw()
  }

  get screen(): Screen {
    return this.#shown.screen
  }

  get presentation(): Presentation {
    return this.#presentation
  }

  /** What can be pressed now. */
  get offered(): readonly string[] {
    return this.screen.elements.filter(isPressable).map(({ id }) => id)
  }

  insertCard(): void {
    this.#step({ is: 'card-inserted' })
  }

  pullCard(): void {
    this.#step({ is: 'card-removed' })
  }

  /** The session's timer runs out, if it is running. */
  timeOut(): void {
    if (this.isTimed) this.#step({ is: 'timed-out' })
  }

  /** Throws if the screen does not offer it. */
  press(id: string): void {
    if (!this.offered.includes(id)) throw new Error(`"${id}" cannot be pressed on ${this.screen.name}`)
    const after = this.#build.presentation.stepPresentation(this.definition, this.#presentation, {
      is: 'pressed',
      id,
    })
    const isTaken = after !== this.#presentation
    this.#presentation = after
    this.#step(isTaken ? { is: 'touched' } : { is: 'pressed', id, page: this.#shown.page })
  }

  /** Presses everything in turn. */
  pressAll(ids: readonly string[]): void {
    for (const id of ids) this.press(id)
  }

  /** Moves the focus, or presses what it is on. */
  switch(key: 'next' | 'previous' | 'choose'): void {
    const { focus } = this.screen
    if (key !== 'choose') {
      const moved = { is: 'moved', way: key, on: this.screen } as const
      this.#presentation = this.#build.presentation.stepPresentation(
        this.definition,
        this.#presentation,
        moved,
      )
      this.#step({ is: 'touched' })
    } else if (focus !== undefined) this.press(focus)
  }

  #step(input: SessionInput): void {
    const inputs = [input]
    for (let next = inputs.shift(); next !== undefined; next = inputs.shift()) {
      const before = this.#session
      const { state, effects } = this.#build.stepSession(this.#rules(), before, next)
      this.#session = state
      if (before.is !== state.is) {
        const isAnother = state.is === 'idle' || before.is === 'ended-without-vote'
        this.#presentation = this.#build.presentation.stepPresentation(this.definition, this.#presentation, {
          is: isAnother ? 'left' : 'went-on',
        })
      }
      inputs.push(...effects.flatMap((effect) => this.#perform(effect)))
    }
    const { name } = this.#draw().screen
    this.#presentation = this.#build.presentation.stepPresentation(this.definition, this.#presentation, {
      is: 'shown',
      screen: name,
    })
    this.#shown = this.#draw()
  }

  #rules() {
    return { contests: this.contests, codeLength: this.contests[0]?.candidates[0]?.code.length ?? 0 }
  }

  #perform(effect: SessionEffect): readonly SessionInput[] {
    switch (effect.do) {
      case 'read-card':
        return [{ is: 'card-accepted' }]
      case 'print-slip':
        this.hanging = effect.ballot
        return [{ is: 'slip-printed' }]
      case 'void-slip':
        this.hanging = undefined
        return [{ is: 'slip-voided' }]
      case 'record':
        this.recorded.push(effect.ballot)
        return [{ is: 'recorded' }]
      case 'drop-slip':
        this.hanging = undefined
        return [{ is: 'slip-dropped' }]
      case 'release-card':
        return [{ is: 'card-released' }]
      case 'mark-card':
        return [{ is: 'card-marked' }]
      case 'start-timer':
      case 'stop-timer':
        this.isTimed = effect.do === 'start-timer'
        return []
    }
  }

  #draw(): PagedScreen {
    return this.#build.screenOf({
      definition: this.definition,
      voterScreens: this.#screens,
      presentation: this.#presentation,
      contests: this.contests,
      polls: { is: 'open' },
      session: this.#session,
      missing: [],
      glassBlocked: false,
      lastVote: 'none',
      keysOn: false,
      caseOpen: false,
      tampered: false,
      alarms: [],
      handedOver: { bundle: 'missing', centre: 'waiting' },
      stationClosed: false,
      dead: [],
      isDeclaredDead: false,
      notes: [],
      noVoters: undefined,
    })
  }
}
