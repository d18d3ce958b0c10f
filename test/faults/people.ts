/**
 * The people of one polling session: two officers, a poll worker, and voters who come one after another. They know nothing of the device but
 * what its screen says, do what it asks for, and try something else when nothing has happened for long: the card out and in, the cables.
 */

import type { PeripheralName } from '../../device-agent/ballot/peripherals.ts'
import type { SmartCard } from '../../simulator/cards/smart-card.ts'
import { T0Contacts } from '../../simulator/cards/t0-contacts.ts'
import { T1Contacts } from '../../simulator/cards/t1-contacts.ts'
import { VoterCard } from '../../simulator/cards/voter-card.ts'
import type { Officers } from '../../simulator/people/officers.ts'
import type { Screen } from '../../simulator/peripherals/display.ts'
import type { VirtualClock } from '../../simulator/virtual-clock.ts'
import { forEachPeripheral, type Hall } from './hall.ts'
import { Broken, chosenOn, hear, isForClosing, type Voter } from './voters.ts'

/** Looking, then reaching. */
const REACTION_MS = 300
/** A press that changes nothing for so long is made again. */
const PATIENCE_MS = 2_500
/** A card is read or checked, or a report printed, in this time, or something else is tried. */
const LONG_MS = 60_000
const CABLES_MS = 240_000
/** Nobody stands before a device that long. */
const DAY_MS = 5 * 3_600_000
const TRIES_A_VOTER = 25

/** Their whole day: opening, voting, closing. Throws {@link Broken} when they can get no further. */
export class People {
  readonly voters: readonly Voter[]
  readonly #hall: Hall
  readonly #clock: VirtualClock
  readonly #officers: Officers
  #card: SmartCard | undefined
  /** Who put a voter's card in last, and has not gone: what a screen says after that is said to them. */
  #standing: Voter | undefined
  #keysOn = false
  #officer = 0
  #since = 0
  #cablesSince = 0
  #last = ''
  readonly #deadline: number
  /** Names of screens in the order seen, for a report of what failed. */
  readonly seen: string[] = []

  constructor(
    hall: Hall,
    clock: VirtualClock,
    officers: Officers,
    voters: readonly { readonly card: VoterCard; readonly codes: readonly string[] }[],
  ) {
    this.#hall = hall
    this.#clock = clock
    this.#officers = officers
    this.voters = voters.map((voter) => ({
      ...voter,
      told: 'nothing',
      accepted: false,
      tries: 0,
      done: false,
    }))
    this.#deadline = clock.now() + DAY_MS
  }

  /** @param over whether the device has said that its day is over */
  async conduct(over: () => boolean): Promise<void> {
    while (!over()) {
      if (this.#clock.now() > this.#deadline) throw new Broken(`no end after hours: ${this.where()}`)
      await this.#look()
    }
  }

  /** Where the day stands, for a report. */
  where(): string {
    return `last screens ${this.seen.slice(-12).join(' ')}`
  }

  get #voter(): Voter | undefined {
    return this.voters.find(({ done }) => !done)
  }

  async #look(): Promise<void> {
    const { display } = this.#hall.bench
    const screen = display.current()
    const now = this.#clock.now()
    const name = screen?.name ?? 'dark'
    const shown = `${name} ${screen?.elements.map((element) => element.name).join('|')}`
    if (shown !== this.#last) {
      if (this.seen.at(-1) !== name) this.seen.push(name)
      this.#last = shown
      this.#since = now
      this.#cablesSince = now
    }
    if (now - this.#cablesSince > CABLES_MS) {
      this.#cablesSince = now
      await this.#moveCables()
      return
    }
    if (screen === undefined) return this.#pause(1_000)
    await this.#pause(REACTION_MS)
    if (display.current()?.name !== name) return
    if (this.#standing !== undefined) hear(this.#standing, screen)
    await this.#act(screen)
  }

