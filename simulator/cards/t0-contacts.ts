/**
 * A card that speaks T=0 (ISO 7816-3, section 10), byte for byte:
 * ```
 * reader  CLA INS P1 P2 P3            data                       P3 counts the data that follows, or the answer
 * card                      INS            [60 ..] [INS answer] SW1 SW2
 * ```
 * INS asks for the data or begins the answer; 60 asks for another waiting time.
 */
import { CardContacts, type Manner, type Saying, USUAL_SPEED } from './contacts.ts'
import type { SmartCard } from './smart-card.ts'

const HISTORICAL = [0x45, 0x56, 0x4d, 0x31]
const HEADER = 5
const NULL = 0x60
/** A slow card asks for time before the 0.9 seconds of its waiting time are over. */
const NULL_EVERY_MS = 500

/** The contacts of a card of T=0. */
export class T0Contacts extends CardContacts {
  #heard: number[] = []
  #isWaitingForData = false

  /** @param speed the fastest that the card offers */
  constructor(card: SmartCard, manner: Manner = { is: 'prompt' }, speed = USUAL_SPEED) {
    super(card, 0, manner, speed)
  }

  protected override answerToReset(speed: number): Uint8Array {
    const offer = speed === USUAL_SPEED ? [0x04] : [0x14, speed]
    return Uint8Array.from([0x3b, ...offer, ...HISTORICAL])
  }

  protected override forget(): void {
    this.#heard = []
    this.#isWaitingForData = false
  }

  protected override hear(bytes: Uint8Array): Iterable<Saying> {
    this.#heard.push(...bytes)
    const [, ins = 0, , , p3 = 0] = this.#heard
    if (this.#heard.length < HEADER) return []
    const header = Uint8Array.from(this.#heard.slice(0, HEADER))
    if (!this.#isWaitingForData && this.card.takesData(header) && this.manner.is !== 'nonsense') {
      this.#isWaitingForData = true
      return [{ afterMs: 0, bytes: Uint8Array.of(ins) }]
    }
    if (this.#isWaitingForData && this.#heard.length < HEADER + p3) return []
    const body = Uint8Array.from(this.#isWaitingForData ? this.#heard.slice(HEADER, HEADER + p3) : [])
    this.forget()
    if (this.manner.is === 'mute') return []
    if (this.manner.is === 'nonsense') return [{ afterMs: 0, bytes: this.manner.draw(20) }]
    const answer = this.card.transmit(header, body)
    // An answer of a status alone has no procedure byte before it.
    return this.#say(answer.length > 2 ? Uint8Array.of(ins, ...answer) : answer)
  }

  *#say(answer: Uint8Array): Iterable<Saying> {
    const { manner } = this
    let leftMs = manner.is === 'slow' ? manner.ms : manner.is === 'chatty' ? Number.POSITIVE_INFINITY : 0
    for (; leftMs > NULL_EVERY_MS; leftMs -= NULL_EVERY_MS) {
      yield { afterMs: NULL_EVERY_MS, bytes: Uint8Array.of(NULL) }
    }
    yield { afterMs: leftMs, bytes: answer }
  }
}
