/** A virtual card reader: a GemPC Twin on a serial line, and a hand that puts cards in and takes them out. */
import type { Clock } from '../../core/ports.ts'
import type { SmartCard } from '../cards/smart-card.ts'
import type { PeripheralLine } from '../lines/peripheral-line.ts'
import { type CcidMessage, CcidReader, ccidFrame, LARGEST_MESSAGE, NAK_FRAME } from './ccid.ts'

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

/** bmCommandStatus "failed" in the status byte, and the errors of table 6.2-2; lower values name the wrong header byte. */
const FAILED = 0x40
const ERROR = { notSupported: 0x00, badLength: 0x01, badSlot: 0x05, badProtocol: 0x07, mute: 0xfe } as const

/** T=0 after reset: Fi 372, Di 1, direct convention, no extra guard time, waiting integer 10, no clock stop. */
const DEFAULT_PARAMETERS = [0x11, 0x00, 0x00, 0x0a, 0x00]
const T0 = 0

/** Escape 02 asks for the firmware's name. */
const FIRMWARE_NAME = 'GemTwin-V2.00-GF01'

/** A frame that stands still this long is given up, so that a command sent anew is heard. */
const FRAME_GAP_MS = 500

/** One reader with one slot. It answers as soon as a command is complete. */
export class VirtualCardReader {
  readonly #line: PeripheralLine
  readonly #clock: Clock
  readonly #reader = new CcidReader()
  #card: SmartCard | undefined
  #powered = false
  #heardAt = 0
  #parameters: Uint8Array = Uint8Array.from(DEFAULT_PARAMETERS)
  #lastAnswer: Uint8Array = Uint8Array.from(NAK_FRAME)

  constructor({ line, clock }: { readonly line: PeripheralLine; readonly clock: Clock }) {
    this.#line = line
    this.#clock = clock
    line.onData((bytes) => this.#receive(bytes))
    line.onOpen(() => this.#reader.reset())
  }

  /** The card in the slot. */
  card(): SmartCard | undefined {
    return this.#card
  }

  /** Puts a card in. Throws when there is one. */
  insertCard(card: SmartCard): void {
    if (this.#card !== undefined) throw new Error('there is a card in the slot')
    this.#card = card
    this.#line.write(Uint8Array.from(CARD_IN))
  }

  /** Takes the card out and gives it back. Throws when there is none. */
  pullCard(): SmartCard {
    const card = this.#card
    if (card === undefined) throw new Error('there is no card in the slot')
    this.#powerOff()
    this.#card = undefined
    this.#line.write(Uint8Array.from(CARD_OUT))
    return card
  }

  /** The reader's power was away, and the card's with it. */
  powerCycle(): void {
    this.#powerOff()
    this.#reader.reset()
    this.#parameters = Uint8Array.from(DEFAULT_PARAMETERS)
    this.#lastAnswer = Uint8Array.from(NAK_FRAME)
  }

  #receive(bytes: Uint8Array): void {
    // The Twin sends back whatever it hears, before it answers.
    this.#line.write(bytes)
    if (this.#clock.now() - this.#heardAt > FRAME_GAP_MS) this.#reader.reset()
    this.#heardAt = this.#clock.now()
    for (const input of this.#reader.feed(bytes)) {
      if (input.is === 'message') this.#lastAnswer = ccidFrame(this.#answer(input.message))
      this.#line.write(input.is === 'damaged' ? Uint8Array.from(NAK_FRAME) : this.#lastAnswer)
    }
  }

  #answer(command: CcidMessage): CcidMessage {
    if (command.slot !== 0) return this.#failure(command, ANSWER.slotStatus, ERROR.badSlot)
    switch (command.type) {
      case COMMAND.slotStatus:
        return this.#success(command, ANSWER.slotStatus)
      case COMMAND.powerOn:
        return this.#powerOn(command)
      case COMMAND.powerOff:
        this.#powerOff()
        return this.#success(command, ANSWER.slotStatus)
      case COMMAND.transfer:
        return this.#transfer(command)
      case COMMAND.getParameters:
        return this.#success(command, ANSWER.parameters, this.#parameters)
      case COMMAND.resetParameters:
        this.#parameters = Uint8Array.from(DEFAULT_PARAMETERS)
        return this.#success(command, ANSWER.parameters, this.#parameters)
      case COMMAND.setParameters:
        return this.#setParameters(command)
      case COMMAND.escape:
        if (command.data[0] === 0x02)
          return this.#success(command, ANSWER.escape, Buffer.from(FIRMWARE_NAME, 'ascii'))
        return this.#failure(command, ANSWER.escape, ERROR.notSupported)
      default:
        return this.#failure(command, ANSWER.slotStatus, ERROR.notSupported)
    }
  }

  #powerOn(command: CcidMessage): CcidMessage {
    if (this.#card === undefined) return this.#failure(command, ANSWER.data, ERROR.mute)
    this.#powered = true
    this.#parameters = Uint8Array.from(DEFAULT_PARAMETERS)
    return this.#success(command, ANSWER.data, this.#card.reset())
  }

  #powerOff(): void {
    this.#powered = false
    this.#card?.powerOff()
  }

  #transfer(command: CcidMessage): CcidMessage {
    if (this.#card === undefined || !this.#powered) return this.#failure(command, ANSWER.data, ERROR.mute)
    const [tpdu, body] = [command.data, command.data.subarray(5)]
    // T=0 needs a header of five bytes (a case 1 command gets P3 = 0) and exactly P3 bytes after it, or none.
    if (tpdu.length < 4 || (body.length > 0 && body.length !== tpdu[4])) {
      return this.#failure(command, ANSWER.data, ERROR.badLength)
    }
    const header = new Uint8Array(5)
    header.set(tpdu.subarray(0, 5))
    const answer = this.#card.transmit(header, body)
    if (answer.length > LARGEST_MESSAGE - 10) throw new Error('a card answered more than T=0 can carry')
    return this.#success(command, ANSWER.data, answer)
  }

  #setParameters(command: CcidMessage): CcidMessage {
    if (command.parameters[0] !== T0) return this.#failure(command, ANSWER.parameters, ERROR.badProtocol)
    if (command.data.length !== DEFAULT_PARAMETERS.length)
      return this.#failure(command, ANSWER.parameters, ERROR.badLength)
    this.#parameters = command.data
    return this.#success(command, ANSWER.parameters, this.#parameters)
  }

  /** bmICCStatus: 0 powered, 1 there but not powered, 2 none. */
  #slotState(): number {
    if (this.#card === undefined) return 2
    return this.#powered ? 0 : 1
  }

  #success(command: CcidMessage, type: number, data: Uint8Array = new Uint8Array(0)): CcidMessage {
    const { slot, sequence } = command
    return { type, slot, sequence, parameters: [this.#slotState(), 0, 0], data }
  }

  #failure(command: CcidMessage, type: number, error: number): CcidMessage {
    const { slot, sequence } = command
    const data = new Uint8Array(0)
    return { type, slot, sequence, parameters: [FAILED | this.#slotState(), error, 0], data }
  }
}