  async #act(screen: Screen): Promise<void> {
    const { name } = screen
    const waited = this.#clock.now() - this.#since
    if (name.endsWith('.trouble') || name === 'voter.held') {
      this.#mend()
      await this.#pause(1_500)
      return this.#press('retry')
    }
    switch (name) {
      case 'polls.closed':
      case 'polls.paused':
        if (this.#card !== undefined) this.#pull()
        this.#officer = 0
        return this.#turnKeysAnew()
      case 'polls.admitting.insert':
        // Officers close no polls while voters wait: keys that the device believes to be on are turned on and back again.
        if (this.#voter !== undefined && isForClosing(screen)) {
          this.#turnKeys(true)
          await this.#pause(1_500)
          this.#turnKeys(false)
          return this.#pause(1_500)
        }
        if (this.#card !== undefined) return this.#pullAndWait()
        this.#insert(this.#hands[this.#officer % 3]?.card)
        return this.#pause(1_500)
      case 'polls.admitting.reading':
      case 'polls.admitting.checking':
        return waited > LONG_MS / 3 ? this.#pullAndWait() : this.#pause(500)
      case 'polls.admitting.pin':
        return this.#typePin(screen, waited)
      case 'polls.admitting.take':
      case 'polls.admitting.refused':
        this.#officer += 1
        if (waited > LONG_MS) return this.#turnKeysAnew()
        return this.#pullAndWait()
      case 'voter.idle':
      case 'voter.ended-without-vote':
        return this.#nextVoter(waited)
      case 'voter.reading':
        return waited > LONG_MS / 3 ? this.#pullAndWait() : this.#pause(500)
      case 'voter.choosing':
        return this.#choose(screen)
      case 'voter.alert':
        return this.#hasCardIn ? this.#press('still-here') : this.#pause(5_000)
      // A finger that a lying line put beside what was meant.
      case 'voter.options':
        return this.#press('options-done')
      case 'voter.finding':
        return this.#press('close-find')
      case 'voter.reviewing':
        return this.#press(this.#matches(screen) ? 'finish' : 'back')
      case 'voter.comparing':
        return this.#compare()
      case 'voter.thanks':
        this.#leave()
        return this.#pullAndWait()
      case 'voter.refused':
        if (this.#standing?.told === 'recorded') this.#leave()
        return this.#pullAndWait()
      case 'polls.finished.insert':
        return this.#pause(1_000)
      case 'polls.stopped':
        throw new Broken(`the device stopped: ${this.where()}`)
      default:
        if (waited > LONG_MS && this.#card !== undefined && name.startsWith('polls.'))
          return this.#pullAndWait()
        return this.#pause(500)
    }
  }

  get #hasCardIn(): boolean {
    return this.#card !== undefined && this.#card === this.#voter?.card
  }

  /** The voter knows that the vote is recorded, and goes. */
  #leave(): void {
    if (this.#standing !== undefined) this.#standing.done = true
    this.#standing = undefined
  }

  get #hands() {
    const { executive, supervisory, spare } = this.#officers
    return [executive, supervisory, spare]
  }

  /** Both keys back, then both on: only turning them on counts. */
  async #turnKeysAnew(): Promise<void> {
    this.#turnKeys(false)
    await this.#pause(1_500)
    this.#turnKeys(true)
    await this.#pause(3_000)
  }

  #turnKeys(on: boolean): void {
    if (on === this.#keysOn) return
    this.#keysOn = on
    this.#hall.bench.board.turnKey('executive', on)
    this.#hall.bench.board.turnKey('supervisory', on)
  }

