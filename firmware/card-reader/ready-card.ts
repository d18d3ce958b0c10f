/**
 * A card that was powered on and agrees with the reader on protocol and speed: the only thing that a command can be sent to. It ends with
 * the first fault that leaves nobody knowing where the card stands in its protocol.
 */
import type { Result } from '../../core/result.ts'
import { fail, ok } from '../../core/result.ts'
import type { Apdu, CardAnswer } from './apdu.ts'
import { decodeAnswer, encodeApdu, encodeTpdu } from './apdu.ts'
import type { Atr } from './atr.ts'
import { parseAtr } from './atr.ts'
import { beginFollowUp, stepFollowUp } from './follow-up.ts'
import type { CardFault } from './reader-line.ts'
import type { CardSettings } from './settings.ts'
import { chooseSettings, confirmSettings, readerParameters, waitingTimeMs } from './settings.ts'
import type { T1Link, T1Step } from './t1-engine.ts'
import { askSize, newLink, sendCommand, stepT1 } from './t1-engine.ts'

/** What came back from the card for bytes that were sent to it; `silence` if the reader waited in vain or heard nothing whole. */
type FromCard = { readonly is: 'bytes'; readonly bytes: Uint8Array } | { readonly is: 'silence' }

/** The reader, as a card in it is talked to. */
export interface CardContact {
  /**
   * Sends bytes and gives what the card answers.
   * @param patience for so many of its waiting times may the card be silent
   * @param waitingMs one waiting time
   */
  exchange(bytes: Uint8Array, patience: number, waitingMs: number): Promise<Result<FromCard, CardFault>>
  setParameters(protocol: 0 | 1, parameters: Uint8Array): Promise<Result<void, CardFault>>
}

/** More waiting times than that are never asked for in one command (`card-visit.ts`). */
const LONGEST_WAIT_MS = 30_000

/** A card that can be asked. */
export class ReadyCard {
  readonly atr: Atr
  readonly #contact: CardContact
  readonly #settings: CardSettings
  readonly #waitingMs: number
  #link: T1Link

  private constructor(contact: CardContact, atr: Atr, settings: CardSettings) {
    this.atr = atr
    this.#contact = contact
    this.#settings = settings
    this.#waitingMs = waitingTimeMs(atr, settings)
    this.#link = newLink(atr.t1.ifsc, Math.max(1, Math.floor(LONGEST_WAIT_MS / this.#waitingMs)))
  }

  /**
   * Agrees with a card that was just reset, by its answer to that.
   * @param leftMs how long the card may still take
   */
  static async agree(
    contact: CardContact,
    reset: Uint8Array,
    leftMs: () => number,
  ): Promise<Result<ReadyCard, CardFault>> {
    const atr = parseAtr(reset)
    const asked = atr === undefined ? undefined : chooseSettings(atr)
    if (atr === undefined || asked === undefined) return fail('protocol')
    const agreed = await negotiate(contact, atr, asked)
    if (!agreed.ok) return agreed
    const { protocol } = agreed.value
    const set = await contact.setParameters(protocol, readerParameters(atr, agreed.value))
    if (!set.ok) return set
    const card = new ReadyCard(contact, atr, agreed.value)
    if (protocol === 0) return ok(card)
    const sized = await card.#run(askSize(card.#link), leftMs)
    return sized.ok ? ok(card) : sized
  }

  /**
   * Sends one command and follows `61 xx` and `6C xx`.
   * @param leftMs how long the card may still take; a card that needs longer is `mute`
   */
  async transmit(apdu: Apdu, leftMs: () => number): Promise<Result<CardAnswer, CardFault>> {
    let state = beginFollowUp(apdu)
    for (;;) {
      const bytes = await (this.#settings.protocol === 0
        ? this.#overT0(state.sent, leftMs)
        : this.#run(sendCommand(this.#link, encodeApdu(state.sent)), leftMs))
      if (!bytes.ok) return bytes
      const answer = decodeAnswer(bytes.value)
      if (answer === undefined) return fail('protocol')
      const step = stepFollowUp(state, answer)
      if (step.is === 'endless') return fail('protocol')
      if (step.is === 'done') return ok(step.answer)
      state = step.state
    }
  }

  async #overT0(apdu: Apdu, leftMs: () => number): Promise<Result<Uint8Array, CardFault>> {
    const came = await this.#exchange(encodeTpdu(apdu), 1, leftMs)
    if (!came.ok) return came
    return came.value.is === 'bytes' ? ok(came.value.bytes) : fail('mute')
  }

  /** Performs what the engine says until it is done. */
  async #run(first: T1Step, leftMs: () => number): Promise<Result<Uint8Array, CardFault>> {
    let step = first
    while (step.is === 'send') {
      const came = await this.#exchange(step.bytes, step.patience, leftMs)
      if (!came.ok) return came
      step = stepT1(step.state, came.value)
    }
    if (step.is === 'dead') return fail('mute')
    this.#link = step.link
    return step.is === 'done' ? ok(step.answer) : fail('protocol')
  }

  /** One exchange, as long as there is time: the last one may begin in the last moment. */
  async #exchange(
    bytes: Uint8Array,
    patience: number,
    leftMs: () => number,
  ): Promise<Result<FromCard, CardFault>> {
    if (leftMs() <= 0) return fail('mute')
    const most = Math.max(1, Math.floor(leftMs() / this.#waitingMs))
    return this.#contact.exchange(bytes, Math.min(patience, most), this.#waitingMs)
  }
}

async function negotiate(
  contact: CardContact,
  atr: Atr,
  asked: CardSettings,
): Promise<Result<CardSettings, CardFault>> {
  if (asked.pps === undefined) return ok(asked)
  const came = await contact.exchange(asked.pps, 1, waitingTimeMs(atr, asked))
  if (!came.ok) return came
  if (came.value.is === 'silence') return fail('mute')
  const confirmed = confirmSettings(asked, came.value.bytes)
  return confirmed === undefined ? fail('protocol') : ok(confirmed)
}
