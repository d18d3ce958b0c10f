/**
 * A card as its contacts show it: it is reset, bytes go in on one line at one speed, and bytes come out, some at once and some after a
 * while. Which of the two protocols a card speaks is in its contacts; what it does with a command is in the card behind them.
 */
import type { SmartCard } from './smart-card.ts'

/** What a card says, after so many milliseconds of silence. */
export interface Saying {
  readonly afterMs: number
  readonly bytes: Uint8Array
}

/** The contacts of a card. */
export interface Contacts {
  readonly card: SmartCard
  /** The contacts make: power and reset. Gives the answer to reset. */
  reset(): Uint8Array
  /** The contacts part. */
  powerOff(): void
  /**
   * Takes what comes in before a pause, and gives what the card says to it; without end if the card does not stop. At another speed
   * than its own the card hears nothing.
   * @param speed of the reader, indices of Fi and Di
   */
  take(bytes: Uint8Array, speed: number): Iterable<Saying>
}

/** How a card behaves: slow asks for time as its protocol has it; chatty asks for time without end; nonsense answers anything. */
export type Manner =
  | { readonly is: 'prompt' }
  | { readonly is: 'slow'; readonly ms: number }
  | { readonly is: 'chatty' }
  | { readonly is: 'mute' }
  | { readonly is: 'nonsense'; draw(length: number): Uint8Array }

/** The speed of every card after reset: Fi 372, Di 1. */
export const USUAL_SPEED = 0x11

/** What all contacts have: speed, and its negotiation right behind the answer to reset (PPS, ISO 7816-3, section 9). */
export abstract class CardContacts implements Contacts {
  readonly card: SmartCard
  protected readonly manner: Manner
  /** The fastest that this card offers. */
  readonly #offered: number
  readonly #protocol: number
  #speed = USUAL_SPEED
  #negotiable = false
  #pps: number[] = []

  constructor(card: SmartCard, protocol: number, manner: Manner, offered: number) {
    this.card = card
    this.manner = manner
    this.#protocol = protocol
    this.#offered = offered
  }

  reset(): Uint8Array {
    this.powerOff()
    this.card.reset()
    this.#negotiable = true
    return this.answerToReset(this.#offered)
  }

  powerOff(): void {
    this.#speed = USUAL_SPEED
    this.#negotiable = false
    this.#pps = []
    this.card.powerOff()
    this.forget()
  }

  take(bytes: Uint8Array, speed: number): Iterable<Saying> {
    if (speed !== this.#speed || bytes.length === 0) return []
    if (this.#negotiable && (this.#pps.length > 0 || bytes[0] === 0xff)) return this.#negotiate(bytes)
    this.#negotiable = false
    return this.hear(bytes)
  }

  protected abstract answerToReset(speed: number): Uint8Array
  /** Bytes of the protocol. */
  protected abstract hear(bytes: Uint8Array): Iterable<Saying>
  /** Forgets whatever had begun. */
  protected abstract forget(): void

  /** `FF PPS0 [PPS1] [PPS2] [PPS3] PCK`: what the card can is given back as it came, everything else is silence. */
  #negotiate(bytes: Uint8Array): Iterable<Saying> {
    this.#pps.push(...bytes)
    const [, pps0 = 0, pps1 = USUAL_SPEED] = this.#pps
    const length = 3 + [0x10, 0x20, 0x40].filter((bit) => (pps0 & bit) !== 0).length
    if (this.#pps.length < length) return []
    const request = this.#pps
    this.#pps = []
    const wanted = (pps0 & 0x10) === 0 ? USUAL_SPEED : pps1
    const isOffered = wanted === USUAL_SPEED || wanted === this.#offered
    if (request.length !== length || request.reduce((sum, byte) => sum ^ byte, 0) !== 0) return []
    if ((pps0 & 0x0f) !== this.#protocol || (pps0 & 0x60) !== 0 || !isOffered) return []
    this.#negotiable = false
    this.#speed = wanted
    return [{ afterMs: 0, bytes: Uint8Array.from(request) }]
  }
}
