import { beforeEach, describe, expect, test } from 'vitest'
import { type Authorization, signAuthorization } from '../../../core/cards/authorization.ts'
import { ok } from '../../../core/result.ts'
import { claimVoterCard, deviceHash } from '../../../device-agent/ballot/session/voter-card.ts'
import { openCard } from '../../../firmware/card-reader/card.ts'
import type { CardReader } from '../../../firmware/card-reader/driver.ts'
import { makeCardKey } from '../../../simulator/cards/card-key.ts'
import type { VoterCard } from '../../../simulator/cards/voter-card.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { tampered } from '../../attacks/attackers-cards.ts'
import { otherPackage } from '../store/device.ts'
import { cards } from '../store/home.ts'
import { device, station } from '../store/voting.ts'
import { CardBench } from './card-bench.ts'

const { electionPackage, executive, supervisory } = station
const NONCE = new Uint8Array(16).fill(5)
const random = seededRandom('voter cards')
const spent: Uint8Array[] = []
const terminal = cards.terminal('ballot-device')
const desk = cards.terminal('check-in')
let bench: CardBench
let card: VoterCard

beforeEach(() => {
  bench = new CardBench()
  card = cards.voter()
  spent.length = 0
})

/** What the check-in writes on the card. */
function issue(changed: Partial<Authorization> = {}, onto = card): Promise<void> {
  return bench.during(onto, async (reader) => {
    const opened = await openCard(reader)
    if (!opened.ok || opened.value.kind !== 'voter') throw new Error('no voter card')
    const cardKey = await opened.value.readPublicKey()
    if (!cardKey.ok) throw new Error('no key')
    const secured = await opened.value.secure(desk, cardKey.value, random)
    if (!secured.ok) throw new Error('no channel')
    const authorization = {
      packageHash: electionPackage.hash,
      station: 's-1',
      style: 'city',
      day: electionPackage.definition.pollingDay,
      nonce: NONCE,
      cardKey: cardKey.value,
      ...changed,
    }
    const written = await opened.value.issue(signAuthorization(authorization, { executive, supervisory }))
    if (!written.ok) throw new Error('not written')
  })
}

/** What a device does with the card that is put in. */
function claim(origin = device.origin) {
  return bench.during(card, (reader) =>
    claimVoterCard(reader, {
      electionPackage,
      station: 's-1',
      origin,
      terminal,
      random,
      isSpent: (nonce) => spent.some((known) => Buffer.from(known).equals(nonce)),
    }),
  )
}

async function refusal(origin?: string): Promise<string> {
  const claimed = await claim(origin)
  return claimed.ok ? 'claimed' : claimed.error
}

describe('a card with an authorization', () => {
  test('is claimed by the device it is put into, for the ballot it names', async () => {
    await issue()
    expect(await claim()).toMatchObject({ ok: true, value: { style: 'city', nonce: NONCE } })
    expect(card.state).toBe(2)
  })

  test('is claimed in fifteen commands, five of them for the secure channel', async () => {
    await issue()
    const sent: number[] = []
    await bench.during(card, (reader) => {
      const counted = tampered(reader, (apdu, pass) => {
        sent.push(apdu.ins)
        return pass()
      })
      const checks = { electionPackage, station: 's-1', origin: device.origin, terminal, random }
      return claimVoterCard(counted, { ...checks, isSpent: () => false })
    })
    expect(sent.map((ins) => ins.toString(16))).toEqual([
      ...['a4', '12', 'a4', 'ca', 'b0', 'b0', 'b0', 'b0'],
      ...['a4', 'ca', 'b0', '2a', '82', '88', '10'],
    ])
  })

  test('goes on at the device that claimed it and nowhere else', async () => {
    await issue()
    expect(await refusal()).toBe('claimed')
    expect(await refusal(`${device.origin}-other`)).toBe('claimed-elsewhere')
    expect(await refusal()).toBe('claimed')
  })

  test('that its device gives free goes on at any device of the station', async () => {
    await issue()
    await bench.during(card, async (reader) => {
      const checks = { electionPackage, station: 's-1', origin: device.origin, terminal, random }
      const claimed = await claimVoterCard(reader, { ...checks, isSpent: () => false })
      if (!claimed.ok) throw new Error(claimed.error)
      expect(await claimed.value.card.release(deviceHash(device.origin))).toMatchObject({ ok: true })
    })
    expect(card.state).toBe(1)
    expect(await refusal(`${device.origin}-other`)).toBe('claimed')
    expect(await refusal()).toBe('claimed-elsewhere')
  })

  test('whose ballot was recorded is marked spent when it comes back, and refused for ever', async () => {
    await issue()
    expect(await refusal()).toBe('claimed')
    spent.push(NONCE)
    expect(await refusal()).toBe('already-used')
    expect(card.state).toBe(3)
    expect(await refusal()).toBe('already-used')
  })

  test('that another card has spent here is refused, and this card is not claimed', async () => {
    await issue()
    spent.push(NONCE)
    expect(await refusal()).toBe('already-used')
    expect(card.state).toBe(1)
  })

  test.each([
    ['other-election', { packageHash: otherPackage.hash }],
    ['other-station', { station: 's-2' }],
    ['other-day', { day: '2026-06-20' }],
    ['unknown-style', { style: 'village' }],
  ] as const)('of elsewhere is refused: %s', async (why, changed) => {
    await issue(changed)
    expect(await refusal()).toBe(why)
    expect(card.state).toBe(1)
  })

  test('is refused if something between card and reader swallows the claim, so that it cannot vote elsewhere again', async () => {
    await issue()
    const outcome = await bench.during(card, (reader) => {
      const between: CardReader = {
        identity: reader.identity,
        counters: reader.counters,
        onCard: (listener) => reader.onCard(listener),
        powerOn: () => reader.powerOn(),
        transmit: async (apdu) =>
          apdu.ins === 0x10 ? ok({ data: new Uint8Array(0), status: 0x9000 }) : reader.transmit(apdu),
        heartbeat: () => reader.heartbeat(),
        onLost: (listener) => reader.onLost(listener),
        close: () => reader.close(),
      }
      const checks = {
        electionPackage,
        station: 's-1',
        origin: device.origin,
        terminal,
        random,
        isSpent: () => false,
      }
      return claimVoterCard(between, checks)
    })
    expect(outcome).toEqual({ ok: false, error: 'forged' })
    expect(card.state).toBe(1)
  })

  test('copied to another card is refused: the copy cannot prove the key', async () => {
    await issue({ cardKey: makeCardKey(random).publicKey })
    expect(await refusal()).toBe('forged')
    expect(card.state).toBe(1)
  })
})

test('a blank card opens nothing', async () => {
  expect(await refusal()).toBe('blank')
})

test("an officer's card opens no ballot", async () => {
  const claimed = await bench.during(cards.officer('executive'), (reader) =>
    claimVoterCard(reader, {
      electionPackage,
      station: 's-1',
      origin: device.origin,
      terminal,
      random,
      isSpent: () => false,
    }),
  )
  expect(claimed).toEqual({ ok: false, error: 'not-a-voter-card' })
})
