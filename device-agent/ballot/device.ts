/**
 * The loop of a ballot device: touches, cards, keys and timers come in, the two state machines say what follows, and here it is
 * performed. Everything that was decided is in the machines; this only carries.
 */
import { contestsOfStyle } from '../../core/election/definition.ts'
import type { Clock, Logger, Random, Signer, Timer } from '../../core/ports.ts'
import type { CardReader } from '../../firmware/card-reader/driver.ts'
import type { IoBoard } from '../../firmware/io-board/adapter.ts'
import { mapTouch } from '../../firmware/touchscreen/calibration.ts'
import type { TouchEvent } from '../../firmware/touchscreen/codec.ts'
import type { Touchscreen } from '../../firmware/touchscreen/driver.ts'
import type { Fonts } from '../../ui/fonts.ts'
import { elementAt } from '../../ui/screen.ts'
import type { DeviceStore } from '../store/device-store.ts'
import { DevicePaper } from './documents.ts'
import { exportBundle } from './export.ts'
import type { DeviceHome } from './home.ts'
import { type DeviceLines, type PeripheralName, Peripherals } from './peripherals.ts'
import { PollsPerformer } from './polls/perform.ts'
import { type Polls, type PollsEffect, type PollsInput, stepPolls } from './polls/polls.ts'
import { screenOf } from './screens/screen-of.ts'
import { SessionPerformer } from './session/perform.ts'
import {
  type Session,
  type SessionEffect,
  type SessionInput,
  type SessionRules,
  stepSession,
} from './session/session.ts'

/** What a device runs on. */
export interface DeviceParts {
  readonly home: DeviceHome
  readonly store: DeviceStore
  readonly lines: DeviceLines
  readonly messageSigner: Signer
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly fonts: Fonts
  /** Stops virtual time while real time is needed. */
  readonly hold: () => () => void
  /** The polls are closed for good and the minutes are printed. */
  readonly finished: () => void
  /** Something was found that our own code must never let happen, or a medium failed: the device stops. */
  readonly fatal: (error: unknown) => void
}

/** A running ballot device. */
export class BallotDevice {
  readonly #parts: DeviceParts
  readonly #peripherals: Peripherals
  readonly #sessions: SessionPerformer
  readonly #pollsWork: PollsPerformer
  #session: Session = { is: 'idle' }
  #polls: Polls
  #timer: Timer | undefined
  #started = false
  #stopped = false
  /** Both keys were turned on while a voter was at it; the officers wait. */
  #keysWaiting = false
  #caseOpen = false
  #cardIn = false
  /** Who is dealing with the card in the reader: its going out is told to the same. */
  #cardOwner: 'session' | 'polls' = 'polls'
  /** The press that a finger has begun: it counts only if it ends on the same element of the same painted screen. */
  #down: { readonly revision: number; readonly id: string } | undefined

