/**
 * A whole session under the secure channel, made beforehand: the cards' keys are seeded, so a terminal that talks to one of them knows each byte that
 * another of the same seed will answer. What is sent through other people's programs is then compared byte for byte.
 */
import { p256KeyFromScalar } from '../../../core/keys/p256.ts'
import type { CardAnswer } from '../../../firmware/card-reader/apdu.ts'
import type { CardTerminal } from '../../../firmware/card-reader/secure-channel.ts'
import { certifyTerminal } from '../../../provisioning/enrolment/card-terminals.ts'
import type { SmartCard } from '../../../simulator/cards/smart-card.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { TerminalSide } from '../../simulator/cards/terminal-side.ts'
import { CARD_AUTHORITY, CHALLENGE, COMMANDS, CONTEXT, officerCard, PIN, STATION } from './session.ts'

const SHARE = new Uint8Array(81).fill(0x5a)
const ANY_LENGTH = '00'
const GET_RESPONSE = 0xc0
const SHOW_CERTIFICATE = 0x2a
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex').toUpperCase()

/** Commands, what the card answers to all but the last, and what opens its answer to that: a signature, which is another each time. */
export interface SecuredSession {
  readonly commands: readonly string[]
  readonly answers: readonly { readonly status: string; readonly data: string }[]
  open(answer: CardAnswer): CardAnswer | undefined
}

/** SELECT; certificate, keys; under them PIN, a share of the day key written and read, a proof. */
export function securedSession(): SecuredSession {
  const card = officerCard()
  card.reset()
  const commands: string[] = []
  const answers: Uint8Array[] = []
  const listening = {
    transmit: (header: Uint8Array, body: Uint8Array) => {
      const answer = card.transmit(header, body)
      const [, ins = 0] = header
      if (ins === GET_RESPONSE) answers[answers.length - 1] = answer
      else {
        // What a certificate is answered has no data.
        commands.push(hex(header) + hex(body) + (ins === SHOW_CERTIFICATE ? '' : ANY_LENGTH))
        answers.push(answer)
      }
      return answer
    },
  } as SmartCard
  card.transmit(
    Buffer.from(COMMANDS.select.slice(0, 10), 'hex'),
    Buffer.from(COMMANDS.select.slice(10, -2), 'hex'),
  )
  const side = new TerminalSide(listening, terminal())
  side.send('00 20 00 80', Buffer.from(PIN))
  side.send('00 A4 02 0C', Uint8Array.of(0x02, 0x02))
  side.send('00 DA 00 00', SHARE)
  side.send('00 CA 00 00')
  side.send('00 B0 00 00')
  const proof = side.messages.wrap({
    cla: 0,
    ins: 0x88,
    p1: 0,
    p2: 0,
    data: Buffer.concat([CHALLENGE, CONTEXT]),
  })
  const data = proof?.data ?? new Uint8Array(0)
  const from = commands.findIndex((command) => command.startsWith('802A'))
  return {
    commands: [
      COMMANDS.select,
      ...commands.slice(from),
      `04880000${hex(Uint8Array.of(data.length))}${hex(data)}${ANY_LENGTH}`,
    ],
    answers: [Uint8Array.of(0x02, 0x90, 0x00), ...answers.slice(from)].map((answer) => ({
      status: hex(answer.subarray(-2)),
      data: hex(answer.subarray(0, -2)),
    })),
    open: (answer) => side.messages.unwrap(answer),
  }
}

/** A ballot device of the card's station. */
function terminal(): CardTerminal {
  const key = p256KeyFromScalar(new Uint8Array(32).fill(4))
  const issuing = {
    cardAuthority: CARD_AUTHORITY,
    lastDay: new Date('2026-06-20T00:00:00Z'),
    random: seededRandom('pcscd'),
  }
  const order = { role: 'ballot-device', station: STATION, publicKey: key.publicKey } as const
  return { certificate: certifyTerminal(order, issuing), key }
}
