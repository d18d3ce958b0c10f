import type { DeviceStatus } from '../../core/messages/status.ts'
import type { IoBoard } from '../../firmware/io-board/adapter.ts'
import type { Printer } from '../../firmware/printer/driver.ts'
import type { Touchscreen } from '../../firmware/touchscreen/driver.ts'
import { measureWith } from '../../ui/fonts.ts'
import type { HealthSnapshot } from '../health/health.ts'
import { CardSlot } from './card-slot.ts'
import { Conditions } from './conditions.ts'
import { factsOf, factsWithoutStore, type Seen } from './device-facts.ts'
import type { DeviceParts } from './device-parts.ts'
import type { Display } from './display.ts'
import { Fingers } from './fingers.ts'
import { HandingOver } from './handing-over.ts'
import { lastVoteIn } from './last-vote.ts'
import { longerHours } from './orders/hours.ts'
import { RollWatch } from './paper.ts'
import { makePerformers } from './performers.ts'
import { type PeripheralName, Peripherals } from './peripherals.ts'
import type { PollsPerformer } from './polls/perform.ts'
import {
  type Failure,
  type Polls,
  type PollsEffect,
  type PollsInput,
  pollsAtStart,
  type StopReason,
  stepPolls,
} from './polls/polls.ts'
import type { HandedOver, LastVote } from './screens/view.ts'
import { SessionRun } from './session/run.ts'
import type { Session } from './session/session.ts'
import { Showing } from './showing.ts'
import { statusOf } from './status.ts'
import { TamperWatch } from './tamper-watch.ts'

/** Thanks, with the slip in the box. */
const THANKS_MS = 300
/** As long as the board sounds at most. */
const ALARM_MS = 5_000

/** A running ballot device. */
export class BallotDevice {
  readonly #parts: DeviceParts
  readonly #peripherals: Peripherals
  readonly #sessions: SessionRun
  readonly #pollsWork: PollsPerformer
  #polls: Polls
  #started = false
  #stopped = false
  /** Both keys were turned on while a voter was at it; the officers wait. */
  #keysWaiting = false
  #keysOn = false
  readonly #card = new CardSlot((movement) => this.#guard(() => this.#cardMoved(movement)))
  readonly #handingOver: HandingOver
  readonly #fingers: Fingers
  readonly #roll = new RollWatch()
  readonly #conditions: Conditions
  readonly #tamper: TamperWatch
  readonly #showing: Showing

