/** What the check-in's desk does with a card that a dead device had claimed: nothing by itself, and one other card by the word of two officers. */
import { expect, test } from 'vitest'
import { sha256, toBase64 } from '../../../core/keys/hash.ts'
import { fail } from '../../../core/result.ts'
import { inclusionProof, leafHash } from '../../../core/tlog/tree.ts'
import { findKnowing } from '../../../device-agent/check-in/cards/claim-in-doubt.ts'
import type { ClaimInDoubt } from '../../../device-agent/check-in/cards/desk.ts'
import type { StationHead } from '../../../device-agent/witness/station-heads.ts'
import type { CardReader } from '../../../firmware/card-reader/driver.ts'
import type { VoterCard } from '../../../simulator/cards/voter-card.ts'
import { tampered } from '../../attacks/attackers-cards.ts'
import { CardTable } from '../../attacks/card-table.ts'
import { asksNoHead, forgetsDecisions, forgetsPulledCards } from '../../attacks/weakened/cards.ts'
import { cardsBuild } from '../../attacks/weakened/weaken.ts'
import type { Replacement } from '../../attacks/weakened/weakenings.ts'
import { cosignedHead } from '../../audit/files.ts'
import type { TestDevice } from '../../audit/fixtures.ts'
import { device, station } from '../store/voting.ts'

const ISSUED = 1
const CLAIMED = 2
const [, neighbour] = station.devices as [TestDevice, TestDevice]
const claimedBy = toBase64(sha256(Buffer.from(device.origin)))
const GIVEN = 'another card was given in its place already'

/** What a device had signed at its opening, or after its closing. */
function headOf(of: TestDevice, isClosed = false): StationHead {
  const size = isClosed ? of.entries.length : 3
  const head = { certificate: of.certificate, note: cosignedHead(station, of, size, []), proofs: [] }
  if (!isClosed) return head
  const seq = size - 2
  const proof = inclusionProof(of.entries.map(leafHash), seq)
  return { ...head, closing: { entry: of.entries[seq] ?? new Uint8Array(), proof, seq } }
}
const OPEN = [headOf(device), headOf(neighbour)]

async function meetBoth(table: CardTable, heads: readonly StationHead[] = OPEN): Promise<void> {
  for (const kind of ['executive', 'supervisory'] as const)
    expect(await table.meet(await table.officerWith(kind, heads))).toBe('met')
}

/** A card that the device has claimed. */
async function claimed(table: CardTable): Promise<VoterCard> {
  const card = await table.issued()
  expect(await table.claim(card)).toBe('claimed')
  return card
}

async function taken(table: CardTable, card: VoterCard): Promise<ClaimInDoubt> {
  await meetBoth(table)
  const claim = await table.takeClaimed(card)
  if (typeof claim === 'string') throw new Error(claim)
  return claim
}

test('its voter gets another card of the same style, once; the claimed one stays as it is, and the count names who had claimed it', async () => {
  const table = new CardTable(await cardsBuild())
  const card = await claimed(table)
  const [claim, again] = [await taken(table, card), await taken(table, card)]
  expect(claim).toEqual({ style: 'city', claimedBy })
  expect(card.state).toBe(CLAIMED)
  expect(await table.issue(card)).toMatch(/^it holds an authorization already/)
  const another = table.cards.voter()
  expect(await table.issueAgain(another, claim)).toBe('issued')
  expect(await table.claim(another)).toBe('claimed')
  for (const each of [claim, again]) expect(await table.issueAgain(table.cards.voter(), each)).toBe(GIVEN)
  await meetBoth(table)
  expect(await table.takeClaimed(card)).toBe(GIVEN)
  expect(table.issuedCount).toEqual({ issued: 2, again: [{ claimedBy, cards: 1 }] })
})

/** A reader that is pulled away from the card after its n-th command, before the answer. */
const pulledAfter = (nth: number) => (reader: CardReader) => {
  let at = 0
  return tampered(reader, async (_apdu, pass) => {
    const answer = await pass()
    at += 1
    return at < nth ? answer : fail('removed')
  })
}

/** A claim whose other card is pulled after its n-th command; put in again, it is given, and no third one is. */
async function pulledOnce(table: CardTable, nth: number): Promise<'pulled' | 'issued'> {
  const before = table.issuedCount
  const claim = await taken(table, await claimed(table))
  const [another, third] = [table.cards.voter(), table.cards.voter()]
  const first = await table.issueAgain(another, claim, pulledAfter(nth))
  if (first !== 'issued') expect(await table.issueAgain(another, claim)).toBe('issued')
  expect(await table.issueAgain(third, claim)).toBe(GIVEN)
  expect([another.state, third.state]).toEqual([ISSUED, 0])
  expect(table.issuedCount.issued).toBe(before.issued + 2)
  return first === 'issued' ? 'issued' : 'pulled'
}

