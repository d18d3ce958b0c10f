/** A virtual card reader: a GemPC Twin on a serial line, and a hand that puts cards in and takes them out. */
import type { Clock } from '../../core/ports.ts'
import type { Contacts } from '../cards/contacts.ts'
import type { SmartCard } from '../cards/smart-card.ts'
import { T0Contacts } from '../cards/t0-contacts.ts'
import type { PeripheralLine } from '../lines/peripheral-line.ts'
import { beginExchange } from './card-exchange.ts'
import { CardSlot, MUTE } from './card-slot.ts'
import {
  type CcidInput,
  type CcidMessage,
  CcidReader,
  ccidFrame,
  LARGEST_MESSAGE,
  NAK_FRAME,
} from './ccid.ts'
import {
  badParameter,
  DEFAULT_PARAMETERS,
  type ReaderParameters,
  waitingTimeMs,
} from './reader-parameters.ts'

/** Message types (CCID 1.1, table 6.1-1 and 6.2-1). */
const COMMAND = {
  setParameters: 0x61,
  powerOn: 0x62,
  powerOff: 0x63,
  slotStatus: 0x65,
  escape: 0x6b,
  getParameters: 0x6c,
  resetParameters: 0x6d,
  transfer: 0x6f,
} as const
const ANSWER = { data: 0x80, slotStatus: 0x81, parameters: 0x82, escape: 0x83 } as const

/** Slot change, sent without a frame. */
const CARD_OUT = [0x50, 0x02]
const CARD_IN = [0x50, 0x03]

/** The card asks for time under T=0, likewise. */
const TIME_REQUEST = [0x80]

/** bmCommandStatus "failed" in the status byte, and the errors of table 6.2-2; lower values name the wrong header byte. */
const FAILED = 0x40
const ERROR = { notSupported: 0x00, badLength: 0x01, badSlot: 0x05, badVoltage: 0x07 } as const

/** Escape 02 asks for the firmware's name; 01 01 01 has movements told only between a command and its answer (libccid). */
const FIRMWARE_NAME = 'GemTwin-V2.00-GF01'
const TELL_WITH_ANSWERS = '010101'

/** A frame that stands still this long is given up, so that a command sent anew is heard. */
const FRAME_GAP_MS = 500

/** One reader with one slot. It answers as soon as a command is complete and the card has said what it has to say. */
export class VirtualCardReader {
  readonly #line: PeripheralLine
  readonly #clock: Clock
  readonly #reader = new CcidReader()
  readonly #slot: CardSlot
  #heardAt = 0
  #parameters: ReaderParameters = DEFAULT_PARAMETERS
  #lastAnswer: Uint8Array = Uint8Array.from(NAK_FRAME)
  /** What came while a card was being talked to. */
  readonly #waiting: CcidInput[] = []
  /** The command that is being carried out. */
  #current: CcidMessage | undefined
  #tellsWithAnswers = false
  #untold: number[] = []

  constructor({ line, clock }: { readonly line: PeripheralLine; readonly clock: Clock }) {
    this.#line = line
    this.#clock = clock
    this.#slot = new CardSlot(clock, () => this.pullCard())
    line.onData((bytes) => this.#receive(bytes))
    line.onOpen(() => this.#reader.reset())
  }

  /** The card in the slot. */
  card(): SmartCard | undefined {
    return this.#slot.card
  }

  /** Puts a card in, one of T=0 unless its contacts are given. Throws when there is one. */
  insertCard(card: SmartCard, contacts: Contacts = new T0Contacts(card)): void {
    if (contacts.card !== card) throw new Error('these are the contacts of another card')
    this.#slot.insert(contacts)
    this.#tell(CARD_IN)
  }

  /**
   * Takes the card out and gives it back. What it was being asked is not answered, unless movements are told with answers: then that it is
   * gone. Throws when there is no card.
   */
  pullCard(): SmartCard {
    const card = this.#slot.pull()
    this.#tell(CARD_OUT)
    if (this.#current !== undefined && this.#tellsWithAnswers) {
      this.#settle(this.#failure(this.#current, ANSWER.data, MUTE))
    }
    this.#free()
    return card
  }

  /**
   * Pulls the card before that byte from now passes over its contacts, in either direction: 0 is the next one. Throws when there is none.
   */
  pullAtByte(byte: number): void {
    this.#slot.pullAtByte(byte)
  }

  /** The reader's power was away, and the card's with it. */
  powerCycle(): void {
    this.#slot.powerOff()
    this.#reader.reset()
    this.#parameters = DEFAULT_PARAMETERS
    this.#lastAnswer = Uint8Array.from(NAK_FRAME)
    this.#waiting.length = 0
    this.#current = undefined
    this.#tellsWithAnswers = false
    this.#untold = []
  }

  #tell(movement: readonly number[]): void {
    if (this.#tellsWithAnswers && this.#current === undefined) this.#untold.push(...movement)
    else this.#line.write(Uint8Array.from(movement))
  }

  #receive(bytes: Uint8Array): void {
    // The Twin sends back whatever it hears, before it answers.
    this.#line.write(bytes)
    if (this.#clock.elapsed() - this.#heardAt > FRAME_GAP_MS) this.#reader.reset()
    this.#heardAt = this.#clock.elapsed()
    this.#waiting.push(...this.#reader.feed(bytes))
    this.#work()
  }

  /** Does what waits, one after the other. */
  #work(): void {
    while (this.#current === undefined) {
      const input = this.#waiting.shift()
      if (input === undefined) return
      if (input.is === 'damaged') this.#line.write(Uint8Array.from(NAK_FRAME))
      else if (input.is === 'again') this.#line.write(this.#lastAnswer)
      else this.#obey(input.message)
    }
  }

  #free(): void {
    if (this.#current === undefined) return
    this.#current = undefined
    this.#work()
  }

  #obey(command: CcidMessage): void {
    if (this.#untold.length > 0) this.#line.write(Uint8Array.from(this.#untold))
    this.#untold = []
    this.#current = command
    const answer =
      command.type === COMMAND.transfer && command.slot === 0
        ? this.#transfer(command)
        : this.#answer(command)
    if (answer !== 'later') this.#settle(answer)
  }

  #settle(answer: CcidMessage): void {
    // A card that was pulled meanwhile has ended the command already.
    if (this.#current === undefined) return
    this.#lastAnswer = ccidFrame(answer)
    this.#line.write(this.#lastAnswer)
    this.#free()
  }

  #answer(command: CcidMessage): CcidMessage {
    if (command.slot !== 0) return this.#failure(command, ANSWER.slotStatus, ERROR.badSlot)
    switch (command.type) {
      case COMMAND.slotStatus:
        return this.#success(command, ANSWER.slotStatus)
      case COMMAND.powerOn:
        return this.#powerOn(command)
      case COMMAND.powerOff:
        this.#slot.powerOff()
        return this.#success(command, ANSWER.slotStatus)
      case COMMAND.getParameters:
        return this.#tellParameters(command)
      case COMMAND.resetParameters:
        this.#parameters = DEFAULT_PARAMETERS
        return this.#tellParameters(command)
      case COMMAND.setParameters:
        return this.#setParameters(command)
      case COMMAND.escape:
        return this.#escape(command)
      default:
        return this.#failure(command, ANSWER.slotStatus, ERROR.notSupported)
    }
  }