  constructor(parts: DeviceParts) {
    const { home, store, clock, random, logger, hold } = parts
    this.#parts = parts
    this.#peripherals = new Peripherals(
      parts.lines,
      { clock, random, logger, hold, inputs: home.electionPackage.definition.inputs },
      {
        changed: (name, present) => {
          if (this.#polls.is === 'failed') this.#showFailure()
          else this.#guard(() => this.#peripheralChanged(name, present))
        },
        touchscreen: (connected) => this.#takeTouchscreen(connected),
        reader: (connected) => this.#card.take(connected),
        printer: (connected) => this.#takePrinter(connected),
        board: (connected) => this.#takeBoard(connected),
        display: (connected) => this.#takeDisplay(connected),
      },
    )
    this.#fingers = new Fingers(home.touchMapping, clock, () => this.#peripherals.display?.painted(), {
      pressed: (id) => this.#guard(() => this.#pressed(id)),
      stuckChanged: () => this.#guard(() => this.#show()),
    })
    const { definition } = home.electionPackage
    this.#showing = new Showing(
      { definition, measure: measureWith(parts.fonts), clock },
      () => this.#peripherals.display,
      () => this.#guard(() => this.#show()),
    )
    const guard = (action: () => void) => this.#guard(action)
    this.#conditions = new Conditions({ store, definition, clock }, guard, () => {
      this.#offerWaitingCard()
      this.#show()
    })
    this.#tamper = new TamperWatch({ store, clock }, guard, () => {
      this.#peripherals.board?.beep(ALARM_MS)
      this.#stepPolls({ is: 'tampered' })
    })
    const performers = makePerformers(parts, this.#peripherals, this.#conditions, (secondsLeft) =>
      guard(() => this.#sessions.step({ is: 'print-progress', secondsLeft })),
    )
    this.#sessions = new SessionRun({
      definition,
      clock,
      guard,
      performer: performers.session,
      fatal: parts.fatal,
      stepped: (before, after) => this.#sessionStepped(before, after),
    })
    this.#pollsWork = performers.polls
    this.#handingOver = new HandingOver(parts)
    this.#polls = pollsAtStart(store.day, store.isUnlocked)
  }

  /** Connects the peripherals; the device shows its first screen as soon as a display answers. */
  start(): void {
    this.#peripherals.start()
    // The bundle is written and the centre told again, whichever parts answer.
    if (this.#polls.is === 'finished') this.#performPolls({ do: 'settle-totals' })
  }

  /** What each line is doing. */
  get health(): HealthSnapshot<PeripheralName> {
    return this.#peripherals.health
  }

  /** What the centre is told of how it is; undefined once the polls are closed for good. */
  get status(): DeviceStatus | undefined {
    const { store, program, clock } = this.#parts
    return statusOf({ store, health: this.health, isPaperLow: this.#roll.isLow, program, now: clock.now() })
  }

  /** Somebody is at it, and may end with a vote. */
  get isVoterIn(): boolean {
    return !this.#sessions.isFree
  }

  /** An order was taken: what it changes is shown, and a card that waited for it is let in. */
  orderTaken(): void {
    this.#guard(() => {
      this.#offerWaitingCard()
      this.#show()
    })
  }

  close(): void {
    this.#guard(() => this.#tamper.tellCount())
    this.#halt()
    this.#peripherals.close()
  }

  /**
   * Everything stops where it is, and people read what became of the last vote until the device is switched off.
   * @param vote what the store says of it
   */
  failed(what: Failure, vote: LastVote | 'unknown'): void {
    this.#halt()
    this.#polls = { is: 'failed', what, vote: lastVoteIn(this.#sessions.state, vote) }
    this.#peripherals.board?.setLamp(false)
    this.#peripherals.board?.beep(ALARM_MS)
    this.#showFailure()
  }

  #halt(): void {
    this.#stopped = true
    this.#sessions.close()
    this.#conditions.close()
    this.#tamper.close()
    this.#fingers.cancel()
    this.#showing.close()
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
   * @returns its folder; undefined if there is nowhere to write it, or the stick does not answer, which the screen then says
   */
  async exportBundle(): Promise<string | undefined> {
    const exported = this.#handingOver.exportBundle()
    this.#guard(() => this.#show())
    const folder = await exported
    this.#guard(() => this.#show())
    return folder
  }

  /** What the centre said to the end of the day. */
  centreAnswered(centre: HandedOver['centre']): void {
    this.#handingOver.centreAnswered(centre)
    this.#guard(() => this.#show())
  }

  #peripheralChanged(name: PeripheralName, present: boolean): void {
    const { store, program } = this.#parts
    const { missing, identities } = this.#peripherals
    if (!this.#started) {
      if (missing.length === 0) {
        this.#started = true
        store.append({ type: 'device.started', peripherals: identities, program })
        this.#conditions.start()
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
        if (!this.#mayPress()) return
        if (input.is === 'press') this.#pressed(input.id)
        else this.#switched(input.key)
      }),
    )
  }

  /** In the evening cards take leave, whatever else is missing. */
  #mayPress(): boolean {
    return this.#started || this.#polls.is === 'finished' || this.#parts.store.day.polls === 'finished'
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
    connected.onTamper((tamper) =>
      this.#guard(() => {
        this.#tamper.take(tamper)
        this.#show()
      }),
    )
    this.#conditions.boardConnected()
    connected.onStatus((status) => this.#guard(() => this.#started && this.#conditions.takeStatus(status)))
  }

  #pressed(id: string): void {
    if (this.#polls.is !== 'open') this.#stepPolls({ is: 'pressed', id })
    else if (this.#showing.takesPress(id, this.#sessions.state)) this.#touched()
    else this.#sessions.step({ is: 'pressed', id, page: this.#showing.page })
  }

  /** Two switches, or the keys of a keyboard, go through what the voter can press. */
  #switched(key: 'next' | 'previous' | 'choose'): void {
    if (this.#polls.is !== 'open') return
    const { focus } = this.#showing
    if (key !== 'choose') {
      this.#showing.moveFocus(key, this.#sessions.state)
      this.#touched()
    } else if (focus !== undefined) this.#pressed(focus)
  }

  /** Somebody is there: the session waits anew. */
  #touched(): void {
    this.#sessions.step({ is: 'touched' })
    this.#show()
  }

  #cardMoved(movement: 'in' | 'out'): void {
    const input = { is: movement === 'in' ? ('card-inserted' as const) : ('card-removed' as const) }
    if (movement === 'in') {
      this.#card.owner = this.#polls.is === 'open' ? 'session' : 'polls'
      if (this.#card.owner === 'session' && !this.#letsVotersIn()) return
    }
    if (movement === 'in') this.#card.isVoters = this.#card.owner === 'session'
    // Officers may have turned their keys while a voter's card was in: it was theirs to refuse, and is still the voter's.
    else if (this.#card.isVoters && this.#card.owner === 'polls') this.#sessions.step(input)
    if (this.#card.owner === 'session') this.#sessions.step(input)
    else this.#stepPolls(input)
  }

  /** Officers wait until the voter in hand is done. */
  #keysTurned(on: boolean): void {
    // Nothing is opened, resumed or closed with an open case.
    if (on && this.#tamper.isOpen) return
    // The screen says whose it is to set the clock.
    if (on && this.#polls.is === 'closed' && this.#conditions.isClockWrong) return
    // Before any card is asked for: a day's votes must have room.
    if (on && this.#polls.is === 'closed' && !this.#conditions.takeRoom()) {
      this.#stepPolls({ is: 'no-room' })
      return
    }
    const { store, home, clock } = this.#parts
    const hours = on && longerHours(store.day, home.electionPackage.definition, clock.now())
    if (hours && this.#polls.is === 'open' && this.#sessions.state.is === 'idle') {
      this.#stepPolls({ is: 'kept-open', ...hours })
      return
    }
    this.#keysWaiting = on && this.#polls.is === 'open' && this.#sessions.state.is !== 'idle'
    if (!this.#keysWaiting) this.#stepPolls({ is: 'keys', on })
  }

  #sessionStepped(before: Session, after: Session): void {
    this.#showing.sessionMoved(before, after)
    if (before.is === 'dropping' && (after.is === 'thanks' || after.is === 'idle'))
      this.#peripherals.board?.beep(THANKS_MS)
    if (after !== before) this.#show()
    if (after.is === before.is || !this.#sessions.isFree) return
    if (this.#fingers.voterLeft()) this.#stepPolls({ is: 'touch-drifted' })
    this.#parts.voterLeft()
    if (!this.#keysWaiting) this.#offerWaitingCard()
    else if (after.is === 'idle') this.#keysTurned(true)
  }

  /** A card that came while the last voter's slip was being dealt with, or before the polls were open. */
  #offerWaitingCard(): void {
    const nobodyVotes = this.#polls.is === 'open' && this.#sessions.isFree
    if (this.#card.isIn && nobodyVotes && this.#letsVotersIn()) {
      this.#card.owner = 'session'
      this.#card.isVoters = true
      this.#sessions.step({ is: 'card-inserted' })
    }
  }

  /** All parts answer, no order forbids it, and the vote that a card would begin finds room and power. */
  #letsVotersIn(): boolean {
    return this.#peripherals.missing.length === 0 && this.#conditions.noVoters === undefined
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
    if (state.is === 'open' && before.is === 'resuming') this.#sessions.step({ is: 'slip-settled' })
    if (state.is === 'open' && before.is !== 'open') {
      this.#fingers.officersLeft()
      this.#offerWaitingCard()
    }
    // Again after each card that took leave: it may have brought what the centre and the bundle do not have yet.
    if (input.is === 'totals-settled' || before.is === 'reporting-totals') this.#parts.handOver()
    // An officer's card that came while nothing was asked of it, for example while a report was printed.
    if (this.#card.isIn && 'card' in state && !('card' in before)) {
      this.#card.owner = 'polls'
      this.#stepPolls({ is: 'card-inserted' })
    }
  }

  #performPolls(effect: PollsEffect): void {
    if (effect.do === 'close-polls') this.#tamper.tellCount()
    this.#pollsWork.perform(effect).then(
      (input) => this.#guard(() => input !== undefined && this.#stepPolls(input)),
      (error) => this.#parts.fatal(error),
    )
  }

  #show(): void {
    this.#showing.show(factsOf(this.#seen))
  }

  #showFailure(): void {
    this.#showing.show(factsWithoutStore(this.#seen))
  }

  get #seen(): Seen {
    return {
      home: this.#parts.home,
      store: this.#parts.store,
      polls: this.#polls,
      sessions: this.#sessions,
      peripherals: this.#peripherals,
      fingers: this.#fingers,
      tamper: this.#tamper,
      conditions: this.#conditions,
      roll: this.#roll,
      handingOver: this.#handingOver,
      keysOn: this.#keysOn,
    }
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
