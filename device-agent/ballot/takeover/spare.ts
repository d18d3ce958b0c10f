/**
 * A spare before it is anybody's: it looks for the medium of a device that died, guides officers and technician through the takeover on its own
 * screen, and ends with a store that is ready to vote. Until then it has no journal, and nothing it does is kept.
 */
import { join } from 'node:path'
import { pollingNoon } from '../../../core/election/polling-time.ts'
import type { Clock, Logger, Random, Timer } from '../../../core/ports.ts'
import type { Refusal } from '../../../core/result.ts'
import type { CardReader } from '../../../firmware/card-reader/driver.ts'
import { chooseMedium, type FoundMedium, isSameMedium } from '../../store/dead-media.ts'
import { type DeadMedium, isMediumIn, readDeadMedium } from '../../store/dead-medium.ts'
import type { DeviceStore } from '../../store/device-store.ts'
import { Fingers } from '../fingers.ts'
import type { DeviceHome } from '../home.ts'
import { type DeviceLines, Peripherals } from '../peripherals.ts'
import { DayKeyGathering } from '../polls/day-key.ts'
import { takeoverScreen } from '../screens/takeover.ts'
import { admitCard, findCard } from './cards.ts'
import {
  type Guide,
  type GuideEffect,
  type GuideInput,
  stepGuide,
  TAKEOVER_REFUSALS,
  type TakeoverRefusal,
} from './guide.ts'
import { takeOver } from './take-over.ts'

/** Between two looks whether a medium is there. */
const LOOK_MS = 1_000

/** What a spare runs on; as a device's agent, but for the network. */
export interface SpareParts {
  readonly home: DeviceHome
  /** Where media of another device are once they are put in: one place for both, one after the other, or two. */
  readonly oldMedia: readonly string[]
  /** SHA-256 over the list of the program's files, base64. */
  readonly program: string
  readonly lines: DeviceLines
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly hold: () => () => void
}

/** A running spare. */
export interface Spare {
  /** The store, once it took over. Rejects if something was found that our own code must never let happen. */
  readonly takenOver: Promise<DeviceStore>
  close(): void
}

/** Starts guiding. When it took over its lines are closed: the device's own program opens them anew. */
export function startSpare(parts: SpareParts): Spare {
  const { promise: takenOver, resolve, reject } = Promise.withResolvers<DeviceStore>()
  const spare = new SpareDevice(parts, resolve, reject)
  spare.start()
  return { takenOver, close: () => spare.close() }
}

class SpareDevice {
  readonly #parts: SpareParts
  readonly #done: (store: DeviceStore) => void
  readonly #fatal: (error: unknown) => void
  readonly #peripherals: Peripherals
  readonly #fingers: Fingers
  #state: Guide = { is: 'waiting' }
  /** What was read since the spare was switched on, each medium once: none of it is forgotten when the next is put in. */
  #read: readonly DeadMedium[] = []
  #dead: FoundMedium | undefined
  #gathering: DayKeyGathering | undefined
  #look: Timer | undefined
  /** Places of which what is there was looked at already. */
  readonly #known = new Set<string>()
  #closed = false

