/**
 * iVotronic, 2007 (Ohio's EVEREST), once more: the dialogue that authenticated nobody could be changed by whoever held the token's contacts. Here a
 * hand on the line changes, repeats, swallows and invents answers, and changes and slips in commands while a secure channel is open. The device
 * believes no claim that the card did not take, the card does nothing that the device did not ask, and both go on without the hand.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ok } from '../../core/result.ts'
import type { Apdu, CardAnswer } from '../../firmware/card-reader/apdu.ts'
import type { CardReader } from '../../firmware/card-reader/driver.ts'
import type { VoterCard } from '../../simulator/cards/voter-card.ts'
import { tampered } from './attackers-cards.ts'
import { CardTable } from './card-table.ts'
import { believesBareAnswers, looksAtNoAuthenticator } from './weakened/cards.ts'
import { cardsBuild } from './weakened/weaken.ts'

const ISSUED = 1
const CLAIMED = 2
const RUNS = 60
/** From SELECT to the claim. */
const COMMANDS = 15

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

/** What a hand does with one command, or beside it. */
type Meddling =
  | { readonly do: 'change'; readonly at: number; readonly by: number }
  | { readonly do: 'put-before' | 'put-behind'; readonly apdu: Apdu }

/** Changes of state, an authorization written over and objects selected, under a channel whose keys the hand does not have; and in the clear. */
const SLIPPED: readonly Apdu[] = [0x80, 0x84].flatMap((cla) => [
  ...[1, 2, 3].flatMap((state) =>
    [8, 40].map((length) => ({ cla, ins: 0x10, p1: state, p2: 0, data: new Uint8Array(length) })),
  ),
  { cla: cla & 4, ins: 0xda, p1: 0, p2: 0, data: new Uint8Array(8) },
  { cla: cla & 4, ins: 0xa4, p1: 2, p2: 0x0c, data: new Uint8Array(24) },
])

const meddlings: fc.Arbitrary<Meddling> = fc.oneof(
  fc.record({ do: fc.constant('change' as const), at: fc.nat(255), by: fc.integer({ min: 1, max: 255 }) }),
  fc.record({
    do: fc.constantFrom('put-before' as const, 'put-behind' as const),
    apdu: fc.constantFrom(...SLIPPED),
  }),
)

/** A hand that meddles with the command number `turn`, counted from 0. */
function meddler(reader: CardReader, turn: number, meddling: Meddling): CardReader {
  let seen = -1
  return tampered(reader, async (apdu, pass) => {
    seen += 1
    if (seen !== turn) return pass()
    if (meddling.do === 'change') return pass(changed(apdu, meddling))
    if (meddling.do === 'put-before') await pass(meddling.apdu)
    const answer = await pass()
    if (meddling.do === 'put-behind') await pass(meddling.apdu)
    return answer
  })
}

/** One byte of a command is another: of its header, or of its data. */
function changed(apdu: Apdu, { at, by }: Meddling & { readonly do: 'change' }): Apdu {
  const { cla, ins, p1, p2, data = new Uint8Array(0) } = apdu
  const bytes = [cla, ins, p1, p2, ...data].map((byte, i, all) => (i === at % all.length ? byte ^ by : byte))
  const [newCla = 0, newIns = 0, newP1 = 0, newP2 = 0, ...rest] = bytes
  const header = { ...apdu, cla: newCla, ins: newIns, p1: newP1, p2: newP2 }
  return rest.length === 0 ? header : { ...header, data: Uint8Array.from(rest) }
}

/** Whatever the hand does, the card is as it was issued or as the device believes it, and the device takes it once the hand is gone. */
async function fuzzCommands(table: CardTable) {
  return fc.check(
    fc.asyncProperty(fc.nat(COMMANDS - 1), meddlings, async (turn, meddling) => {
      const card: VoterCard = await table.issued()
      const outcome = await table.claim(card, (reader) => meddler(reader, turn, meddling))
      if (outcome === 'claimed' && card.state !== CLAIMED) return false
      if (card.state !== ISSUED && card.state !== CLAIMED) return false
      return (await table.claim(card)) === 'claimed'
    }),
    {
      numRuns: RUNS + 2 * SLIPPED.length,
      // While the channel is open: before the claim, and behind it.
      examples: SLIPPED.flatMap((apdu): [number, Meddling][] => [
        [COMMANDS - 2, { do: 'put-behind', apdu }],
        [COMMANDS - 1, { do: 'put-behind', apdu }],
      ]),
    },
  )
}

test('a hand that changes commands and slips in its own spends, issues and claims no card, and hinders no later claim', async () => {
  expect(await fuzzCommands(new CardTable(await cardsBuild()))).toMatchObject({ failed: false })
})

test('a card that looks at no authenticator is spent by whoever is on the line', async () => {
  expect(await fuzzCommands(new CardTable(await cardsBuild(looksAtNoAuthenticator)))).toMatchObject({
    failed: true,
  })
})