  #escape(command: CcidMessage): CcidMessage {
    if (command.data[0] === 0x02) {
      return this.#success(command, ANSWER.escape, Buffer.from(FIRMWARE_NAME, 'ascii'))
    }
    if (Buffer.from(command.data).toString('hex') !== TELL_WITH_ANSWERS) {
      return this.#failure(command, ANSWER.escape, ERROR.notSupported)
    }
    this.#tellsWithAnswers = true
    return this.#success(command, ANSWER.escape)
  }

  #powerOn(command: CcidMessage): CcidMessage {
    const [voltage] = command.parameters
    // 5, 3 or 1.8 V; to choose by itself is not among what a Twin can.
    if (voltage < 1 || voltage > 3) return this.#failure(command, ANSWER.data, ERROR.badVoltage)
    this.#parameters = DEFAULT_PARAMETERS
    const reset = this.#slot.powerOn()
    if (reset === undefined) return this.#failure(command, ANSWER.data, MUTE)
    return this.#success(command, ANSWER.data, reset)
  }

  #transfer(command: CcidMessage): CcidMessage | 'later' {
    if (this.#slot.state !== 0) return this.#failure(command, ANSWER.data, MUTE)
    const { protocol, speed } = this.#parameters
    const exchange = beginExchange(protocol, command.data)
    if (exchange === 'bad-length') return this.#failure(command, ANSWER.data, ERROR.badLength)
    // Under T=1, bBWI says for how many of its waiting times the card may be silent now.
    const times = protocol === 1 ? Math.max(1, command.parameters[0]) : 1
    this.#slot.exchange(exchange, speed, times * waitingTimeMs(this.#parameters), {
      time: () => this.#line.write(Uint8Array.from(TIME_REQUEST)),
      done: (answer) => {
        if (answer.length > LARGEST_MESSAGE - 10) throw new Error('a card said more than a message carries')
        this.#settle(this.#success(command, ANSWER.data, answer))
      },
      failed: (error) => this.#settle(this.#failure(command, ANSWER.data, error)),
    })
    return 'later'
  }

  #setParameters(command: CcidMessage): CcidMessage {
    if (this.#slot.state !== 0) return this.#failure(command, ANSWER.parameters, MUTE)
    const [protocol] = command.parameters
    const bad = badParameter(protocol, command.data)
    if (bad !== undefined) return this.#failure(command, ANSWER.parameters, bad)
    const [speed = 0] = command.data
    this.#parameters = { protocol: protocol === 1 ? 1 : 0, speed, bytes: command.data }
    return this.#tellParameters(command)
  }

  /** The last of the header's bytes says of which protocol they are. */
  #tellParameters(command: CcidMessage): CcidMessage {
    const { protocol, bytes } = this.#parameters
    const { parameters, ...message } = this.#success(command, ANSWER.parameters, bytes)
    return { ...message, parameters: [parameters[0], 0, protocol] }
  }

  #success(command: CcidMessage, type: number, data: Uint8Array = new Uint8Array(0)): CcidMessage {
    const { slot, sequence } = command
    return { type, slot, sequence, parameters: [this.#slot.state, 0, 0], data }
  }

  #failure(command: CcidMessage, type: number, error: number): CcidMessage {
    const { slot, sequence } = command
    const data = new Uint8Array(0)
    return { type, slot, sequence, parameters: [FAILED | this.#slot.state, error, 0], data }
  }
}
