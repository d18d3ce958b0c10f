/** What the check-in's desk does with a card that a dead device had claimed: nothing by itself, and one other card by the word of two officers. */
import { expect, test } from 'vitest'
import { sha256, toBase64 } from '../../../core/keys/hash.ts'
import type { ClaimInDoubt } from '../../../device-agent/check-in/cards/desk.ts'
import type { VoterCard } from '../../../simulator/cards/voter-card.ts'
import { CardTable } from '../../attacks/card-table.ts'
import { forgetsDecisions } from '../../attacks/weakened/cards.ts'
import { cardsBuild } from '../../attacks/weakened/weaken.ts'
import { device } from '../store/voting.ts'

const CLAIMED = 2
const claimedBy = toBase64(sha256(Buffer.from(device.origin)))
const GIVEN = 'another card was given in its place already'

/** A card that the device has claimed. */
async function claimed(table: CardTable): Promise<VoterCard> {
  const card = await table.issued()
  expect(await table.claim(card)).toBe('claimed')
  return card
}

async function taken(table: CardTable, card: VoterCard): Promise<ClaimInDoubt> {
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
  expect(await table.takeClaimed(card)).toBe(GIVEN)
  expect(table.issuedCount).toEqual({ issued: 2, again: [{ claimedBy, cards: 1 }] })
})

test('a card that takes no authorization uses nothing up', async () => {
  const table = new CardTable(await cardsBuild())
  const claim = await taken(table, await claimed(table))
  expect(await table.issueAgain(await table.issued(), claim)).toMatch(/^it holds an authorization already/)
  expect(table.issuedCount.again).toEqual([])
  expect(await table.issueAgain(table.cards.voter(), claim)).toBe('issued')
  expect(table.issuedCount).toEqual({ issued: 3, again: [{ claimedBy, cards: 1 }] })
})

test('a card that no device has claimed is in no doubt', async () => {
  const table = new CardTable(await cardsBuild())
  for (const card of [await table.issued(), table.cards.voter()])
    expect(await table.takeClaimed(card)).toBe('no device has claimed it: nothing is in doubt')
})

test('a desk that forgets what was decided gives two cards for one', async () => {
  const table = new CardTable(await cardsBuild(forgetsDecisions))
  const card = await claimed(table)
  for (const claim of [await taken(table, card), await taken(table, card)])
    expect(await table.issueAgain(table.cards.voter(), claim)).toBe('issued')
})
