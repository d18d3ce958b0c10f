/**
 * iVotronic, 2007 (Ohio's EVEREST): the token that opens and closes the machine was imitated with a telephone, because its protocol authenticated
 * nobody. Here both ends of the dialogue are imitated: a terminal that sends a card whatever it likes, and a hand on the line that changes,
 * repeats, swallows and invents answers. Neither gains anything, and the next card is served.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ok } from '../../core/result.ts'
import type { Apdu, CardAnswer } from '../../firmware/card-reader/apdu.ts'
import type { CardReader } from '../../firmware/card-reader/driver.ts'
import type { OfficerCard } from '../../simulator/cards/officer-card.ts'
import type { SmartCard } from '../../simulator/cards/smart-card.ts'
import type { VoterCard } from '../../simulator/cards/voter-card.ts'
import { CARD_PIN } from '../fixtures/station-cards.ts'
import { exchange, send, TerminalSide } from '../simulator/cards/terminal-side.ts'
import { tampered } from './attackers-cards.ts'
import { CardTable } from './card-table.ts'
import { believesBareAnswers, writtenByAnybody } from './weakened/cards.ts'
import { cardsBuild } from './weakened/weaken.ts'

const ISSUED = 1
const CLAIMED = 2
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

/** What a hand on the line does with one answer. */
type Trick =
  | { readonly do: 'flip'; readonly bit: number }
  | { readonly do: 'cut' | 'repeat' | 'swallow' }
  | { readonly do: 'invent'; readonly data: Uint8Array; readonly status: number }

const tricks: fc.Arbitrary<Trick> = fc.oneof(
  fc.record({ do: fc.constant('flip' as const), bit: fc.nat(1700) }),
  fc.record({ do: fc.constantFrom('cut' as const, 'repeat' as const, 'swallow' as const) }),
  fc.record({
    do: fc.constant('invent' as const),
    data: fc.uint8Array({ maxLength: 256 }),
    status: fc.constantFrom(0x9000, 0x63c0, 0x6982, 0x6985, 0x6a82),
  }),
)

/** A hand that plays its trick with the answer number `at`, counted from 0. */
function trickster(reader: CardReader, at: number, trick: Trick): CardReader {
  let seen = -1
  let last: CardAnswer = { data: new Uint8Array(0), status: 0x9000 }
  return tampered(reader, async (_apdu, pass) => {
    seen += 1
    // To swallow is to say that it was done, and not to do it.
    if (seen === at && trick.do === 'swallow') return ok({ data: new Uint8Array(0), status: 0x9000 })
    const answer = await pass()
    if (!answer.ok || seen !== at) {
      if (answer.ok) last = answer.value
      return answer
    }
    return ok(played(answer.value, trick, last))
  })
}

function played({ data, status }: CardAnswer, trick: Trick, last: CardAnswer): CardAnswer {
  switch (trick.do) {
    case 'flip': {
      const bit = trick.bit % (8 * Math.max(1, data.length))
      return { data: data.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte)), status }
    }
    case 'cut':
      return { data: data.slice(0, -1), status }
    case 'repeat':
      return last
    case 'swallow':
      return { data: new Uint8Array(0), status: 0x9000 }
    case 'invent':
      return { data: trick.data, status: trick.status }
  }
}

/** Where the device believes that the card is claimed, it is; and the card without the hand is served as ever. */
async function fuzzLine(table: CardTable) {
  return fc.check(
    fc.asyncProperty(fc.nat(20), tricks, async (at, trick) => {
      const card: VoterCard = await table.issued()
      const outcome = await table.claim(card, (reader) => trickster(reader, at, trick))
      if (outcome === 'claimed' && card.state !== CLAIMED) return false
      return (await table.claim(card)) === 'claimed'
    }),
    {
      numRuns: RUNS,
      examples: Array.from({ length: 21 }, (_, at) => [at, { do: 'swallow' }] as [number, Trick]),
    },
  )
}

test('a hand on the line makes the device believe no claim that the card did not take, and hinders no later one', async () => {
  expect(await fuzzLine(new CardTable(await cardsBuild()))).toMatchObject({ failed: false })
})

test('a device that believes bare answers takes a card that goes on to vote elsewhere', async () => {
  expect(await fuzzLine(new CardTable(await cardsBuild(believesBareAnswers)))).toMatchObject({ failed: true })
})
