/**
 * The card reader: says when a card comes and goes, powers it on, and carries commands to it over T=0. The slot is empty, holds a
 * card, or holds a card that is ready; only a ready one can be sent a command.
 */
import type { Clock, Logger, OpenLine } from '../../core/ports.ts'
import type { Result } from '../../core/result.ts'
import { fail, ok } from '../../core/result.ts'
import type { Verdict } from '../link/exchange.ts'
import { Line } from '../link/exchange.ts'
import type { LinkFault } from '../link/fault.ts'
import { openTransport } from '../link/fault.ts'
import type { LinkCounters } from '../link/framer.ts'
import { Listeners } from '../link/listeners.ts'
import { Turns } from '../link/turns.ts'
import type { Apdu, Atr, CardAnswer } from './apdu.ts'
import { decodeTpduAnswer, encodeTpdu, parseAtr } from './apdu.ts'
import type { CcidMessage, CcidStatus, ReaderFrame } from './codec.ts'
import { CCID, encodeMessage, readerFormat, statusOf } from './codec.ts'

/**
 * Why a card could not be powered on or asked: there is none (or it was not powered on); it was taken out meanwhile; the reader
 * gave no answer; the line is gone; the reader or card answered what the protocol does not allow.
 */
export type CardFault = 'no-card' | 'removed' | 'timeout' | 'lost' | 'protocol'

/** A connected reader. */
export interface CardReader {
  /** The reader's own name and firmware, for the journal. */
  readonly identity: string
  readonly counters: LinkCounters
  /** Calls back when a card comes or goes, and at once with `in` if there is one already. */
  onCard(listener: (movement: 'in' | 'out') => void): void
  /** Resets the card and reads its answer to reset. */
  powerOn(): Promise<Result<Atr, CardFault>>
  /** Sends one command; `61 xx` and `6C xx` are followed here. Commands go one after another. */
  transmit(apdu: Apdu): Promise<Result<CardAnswer, CardFault>>
  /** Calls back once when the line is gone or the reader stopped answering, at once if that already happened. */
  onLost(listener: (fault: LinkFault) => void): void
  /**
   * Asks the reader for the state of its slot, after the commands that wait already. What it says of the card is believed: news of a
   * movement is two bytes without a checksum and may be lost.
   */
  heartbeat(): Promise<Result<void, LinkFault>>
  close(): void
}

type Slot = { readonly is: 'empty' } | { readonly is: 'card' } | { readonly is: 'ready' }

/** As long as libccid waits for a Twin; a card that needs longer asks for more time. */
const ANSWER_MS = 3000
/** What asks nothing of a card is answered in milliseconds; three tries are libccid's time again. */
const READER_MS = 1000
/** An answer of at most 256 bytes needs few GET RESPONSEs; a card that promises more without end is broken. */
const MORE_DATA_AT_MOST = 8

/** Opens the line, asks the reader's name and whether there is a card. */
export async function connectCardReader(parts: {
  readonly open: OpenLine
  readonly clock: Clock
  readonly logger: Logger
}): Promise<Result<CardReader, LinkFault>> {
  const { open, clock, logger } = parts
  const opened = await openTransport(open)
  if (!opened.ok) return opened
  const reader = new TwinReader((onFrame) => new Line(opened.value, clock, readerFormat, onFrame))
  const fault = await reader.begin()
  if (fault !== undefined) {
    reader.close()
    return fail(fault)
  }
  logger.info({ peripheral: 'card reader', identity: reader.identity }, 'connected')
  return ok(reader)
}

class TwinReader implements CardReader {
  identity = ''
  readonly #line: Line<ReaderFrame>
  readonly #turns = new Turns()
  readonly #movements = new Listeners<'in' | 'out'>()
  #slot: Slot = { is: 'empty' }
  #sequence = 0

