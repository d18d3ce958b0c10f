/**
 * Virtual officers who open, resume or close the polls on the bench, pressing what is painted as people do. A person may stand in their way:
 * then they say why they stopped; whoever sends them away has the bench for themselves at once.
 */
import type { Clock } from '../../core/ports.ts'
import type { Painting, WatchedBench } from '../../simulator/people/bench.ts'
import {
  closePolls,
  type Officers,
  openPolls,
  resumePolls,
  takeLeave,
} from '../../simulator/people/officers.ts'
import { firstScreen } from '../../simulator/peripherals/display.ts'
import type { Duty, SeenOfficers } from '../web/messages.ts'
import type { CardRack } from './card-rack.ts'

/** The screen that each begins at. */
const BEGINS_AT: Readonly<Record<Duty, string>> = {
  open: 'polls.closed',
  resume: 'polls.paused',
  close: 'voter.idle',
}

/** Officers who see nothing new for so long give up. */
const PATIENCE_MS = 45_000

/** The two officers, and the one with the spare card. */
export class OfficersAtWork {
  readonly #bench: WatchedBench
  readonly #clock: Clock
  readonly #officers: Officers
  readonly #rack: CardRack
  readonly #changed: () => void
  #state: SeenOfficers = { is: 'resting' }
  #dismiss: ((why: string) => void) | undefined

  constructor(bench: WatchedBench, clock: Clock, officers: Officers, rack: CardRack, changed: () => void) {
    this.#bench = bench
    this.#clock = clock
    this.#officers = officers
    this.#rack = rack
    this.#changed = changed
  }

  get state(): SeenOfficers {
    return this.#state
  }

  /** Sends them to work. Throws when they are at it, or when the device is not where that begins. */
  begin(duty: Duty): void {
    if (this.#state.is === 'working') throw new Error('the officers are at work already')
    const screen = this.#bench.display.current()?.name
    if (screen === undefined)
      throw new Error('the device shows nothing: open the voting device’s address first')
    if (screen !== BEGINS_AT[duty])
      throw new Error(`the device is at ${screen}; this begins at ${BEGINS_AT[duty]}`)
    // A voter's card stays in when the power goes in the middle of a vote; the device would take it for an officer's and refuse it.
    const tookOut = this.#rack.clearReader()
    this.#state = { is: 'working', duty, ...(tookOut !== undefined && { tookOut }) }
    this.#changed()
    void this.#work(duty).then((state) => {
      this.#dismiss = undefined
      this.#state = state
      this.#changed()
    })
  }

  /** Stops them in the middle of their work; whatever they began stays so. Nothing happens when they rest. */
  dismiss(why: string): void {
    this.#dismiss?.(why)
  }

  async #work(duty: Duty): Promise<SeenOfficers> {
    const { board, display } = this.#bench
    const stopped = Promise.withResolvers<never>()
    this.#dismiss = (why) => stopped.reject(new Stopped(why))
    const attention = new Attention(this.#clock, display)
    const nothing = () => stopped.reject(new Stopped('nothing new was to be seen for long'))
    let timer = this.#clock.after(PATIENCE_MS, nothing)
    const stop = display.onScreen(() => {
      timer.cancel()
      timer = this.#clock.after(PATIENCE_MS, nothing)
    })
    try {
      // Keys that somebody left on must be turned back before they can be turned on.
      for (const key of ['executive', 'supervisory'] as const)
        if (board.isKeyOn(key)) board.turnKey(key, false)
      const work = this.#perform(duty, { ...this.#bench, display: attention.display }, attention.clock)
      await Promise.race([work, stopped.promise])
      return { is: 'done', duty }
    } catch (error) {
      const why = error instanceof Stopped ? error.message : 'the device did not do what they expected'
      return { is: 'gave-up', duty, why }
    } finally {
      attention.end()
      stop()
      timer.cancel()
    }
  }

  async #perform(duty: Duty, bench: WatchedBench, clock: Clock): Promise<void> {
    switch (duty) {
      case 'open':
        return openPolls(bench, clock, this.#officers)
      case 'resume':
        return resumePolls(bench, clock, this.#officers)
      case 'close':
        await closePolls(bench, clock, this.#officers)
        await takeLeave(bench, clock, this.#officers)
    }
  }
}

/** Why officers stopped that were not stopped by the device. */
class Stopped extends Error {}

/** Time and sight of people who may be sent away: then nothing happens to them any more, so they do nothing. */
class Attention {
  readonly clock: Clock
  readonly display: Painting
  #ended = false

  constructor(clock: Clock, display: Painting) {
    this.clock = {
      now: () => clock.now(),
      elapsed: () => clock.elapsed(),
      after: (ms, callback) => clock.after(ms, () => !this.#ended && callback()),
    }
    const seen: Pick<Painting, 'current' | 'onScreen'> = {
      current: () => display.current(),
      onScreen: (listener) => display.onScreen((screen) => !this.#ended && listener(screen)),
    }
    this.display = { ...seen, waitFor: (predicate) => firstScreen(seen, predicate) }
  }

  end(): void {
    this.#ended = true
  }
}
