/**
 * A card that speaks T=1 (ISO 7816-3, section 11), from the card's side:
 * ```
 * NAD 00 | PCB | LEN | INF | LRC       PCB 0NM00000 I   100N00EE R   11ATTTTT S (0 resynch, 1 IFS, 2 abort, 3 WTX)
 * ```
 * The applet behind it is the same as behind T=0: what that has to say in two steps is fetched here.
 */
import { CardContacts, type Manner, type Saying, USUAL_SPEED } from './contacts.ts'
import type { SmartCard } from './smart-card.ts'

/** T=1 alone, IFSC 254, BWI 4, CWI 5, "EVM1"; the check byte behind it is computed. */
const reset = (speed: number, ifsc: number) => [
  0x3b,
  0x94,
  speed,
  0x81,
  0x31,
  ifsc,
  0x45,
  0x45,
  0x56,
  0x4d,
  0x31,
]
const DEFAULT_IFSD = 32
/** A slow card asks for one more waiting time, which is 1.4 s, before that is over. */
const ASK_AFTER_MS = 1_000

/** What a T=1 card offers. */
interface T1Offer {
  readonly manner?: Manner
  readonly speed?: number
  /** Longest information field that the card takes. */
  readonly ifsc?: number
}

/** The contacts of a card of T=1. */
export class T1Contacts extends CardContacts {
  readonly #ifsc: number
  #ifsd = DEFAULT_IFSD
  /** N(S) that the next I-block of the device must have, and of the next one from here. */
  #expected = 0
  #own = 0
  #command: number[] = []
  /** What is still to be sent of an answer, the piece that was sent last in front. */
  #pieces: Uint8Array[] = []
  #lastSent: Uint8Array | undefined
  /** Milliseconds that a slow card has still to think; then it sends its answer. */
  #thinkMs = 0
  /** The piece in front was sent at least once. */
  #isAnswering = false

  constructor(card: SmartCard, { manner = { is: 'prompt' }, speed = USUAL_SPEED, ifsc = 254 }: T1Offer = {}) {
    super(card, 1, manner, speed)
    this.#ifsc = ifsc
  }

  protected override answerToReset(speed: number): Uint8Array {
    const bytes = reset(speed, this.#ifsc)
    return Uint8Array.from([...bytes, xorOf(bytes.slice(1))])
  }

  protected override forget(): void {
    this.#ifsd = DEFAULT_IFSD
    this.#lastSent = undefined
    this.#startAnew()
  }

  /** A pause ends a block: one that is too short then is damaged. */
  protected override hear(block: Uint8Array): Iterable<Saying> {
    if (this.manner.is === 'mute') return []
    if (this.manner.is === 'nonsense') return [{ afterMs: 0, bytes: this.manner.draw(block.length) }]
    if (block.length !== 4 + (block[2] ?? 0) || xorOf(block) !== 0) return this.#refuse(1)
    const [nad = 0, pcb = 0, length = 0] = block
    if (nad !== 0 || length === 255) return this.#refuse(2)
    if ((pcb & 0x80) === 0) return this.#onInformation(pcb, block.slice(3, -1))
    return (pcb & 0x40) === 0 ? this.#onReady(pcb) : this.#onSupervision(pcb, block.slice(3, -1))
  }

  #onInformation(pcb: number, field: Uint8Array): Iterable<Saying> {
    if (((pcb >> 6) & 1) !== this.#expected || field.length > this.#ifsc) return this.#refuse(2)
    this.#expected ^= 1
    // The answer before this command has arrived, or its last piece would have been asked for again.
    if (this.#pieces.length > 0) this.#own ^= 1
    this.#pieces = []
    this.#isAnswering = false
    this.#command.push(...field)
    if ((pcb & 0x20) !== 0) return this.#send(0x80 | (this.#expected << 4), [])
    const answer = this.#carryOut(Uint8Array.from(this.#command))
    this.#command = []
    for (let at = 0; at === 0 || at < answer.length; at += this.#ifsd) {
      this.#pieces.push(answer.slice(at, at + this.#ifsd))
    }
    const { manner } = this
    this.#thinkMs = manner.is === 'slow' ? manner.ms : manner.is === 'chatty' ? Number.POSITIVE_INFINITY : 0
    return this.#think()
  }

  #onReady(pcb: number): Iterable<Saying> {
    const last = this.#lastSent
    if (last === undefined) return this.#refuse(2)
    if (!this.#isAnswering) return [{ afterMs: 0, bytes: last }]
    if (((pcb >> 4) & 1) !== this.#own) {
      if (this.#pieces.length === 1) return this.#refuse(2)
      this.#pieces.shift()
      this.#own ^= 1
    }
    return this.#sendPiece()
  }

  #onSupervision(pcb: number, field: Uint8Array): Iterable<Saying> {
    const [value = 0] = field
    switch (pcb) {
      case 0xc0:
        this.#startAnew()
        return this.#send(0xe0, [])
      case 0xc1:
        if (field.length !== 1 || value === 0 || value === 255) return this.#refuse(2)
        this.#ifsd = value
        return this.#send(0xe1, field)
      case 0xc2:
        this.#command = []
        this.#pieces = []
        this.#isAnswering = false
        return this.#send(0xe2, [])
      case 0xe3:
        // Asked for and granted: the time that was asked for passes.
        return this.#isAsking() ? this.#think() : this.#refuse(2)
      default:
        return this.#refuse(2)
    }
  }

  #isAsking(): boolean {
    return this.#lastSent?.[1] === 0xc3
  }

  /** Sends the answer when it is there; before that, asks for another waiting time. */
  #think(): Iterable<Saying> {
    if (this.#thinkMs <= ASK_AFTER_MS) {
      const afterMs = this.#thinkMs
      this.#thinkMs = 0
      return this.#sendPiece(afterMs)
    }
    this.#thinkMs -= ASK_AFTER_MS
    return this.#send(0xc3, [1], ASK_AFTER_MS)
  }

