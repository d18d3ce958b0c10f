/**
 * The T=0 half of every card of docs/card.md: what comes before the command itself (class, instruction, parameters, lengths) and
 * what comes after (61xx, GET RESPONSE, 6Cxx). What the commands do is in the voter's and the officer's card.
 */

/** Status words (ISO 7816-4, section 5.6). */
export const SW = {
  done: 0x9000,
  wrongLength: 0x6700,
  securityNotSatisfied: 0x6982,
  blocked: 0x6983,
  notAllowed: 0x6985,
  notFound: 0x6a82,
  noRoom: 0x6a84,
  wrongParameters: 0x6a86,
  wrongOffset: 0x6b00,
  unknownInstruction: 0x6d00,
  unknownClass: 0x6e00,
} as const

/** What a card does with a command: a status word, or the bytes it has to say. */
export type CardAnswer = { readonly sw: number } | { readonly data: Uint8Array }

/** The ATR of docs/card.md: T=0, historical bytes "EVM1". */
const ATR = [0x3b, 0x04, 0x45, 0x56, 0x4d, 0x31]

/** The applet's identifier: F0 and "SANDOGH". */
const AID = [0xf0, 0x53, 0x41, 0x4e, 0x44, 0x4f, 0x47, 0x48]

/** Largest piece of an object that is read or written at once. */
export const PIECE = 200

const GET_RESPONSE = 0xc0

/** A command after its class and instruction were looked up. */
export interface CardCommand {
  readonly p1: number
  readonly p2: number
  /** P3: the length of the body that came, or of the answer that is wanted (0 is 256). */
  readonly p3: number
  readonly body: Uint8Array
}

/** One command of an applet. `direction` is what T=0 needs to know before: does P3 count bytes in or out? */
export interface CardInstruction {
  readonly direction: 'in' | 'out'
  run(command: CardCommand): CardAnswer
}

/** A card as the reader sees it. */
export abstract class SmartCard {
  #selected = false
  /** What GET RESPONSE will fetch. */
  #waiting: Uint8Array | undefined

  /** Power on or reset; gives the ATR. */
  reset(): Uint8Array {
    this.powerOff()
    return Uint8Array.from(ATR)
  }

  /** The contacts are gone: whatever was not written to memory is forgotten. */
  powerOff(): void {
    this.#selected = false
    this.#waiting = undefined
    this.forgetSession()
  }

  /** What T=0 asks after a header: whether the card wants the P3 bytes that the header announces before it answers. */
  takesData(header: Uint8Array): boolean {
    const [cla = 0, ins = 0, p1 = 0, , p3 = 0] = header
    if (p3 === 0) return false
    if (cla === 0x00 && ins === 0xa4 && p1 === 0x04) return true
    return this.#selected && this.instruction(cla, ins)?.direction === 'in'
  }

  /** One T=0 exchange: a header of five bytes and its body; gives data and status word. Never throws on what comes in. */
  transmit(header: Uint8Array, body: Uint8Array): Uint8Array {
    const [cla = 0, ins = 0, p1 = 0, p2 = 0, p3 = 0] = header
    const waiting = this.#waiting
    this.#waiting = undefined
    if (cla !== 0x00 && cla !== 0x80) return status(SW.unknownClass)
    if (cla === 0x00 && ins === GET_RESPONSE) return this.#getResponse(p1, p2, p3, waiting)
    if (cla === 0x00 && ins === 0xa4 && p1 === 0x04) return this.#select(p2, p3, body)
    if (!this.#selected) return status(SW.notAllowed)
    const instruction = this.instruction(cla, ins)
    if (instruction === undefined) return status(SW.unknownInstruction)
    if (body.length !== (instruction.direction === 'in' ? p3 : 0)) return status(SW.wrongLength)
    const answer = instruction.run({ p1, p2, p3, body })
    if ('sw' in answer) return status(answer.sw)
    return instruction.direction === 'in' ? this.#announce(answer.data) : exactly(answer.data, p3)
  }

  /** The byte that SELECT answers: 1 voter, 2 executive, 3 supervisory, 4 spare. */
  protected abstract readonly kindByte: number
  /** The command with this class and instruction, if this kind of card has one. */
  protected abstract instruction(cla: number, ins: number): CardInstruction | undefined
  /** Forgets the selected object and a verified PIN. */
  protected abstract forgetSession(): void

  #select(p2: number, p3: number, body: Uint8Array): Uint8Array {
    if (p2 !== 0x00) return status(SW.wrongParameters)
    if (body.length !== p3 || p3 === 0) return status(SW.wrongLength)
    if (Buffer.compare(body, Uint8Array.from(AID)) !== 0) return status(SW.notFound)
    this.forgetSession()
    this.#selected = true
    return this.#announce(Uint8Array.of(this.kindByte))
  }

  /** 61xx: the answer to a command with data waits for GET RESPONSE. */
  #announce(data: Uint8Array): Uint8Array {
    this.#waiting = data
    return status(0x6100 | data.length)
  }

  #getResponse(p1: number, p2: number, p3: number, waiting: Uint8Array | undefined): Uint8Array {
    if (p1 !== 0 || p2 !== 0) return status(SW.wrongParameters)
    if (waiting === undefined) return status(SW.notAllowed)
    if (p3 !== waiting.length) this.#waiting = waiting
    return exactly(waiting, p3)
  }
}

/** Only the bytes of a status word. */
function status(sw: number): Uint8Array {
  return Uint8Array.of(sw >> 8, sw & 0xff)
}

/** The answer if P3 asks for exactly as many bytes, else 6Cxx. */
function exactly(data: Uint8Array, p3: number): Uint8Array {
  if (p3 !== data.length) return status(0x6c00 | data.length)
  const answer = new Uint8Array(data.length + 2)
  answer.set(data)
  answer.set(status(SW.done), data.length)
  return answer
}