test('a card that is pulled while it is given, after any command, is given once and counted once', async () => {
  const table = new CardTable(await cardsBuild())
  let nth = 1
  while ((await pulledOnce(table, nth)) === 'pulled') nth += 1
  expect(nth).toBeGreaterThan(8)
  expect(table.issuedCount.again).toEqual([{ claimedBy, cards: nth }])
})

/** What the desk says to a third card while the second was pulled and holds its authorization, and how many it counts in the end. */
async function thirdCard(...weakened: readonly Replacement[]) {
  const table = new CardTable(await cardsBuild(weakened))
  const claim = await taken(table, await claimed(table))
  const [another, third] = [table.cards.voter(), table.cards.voter()]
  let nth = 1
  while (another.state !== ISSUED) {
    await table.issueAgain(another, claim, pulledAfter(nth))
    nth += 1
  }
  const said = await table.issueAgain(third, claim)
  await table.issueAgain(another, claim)
  return { said, authorizations: [another, third].filter(({ state }) => state === ISSUED).length }
}

test('while a pulled card may hold its authorization no other is given', async () => {
  expect(await thirdCard()).toEqual({
    said: 'another card was pulled while it was given',
    authorizations: 1,
  })
})

test('a desk that forgets which card was pulled gives two for one', async () => {
  expect(await thirdCard(...forgetsPulledCards)).toEqual({ said: 'issued', authorizations: 2 })
})

test('a card that takes no authorization uses nothing up', async () => {
  const table = new CardTable(await cardsBuild())
  const claim = await taken(table, await claimed(table))
  expect(await table.issueAgain(await table.issued(), claim)).toMatch(/^it holds an authorization already/)
  expect(table.issuedCount.again).toEqual([])
  expect(await table.issueAgain(table.cards.voter(), claim)).toBe('issued')
  expect(table.issuedCount).toEqual({ issued: 3, again: [{ claimedBy, cards: 1 }] })
})

test('each decision wants both officers, with their PINs, and no other card of theirs', async () => {
  const table = new CardTable(await cardsBuild())
  const card = await claimed(table)
  const NOBODY = 'no two officers are there'
  expect(await table.takeClaimed(card)).toBe(NOBODY)
  const executive = await table.officerWith('executive', OPEN)
  expect(await table.meet(executive, '00000000')).toBe('its PIN was not right')
  expect(await table.meet(table.cards.officer('spare'))).toMatch(/^it is no card of an executive/)
  expect(await table.meet(table.cards.officer('supervisory', { at: 's-2' }))).toBe('it is of another station')
  for (let twice = 0; twice < 2; twice += 1) expect(await table.meet(executive)).toBe('met')
  expect(await table.takeClaimed(card)).toBe(NOBODY)
  await taken(table, card)
  expect(await table.takeClaimed(card)).toBe(NOBODY)
})

test('a claim is in no doubt where the device that made it is another, is closed, or nobody knows it, or where there is none', async () => {
  const table = new CardTable(await cardsBuild())
  const card = await claimed(table)
  const asked = async (heads: readonly StationHead[], of = card, dead = device.id) => {
    await meetBoth(table, heads)
    return table.takeClaimed(of, dead)
  }
  expect(await asked(OPEN, card, neighbour.id)).toBe(`${device.id} claimed it, not ${neighbour.id}`)
  expect(await asked([headOf(device, true), headOf(neighbour)])).toBe(`${device.id} is closed`)
  expect(await asked([headOf(neighbour)])).toBe('no device that the officers’ cards have met claimed it')
  expect(await asked(OPEN, await table.issued())).toBe('no device has claimed it')
  expect(await asked(OPEN, table.cards.voter())).toBe('no device has claimed it')
})

test('nor where a spare took its place', () => {
  const bytes = new Uint8Array(32)
  const known = { size: 3, root: bytes, dead: [], head: headOf(device), logKey: bytes, witnessKey: bytes }
  const [dead, spare] = [
    { ...known, device: 'd-01', origin: device.origin },
    { ...known, device: 's-01', origin: 'of the spare', tookOver: device.origin },
  ]
  const hash = sha256(Buffer.from(device.origin))
  expect(findKnowing(hash, 'd-01', [dead])).toBeUndefined()
  expect(findKnowing(hash, 'd-01', [dead, spare])?.what).toBe('s-01 took the place of d-01')
})

test('a desk that asks no head gives a second vote to whoever pulls a card that a running device has claimed', async () => {
  const table = new CardTable(await cardsBuild(asksNoHead))
  await meetBoth(table)
  expect(await table.takeClaimed(await claimed(table), neighbour.id)).toMatchObject({ claimedBy })
})

test('a desk that forgets what was decided gives two cards for one', async () => {
  const table = new CardTable(await cardsBuild(forgetsDecisions))
  const card = await claimed(table)
  for (const claim of [await taken(table, card), await taken(table, card)])
    expect(await table.issueAgain(table.cards.voter(), claim)).toBe('issued')
})