  constructor(parts: DeviceParts) {
    const { home, store, clock, random, logger, hold } = parts
    this.#parts = parts
    this.#peripherals = new Peripherals(
      parts.lines,
      { clock, random, logger, hold },
      {
        changed: (name, present) => this.#guard(() => this.#peripheralChanged(name, present)),
        touchscreen: (connected) => this.#takeTouchscreen(connected),
        reader: (connected) => this.#takeReader(connected),
        board: (connected) => this.#takeBoard(connected),
      },
    )
    const papers = new DevicePaper(home, store, clock, parts.fonts)
    const shared = {
      store,
      reader: () => this.#peripherals.reader,
      printer: () => this.#peripherals.printer,
      voidSlip: () => papers.voidSlip(),
    }
    const { electionPackage, authorityKey } = home
    const { station } = home.config
    this.#sessions = new SessionPerformer({
      ...shared,
      checks: { electionPackage, station, random },
      slip: (style, ballot) => papers.slip(style, ballot),
    })
    this.#pollsWork = new PollsPerformer({
      ...shared,
      station,
      random,
      checks: { authorityKey, station, clock, random },
      zeroReport: (tally) => papers.zeroReport(tally),
      minutes: () => papers.minutes(),
    })
    this.#polls = pollsAtStart(store)
  }

  /** Connects the peripherals; the device shows its first screen as soon as a display answers. */
  start(): void {
    const { store } = this.#parts
    if (store.day.polls === 'open') store.append({ type: 'polls.paused', reason: 'restart' })
    this.#peripherals.start()
  }

  close(): void {
    this.#stopped = true
    this.#timer?.cancel()
    this.#peripherals.close()
  }

  /** Writes the bundle again, for example once the centre's last receipt has come. */
  exportBundle(): string {
    const { home, store, messageSigner } = this.#parts
    return exportBundle(home, store, messageSigner)
  }

  #peripheralChanged(name: PeripheralName, present: boolean): void {
    const { store } = this.#parts
    const { missing, identities } = this.#peripherals
    if (!this.#started) {
      if (missing.length === 0) {
        this.#started = true
        store.append({ type: 'device.started', peripherals: identities })
        if (this.#polls.is === 'reporting-minutes') this.#performPolls({ do: 'print-minutes' })
        if (this.#polls.is === 'finished') this.#handOver()
      }
    } else {
      store.append({ type: present ? 'line.restored' : 'line.lost', peripheral: name })
      // Without its board the device cannot see its case: nobody votes until two officers have looked.
      if (name === 'io-board' && !present) this.#stepPolls({ is: 'tampered' })
      if (missing.length === 0) this.#offerWaitingCard()
    }
    this.#down = undefined
    this.#show()
    this.#light()
  }

  #takeTouchscreen(connected: Touchscreen): void {
    connected.onTouch((touch) => this.#guard(() => this.#touched(touch)))
  }

  /** A reader that was lost takes nobody's choices away: only a card that is gone when it is back ends a session. */
  #takeReader(connected: CardReader): void {
    const before = this.#cardIn
    this.#cardIn = false
    let returning = before
    connected.onCard((movement) => {
      this.#cardIn = movement === 'in'
      if (!returning) this.#guard(() => this.#cardMoved(movement))
    })
    returning = false
    if (before && !this.#cardIn) this.#guard(() => this.#cardMoved('out'))
  }

  #takeBoard(connected: IoBoard): void {
    connected.onKeys(({ executive, supervisory }) =>
      this.#guard(() => {
        this.#keysTurned(executive && supervisory)
      }),
    )
    connected.onTamper((open) => this.#guard(() => this.#tampered(open)))
  }

  #touched(touch: TouchEvent): void {
    const painted = this.#peripherals.display?.painted()
    if (touch.kind === 'move' || !this.#started) return
    const { x, y } = mapTouch(this.#parts.home.config.calibration, touch)
    const id = painted && elementAt(painted.screen, x, y)?.id
    if (touch.kind === 'down') {
      this.#down = id === undefined || painted === undefined ? undefined : { revision: painted.revision, id }
      return
    }
    const begun = this.#down
    this.#down = undefined
    if (begun === undefined || begun.id !== id || begun.revision !== painted?.revision) return
    if (this.#polls.is === 'open') this.#stepSession({ is: 'pressed', id })
    else this.#stepPolls({ is: 'pressed', id })
  }

  #cardMoved(movement: 'in' | 'out'): void {
    const input = { is: movement === 'in' ? ('card-inserted' as const) : ('card-removed' as const) }
    if (movement === 'in') {
      this.#cardOwner = this.#polls.is === 'open' ? 'session' : 'polls'
      if (this.#cardOwner === 'session' && this.#peripherals.missing.length > 0) return
    }
    if (this.#cardOwner === 'session') this.#stepSession(input)
    else this.#stepPolls(input)
  }

  #tampered(open: boolean): void {
    if (open && !this.#caseOpen) {
      this.#parts.store.append({ type: 'tamper.opened', switch: 'chassis' })
      this.#caseOpen = true
      this.#stepPolls({ is: 'tampered' })
    }
    this.#caseOpen = open
  }

  /** Officers wait until the voter in hand is done. */
  #keysTurned(on: boolean): void {
    // Nothing is opened, resumed or closed with an open case.
    if (on && this.#caseOpen) return
    this.#keysWaiting = on && this.#polls.is === 'open' && this.#session.is !== 'idle'
    if (!this.#keysWaiting) this.#stepPolls({ is: 'keys', on })
  }

  #stepSession(input: SessionInput): void {
    const before = this.#session
    const { state, effects } = stepSession(this.#rules(), before, input)
    this.#session = state
    for (const effect of effects) this.#performSession(effect)
    if (state.is === 'idle' || state.is === 'refused' || state.is === 'thanks') this.#sessions.forget()
    if (state !== before) this.#show()
    if (state.is !== 'idle' || before.is === 'idle') return
    if (this.#keysWaiting) this.#keysTurned(true)
    else this.#offerWaitingCard()
  }

  /** A card that came while the last voter's slip was being dealt with, or before the polls were open. */
  #offerWaitingCard(): void {
    const isFree = this.#polls.is === 'open' && this.#session.is === 'idle'
    if (this.#cardIn && isFree && this.#peripherals.missing.length === 0) {
      this.#cardOwner = 'session'
      this.#stepSession({ is: 'card-inserted' })
    }
  }

  #stepPolls(input: PollsInput): void {
    const before = this.#polls
    const { state, effects } = stepPolls(before, input)
    this.#polls = state
    if (state.is === 'admitting' && before.is !== 'admitting') this.#pollsWork.beginAdmission()
    for (const effect of effects) this.#performPolls(effect)
    if (state !== before) this.#show()
    if (state.is !== before.is) this.#light()
    if (state.is === 'open' && before.is !== 'open') this.#offerWaitingCard()
    if (state.is === 'finished' && before.is !== 'finished') this.#handOver()
  }

  /** After the minutes, and again after a restart: the bundle is written and the centre is told. */
  #handOver(): void {
    this.exportBundle()
    this.#parts.finished()
  }

  #performSession(effect: SessionEffect): void {
    switch (effect.do) {
      case 'start-timer':
        this.#timer?.cancel()
        this.#timer = this.#parts.clock.after(effect.ms, () =>
          this.#guard(() => this.#stepSession({ is: 'timed-out' })),
        )
        return
      case 'stop-timer':
        this.#timer?.cancel()
        return
      default:
        this.#sessions.perform(effect).then(
          (input) => this.#guard(() => input !== undefined && this.#stepSession(input)),
          (error) => this.#parts.fatal(error),
        )
    }
  }

  #performPolls(effect: PollsEffect): void {
    this.#pollsWork.perform(effect).then(
      (input) => this.#guard(() => input !== undefined && this.#stepPolls(input)),
      (error) => this.#parts.fatal(error),
    )
  }

  #rules(): SessionRules {
    const { definition } = this.#parts.home.electionPackage
    const { style } = this.#sessions
    return {
      contests: style === undefined ? [] : (contestsOfStyle(definition, style) ?? []),
      codeLength: definition.contests[0]?.candidates[0]?.code.length ?? 0,
    }
  }

  #show(): void {
    const { home } = this.#parts
    this.#down = undefined
    this.#peripherals.display?.show(
      screenOf({
        definition: home.electionPackage.definition,
        contests: this.#rules().contests,
        polls: this.#polls,
        session: this.#session,
        missing: this.#peripherals.missing,
      }),
    )
  }

  /** The lamp on the device says whether one can vote here. */
  #light(): void {
    this.#peripherals.board?.setLamp(this.#polls.is === 'open')
  }

  /** Whatever throws inside the loop is a broken promise of our own code or of a medium: the device stops, nothing goes on half done. */
  #guard(action: () => void): void {
    if (this.#stopped) return
    try {
      action()
    } catch (error) {
      this.#parts.fatal(error)
    }
  }
}

/** Where the journal says that this device stands. After a restart nobody votes until two officers resume. */
function pollsAtStart(store: DeviceStore): Polls {
  const { polls, minutes } = store.day
  switch (polls) {
    case 'closed':
      return { is: 'closed' }
    case 'open':
    case 'paused':
      return { is: 'paused', why: 'restart' }
    case 'finished':
      return minutes ? { is: 'finished', card: { is: 'insert' } } : { is: 'reporting-minutes' }
  }
}
