/**
 * The loop of a ballot device: touches, cards, keys and timers come in, the two state machines say what follows, and here it is
 * performed. Everything that was decided is in the machines; this only carries.
 */
import { isDeepStrictEqual } from 'node:util'
import { contestsOfStyle } from '../../core/election/definition.ts'
import type { Clock, Logger, Random, Signer, Timer } from '../../core/ports.ts'
import type { CardReader } from '../../firmware/card-reader/driver.ts'
import type { IoBoard } from '../../firmware/io-board/adapter.ts'
import type { Printer } from '../../firmware/printer/driver.ts'
import type { Touchscreen } from '../../firmware/touchscreen/driver.ts'
import type { Fonts } from '../../ui/fonts.ts'
import type { Screen } from '../../ui/screen.ts'
import type { DeviceStore } from '../store/device-store.ts'
import type { Display } from './display.ts'
import { DevicePaper } from './documents.ts'
import { exportBundle } from './export.ts'
import { Fingers } from './fingers.ts'
import type { DeviceHome } from './home.ts'
import { RollWatch } from './paper.ts'
import { type DeviceLines, type PeripheralName, Peripherals } from './peripherals.ts'
import { PollsPerformer } from './polls/perform.ts'
import {
  type Polls,
  type PollsEffect,
  type PollsInput,
  pollsAtStart,
  type StopReason,
  stepPolls,
} from './polls/polls.ts'
import { openDevices } from './release.ts'
import { screenOf } from './screens/screen-of.ts'
import type { HandedOver } from './screens/view.ts'
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
  /** SHA-256 over the list of the program's files, base64. */
  readonly program: string
  readonly store: DeviceStore
  readonly lines: DeviceLines
  readonly messageSigner: Signer
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly fonts: Fonts
  /** Stops virtual time while real time is needed. */
  readonly hold: () => () => void
  /** The polls are closed for good and there is something to hand over: the bundle to write, the centre to tell. */
  readonly handOver: () => void
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
  #keysOn = false
  #caseOpen = false
  #cardIn = false
  /** Who is dealing with the card in the reader: its going out is told to the same. */
  #cardOwner: 'session' | 'polls' = 'polls'
  #handedOver: HandedOver = { bundle: 'missing', centre: 'waiting' }
  readonly #fingers: Fingers
  readonly #roll = new RollWatch()
  #shown: { readonly display: Display | undefined; readonly screen: Screen } | undefined

  constructor(parts: DeviceParts) {
    const { home, store, clock, random, logger, hold } = parts
    this.#parts = parts
    this.#peripherals = new Peripherals(
      parts.lines,
      { clock, random, logger, hold, inputs: home.electionPackage.definition.inputs },
      {
        changed: (name, present) => this.#guard(() => this.#peripheralChanged(name, present)),
        touchscreen: (connected) => this.#takeTouchscreen(connected),
        reader: (connected) => this.#takeReader(connected),
        printer: (connected) => this.#takePrinter(connected),
        board: (connected) => this.#takeBoard(connected),
        display: (connected) => this.#takeDisplay(connected),
      },
    )
    this.#fingers = new Fingers(home.touchMapping, clock, () => this.#peripherals.display?.painted(), {
      pressed: (id) => this.#guard(() => this.#pressed(id)),
      stuckChanged: () => this.#guard(() => this.#show()),
    })
    const papers = new DevicePaper(home, store, clock, parts.fonts)
    const shared = {
      store,
      reader: () => this.#peripherals.reader,
      printer: () => this.#peripherals.printer,
      voidSlip: () => papers.voidSlip(),
    }
    const { electionPackage } = home
    const { station } = home.config
    this.#sessions = new SessionPerformer({
      ...shared,
      checks: { electionPackage, station, random },
      slip: (style, ballot) => papers.slip(style, ballot),
      printProgress: (secondsLeft) =>
        this.#guard(() => this.#stepSession({ is: 'print-progress', secondsLeft })),
    })
    this.#pollsWork = new PollsPerformer({
      ...shared,
      home,
      messageSigner: parts.messageSigner,
      clock,
      random,
      zeroReport: (tally) => papers.zeroReport(tally),
      minutes: () => papers.minutes(),
      totals: (results) => papers.totals(results),
    })
    this.#polls = pollsAtStart(store.day)
  }

  /** Connects the peripherals; the device shows its first screen as soon as a display answers. */
  start(): void {
    const { store } = this.#parts
    if (store.day.polls === 'open' && this.#polls.is !== 'stopped')
      store.append({ type: 'polls.paused', reason: 'restart' })
    this.#peripherals.start()
    // The bundle is written and the centre told again, whichever parts answer.
    if (this.#polls.is === 'finished') this.#performPolls({ do: 'settle-totals' })
  }

  close(): void {
    this.#stopped = true
    this.#timer?.cancel()
    this.#fingers.cancel()
    this.#peripherals.close()
  }

  /** Somebody holds another history of this device: nobody votes here any more. */
  stop(why: StopReason): void {
    this.#guard(() => {
      if (this.#polls.is === 'stopped') return
      this.#parts.store.append({ type: 'device.stopped', why })
      this.#stepPolls({ is: 'stopped', why })
    })
  }

  /**
   * Writes the bundle, in the place of the one before.
   * @returns its folder; undefined if there is nowhere to write it, which the screen then says
   */
  exportBundle(): string | undefined {
    const { home, store, messageSigner, logger } = this.#parts
    let folder: string | undefined
    try {
      folder = exportBundle(home, store, messageSigner)
    } catch (error) {
      if (!(error instanceof Error && 'syscall' in error)) throw error
      logger.error({ error: error.message }, 'the bundle could not be written')
    }
    this.#handedOver = { ...this.#handedOver, bundle: folder === undefined ? 'missing' : 'written' }
    this.#guard(() => this.#show())
    return folder
  }

  /** What the centre said to the end of the day. */
  centreAnswered(centre: HandedOver['centre']): void {
    this.#handedOver = { ...this.#handedOver, centre }
    this.#guard(() => this.#show())
  }

  #peripheralChanged(name: PeripheralName, present: boolean): void {
    const { store, program } = this.#parts
    const { missing, identities } = this.#peripherals
    if (!this.#started) {
      if (missing.length === 0) {
        this.#started = true
        store.append({ type: 'device.started', peripherals: identities, program })
        if (this.#roll.isLow) this.#tellPaperLow()
        if (this.#polls.is === 'reporting-minutes') this.#performPolls({ do: 'print-minutes' })
      }
    } else {
      store.append({ type: present ? 'line.restored' : 'line.lost', peripheral: name })
      // Without its board the device cannot see its case: nobody votes until two officers have looked.
      if (name === 'io-board' && !present) this.#stepPolls({ is: 'tampered' })
      if (missing.length === 0) this.#offerWaitingCard()
    }
    // A finger that was down when a line was lost presses nothing.
    this.#fingers.cancel()
    this.#show()
    this.#light()
  }

  #takeTouchscreen(connected: Touchscreen): void {
    connected.onTouch((touch) => this.#guard(() => this.#mayPress() && this.#fingers.take(touch)))
  }

  #takeDisplay(connected: Display): void {
    connected.onInput((input) =>
      this.#guard(() => {
        if (this.#mayPress() && input.is === 'press') this.#pressed(input.id)
      }),
    )
  }

  /** In the evening cards take leave, whatever else is missing. */
  #mayPress(): boolean {
    return this.#started || this.#polls.is === 'finished'
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

  /** A roll near its end is told to the journal at once, and to the poll worker where nobody is voting. */
  #takePrinter(connected: Printer): void {
    connected.onStatus((status) =>
      this.#guard(() => {
        if (this.#roll.take(status) && this.#started) this.#tellPaperLow()
        this.#show()
      }),
    )
  }

  #tellPaperLow(): void {
    this.#parts.store.append({ type: 'printer.paper_low' })
  }

  /** How the keys stand when a board connects is not yet anybody's turning them: two keys left on open and resume nothing. */
  #takeBoard(connected: IoBoard): void {
    let connecting = true
    connected.onKeys(({ executive, supervisory }) =>
      this.#guard(() => {
        this.#keysOn = executive && supervisory
        if (!connecting) this.#keysTurned(this.#keysOn)
        this.#show()
      }),
    )
    connecting = false
    connected.onTamper((open) => this.#guard(() => this.#tampered(open)))
  }

  #pressed(id: string): void {
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
    this.#show()
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
    if (isFree(state) || state.is === 'refused' || state.is === 'thanks') this.#sessions.forget()
    if (state !== before) this.#show()
    if (state.is === before.is || !isFree(state)) return
    if (this.#fingers.voterLeft()) this.#stepPolls({ is: 'touch-drifted' })
    if (!this.#keysWaiting) this.#offerWaitingCard()
    else if (state.is === 'idle') this.#keysTurned(true)
  }

  /** A card that came while the last voter's slip was being dealt with, or before the polls were open. */
  #offerWaitingCard(): void {
    const nobodyVotes = this.#polls.is === 'open' && isFree(this.#session)
    if (this.#cardIn && nobodyVotes && this.#peripherals.missing.length === 0) {
      this.#cardOwner = 'session'
      this.#stepSession({ is: 'card-inserted' })
    }
  }

  #stepPolls(input: PollsInput): void {
    const before = this.#polls
    const { state, effects } = stepPolls(before, input)
    this.#polls = state
    if (state.is !== 'open') this.#keysWaiting = false
    if (state.is === 'admitting' && before.is !== 'admitting') this.#pollsWork.beginAdmission()
    for (const effect of effects) this.#performPolls(effect)
    if (state !== before) this.#show()
    if (state.is !== before.is) this.#light()
    if (state.is === 'open' && before.is === 'resuming') this.#stepSession({ is: 'slip-settled' })
    if (state.is === 'open' && before.is !== 'open') {
      this.#fingers.officersLeft()
      this.#offerWaitingCard()
    }
    // Again after each card that took leave: it may have brought what the centre and the bundle do not have yet.
    if (input.is === 'totals-settled' || before.is === 'reporting-totals') this.#parts.handOver()
    // An officer's card that came while nothing was asked of it, for example while a report was printed.
    if (this.#cardIn && 'card' in state && !('card' in before)) {
      this.#cardOwner = 'polls'
      this.#stepPolls({ is: 'card-inserted' })
    }
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

  /** What is on the display already is not painted anew: a finger that is on it would count for nothing. */
  #show(): void {
    const { home, store } = this.#parts
    const { display, missing } = this.#peripherals
    const screen = screenOf({
      definition: home.electionPackage.definition,
      contests: this.#rules().contests,
      polls: this.#polls,
      session: this.#session,
      missing,
      glassBlocked: this.#fingers.isStuck,
      lastVote: LAST_VOTE[store.slip],
      keysOn: this.#keysOn,
      caseOpen: this.#caseOpen,
      alarms: store.day.alarms,
      handedOver: this.#handedOver,
      stationClosed: this.#polls.is === 'finished' && openDevices({ home, store }).length === 0,
      paperLow: this.#roll.isLow,
    })
    if (display === this.#shown?.display && isDeepStrictEqual(screen, this.#shown?.screen)) return
    this.#shown = { display, screen }
    display?.show(screen)
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

/** What the slip of the ballot in hand, as last written, says of its vote (the table of crashes in the design). */
const LAST_VOTE = {
  none: 'none',
  printing: 'not-recorded',
  hanging: 'not-recorded',
  accepted: 'recorded',
} as const

/** Nobody votes at the moment: a card that comes in begins a session. */
function isFree(session: Session): boolean {
  return session.is === 'idle' || session.is === 'ended-without-vote'
}
