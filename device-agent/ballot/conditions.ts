/**
 * What a device can do no vote without, and nobody did on purpose: room on the disk, power, warmth, a slot that slips fall through, a clock. Each
 * change is in the journal once; people are told between voters; and no new voter is let in where the next vote might not end, or an order forbids it.
 */
import { ballotCapacity } from '../../core/ballot-box/capacity.ts'
import type { Definition } from '../../core/election/definition.ts'
import { isPollingTime } from '../../core/election/polling-time.ts'
import type { Day } from '../../core/journal/day.ts'
import { lockOf } from '../../core/journal/day-rules.ts'
import type { Clock, Timer } from '../../core/ports.ts'
import type { BoardStatus } from '../../firmware/io-board/status.ts'
import type { PollWorkerNote } from '../../ui/voter-screens/view.ts'
import { ClockWatch } from '../health/clock-watch.ts'
import { Held, type Power, powerOf, type Temperature, temperatureOf } from '../health/readings.ts'
import { type SlipMiscount, SlipWatch } from '../health/slip-watch.ts'
import type { DeviceStore } from '../store/device-store.ts'
import type { NoVoters } from './screens/view.ts'

/** Between two looks at disk and clock. */
export const LOOK_MS = 10_000
/** Few enough to be told; a device takes as many in some hours. */
const FEW_BALLOTS = 200
/** Beyond it there is room enough again, so that nothing flickers. */
const MANY_BALLOTS = 300

interface ConditionParts {
  readonly store: Pick<DeviceStore, 'append' | 'day' | 'space'>
  readonly definition: Definition
  readonly clock: Clock
}

/** How one device is. Guards what of it was told last. */
export class Conditions {
  readonly #parts: ConditionParts
  readonly #guard: (action: () => void) => void
  readonly #changed: () => void
  readonly #capacity: number
  readonly #clockWatch: ClockWatch
  readonly #power = new Held<Power>('mains')
  readonly #temperature = new Held<Temperature>('fine')
  readonly #slips: SlipWatch
  #miscount: SlipMiscount | undefined
  #timer: Timer | undefined

  /**
   * @param guard runs what a timer calls
   * @param changed is called when something is to be shown that was not, or no longer
   */
  constructor(parts: ConditionParts, guard: (action: () => void) => void, changed: () => void) {
    this.#parts = parts
    this.#guard = guard
    this.#changed = changed
    this.#capacity = ballotCapacity(parts.definition)
    this.#clockWatch = new ClockWatch(parts.clock)
    this.#slips = new SlipWatch(
      parts.clock,
      (what) => guard(() => this.#miscounted(what)),
      () => this.#seenToFall(),
    )
  }

  /** The device has started: looks now and from time to time. */
  start(): void {
    this.look()
    this.#timer = this.#parts.clock.after(LOOK_MS, () => this.#guard(() => this.start()))
  }

  close(): void {
    this.#timer?.cancel()
    this.#slips.close()
  }

  /** Looks at disk and clock. What it found last decides whether a voter is let in. */
  look(): void {
    const jump = this.#clockWatch.look()
    if (jump !== undefined) this.#parts.store.append({ type: 'clock.jumped', ...jump })
    this.#checkClock()
    if (!this.#isVoting) return
    this.#parts.store.space.makeRoom()
    const room = this.#roomNow(this.#day.room)
    if (room === this.#day.room) return
    this.#parts.store.append({ type: 'storage.changed', room })
    this.#changed()
  }

  /** A clock that is far off would put all times of the day in doubt; whoever sets it reads so before voters come. */
  get isClockWrong(): boolean {
    const { clock, definition } = this.#parts
    return this.#day.polls !== 'finished' && !isPollingTime(definition, clock.now())
  }

  /** The polls are about to be opened: takes the room of a day. @returns whether it is there */
  takeRoom(): boolean {
    return this.#parts.store.space.reserve()
  }

  /** The I/O board was connected. */
  boardConnected(): void {
    this.#slips.boardChanged()
  }

  /** What the I/O board says. */
  takeStatus(status: BoardStatus): void {
    const { store, clock } = this.#parts
    this.#slips.counted(status.slips)
    const { power, temperature } = this.#day
    const powerNow = this.#power.take(powerOf(status, power), power, clock.elapsed())
    const temperatureNow = this.#temperature.take(
      temperatureOf(status, temperature),
      temperature,
      clock.elapsed(),
    )
    if (powerNow !== power) store.append({ type: 'power.changed', power: powerNow })
    if (temperatureNow !== temperature)
      store.append({ type: 'temperature.changed', temperature: temperatureNow })
    if (powerNow !== power || temperatureNow !== temperature) this.#changed()
  }

  /** The printer is being asked to cut. */
  cutting(): void {
    this.#slips.cutting()
  }

  /** A voter's slip was cut, with proof. */
  slipCut(): void {
    this.#slips.slipCut()
  }

  /** What a poll worker should see to, the gravest of it. */
  get note(): Exclude<PollWorkerNote, 'paper-low' | 'medium-lost'> | undefined {
    const { power, temperature, room } = this.#day
    if (this.isClockWrong) return 'clock-wrong'
    if (this.#miscount !== undefined) return `slip-${this.#miscount}`
    if (power !== 'mains') return 'on-battery'
    if (this.#isVoting && room === 'low') return 'storage-low'
    return temperature === 'fine' ? undefined : temperature
  }

  /** Why no new voter is let in. */
  get noVoters(): NoVoters | undefined {
    const { power, room } = this.#day
    if (lockOf(this.#day) !== undefined) return 'locked'
    if (room === 'full') return 'storage-full'
    if (this.isClockWrong) return 'clock-wrong'
    return power === 'battery-low' ? 'battery-low' : undefined
  }

  get #day(): Day {
    return this.#parts.store.day
  }

  get #isVoting(): boolean {
    return this.#day.polls === 'open' || this.#day.polls === 'paused'
  }

  #checkClock(): void {
    if (this.#day.polls === 'finished') return
    const stands = this.isClockWrong ? 'outside' : 'in-the-day'
    if (stands === this.#day.clock) return
    this.#parts.store.append({ type: 'clock.checked', stands })
    this.#changed()
  }

  #roomNow(before: Day['room']): Day['room'] {
    const left = Math.min(this.#parts.store.space.ballotsLeft, this.#capacity - this.#day.casts)
    if (left < 1) return 'full'
    const isEnough = left >= (before === 'enough' ? FEW_BALLOTS : MANY_BALLOTS)
    return isEnough ? 'enough' : 'low'
  }

  #seenToFall(): void {
    if (this.#miscount === undefined) return
    this.#miscount = undefined
    this.#changed()
  }

  #miscounted(what: SlipMiscount): void {
    if (!this.#isVoting) return
    this.#miscount = what
    this.#parts.store.append({ type: 'slip.miscounted', what })
    this.#changed()
  }
}
