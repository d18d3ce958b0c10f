/** What a card's authentication costs, and when the first screen is there, beside the bytes on the reader's line: `npm run bench -- cards`. */
import { signAuthorization } from '../../core/cards/authorization.ts'
import { admitOfficer } from '../../device-agent/ballot/polls/officer-card.ts'
import { claimVoterCard } from '../../device-agent/ballot/session/voter-card.ts'
import { openCard } from '../../firmware/card-reader/card.ts'
import { type CardReader, connectCardReader } from '../../firmware/card-reader/driver.ts'
import type { Contacts } from '../../simulator/cards/contacts.ts'
import type { SmartCard } from '../../simulator/cards/smart-card.ts'
import { T0Contacts } from '../../simulator/cards/t0-contacts.ts'
import { T1Contacts } from '../../simulator/cards/t1-contacts.ts'
import { inProcessLine } from '../../simulator/lines/in-process.ts'
import { VirtualCardReader } from '../../simulator/peripherals/card-reader.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { VirtualClock } from '../../simulator/virtual-clock.ts'
import { makeStation, OPENING } from '../audit/fixtures.ts'
import { CARD_PIN, done, StationCards } from '../fixtures/station-cards.ts'
import { counting } from './counted-line.ts'
import { type FirstScreen, measureFirstScreens } from './first-screen.ts'
import { machine, quantile, table } from './table.ts'

const BAUD = 115_200
/** Start bit, eight data bits, two stop bits. */
const BITS_A_BYTE = 11
const TIMES = 25
const FAST = 0x94

const CARDS: readonly (readonly [string, (card: SmartCard) => Contacts])[] = [
  ['T=0', (card) => new T0Contacts(card)],
  ['T=0 after PPS', (card) => new T0Contacts(card, { is: 'prompt' }, FAST)],
  ['T=1', (card) => new T1Contacts(card)],
  ['T=1 after PPS', (card) => new T1Contacts(card, { speed: FAST })],
]

const station = makeStation('cards bench', { casts: [0] })
const random = seededRandom('cards bench')
const cards = new StationCards('cards bench', station)
const [desk, terminal] = [cards.terminal('check-in'), cards.terminal('ballot-device')]
const clock = new VirtualClock(OPENING)
const checks = {
  station: 's-1',
  origin: station.devices[0]?.origin ?? '',
  terminal,
  random,
}

/** One visit of a card. */
interface Visit {
  readonly commands: number
  readonly bytes: number
  /** Of the line and the card's own contacts: virtual time, which is exact. */
  readonly tookMs: number
  /** Both sides' computing on this machine. */
  readonly computedMs: number
}

/** Prints the table. */
export async function main(): Promise<void> {
  process.stdout.write(`${machine()}\n\n## A card beside its bytes at ${BAUD}\n\n`)
  const rows: string[][] = []
  for (const [name, contacts] of CARDS) {
    rows.push(row(`voter, card in to claimed, ${name}`, await measure(contacts, claim)))
    rows.push(row(`officer, PIN to admitted, ${name}`, await measure(contacts, admit)))
  }
  const head = [
    'card',
    'commands',
    'bytes on the line',
    'those alone',
    'card in to done',
    'ratio',
    'both sides compute',
  ]
  process.stdout.write(table(head, rows))
  process.stdout.write(
    '\n## From card in to the first screen painted, a whole device before Debian’s Chromium\n\n',
  )
  const screens = await measureFirstScreens(CARDS.map(([, contacts]) => contacts))
  const firstHead = [
    'card',
    'bytes on the line',
    'those alone',
    'lines',
    'machine and browser',
    'card in to painted',
    'ratio',
  ]
  process.stdout.write(
    table(
      firstHead,
      screens.map((seen, kind) => firstRow(CARDS[kind]?.[0] ?? '', seen)),
    ),
  )
}

function firstRow(name: string, seen: readonly FirstScreen[]): string[] {
  const of = (value: (screen: FirstScreen) => number) => quantile(seen.map(value), 0.5)
  const bytes = of((screen) => screen.bytes)
  const wireMs = (1000 * bytes * BITS_A_BYTE) / BAUD
  const times = [wireMs, of((screen) => screen.linesMs), of((screen) => screen.computedMs)]
  const allMs = of((screen) => screen.linesMs + screen.computedMs)
  const shown = [...times, allMs].map((value) => `${value.toFixed(0)} ms`)
  return [name, String(bytes), ...shown, (allMs / wireMs).toFixed(1)]
}

