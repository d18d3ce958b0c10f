/** What the one voter of a test in virtual time does, step by step, and how the evening must look. */
import { expect } from 'vitest'
import type { VoterCard } from '../../simulator/cards/voter-card.ts'
import type { Evening, Hall } from './virtual-device.ts'

/** What the voter wants. */
export const CODES = ['239', '374'] as const

/** The card of the one voter. */
export function cardOf({ cards }: Hall): VoterCard {
  const [card] = cards
  if (card === undefined) throw new Error('no card was issued')
  return card
}

/** Card in, all codes typed. */
export async function choose(hall: Hall): Promise<void> {
  await hall.person.see('voter.idle')
  hall.bench.reader.insertCard(cardOf(hall))
  await hall.person.see('voter.choosing')
  for (const code of CODES) await hall.person.type(code)
}

/** From the choices to the slip that is being printed. */
export async function finish({ person }: Hall): Promise<void> {
  await person.press('review')
  await person.press('finish')
  await person.press('finish')
}

/** Accepts the slip and takes the card. */
export async function accept({ bench, person }: Hall): Promise<void> {
  await person.see('voter.comparing')
  await person.press('accept')
  await person.see('voter.thanks')
  bench.reader.pullCard()
}

/** Nothing that the voter chose is gone: the screen offers to take each code away again. */
export function expectChoicesKept({ bench }: Hall): void {
  const screen = bench.display.current()
  expect(screen?.name).toBe('voter.choosing')
  const chosen = screen?.elements.flatMap(({ id }) => /^remove-([0-9]+)$/.exec(id)?.[1] ?? [])
  expect(chosen?.toSorted()).toEqual([...CODES])
}

/** One vote was recorded, once, with its slip in the box; so many slips were voided. */
export function expectOneVote({ audited, box }: Evening, voids: number): void {
  expect(audited).toMatchObject({ holds: true, ballots: 1, voidSlips: voids })
  for (const [code, votes] of audited.votes) expect(votes).toBe(CODES.includes(code as '239') ? 1 : 0)
  expect(box).toEqual({ slips: [CODES], voids, unclear: 0 })
}
