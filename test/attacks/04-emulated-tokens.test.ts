/**
 * iVotronic, 2007 (Ohio's EVEREST): the token that opens and closes the machine was imitated with a telephone, because its protocol authenticated
 * nobody. Here a terminal is imitated that sends a card whatever it likes; it gains nothing, and the device serves the card afterwards. What a hand
 * on the line between the two gains is in `04-hand-on-the-line.test.ts`.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Apdu } from '../../firmware/card-reader/apdu.ts'
import type { OfficerCard } from '../../simulator/cards/officer-card.ts'
import type { SmartCard } from '../../simulator/cards/smart-card.ts'
import { CARD_PIN } from '../fixtures/station-cards.ts'
import { exchange, send, TerminalSide } from '../simulator/cards/terminal-side.ts'
import { CardTable } from './card-table.ts'
import { writtenByAnybody } from './weakened/cards.ts'
import { cardsBuild } from './weakened/weaken.ts'

const ISSUED = 1
const RUNS = 60
const ORIGIN = new Uint8Array(32).fill(0xd1)
const SHARE = new Uint8Array(81).fill(0x5a)
const PIN = Uint8Array.from(Buffer.from(CARD_PIN))
const SELECT: Apdu = {
  cla: 0,
  ins: 0xa4,
  p1: 4,
  p2: 0,
  data: Uint8Array.from(Buffer.from('f053414e444f4748', 'hex')),
}

const object = (id: number): Apdu => ({
  cla: 0,
  ins: 0xa4,
  p1: 2,
  p2: 0x0c,
  data: Uint8Array.of(id >> 8, id & 0xff),
})
const state = (p1: number, data?: Uint8Array): Apdu => ({
  cla: 0x80,
  ins: 0x10,
  p1,
  p2: 0,
  ...(data && { data }),
})

/** Commands that would do harm if they were obeyed, and some around them. */
const HARMFUL: readonly Apdu[] = [
  SELECT,
  object(0x0101),
  object(0x0202),
  object(0x0203),
  state(1),
  state(1, ORIGIN),
  state(2, ORIGIN),
  state(3),
  { cla: 0, ins: 0xda, p1: 0, p2: 0, data: Uint8Array.of(0x7b, 0x7d) },
  { cla: 0, ins: 0xda, p1: 0, p2: 0 },
  { cla: 0, ins: 0xb0, p1: 0, p2: 0 },
  { cla: 0, ins: 0x20, p1: 0, p2: 0x80, data: PIN },
  { cla: 0, ins: 0x88, p1: 0, p2: 0, data: new Uint8Array(64) },
]

/** Everything that a real terminal sent in a real session, as it went over the line. */
function sessionWith(table: CardTable, card: SmartCard, commands: readonly Apdu[]): readonly Apdu[] {
  const sent: Apdu[] = [SELECT]
  exchange(card, SELECT)
  const listening = {
    transmit: (header: Uint8Array, body: Uint8Array) => {
      const [cla = 0, ins = 0, p1 = 0, p2 = 0] = header
      if (ins !== 0xc0)
        sent.push({ cla, ins, p1, p2, ...(body.length > 0 && { data: Uint8Array.from(body) }) })
      return card.transmit(header, body)
    },
  } as SmartCard
  const at = new TerminalSide(listening, table.device)
  for (const { cla, ins, p1, p2, data } of commands)
    at.send(Buffer.of(cla, ins, p1, p2).toString('hex').replace(/../g, '$& ').trim(), data)
  return sent
}

/** Any command: of those that were heard, of those that would do harm, bent, or of any bytes. */
function commands(heard: readonly Apdu[]): fc.Arbitrary<readonly Apdu[]> {
  const byte = fc.nat(255)
  const data = fc.uint8Array({ minLength: 1, maxLength: 255 })
  const random = fc.record({ cla: fc.constantFrom(0, 4, 0x80, 0x84), ins: byte, p1: byte, p2: byte, data })
  const known = fc.constantFrom(...heard, ...HARMFUL)
  const bent = fc.tuple(known, byte, byte).map(([apdu, at, by]) => ({
    ...apdu,
    data: apdu.data?.map((old, i) => (i === at ? old ^ by : old)) ?? new Uint8Array(1),
  }))
  const secured = known.map((apdu) => ({ ...apdu, cla: apdu.cla | 4 }))
  return fc.array(fc.oneof({ weight: 4, arbitrary: known }, bent, secured, random), {
    minLength: 1,
    maxLength: 12,
  })
}

/** A voter's card is issued; somebody who heard it claimed and released before sends it what they like. Gives what was found, if anything. */
async function fuzzVoterCard(table: CardTable) {
  const card = await table.issued()
  const heard = sessionWith(table, card, [state(2, ORIGIN), state(1, ORIGIN)])
  return fc.check(
    fc.property(commands(heard), (dialogue) => {
      card.reset()
      exchange(card, SELECT)
      for (const apdu of dialogue) exchange(card, apdu)
      return card.state === ISSUED
    }),
    { numRuns: 10 * RUNS },
  )
}

test('a terminal that plays, bends and invents commands changes no issued card, and the device takes it afterwards', async () => {
  const table = new CardTable(await cardsBuild())
  expect(await fuzzVoterCard(table)).toMatchObject({ failed: false })
  const card = await table.issued()
  for (const apdu of HARMFUL) exchange(card, apdu)
  expect(await table.claim(card)).toBe('claimed')
})

test('a card that anybody may write is changed', async () => {
  expect(await fuzzVoterCard(new CardTable(await cardsBuild(writtenByAnybody)))).toMatchObject({
    failed: true,
  })
})

/** An officer's card with a share of the day key, and somebody who has its PIN but no device of the station. */
async function fuzzOfficerCard(table: CardTable) {
  const card: OfficerCard = table.cards.officer('executive')
  const verify: Apdu = { cla: 0, ins: 0x20, p1: 0, p2: 0x80, data: PIN }
  const write: Apdu = { cla: 0, ins: 0xda, p1: 0, p2: 0, data: SHARE }
  const heard = sessionWith(table, card, [verify, object(0x0202), write])
  const isHeld = () => {
    exchange(card, SELECT)
    const at = new TerminalSide(card, table.device)
    at.send('00 20 00 80', PIN)
    at.send('00 A4 02 0C', Uint8Array.of(2, 2))
    return at.send('00 B0 00 00') === `${Buffer.from(SHARE).toString('hex')}9000`
  }
  return fc.check(
    fc.property(commands(heard), (dialogue) => {
      card.reset()
      exchange(card, SELECT)
      exchange(card, verify)
      const told = dialogue.map((apdu) => exchange(card, apdu).data)
      exchange(card, object(0x0202))
      told.push(
        exchange(card, { cla: 0, ins: 0xb0, p1: 0, p2: 0 }).data,
        Buffer.from(send(card, '00 B0 00 00 51'), 'hex'),
      )
      return told.every((data) => !Buffer.from(data).includes(Buffer.from(SHARE))) && isHeld()
    }),
    { numRuns: RUNS },
  )
}

test('with the PIN alone nobody reads or writes the share of the day key', async () => {
  expect(await fuzzOfficerCard(new CardTable(await cardsBuild()))).toMatchObject({ failed: false })
})

test('from a card that anybody may write, the PIN alone takes it', async () => {
  expect(await fuzzOfficerCard(new CardTable(await cardsBuild(writtenByAnybody)))).toMatchObject({
    failed: true,
  })
})
