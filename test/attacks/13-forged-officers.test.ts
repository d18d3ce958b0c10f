/**
 * ImageCast X, 2022 (Halderman, Springall, declassified 2023; CVE-2022-1746 and others): an ordinary smartcard, programmed at home, was taken for a
 * technician's or a poll worker's, for its secrets could be taken from any real one. Here each card has a key of its own and a certificate, and a
 * forged, copied, borrowed or expired officer opens nothing; a voter's device says what to do and serves the next.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { signerFromSeed } from '../../core/keys/ed25519.ts'
import { ok } from '../../core/result.ts'
import { provision } from '../../demo/provisioned.ts'
import { DayKeyGathering } from '../../device-agent/ballot/polls/day-key.ts'
import { systemClock } from '../../device-agent/system.ts'
import type { Apdu } from '../../firmware/card-reader/apdu.ts'
import type { CardReader } from '../../firmware/card-reader/driver.ts'
import { makeCardKey } from '../../simulator/cards/card-key.ts'
import type { OfficerCard } from '../../simulator/cards/officer-card.ts'
import { vote } from '../../simulator/people/voter.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { fa } from '../../ui/strings/voter/fa.ts'
import { station } from '../device-agent/store/voting.ts'
import { issueCards } from '../end-to-end/station.ts'
import { realBuild } from '../end-to-end/weakened/build.ts'
import { CARD_PIN, StationCards } from '../fixtures/station-cards.ts'
import { HomeMadeCard, impostorsKey, readableOf, tampered } from './attackers-cards.ts'
import { CardTable } from './card-table.ts'
import { lineDay } from './line-day.ts'
import {
  admitsAnyAuthority,
  admitsAnyStation,
  believesBareDeath,
  knowsNoDate,
  looksAtNoAuthenticator,
  looksAtNoSignature,
  sendsThePinFirst,
} from './weakened/cards.ts'
import { type CardsBuild, cardsBuild } from './weakened/weaken.ts'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

const stranger = { ...station, authority: signerFromSeed(new Uint8Array(32).fill(0x66)) }

/** An officer's card programmed at home, with its own key, PIN and certificate. */
function forged(table: CardTable): OfficerCard {
  const atHome = new StationCards('at home', stranger)
  const key = makeCardKey(atHome.random)
  return table.cards.officer('executive', {
    key,
    certificate: atHome.certify('executive', 's-1/executive', key.publicKey),
  })
}

test('an officer’s card programmed at home opens nothing', async () => {
  const table = new CardTable(await cardsBuild())
  expect(await table.admit(forged(table), 'executive')).toBe('forged')
  expect(await table.admit(table.cards.officer('executive'), 'executive')).toBe('officer-admitted')
})

test('a build that does not ask who certified it lets it in', async () => {
  const table = new CardTable(await cardsBuild(admitsAnyAuthority))
  expect(await table.admit(forged(table), 'executive')).toBe('officer-admitted')
})

/** A copy of all that a real officer's card shows, with keys of its maker's. */
function copied(
  table: CardTable,
  changed: { readonly devicesKey: boolean } = { devicesKey: false },
): OfficerCard {
  const shown = readableOf(table.cards.officer('executive'))
  const certificate = shown.get(0x0201) ?? new Uint8Array(0)
  const key = impostorsKey(shown.get(0x0103) ?? new Uint8Array(0), table.device.scalar)
  return table.cards.officer('executive', changed.devicesKey ? { certificate, key } : { certificate })
}

/** A real officer and a copy are let in or not; gives that, and whether the PIN stood in what the device wrote on the reader's line. */
async function overheard(build: CardsBuild) {
  const written: Uint8Array[] = []
  const table = new CardTable(build, (bytes) => written.push(bytes))
  const real = await table.admit(table.cards.officer('executive'), 'executive')
  const copy = await table.admit(copied(table), 'executive')
  return { real, copy, isHeard: Buffer.concat(written).includes(CARD_PIN) }
}

test('a copy of a real officer’s card opens nothing, and neither it nor who listens on the line sees the PIN', async () => {
  const seen = await overheard(await cardsBuild())
  expect(seen).toEqual({ real: 'officer-admitted', copy: 'forged', isHeard: false })
  const weak = await overheard(await cardsBuild(sendsThePinFirst))
  expect(weak).toEqual({ real: 'officer-admitted', copy: 'forged', isHeard: true })
})

test('whoever copied the device’s own key for cards is no officer there: the card that he makes cannot sign', async () => {
  const table = new CardTable(await cardsBuild())
  expect(await table.admit(copied(table, { devicesKey: true }), 'executive')).toBe('forged')
  const weak = new CardTable(await cardsBuild(looksAtNoSignature))
  expect(await weak.admit(copied(weak, { devicesKey: true }), 'executive')).toBe('officer-admitted')
})

