/**
 * One exchange after the other with a GemPC Twin. It sends every command back before it answers; a command that it did not understand is
 * told so (NAK) and sent again, an answer that did not arrive is asked for again. What was heard once is never sent twice.
 */
import type { Result } from '../../core/result.ts'
import { fail, ok } from '../../core/result.ts'
import type { Line, Verdict } from '../link/exchange.ts'
import type { CcidMessage, CcidStatus, ReaderFrame } from './codec.ts'
import { encodeMessage, NAK_FRAME, statusOf } from './codec.ts'

/**
 * Why a card could not be powered on or asked: there is none (or it was not powered on); it was taken out meanwhile; the reader
 * gave no answer; the line is gone; the reader or card answered what the protocol does not allow; the card says nothing any more.
 */
export type CardFault = 'no-card' | 'removed' | 'timeout' | 'lost' | 'protocol' | 'mute'

/** The reader's answer to a command, and what became of it. */
export interface ReaderAnswer {
  readonly data: Uint8Array
  readonly status: Exclude<CcidStatus, { is: 'more-time' }>
}

/** A command to the reader. */
export interface ReaderCommand {
  readonly type: number
  readonly answerType: number
  readonly data?: Uint8Array
  /** The first of the header's last three bytes. */
  readonly parameter?: number
  /** It asks something of the card: it is never written twice unless the reader says that it did not understand. */
  readonly card?: { readonly deadlineMs: number; readonly isGone: () => boolean }
}

/** What asks nothing of a card is answered in milliseconds; three tries are libccid's time for a Twin. */
const READER_MS = 1000
/** An echo or answer that was on its way when the reader said NAK has arrived by then: the command was heard after all. */
const NAK_QUIET_MS = 100
/** How long the reader has to repeat an answer. */
const REPEAT_MS = 500
const TRIES = 3

type Heard = CcidMessage | CardFault | 'not-understood'

/** The reader at the end of a line. */
export class ReaderLine {
  readonly #line: Line<ReaderFrame>
  #sequence = 0

  constructor(line: Line<ReaderFrame>) {
    this.#line = line
  }

  /** One exchange. One at a time. */
  async command(command: ReaderCommand): Promise<Result<ReaderAnswer, CardFault>> {
    const { type, data = new Uint8Array(0), parameter = 0 } = command
    const sequence = this.#sequence
    this.#sequence = (sequence + 1) & 0xff
    const bytes = encodeMessage({ type, slot: 0, sequence, parameters: [parameter, 0, 0], data })
    const heard = await this.#heard(bytes, sequence, command)
    if (typeof heard === 'string') {
      if (heard === 'timeout') {
        this.#line.abandon({ is: 'timeout', what: 'the card reader does not answer' })
      }
      return fail(heard)
    }
    const status = statusOf(heard)
    if (status.is === 'more-time') throw new Error('a plea for more time taken for an answer')
    return ok({ data: heard.data, status })
  }

  async #heard(
    bytes: Uint8Array,
    sequence: number,
    command: ReaderCommand,
  ): Promise<Exclude<Heard, 'not-understood'>> {
    const { card } = command
    for (let tries = 1; ; tries += 1) {
      const listener = new Listener(sequence, command)
      const judge = (frame: ReaderFrame) => listener.judge(frame)
      let outcome =
        card === undefined
          ? await this.#line.ask(bytes, READER_MS, judge)
          : await this.#line.exchange(bytes, card.deadlineMs, judge)
      if (outcome.is === 'timeout' && listener.notUnderstood) {
        if (tries === TRIES || card === undefined) return 'protocol'
        continue
      }
      // Its sequence number tells the answer to this command from that to the one before.
      if (outcome.is === 'timeout' && card !== undefined) {
        outcome = await this.#line.exchange(NAK_FRAME, REPEAT_MS, judge)
      }
      return outcome.is === 'answered' ? outcome.answer : outcome.is
    }
  }
}

/** What the frames that come mean to one command. */
class Listener {
  readonly #sequence: number
  readonly #command: ReaderCommand
  #echoed = false
  notUnderstood = false

  constructor(sequence: number, command: ReaderCommand) {
    this.#sequence = sequence
    this.#command = command
  }

  judge(frame: ReaderFrame): Verdict<CcidMessage | CardFault> {
    const { card, answerType, type } = this.#command
    if (frame.is === 'card') {
      // The Twin may send no answer then (libccid, ccid_serial.c).
      return card?.isGone() === true ? settled('removed') : undefined
    }
    if (frame.is === 'not-understood') {
      // It is about something else if the reader has heard this command well.
      if (this.#echoed) return undefined
      this.notUnderstood = true
      return { is: 'wait', ms: NAK_QUIET_MS }
    }
    if (frame.is === 'time-request') return card === undefined ? undefined : { is: 'more-time' }
    const { message } = frame
    if (message.sequence !== this.#sequence) return undefined
    if (message.type === type) {
      this.#echoed = true
      if (!this.notUnderstood) return undefined
      this.notUnderstood = false
      return { is: 'more-time' }
    }
    if (message.type < 0x80) return undefined
    if (statusOf(message).is === 'more-time') return { is: 'more-time' }
    return settled(message.type === answerType ? message : 'protocol')
  }
}

function settled<A>(answer: A): Verdict<A> {
  return { is: 'answer', answer }
}
