/**
 * The card reader: says when a card comes and goes, powers it on, and carries commands to it. The slot is empty, holds a card, or holds a
 * card that is ready; only a ready one can be sent a command.
 */
import type { Clock, Logger, OpenLine } from '../../core/ports.ts'
import type { Result } from '../../core/result.ts'
import { fail, ok } from '../../core/result.ts'
import { Line } from '../link/exchange.ts'
import type { LinkFault } from '../link/fault.ts'
import { openTransport } from '../link/fault.ts'
import type { LinkCounters } from '../link/framer.ts'
import { Listeners } from '../link/listeners.ts'
import { Turns } from '../link/turns.ts'
import type { Apdu, CardAnswer } from './apdu.ts'
import type { Atr } from './atr.ts'
import { CardVisit } from './card-visit.ts'
import type { ReaderFrame } from './codec.ts'
import { CCID, readerFormat } from './codec.ts'
import type { CardFault, ReaderAnswer, ReaderCommand } from './reader-line.ts'
import { ReaderLine } from './reader-line.ts'
import { type CardContact, ReadyCard } from './ready-card.ts'

export type { CardFault } from './reader-line.ts'

/** A connected reader. */
export interface CardReader {
  /** The reader's own name and firmware, for the journal. */
  readonly identity: string
  readonly counters: LinkCounters
  /** Calls back when a card comes or goes, and at once with `in` if there is one already. */
  onCard(listener: (movement: 'in' | 'out') => void): void
  /** Resets the card, reads its answer to reset and agrees with it on protocol and speed. */
  powerOn(): Promise<Result<Atr, CardFault>>
  /**
   * Sends one command; `61 xx` and `6C xx` are followed here. Commands go one after another. After a fault the card is without power, and
   * whether it did what it was asked is known once it was powered on and asked again.
   */
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

/** Each card that is put in is another visit, and be it the same card. */
type Slot =
  | { readonly is: 'empty' }
  | { readonly is: 'card'; readonly visit: CardVisit }
  | { readonly is: 'ready'; readonly visit: CardVisit; readonly card: ReadyCard }

/** As long as libccid waits for a Twin; a card that needs longer asks for more time. */
const ANSWER_MS = 3000
/** The reader's own time beside that of a card that may be silent for longer. */
const MARGIN_MS = 1000
/** 5 V, the class that every reader and card of ISO 7816-3 has. */
const FIVE_VOLT = 0x01
/** What the reader reports when it heard nothing of the card, or nothing whole (CCID 1.1, table 6.2-2). */
const HEARD_NOTHING: readonly number[] = [0xfe, 0xfd, 0xfc]

/** Opens the line, asks the reader's name and whether there is a card. */
export async function connectCardReader(parts: {
  readonly open: OpenLine
  readonly clock: Clock
  readonly logger: Logger
}): Promise<Result<CardReader, LinkFault>> {
  const { open, clock, logger } = parts
  const opened = await openTransport(open)
  if (!opened.ok) return opened
  const reader = new TwinReader(clock, (onFrame) => new Line(opened.value, clock, readerFormat, onFrame))
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
  readonly #reader: ReaderLine
  readonly #clock: Clock
  #slot: Slot = { is: 'empty' }

  constructor(clock: Clock, makeLine: (onFrame: (frame: ReaderFrame) => void) => Line<ReaderFrame>) {
    this.#clock = clock
    this.#line = makeLine((frame) => {
      if (frame.is === 'card') this.#moved(frame.present)
    })
    this.#reader = new ReaderLine(this.#line)
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
    const data = Uint8Array.of(0x02)
    const firmware = await this.#reader.command({ type: CCID.escape, answerType: CCID.escapeAnswer, data })
    if (!firmware.ok) return beginFault(firmware.error)
    const name = String.fromCharCode(...firmware.value.data).replaceAll(/[^\x20-\x7e]/g, '')
    this.identity = firmware.value.status.is === 'done' && name !== '' ? name : 'CCID reader'
    const slot = await this.#reader.command(SLOT_STATUS)
    if (!slot.ok) return beginFault(slot.error)
    // A failed command says as much about the card as a good one: an empty slot may be told either way.
    if (slot.value.status.card !== 'absent') this.#moved(true)
    return undefined
  }

  heartbeat(): Promise<Result<void, LinkFault>> {
    return this.#turns.take(async () => {
      const answer = await this.#reader.command(SLOT_STATUS)
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
      const { visit } = this.#slot
      this.#slot = { is: 'card', visit }
      const isGone = () => this.#isGone(visit)
      const answer = await this.#reader.command({
        type: CCID.powerOn,
        answerType: CCID.dataBlock,
        parameter: FIVE_VOLT,
        card: { deadlineMs: ANSWER_MS, isGone },
      })
      if (!answer.ok) return answer
      if (isGone()) return fail('removed')
      if (answer.value.status.is === 'failed') return fail(this.#failed(answer.value, 'no-card'))
      const reset = answer.value.data
      const ready = await visit.during((leftMs) => ReadyCard.agree(this.#contact(visit), reset, leftMs))
      if (isGone()) return fail('removed')
      if (!ready.ok) return this.#powerOff(ready.error)
      this.#slot = { is: 'ready', visit, card: ready.value }
      return ok(ready.value.atr)
    })
  }

  transmit(apdu: Apdu): Promise<Result<CardAnswer, CardFault>> {
    return this.#turns.take(async () => {
      const ready = this.#slot
      if (ready.is !== 'ready') return fail('no-card')
      const answer = await ready.visit.during((leftMs) => ready.card.transmit(apdu, leftMs))
      if (answer.ok || this.#slot !== ready) return answer
      // Nobody knows what the card is waiting for.
      this.#slot = { is: 'card', visit: ready.visit }
      return this.#powerOff(answer.error)
    })
  }

  /** The way to the card of that visit. */
  #contact(visit: CardVisit): CardContact {
    const isGone = () => this.#isGone(visit)
    return {
      exchange: async (bytes, patience, waitingMs) => {
        const answer = await this.#ask(isGone, {
          type: CCID.transferBlock,
          answerType: CCID.dataBlock,
          data: bytes,
          // 0 is one waiting time, and all there is under T=0.
          parameter: patience > 1 ? patience : 0,
          card: { deadlineMs: Math.max(ANSWER_MS, patience * waitingMs + MARGIN_MS), isGone },
        })
        if (!answer.ok) return answer
        const { status, data } = answer.value
        if (status.is === 'done') return ok({ is: 'bytes', bytes: data })
        if (status.card === 'active' && HEARD_NOTHING.includes(status.error)) return ok({ is: 'silence' })
        return fail(this.#failed(answer.value, 'removed'))
      },
      setParameters: async (protocol, parameters) => {
        const answer = await this.#ask(isGone, {
          type: CCID.setParameters,
          answerType: CCID.parametersAnswer,
          data: parameters,
          parameter: protocol,
          card: { deadlineMs: ANSWER_MS, isGone },
        })
        if (!answer.ok) return answer
        return answer.value.status.is === 'done' ? ok(undefined) : fail(this.#failed(answer.value, 'removed'))
      },
    }
  }

  #isGone(visit: CardVisit): boolean {
    return this.#slot.is === 'empty' || this.#slot.visit !== visit
  }

  async #ask(isGone: () => boolean, command: ReaderCommand): Promise<Result<ReaderAnswer, CardFault>> {
    const answer = await this.#reader.command(command)
    return answer.ok && isGone() ? fail('removed') : answer
  }

  /** A card whose protocol broke off is powered off; the fault is the one that was there before. */
  async #powerOff(fault: CardFault): Promise<Result<never, CardFault>> {
    await this.#reader.command({ type: CCID.powerOff, answerType: CCID.slotStatusAnswer })
    return fail(fault)
  }

  /** A movement told by the reader. The same news twice is one movement; a card that appears over a ready one was exchanged. */
  #moved(present: boolean): void {
    if (this.#slot.is !== 'empty' && (!present || this.#slot.is === 'ready')) {
      this.#slot = { is: 'empty' }
      this.#movements.tell('out')
    }
    if (present && this.#slot.is === 'empty') {
      this.#slot = { is: 'card', visit: new CardVisit(this.#clock) }
      this.#movements.tell('in')
    }
  }

  /** What a refused command means; the card's state in it is believed even if no movement was told. */
  #failed({ status }: ReaderAnswer, ifAbsent: CardFault): CardFault {
    if (status.card !== 'absent') return 'protocol'
    this.#moved(false)
    return ifAbsent
  }
}

const SLOT_STATUS: ReaderCommand = { type: CCID.slotStatus, answerType: CCID.slotStatusAnswer }

function beginFault(fault: CardFault): LinkFault {
  if (fault === 'timeout') return { is: 'timeout', what: 'the card reader does not answer' }
  if (fault === 'lost') return { is: 'lost', what: 'the line to the card reader is gone' }
  return { is: 'protocol', what: 'what answers is no CCID reader' }
}