/** A hand answers for the card that its PIN is blocked, to the PIN alone or to every question about it, and the officer is told something. */
async function toldDead(build: CardsBuild): Promise<readonly string[]> {
  const table = new CardTable(build)
  const answering = (every: boolean) => (reader: CardReader) =>
    tampered(reader, async (apdu, pass) => {
      const answer = await pass()
      const isPin = apdu.ins === 0x20 && (every || (apdu.data?.length ?? 0) > 8)
      return isPin ? ok({ data: new Uint8Array(0), status: 0x6983 }) : answer
    })
  const told = [false, true].map((every) => answering(every))
  const said: string[] = []
  for (const through of told)
    said.push(await table.admit(table.cards.officer('executive'), 'executive', { through }))
  return said
}

test('a hand on the line has no good card thrown away as dead', async () => {
  expect(await toldDead(await cardsBuild())).toEqual(['officer-admitted', 'forged'])
  expect(await toldDead(await cardsBuild(believesBareDeath))).toEqual(['dead', 'dead'])
})

/** The day's key is drawn onto an officer's card; at the next device a hand slips in an order to erase whatever object was just selected. */
async function shareAfterHand(build: CardsBuild): Promise<Uint8Array | null> {
  const table = new CardTable(build)
  const card = table.cards.officer('executive')
  const gathering = () => new DayKeyGathering('s-1', table.cards.random, [], [])
  expect(await table.admit(card, 'executive', { gathering: gathering() })).toBe('officer-admitted')
  const erase: Apdu = { cla: 0x04, ins: 0xda, p1: 0, p2: 0, data: new Uint8Array(8) }
  const slipping = (reader: CardReader) =>
    tampered(reader, async (apdu, pass) => {
      const answer = await pass()
      if (apdu.cla === 0x04 && apdu.ins === 0xa4) await pass(erase)
      return answer
    })
  await table.admit(card, 'executive', { through: slipping, gathering: gathering() })
  return table.dayShare(card)
}

test('a hand on the line erases no share of the day’s key', async () => {
  expect(await shareAfterHand(await cardsBuild())).toHaveLength(81)
  expect(await shareAfterHand(await cardsBuild(looksAtNoAuthenticator))).toBeNull()
})

test('a certificate that ran out or of another station opens nothing, and does in a build that does not ask', async () => {
  const cards = async (build: Awaited<ReturnType<typeof cardsBuild>>) => {
    const table = new CardTable(build)
    const key = makeCardKey(table.cards.random)
    const early = new Date('2026-06-02T00:00:00Z')
    const old = table.cards.certify('executive', 's-1/executive', key.publicKey, undefined, early)
    const there = table.cards.officer('executive', {
      certificate: table.cards.certify('executive', 's-2/executive', key.publicKey),
      key,
    })
    return [
      await table.admit(table.cards.officer('executive', { certificate: old, key }), 'executive'),
      await table.admit(there, 'executive'),
    ]
  }
  expect(await cards(await cardsBuild())).toEqual(['forged', 'other-station'])
  expect(await cards(await cardsBuild(knowsNoDate))).toEqual(['officer-admitted', 'other-station'])
  expect(await cards(await cardsBuild(admitsAnyStation))).toEqual(['forged', 'officer-admitted'])
})

test('a technician’s, trustee’s or auditor’s card is no officer’s and no voter’s', async () => {
  const table = new CardTable(await cardsBuild())
  for (const card of table.cards.people()) {
    expect(await table.admit(card, 'executive')).toBe('not-an-officer-card')
    expect(await table.claim(card)).toBe('not-a-voter-card')
  }
})

test('a whole device says of each wrong card what to do, casts nothing, and serves the next voter', async () => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'sandogh-other-election-'))
  folders.push(elsewhere)
  const day = Date.parse('2026-06-19T04:00:00Z')
  const other = provision(elsewhere, seededRandom('another election'), [day, systemClock.now()])
  const [foreign] = await issueCards(1, other, seededRandom('another election'))
  const found = await lineDay(
    await realBuild(),
    2,
    async ({ bench, person, clock, cards, officers, journal, close }) => {
      const [mine, yours] = cards
      if (mine === undefined || yours === undefined || foreign === undefined)
        throw new Error('cards are missing')
      const copy = new HomeMadeCard(readableOf(mine), other.deskTerminal.key.publicKey)
      const said: string[] = []
      for (const card of [foreign, copy, other.voterCard(seededRandom('blank')), officers.spare.card]) {
        await person.see('voter.idle')
        bench.reader.insertCard(card)
        const screen = await person.see('voter.refused')
        said.push(screen.elements.map(({ name }) => name).join(' '))
        bench.reader.pullCard()
      }
      const votes = [await vote(bench, clock, { card: mine, codes: ['127'] })]
      votes.push(await vote(bench, clock, { card: yours, codes: ['143'] }))
      const refusals = journal().filter(({ type }) => type === 'card.refused')
      const audited = await close()
      return { said, votes, refusals: refusals.map(({ reason }) => reason), casts: audited.votes }
    },
  )
  const texts = [
    'refused-other-election',
    'refused-forged',
    'refused-blank',
    'refused-not-a-voter-card',
  ] as const
  for (const [at, text] of texts.entries()) expect(found.said[at]).toContain(fa[text])
  expect(found.refusals).toEqual(['other-election', 'forged', 'blank', 'not-a-voter-card'])
  expect(found.votes).toEqual(['voted', 'voted'])
  expect([...found.casts.values()].reduce((sum, count) => sum + count, 0)).toBe(2)
})