  constructor(parts: SpareParts, done: (store: DeviceStore) => void, fatal: (error: unknown) => void) {
    const { home, clock, random, logger, hold, lines } = parts
    this.#parts = parts
    this.#done = done
    this.#fatal = fatal
    const { inputs } = home.electionPackage.definition
    this.#peripherals = new Peripherals(
      lines,
      { clock, random, logger, hold, inputs },
      {
        changed: () => this.#guard(() => this.#show()),
        touchscreen: (connected) =>
          connected.onTouch((touch) => this.#guard(() => this.#fingers.take(touch))),
        reader: (connected) =>
          connected.onCard((movement) =>
            this.#guard(() => this.#step({ is: movement === 'in' ? 'card-inserted' : 'card-removed' })),
          ),
        printer: () => {},
        board: () => {},
        display: (connected) =>
          connected.onInput((input) => this.#guard(() => input.is === 'press' && this.#pressed(input.id))),
      },
    )
    this.#fingers = new Fingers(home.touchMapping, clock, () => this.#peripherals.display?.painted(), {
      pressed: (id) => this.#guard(() => this.#pressed(id)),
      stuckChanged: () => {},
    })
  }

  start(): void {
    this.#peripherals.start()
    this.#lookForMedium()
  }

  close(): void {
    this.#closed = true
    this.#look?.cancel()
    this.#fingers.cancel()
    this.#peripherals.close()
  }

  #pressed(id: string): void {
    this.#step({ is: 'pressed', id })
  }

  #lookForMedium(): void {
    this.#guard(() => {
      for (const folder of this.#parts.oldMedia) this.#lookAt(folder)
    })
    if (this.#closed) return
    this.#look = this.#parts.clock.after(LOOK_MS, () => this.#lookForMedium())
  }

  #lookAt(folder: string): void {
    const isThere = isMediumIn(folder)
    const isKnown = this.#known.has(folder)
    if (isThere === isKnown) return
    if (isThere) {
      this.#known.add(folder)
      this.#take(folder)
    } else {
      this.#known.delete(folder)
      this.#step({ is: 'medium-removed' })
    }
  }

  #take(folder: string): void {
    const { home } = this.#parts
    const { device: spare, station } = home.config
    const { electionPackage, authorityKey } = home
    const work = join(home.folder, 'takeover.part')
    const dead = readDeadMedium(folder, work, { electionPackage, authorityKey, spare, station })
    if (!dead.ok) {
      this.#step({ is: 'medium-refused', why: this.#whyNot(dead.error) })
      return
    }
    const others = this.#read.filter((medium) => !isSameMedium(medium, dead.value))
    const isSame = others.length < this.#read.length
    this.#read = [...others, dead.value]
    const found = chooseMedium(this.#read.filter(({ device }) => device === dead.value.device))
    if (!found.ok) {
      this.#step({ is: 'refused', why: this.#whyNot(found.error) })
      return
    }
    this.#dead = found.value
    this.#gathering = new DayKeyGathering(station, this.#parts.random, [], [])
    const { device, day, slip, media, isLeftBehind } = found.value
    const lastAt = Date.parse(day.last.at)
    const isOtherLost = day.lostMedia.length > 0
    const wasAsked = this.#state.is === 'other' && isSame && media === 'one'
    this.#step({
      is: 'medium-found',
      found: { device, ballots: day.casts, lastAt, slip, media, isOtherLost, isLeftBehind },
    })
    if (wasAsked) this.#step({ is: 'medium-refused', why: 'same-medium' })
  }

  #step(input: GuideInput): void {
    const { state, effects } = stepGuide(this.#state, input)
    this.#state = state
    if (state.is === 'waiting' || state.is === 'refused') this.#forget()
    this.#show()
    for (const effect of effects) this.#perform(effect)
  }

  #forget(): void {
    this.#dead = undefined
    this.#gathering = undefined
  }

  #perform(effect: GuideEffect): void {
    if (effect.do === 'take-over') {
      this.#takeOver(effect)
      return
    }
    const reader = this.#peripherals.reader
    const dead = this.#dead
    const answer =
      reader === undefined
        ? refusedCard()
        : effect.do === 'find-officer'
          ? findCard(reader)
          : this.#admit(reader, effect)
    answer.then(
      // Another medium may be in the slot by now.
      (input) => this.#guard(() => dead === this.#dead && this.#step(input)),
      (error) => this.#fatal(error),
    )
  }

  async #admit(reader: CardReader, { role, pin }: GuideEffect & { do: 'admit' }): Promise<GuideInput> {
    const { home, clock, random } = this.#parts
    const [dead, gathering] = [this.#dead, this.#gathering]
    if (dead === undefined || gathering === undefined) throw new Error('a card without a medium')
    const { authorityKey, cardTerminal: terminal, electionPackage } = home
    const { station, device } = home.config
    return admitCard(reader, role, pin, {
      checks: {
        authorityKey,
        station,
        terminal,
        origin: `takeover ${device} ${dead.day.origin}`,
        certificatesAt: pollingNoon(electionPackage.definition),
        random,
      },
      headChecks: { definition: electionPackage.definition, station, authorityKey, nowMs: clock.now() },
      dead,
      gathering,
    })
  }

  #takeOver({ people }: GuideEffect & { do: 'take-over' }): void {
    const dayKey = this.#gathering?.key()
    if (this.#dead === undefined || dayKey === undefined) throw new Error('a takeover without medium or key')
    const store = takeOver(this.#parts.home, this.#dead, dayKey, people, this.#parts)
    if (!store.ok) {
      this.#step({ is: 'refused', why: this.#whyNot(store.error) })
      return
    }
    this.#step({ is: 'taken-over' })
    this.close()
    this.#done(store.value)
  }

  #whyNot({ code, where, what }: Refusal): TakeoverRefusal {
    this.#parts.logger.error({ code, where, what }, 'not taken over')
    return (
      TAKEOVER_REFUSALS.find((known): known is TakeoverRefusal => code === `takeover.${known}`) ?? 'damaged'
    )
  }

  #show(): void {
    const { definition } = this.#parts.home.electionPackage
    // A takeover wants neither printer nor board; what is missing then the device's own program says.
    const missing = this.#peripherals.missing.filter(
      (name) => name === 'card-reader' || name === 'touchscreen',
    )
    this.#peripherals.display?.show(takeoverScreen(this.#state, definition, 'fa', missing))
  }

  #guard(action: () => void): void {
    if (this.#closed) return
    try {
      action()
    } catch (error) {
      this.#fatal(error)
    }
  }
}

async function refusedCard(): Promise<GuideInput> {
  return { is: 'officer-refused', why: 'unreadable' }
}
