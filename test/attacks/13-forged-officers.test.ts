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
import { provision } from '../../demo/provisioned.ts'
import { systemClock } from '../../device-agent/system.ts'
import { makeCardKey } from '../../simulator/cards/card-key.ts'
import type { OfficerCard } from '../../simulator/cards/officer-card.ts'
import { vote } from '../../simulator/people/voter.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { fa } from '../../ui/strings/voter/fa.ts'
import { station } from '../device-agent/store/voting.ts'
import { issueCards } from '../end-to-end/station.ts'
import { realBuild } from '../end-to-end/weakened/build.ts'
import { StationCards } from '../fixtures/station-cards.ts'
import { HomeMadeCard, readableOf } from './attackers-cards.ts'
import { CardTable } from './card-table.ts'
import { lineDay } from './line-day.ts'
import { admitsAnyAuthority, admitsAnyStation, knowsNoDate } from './weakened/cards.ts'
import { cardsBuild } from './weakened/weaken.ts'

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

test('a copy of a real officer’s card opens nothing and does not see the PIN', async () => {
  const table = new CardTable(await cardsBuild())
  const shown = table.cards.officer('executive')
  const copy = table.cards.officer('executive', {
    certificate: readableOf(shown).get(0x0201) ?? new Uint8Array(0),
  })
  expect(await table.admit(copy, 'executive')).toBe('forged')
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
