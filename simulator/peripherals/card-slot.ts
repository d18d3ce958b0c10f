/**
 * The slot of a card reader: contacts to the card in it, over which bytes are counted, and a hand that can pull the card at any of them.
 * What a card says arrives when it says it; who waits for longer than a card may be silent is told.
 */
import type { Clock, Timer } from '../../core/ports.ts'
import type { Contacts, Saying } from '../cards/contacts.ts'
import type { SmartCard } from '../cards/smart-card.ts'
import type { CardExchange } from './card-exchange.ts'

/** How an exchange with a card went on. */
export interface ExchangeEvents {
  /** The card has asked for time. */
  time(): void
  done(answer: Uint8Array): void
  /** With an error of CCID 1.1, table 6.2-2. */
  failed(error: number): void
}

/** The card says nothing, or nothing whole. */
export const MUTE = 0xfe

/** Where a card is put in. */
export class CardSlot {
  readonly #clock: Clock
  readonly #pulled: () => void
  #contacts: Contacts | undefined
  #powered = false
  /** Bytes over the contacts before the hand pulls. */
  #pullIn: number | undefined
  #timer: Timer | undefined

  /** @param pulled called when the hand has pulled the card at its byte */
  constructor(clock: Clock, pulled: () => void) {
    this.#clock = clock
    this.#pulled = pulled
  }

  get card(): SmartCard | undefined {
    return this.#contacts?.card
  }

  /** bmICCStatus: 0 powered, 1 there but not powered, 2 none. */
  get state(): 0 | 1 | 2 {
    if (this.#contacts === undefined) return 2
    return this.#powered ? 0 : 1
  }

  /** Throws when there is a card. */
  insert(contacts: Contacts): void {
    if (this.#contacts !== undefined) throw new Error('there is a card in the slot')
    this.#contacts = contacts
  }

  /** Throws when there is none. */
  pull(): SmartCard {
    const contacts = this.#contacts
    if (contacts === undefined) throw new Error('there is no card in the slot')
    this.powerOff()
    this.#pullIn = undefined
    this.#contacts = undefined
    return contacts.card
  }

  /** Pulls the card before that byte from now passes over its contacts, in whichever direction: 0 is the next. Throws when there is none. */
  pullAtByte(byte: number): void {
    if (this.#contacts === undefined) throw new Error('there is no card in the slot')
    this.#pullIn = byte
  }

  powerOff(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#powered = false
    this.#contacts?.powerOff()
  }

  /** The answer to reset, or undefined if there is no card, or no more. */
  powerOn(): Uint8Array | undefined {
    if (this.#contacts === undefined) return undefined
    this.#powered = true
    const atr = this.#contacts.reset()
    return this.#pass(atr).length === atr.length ? atr : undefined
  }

  /** Lets an exchange with a powered card happen; nothing more is heard of it once the card is out or without power. */
  exchange(exchange: CardExchange, speed: number, waitingMs: number, events: ExchangeEvents): void {
    this.#send(exchange.first, exchange, speed, waitingMs, events)
  }

  #send(
    bytes: Uint8Array,
    exchange: CardExchange,
    speed: number,
    waitingMs: number,
    events: ExchangeEvents,
  ): void {
    const contacts = this.#contacts
    if (contacts === undefined || this.#pass(bytes).length < bytes.length) return
    const sayings = contacts.take(bytes, speed)[Symbol.iterator]()
    const listen = (): void => {
      const next: IteratorResult<Saying> = sayings.next()
      const silentMs = next.done === true ? Number.POSITIVE_INFINITY : next.value.afterMs
      if (next.done === true || silentMs > waitingMs) {
        this.#after(waitingMs, () => events.failed(MUTE))
        return
      }
      const { bytes: said } = next.value
      this.#after(silentMs, () => hear(said))
    }
    const hear = (said: Uint8Array): void => {
      for (const byte of this.#pass(said)) {
        const step = exchange.take(byte)
        if (step.is === 'more') continue
        if (step.is === 'time') {
          events.time()
          continue
        }
        // What a card says beyond the end of an exchange is nobody's.
        if (step.is === 'send') this.#send(step.bytes, exchange, speed, waitingMs, events)
        if (step.is === 'done') events.done(step.answer)
        if (step.is === 'failed') events.failed(step.error)
        return
      }
      if (this.#powered) listen()
    }
    listen()
  }

  #after(ms: number, action: () => void): void {
    if (ms === 0) action()
    else this.#timer = this.#clock.after(ms, action)
  }

  /** The bytes that pass before the card is pulled. */
  #pass(bytes: Uint8Array): Uint8Array {
    if (this.#pullIn === undefined) return bytes
    const passed = bytes.subarray(0, this.#pullIn)
    this.#pullIn -= passed.length
    if (passed.length < bytes.length) this.#pulled()
    return passed
  }
}
