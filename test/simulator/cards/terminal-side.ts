/** A terminal in front of a card's own T=0, with no reader and no driver between: what a card answers to exactly these bytes. */
import type { Apdu } from '../../../firmware/card-reader/apdu.ts'
import {
  beginAgreement,
  type CardTerminal,
  showCertificate,
} from '../../../firmware/card-reader/secure-channel.ts'
import type { SecureMessages } from '../../../firmware/card-reader/secure-messages.ts'
import type { SmartCard } from '../../../simulator/cards/smart-card.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { hex } from '../device-side.ts'

const random = seededRandom('terminal side')

/** Sends a header of four or five bytes with a body, or a whole command; gives what comes back, in hexadecimal digits. */
export function send(card: SmartCard, command: string, body: Uint8Array = new Uint8Array(0)): string {
  const bytes = hex(command)
  const tpdu = bytes.length === 4 ? [...bytes, body.length, ...body] : [...bytes, ...body]
  return Buffer.from(
    card.transmit(Uint8Array.from(tpdu.slice(0, 5)), Uint8Array.from(tpdu.slice(5))),
  ).toString('hex')
}

/** Sends a command with data and fetches its answer, if there is one. */
export function exchange(card: SmartCard, { cla, ins, p1, p2, data = new Uint8Array(0) }: Apdu) {
  const header = Buffer.of(cla, ins, p1, p2).toString('hex')
  const said = send(card, header, data)
  const whole = said.startsWith('61') ? send(card, `00 C0 00 00 ${said.slice(2)}`) : said
  const bytes = Buffer.from(whole, 'hex')
  return { data: Uint8Array.from(bytes.subarray(0, -2)), status: bytes.readUInt16BE(bytes.length - 2) }
}

/** A secure channel to a card whose applet is selected, of `terminal`; the card's agreement key is the one it shows. */
export class TerminalSide {
  readonly card: SmartCard
  readonly messages: SecureMessages

  /** Throws where the card does not agree. */
  constructor(card: SmartCard, terminal: CardTerminal) {
    this.card = card
    send(card, '00 A4 02 0C 02 01 03')
    const cardKey = Buffer.from(send(card, '00 B0 00 00 81').slice(0, 130), 'hex')
    const shown = exchange(card, showCertificate(terminal))
    if (shown.status !== 0x9000)
      throw new Error(`the card refuses the certificate: ${shown.status.toString(16)}`)
    const { command, finish } = beginAgreement(terminal, cardKey, random)
    const messages = finish(exchange(card, command).data)
    if (messages === undefined) throw new Error('the card does not agree')
    this.messages = messages
  }

  /** Sends a command under the channel, as {@link send} does in the clear. */
  send(command: string, body?: Uint8Array): string {
    const [cla = 0, ins = 0, p1 = 0, p2 = 0, , ...rest] = hex(command)
    const data = body ?? (rest.length > 0 ? Uint8Array.from(rest) : undefined)
    const wrapped = this.messages.wrap({ cla, ins, p1, p2, ...(data && data.length > 0 && { data }) })
    if (wrapped === undefined) throw new Error('the channel is over')
    const answer = this.messages.unwrap(exchange(this.card, wrapped))
    if (answer === undefined) throw new Error("this is not the card's word")
    return Buffer.from(answer.data).toString('hex') + answer.status.toString(16)
  }
}