  constructor(makeLine: (onFrame: (frame: ReaderFrame) => void) => Line<ReaderFrame>) {
    this.#line = makeLine((frame) => {
      if (frame.is === 'card') this.#moved(frame.present)
    })
  }

  get counters(): LinkCounters {
    return this.#line.counters
  }

  onCard(listener: (movement: 'in' | 'out') => void): void {
    this.#movements.add(listener)
    if (this.#slot.is !== 'empty') listener('in')
  }

  onLost(listener: (fault: LinkFault) => void): void {
    this.#line.onLost(listener)
  }

  close(): void {
    this.#line.close()
  }

  /** The first two exchanges: who is there, and is there a card. */
  async begin(): Promise<LinkFault | undefined> {
    // Escape 02 asks a Twin for its firmware, as libccid does on opening.
    const firmware = await this.#command(CCID.escape, CCID.escapeAnswer, Uint8Array.of(0x02))
    if (!firmware.ok) return beginFault(firmware.error)
    const name = String.fromCharCode(...firmware.value.data).replaceAll(/[^\x20-\x7e]/g, '')
    this.identity = firmware.value.status.is === 'done' && name !== '' ? name : 'CCID reader'
    const slot = await this.#command(CCID.slotStatus, CCID.slotStatusAnswer)
    if (!slot.ok) return beginFault(slot.error)
    // A failed command says as much about the card as a good one: an empty slot may be told either way.
    if (slot.value.status.card !== 'absent') this.#moved(true)
    return undefined
  }

  heartbeat(): Promise<Result<void, LinkFault>> {
    return this.#turns.take(async () => {
      const answer = await this.#command(CCID.slotStatus, CCID.slotStatusAnswer)
      if (!answer.ok) return fail(beginFault(answer.error))
      const { card } = answer.value.status
      // A ready card without power is another one, or was out meanwhile.
      if (card === 'absent' || (card === 'inactive' && this.#slot.is === 'ready')) this.#moved(false)
      if (card !== 'absent' && this.#slot.is === 'empty') this.#moved(true)
      return ok(undefined)
    })
  }

  powerOn(): Promise<Result<Atr, CardFault>> {
    return this.#turns.take(async () => {
      if (this.#slot.is === 'empty') return fail('no-card')
      this.#slot = { is: 'card' }
      const inserted = this.#slot
      // 01: 5 V, the class that every reader and card of ISO 7816-3 has.
      const answer = await this.#command(CCID.powerOn, CCID.dataBlock, new Uint8Array(0), 0x01)
      if (!answer.ok) return answer
      if (this.#slot !== inserted) return fail('removed')
      if (answer.value.status.is === 'failed') return fail(this.#failed(answer.value.status, 'no-card'))
      const atr = parseAtr(answer.value.data)
      // T=1 and its parameters are another issue's; without T=0 first there is no way to talk.
      if (atr === undefined || atr.protocols[0] !== 0) return fail('protocol')
      this.#slot = { is: 'ready' }
      return ok(atr)
    })
  }

  transmit(apdu: Apdu): Promise<Result<CardAnswer, CardFault>> {
    return this.#turns.take(async () => {
      let answer = await this.#transfer(apdu)
      if (answer.ok && answer.value.status >> 8 === 0x6c) {
        const { data: _none, ...header } = apdu
        answer = await this.#transfer({ ...header, expected: answer.value.status & 0xff || 256 })
      }
      const pieces: Uint8Array[] = []
      for (let more = 0; answer.ok && answer.value.status >> 8 === 0x61; more += 1) {
        if (more === MORE_DATA_AT_MOST) return fail('protocol')
        pieces.push(answer.value.data)
        const expected = answer.value.status & 0xff || 256
        answer = await this.#transfer({ cla: 0x00, ins: 0xc0, p1: 0, p2: 0, expected })
      }
      if (!answer.ok || pieces.length === 0) return answer
      const data = Uint8Array.from([...pieces, answer.value.data].flatMap((piece) => [...piece]))
      return ok({ data, status: answer.value.status })
    })
  }

  /** One T=0 command and the card's answer to it. */
  async #transfer(apdu: Apdu): Promise<Result<CardAnswer, CardFault>> {
    const ready = this.#slot
    if (ready.is !== 'ready') return fail('no-card')
    const answer = await this.#command(CCID.transferBlock, CCID.dataBlock, encodeTpdu(apdu))
    if (!answer.ok) return answer
    if (this.#slot !== ready) return fail('removed')
    if (answer.value.status.is === 'failed') return fail(this.#failed(answer.value.status, 'removed'))
    const decoded = decodeTpduAnswer(answer.value.data)
    return decoded === undefined ? fail('protocol') : ok(decoded)
  }

  /**
   * One exchange with the reader. Its echo of the command has a command's type and is passed over; so is a late answer, by its
   * sequence number. A card that goes ends the exchange: the Twin may send no answer then (libccid, ccid_serial.c).
   */
  async #command(
    type: number,
    answerType: number,
    data: Uint8Array = new Uint8Array(0),
    parameter = 0,
  ): Promise<Result<{ data: Uint8Array; status: Exclude<CcidStatus, { is: 'more-time' }> }, CardFault>> {
    const sequence = this.#sequence
    this.#sequence = (sequence + 1) & 0xff
    const command = encodeMessage({ type, slot: 0, sequence, parameters: [parameter, 0, 0], data })
    const needsCard = type === CCID.powerOn || type === CCID.transferBlock
    const slot = this.#slot
    const judge = (frame: ReaderFrame): Verdict<CcidMessage | CardFault> => {
      if (frame.is === 'card') return needsCard && this.#slot !== slot ? settled('removed') : undefined
      if (frame.is === 'not-understood') return settled('protocol')
      if (frame.is === 'time-request') return needsCard ? { is: 'more-time' } : undefined
      const { message } = frame
      if (message.sequence !== sequence || message.type < 0x80) return undefined
      if (statusOf(message).is === 'more-time') return { is: 'more-time' }
      return settled(message.type === answerType ? message : 'protocol')
    }
    // A card may count what it is asked (a wrong PIN); the reader's own name and slot may be asked for at any time.
    const outcome = needsCard
      ? await this.#line.exchange(command, ANSWER_MS, judge)
      : await this.#line.ask(command, READER_MS, judge)
    if (outcome.is === 'lost') return fail('lost')
    if (outcome.is === 'timeout') {
      this.#line.abandon({ is: 'timeout', what: 'the card reader does not answer' })
      return fail('timeout')
    }
    if (typeof outcome.answer === 'string') return fail(outcome.answer)
    const status = statusOf(outcome.answer)
    if (status.is === 'more-time') throw new Error('a plea for more time taken for an answer')
    return ok({ data: outcome.answer.data, status })
  }

  /** A movement told by the reader. The same news twice is one movement; a card that appears over a ready one was exchanged. */
  #moved(present: boolean): void {
    if (this.#slot.is !== 'empty' && (!present || this.#slot.is === 'ready')) {
      this.#slot = { is: 'empty' }
      this.#movements.tell('out')
    }
    if (present && this.#slot.is === 'empty') {
      this.#slot = { is: 'card' }
      this.#movements.tell('in')
    }
  }

  /** What a refused power-on or transfer means; the card's state in it is believed even if no movement was told. */
  #failed(status: Extract<CcidStatus, { is: 'failed' }>, ifAbsent: CardFault): CardFault {
    if (status.card === 'absent') {
      this.#moved(false)
      return ifAbsent
    }
    if (status.card === 'inactive' && this.#slot.is === 'ready') this.#slot = { is: 'card' }
    return 'protocol'
  }
}

function settled<A>(answer: A): Verdict<A> {
  return { is: 'answer', answer }
}

function beginFault(fault: CardFault): LinkFault {
  if (fault === 'timeout') return { is: 'timeout', what: 'the card reader does not answer' }
  if (fault === 'lost') return { is: 'lost', what: 'the line to the card reader is gone' }
  return { is: 'protocol', what: 'what answers is no CCID reader' }
}