  async #typePin(screen: Screen, waited: number): Promise<void> {
    const hand = this.#hands.find(({ card }) => card === this.#card)
    if (hand === undefined || waited > LONG_MS) return this.#pullAndWait()
    const typed = screen.elements.find(({ id }) => id === 'pin')?.name.match(/•/g)?.length ?? 0
    await this.#press(`digit-${hand.pin[typed]}`)
  }

  async #nextVoter(waited: number): Promise<void> {
    if (this.#keysOn && this.#voter !== undefined) {
      this.#turnKeys(false)
      return this.#pause(1_000)
    }
    const voter = this.#voter
    if (voter === undefined) {
      if (this.#card !== undefined) this.#pull()
      this.#officer = 0
      return this.#turnKeysAnew()
    }
    // A card that is in and was not seen is taken out and put in again.
    if (this.#card !== undefined) return waited > 5_000 ? this.#pullAndWait() : this.#pause(1_000)
    this.#standing = voter
    voter.tries += 1
    if (voter.tries > TRIES_A_VOTER) throw new Broken(`a voter never got to vote: ${this.where()}`)
    this.#insert(voter.card)
    await this.#pause(2_000)
  }

  async #choose(screen: Screen): Promise<void> {
    const voter = this.#voter
    // The device has not noticed that the card is out; whoever waits sees the session end by itself.
    if (voter === undefined || !this.#hasCardIn) return this.#pause(5_000)
    const chosen = chosenOn(screen)
    const wrong = chosen.find((code) => !voter.codes.includes(code))
    const entry = screen.elements.find(({ id }) => id === 'entry-latin')?.name ?? ''
    if (wrong !== undefined) return this.#press(entry === '' ? `remove-${wrong}` : 'correct')
    const next = voter.codes.find((code) => !chosen.includes(code))
    if (next === undefined) return this.#press(entry === '' ? 'review' : 'correct')
    await this.#press(next.startsWith(entry) ? `digit-${next[entry.length]}` : 'correct')
  }

  /** The review says what was meant, no more and no less. */
  #matches(screen: Screen): boolean {
    const shown = screen.elements.map(({ name }) => name).join(' ')
    return this.#voter?.codes.every((code) => shown.includes(code)) ?? false
  }

  async #compare(): Promise<void> {
    const voter = this.#voter
    if (voter === undefined) return this.#pause(5_000)
    const texts = this.#hall.bench.printer.hanging()?.qrTexts ?? []
    const printed = texts[0]?.split(' ')[3]?.match(/[0-9]+/g) ?? []
    const right = texts.length === 1 && printed.toSorted().join() === voter.codes.toSorted().join()
    if (right) voter.accepted = true
    await this.#press(right ? 'accept' : 'reject')
  }

  /** Touches an element and waits a little for what comes of it. */
  async #press(id: string): Promise<void> {
    const { display, touchscreen } = this.#hall.bench
    const screen = display.current()
    const rect = screen?.elements.find((element) => element.id === id)?.rect
    if (screen === undefined || rect === undefined) return this.#pause(500)
    await touchscreen.press(Math.round(rect.x + rect.width / 2), Math.round(rect.y + rect.height / 2))
    const until = this.#clock.now() + PATIENCE_MS
    while (this.#clock.now() < until && display.current()?.revision === screen.revision) await this.#pause(50)
  }

  #insert(card: SmartCard | undefined): void {
    if (card === undefined) return
    // Voters' cards speak T=1 and officers' T=0, so that every session has both.
    const contacts = card instanceof VoterCard ? new T1Contacts(card) : new T0Contacts(card)
    this.#hall.bench.reader.insertCard(card, contacts)
    this.#card = card
  }

  #pull(): void {
    if (this.#card === undefined) return
    this.#hall.bench.reader.pullCard()
    this.#card = undefined
  }

  async #pullAndWait(): Promise<void> {
    this.#pull()
    await this.#pause(1_500)
  }

  /** Whatever can be set right in the printer by hand. */
  #mend(): void {
    const { printer } = this.#hall.bench
    for (const hand of ['loadPaper', 'clearJam', 'closeCover'] as const) {
      try {
        printer[hand]()
      } catch {
        // There was nothing of that kind to be set right.
      }
    }
  }

  /** The last thing that a poll worker tries: each cable out and in again. */
  async #moveCables(): Promise<void> {
    const names = Object.keys(forEachPeripheral(() => 0)) as PeripheralName[]
    for (const name of names) {
      const line = this.#hall.lines[name]
      if (line.plugged) line.unplug()
      await this.#pause(1_000)
      if (!line.plugged) line.replug()
    }
    await this.#pause(15_000)
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#clock.after(ms, resolve))
  }
}
