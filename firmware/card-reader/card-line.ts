/** Commands to the card in the reader, in the clear or under its secure channel, and its objects read and written in pieces. */
import type { Result } from '../../core/result.ts'
import { fail, ok } from '../../core/result.ts'
import type { Apdu, CardAnswer } from './apdu.ts'
import type { CardFault, CardReader } from './driver.ts'
import type { SecureMessages } from './secure-messages.ts'

/**
 * Why a card did not do what it was asked: the way to it failed, it refused with a status word, its answer has the wrong form, or under
 * a secure channel it is not the card's own.
 */
export type CardProblem =
  | { readonly is: 'fault'; readonly fault: CardFault }
  | { readonly is: 'refused'; readonly command: string; readonly status: number }
  | { readonly is: 'malformed'; readonly command: string }
  | { readonly is: 'untrusted'; readonly command: string }

/** Whether the card was there and would not, or not as itself: then it is none of ours. Anything else may be better at the next try. */
export function isDenial(problem: CardProblem): boolean {
  return problem.is === 'refused' || problem.is === 'untrusted'
}

/** What one asks a card for. */
export type CardResult<T> = Promise<Result<T, CardProblem>>

/** An object and its room on a card (docs/card.md). One that says that it is longer is not believed. */
export interface ObjectPlace {
  readonly id: number
  readonly room: number
}

/** Longer objects are read and written in pieces of this size. */
const PIECE = 200
const SUCCESS = 0x9000

/** One card. Guards its secure channel: once there is one, every command goes through it. */
export class CardLine {
  readonly #reader: CardReader
  #messages: SecureMessages | undefined

  constructor(reader: CardReader) {
    this.#reader = reader
  }

  /** From now on everything goes under this channel; what does not come back under it is not believed, and nothing more is sent. */
  secure(messages: SecureMessages): void {
    this.#messages = messages
  }

  async transmit(command: string, apdu: Apdu): CardResult<CardAnswer> {
    const messages = this.#messages
    const sent = messages === undefined ? apdu : messages.wrap(apdu)
    if (sent === undefined) return fail({ is: 'untrusted', command })
    const answer = await this.#reader.transmit(sent)
    if (!answer.ok) return fail({ is: 'fault', fault: answer.error })
    if (messages === undefined) return answer
    const opened = messages.unwrap(answer.value)
    return opened === undefined ? fail({ is: 'untrusted', command }) : ok(opened)
  }

  /** The data of an answer whose status is 90 00. */
  async succeed(command: string, apdu: Apdu): CardResult<Uint8Array> {
    const answer = await this.transmit(command, apdu)
    if (!answer.ok) return answer
    const { data, status } = answer.value
    return status === SUCCESS ? ok(data) : fail({ is: 'refused', command, status })
  }

  /** The same where nothing is wanted back. */
  async do(command: string, apdu: Apdu): CardResult<null> {
    const answer = await this.succeed(command, apdu)
    return answer.ok ? ok(null) : answer
  }

  async readObject({ id, room }: ObjectPlace): CardResult<Uint8Array> {
    const selected = await this.#select(id)
    if (!selected.ok) return selected
    const size = await this.succeed('get length', { cla: 0x00, ins: 0xca, p1: 0, p2: 0, expected: 2 })
    if (!size.ok) return size
    const [high = 0, low = 0] = size.value
    const length = (high << 8) | low
    if (size.value.length !== 2 || length > room) return fail({ is: 'malformed', command: 'get length' })
    const bytes = new Uint8Array(length)
    for (let offset = 0; offset < length; offset += PIECE) {
      const expected = Math.min(PIECE, length - offset)
      const place = { p1: offset >> 8, p2: offset & 0xff }
      const piece = await this.succeed('read binary', { cla: 0x00, ins: 0xb0, ...place, expected })
      if (!piece.ok) return piece
      if (piece.value.length !== expected) return fail({ is: 'malformed', command: 'read binary' })
      bytes.set(piece.value, offset)
    }
    return ok(bytes)
  }

  /** Writes an object from offset 0, which starts a new value; no bytes at all erase it. */
  async writeObject({ id, room }: ObjectPlace, bytes: Uint8Array): CardResult<null> {
    if (bytes.length > room) throw new Error('an object too long for a card')
    const selected = await this.#select(id)
    if (!selected.ok) return selected
    let offset = 0
    do {
      const data = bytes.subarray(offset, offset + PIECE)
      const header: Apdu = { cla: 0x00, ins: 0xda, p1: offset >> 8, p2: offset & 0xff }
      const written = await this.do('put data', data.length === 0 ? header : { ...header, data })
      if (!written.ok) return written
      offset += PIECE
    } while (offset < bytes.length)
    return ok(null)
  }

  #select(id: number): CardResult<null> {
    const data = Uint8Array.of(id >> 8, id & 0xff)
    return this.do('select object', { cla: 0x00, ins: 0xa4, p1: 0x02, p2: 0x0c, data })
  }
}