  #sendPiece(afterMs = 0): Iterable<Saying> {
    const [piece = new Uint8Array(0)] = this.#pieces
    this.#isAnswering = true
    return this.#send((this.#own << 6) | (this.#pieces.length > 1 ? 0x20 : 0), piece, afterMs)
  }

  #refuse(error: number): Iterable<Saying> {
    // An R-block and a request of the card's own are sent again as they were (rules 7.2 and 7.3).
    const control = this.#lastSent?.[1] ?? 0
    if (this.#lastSent !== undefined && ((control & 0xc0) === 0x80 || (control & 0xe0) === 0xc0)) {
      return [{ afterMs: 0, bytes: this.#lastSent }]
    }
    return this.#send(0x80 | (this.#expected << 4) | error, [])
  }

  #send(pcb: number, field: Iterable<number>, afterMs = 0): Iterable<Saying> {
    const block = [0, pcb, [...field].length, ...field]
    const bytes = Uint8Array.from([...block, xorOf(block)])
    this.#lastSent = bytes
    return [{ afterMs, bytes }]
  }

  #startAnew(): void {
    this.#expected = 0
    this.#own = 0
    this.#command = []
    this.#pieces = []
    this.#isAnswering = false
    this.#thinkMs = 0
  }

  /** `CLA INS P1 P2 [Lc data] [Le]` to the applet, whose answer comes whole. */
  #carryOut(command: Uint8Array): Uint8Array {
    const [cla = 0, ins = 0, p1 = 0, p2 = 0, p3 = 0] = command
    const body = command.length > 5 ? command.slice(5, 5 + p3) : new Uint8Array(0)
    const isWhole = command.length <= 5 || command.length - 5 - p3 === 0 || command.length - 5 - p3 === 1
    if (command.length < 4 || !isWhole || (command.length > 5 && p3 === 0)) return Uint8Array.of(0x67, 0x00)
    const header = Uint8Array.of(cla, ins, p1, p2, command.length === 4 ? 0 : p3)
    const answer = this.card.transmit(header, body)
    const [sw1 = 0, sw2 = 0] = answer.subarray(-2)
    if (sw1 === 0x61) return this.card.transmit(Uint8Array.of(0, 0xc0, 0, 0, sw2), new Uint8Array(0))
    // T=1 says how many bytes at most: fewer are no mistake.
    const most = p3 === 0 ? 256 : p3
    if (sw1 === 0x6c && command.length === 5 && (sw2 === 0 ? 256 : sw2) < most) {
      return this.card.transmit(header.with(4, sw2), body)
    }
    return answer
  }
}

function xorOf(bytes: Iterable<number>): number {
  let sum = 0
  for (const byte of bytes) sum ^= byte
  return sum
}
