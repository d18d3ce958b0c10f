/** What `opensc-tool` asks an officer's card, over each protocol and however the card behaves. */
import { stationHash } from '../../../core/cards/terminal-certificate.ts'
import { p256KeyFromScalar } from '../../../core/keys/p256.ts'
import { makeCardKey } from '../../../simulator/cards/card-key.ts'
import { type Contacts, USUAL_SPEED } from '../../../simulator/cards/contacts.ts'
import { OfficerCard } from '../../../simulator/cards/officer-card.ts'
import { personalise } from '../../../simulator/cards/personalise.ts'
import { T0Contacts } from '../../../simulator/cards/t0-contacts.ts'
import { T1Contacts } from '../../../simulator/cards/t1-contacts.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import type { Pcscd, Said } from './pcscd.ts'

export const PIN = '20260619'
export const STATION = 's-1'
/** By whose word the card knows terminals. */
export const CARD_AUTHORITY = p256KeyFromScalar(new Uint8Array(32).fill(3))
const FAST = 0x94
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex').toUpperCase()

export const CERTIFICATE = new Uint8Array(450).fill(0xce)
export const CHALLENGE = new Uint8Array(32).fill(0x11)
export const CONTEXT = new Uint8Array(32).fill(0x22)

/** The commands of docs/card.md that the session sends. */
export const COMMANDS = {
  select: '00A4040008F053414E444F474801',
  wrongPin: '00200080083030303030303030',
  verify: `0020008008${hex(Buffer.from(PIN))}`,
  selectCertificate: '00A4020C020201',
  getData: '00CA000002',
  readBinary: '00B00000C8',
  readAll: '00B0000000',
  authenticate: `0088000040${hex(CHALLENGE)}${hex(CONTEXT)}40`,
} as const

/** A card as the session begins with it. */
export function officerCard(): OfficerCard {
  const key = makeCardKey(seededRandom('pcscd'))
  const card = new OfficerCard({ kind: 'executive', key })
  const own = [
    [0x0302, Buffer.from(PIN)],
    [0x0303, stationHash(STATION)],
  ] as const
  personalise(card, new Map([[0x0201, CERTIFICATE], [0x0301, CARD_AUTHORITY.publicKey], ...own]))
  return card
}

/** The same card behind each kind of contacts. */
export const CONTACTS: readonly {
  readonly name: string
  readonly atr: string
  make(card: OfficerCard): Contacts
}[] = [
  { name: 'T=0', atr: '3b:04:45:56:4d:31', make: (card) => new T0Contacts(card) },
  {
    name: 'T=0, faster after PPS',
    atr: '3b:14:94:45:56:4d:31',
    make: (card) => new T0Contacts(card, { is: 'prompt' }, FAST),
  },
  {
    name: 'T=0, slow: it asks for time',
    atr: '3b:04:45:56:4d:31',
    make: (card) => new T0Contacts(card, { is: 'slow', ms: 700 }, USUAL_SPEED),
  },
  { name: 'T=1', atr: '3b:94:11:81:31:fe:45:45:56:4d:31:e1', make: (card) => new T1Contacts(card) },
  {
    name: 'T=1, faster after PPS, in blocks of 16 bytes',
    atr: '3b:94:94:81:31:10:45:45:56:4d:31:8a',
    make: (card) => new T1Contacts(card, { speed: FAST, ifsc: 16 }),
  },
  {
    name: 'T=1, slow: it extends its waiting time',
    atr: '3b:94:11:81:31:fe:45:45:56:4d:31:e1',
    make: (card) => new T1Contacts(card, { manner: { is: 'slow', ms: 1_200 } }),
  },
]

/** Its answer to reset, and all commands in one session. */
export async function askAll(pcscd: Pcscd): Promise<{ readonly atr: Said; readonly answers: Said }> {
  const atr = await pcscd.tool('--atr')
  const answers = await pcscd.tool('--card-driver', 'default', ...sends(Object.values(COMMANDS)))
  return { atr, answers }
}

/** Arguments that send those commands in one session. */
export function sends(commands: readonly string[]): readonly string[] {
  return commands.flatMap((command) => ['--send-apdu', command])
}

/** The answers in what the tool said: status words, and the data of each. */
export function answersIn({ text }: Said): readonly { readonly status: string; readonly data: string }[] {
  return text
    .split('Sending: ')
    .slice(1)
    .map((part) => {
      const [, sw1 = '', sw2 = ''] = /SW1=0x(..), SW2=0x(..)/.exec(part) ?? []
      // Sixteen bytes a line, then what they are in ASCII.
      const lines = part.slice(part.indexOf('SW1')).split('\n').slice(1)
      const data = lines.flatMap((line) => line.slice(0, 48).match(/[0-9A-F]{2}(?= )/g) ?? [])
      return { status: sw1 + sw2, data: data.join('') }
    })
}