function row(name: string, visits: readonly Visit[]): string[] {
  const of = (value: (visit: Visit) => number) => quantile(visits.map(value), 0.5)
  const [bytes, tookMs] = [of((visit) => visit.bytes), of((visit) => visit.tookMs)]
  const wireMs = (1000 * bytes * BITS_A_BYTE) / BAUD
  const computed = of((visit) => visit.computedMs).toFixed(1)
  const figures = [String(of((visit) => visit.commands)), String(bytes), `${wireMs.toFixed(0)} ms`]
  return [name, ...figures, `${tookMs.toFixed(0)} ms`, (tookMs / wireMs).toFixed(1), `${computed} ms`]
}

async function measure(
  contacts: (card: SmartCard) => Contacts,
  visit: (reader: CardReader) => Promise<void>,
): Promise<readonly Visit[]> {
  const visits: Visit[] = []
  for (let time = 0; time < TIMES; time += 1) {
    const card = visit === claim ? await issued() : cards.officer('executive')
    visits.push(await during(card, contacts(card), visit))
  }
  return visits
}

async function claim(reader: CardReader): Promise<void> {
  const { electionPackage } = station
  const claimed = await claimVoterCard(reader, { ...checks, electionPackage, isSpent: () => false })
  if (!claimed.ok) throw new Error(claimed.error)
}

async function admit(reader: CardReader): Promise<void> {
  const officer = { role: 'executive', pin: CARD_PIN } as const
  const authorityKey = station.authority.publicKey
  const met = async () => ({ is: 'met' as const })
  const input = await admitOfficer(
    reader,
    officer,
    { ...checks, authorityKey, certificatesAt: clock.now() },
    met,
    undefined,
  )
  if (input.is !== 'officer-admitted') throw new Error(input.is)
}

/** A voter's card as the desk leaves it. */
async function issued() {
  const card = cards.voter()
  await during(card, new T0Contacts(card), async (reader) => {
    const opened = done(await openCard(reader))
    if (opened.kind !== 'voter') throw new Error('no voter card')
    done(await opened.secure(desk, card.publicKey, random))
    const { electionPackage, executive, supervisory } = station
    const authorization = signAuthorization(
      {
        packageHash: electionPackage.hash,
        station: 's-1',
        style: 'city',
        day: electionPackage.definition.pollingDay,
        nonce: random.bytes(16),
        cardKey: card.publicKey,
      },
      { executive, supervisory },
    )
    done(await opened.issue(authorization))
  })
  return card
}

/** Puts a card into a reader of its own and counts what passes until the visit is over. */
function during(
  card: SmartCard,
  contacts: Contacts,
  visit: (reader: CardReader) => Promise<void>,
): Promise<Visit> {
  const line = inProcessLine({ clock, baudRate: BAUD, bitsPerByte: BITS_A_BYTE, paced: true })
  const slot = new VirtualCardReader({ line: line.plug, clock })
  const count = { bytes: 0, commands: 0 }
  return clock.run(
    (async () => {
      const logger = { info: () => {}, warn: () => {}, error: () => {} }
      const connected = await connectCardReader({ open: counting(line.open, count), clock, logger })
      if (!connected.ok) throw new Error(connected.error.what)
      const reader = connected.value
      const noticed = new Promise<void>((resolve) =>
        reader.onCard((movement) => movement === 'in' && resolve()),
      )
      const [begun, began] = [clock.now(), performance.now()]
      count.bytes = 0
      slot.insertCard(card, contacts)
      await noticed
      await visit({
        ...reader,
        powerOn: () => reader.powerOn(),
        transmit: (apdu) => {
          count.commands += 1
          return reader.transmit(apdu)
        },
      })
      const result = { ...count, tookMs: clock.now() - begun, computedMs: performance.now() - began }
      slot.pullCard()
      reader.close()
      return result
    })(),
  )
}
