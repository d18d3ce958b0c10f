/** A voter who knows what they want: types codes, reads the review, compares the slip, accepts. */
import type { Clock } from '../../core/ports.ts'
import type { VoterCard } from '../cards/voter-card.ts'
import type { Bench } from './bench.ts'
import { Person } from './person.ts'

/** What a voter brings. */
interface VoterIntent {
  readonly card: VoterCard
  /** Codes to be typed, in this order; none is a blank vote. */
  readonly codes: readonly string[]
}

/** How it went, as the voter saw it. */
type VoterOutcome = 'voted' | 'refused'

/**
 * One voter's way from card in to card out. Throws if the slip does not say what was typed: a voter who sees that calls for help.
 */
export async function vote(bench: Bench, clock: Clock, { card, codes }: VoterIntent): Promise<VoterOutcome> {
  const voter = new Person(bench, clock)
  await voter.see('voter.idle')
  bench.reader.insertCard(card)
  const first = await voter.see('voter.choosing', 'voter.refused')
  if (first.name === 'voter.refused') {
    bench.reader.pullCard()
    return 'refused'
  }
  for (const code of codes) await voter.typeCode(code)
  await voter.press(codes.length === 0 ? 'blank' : 'review')
  await voter.see('voter.reviewing')
  await voter.leaf()
  await voter.press('finish')
  await voter.press('finish')
  await voter.see('voter.comparing')
  compareSlip(bench, codes)
  await voter.leaf()
  await voter.press('accept')
  await voter.see('voter.thanks')
  bench.reader.pullCard()
  return 'voted'
}

/** Reads the codes off the slip behind the glass. */
function compareSlip(bench: Bench, codes: readonly string[]): void {
  const text = bench.printer.hanging()?.qrTexts[0] ?? ''
  const printed = text.split(/[ ,/]/).filter((part) => codes.includes(part))
  const blank = codes.length === 0 && !/[ ,/][0-9]{2,}(?=[ ,/]|$)/.test(text.split(' ').slice(3).join(' '))
  if (printed.length !== codes.length || (codes.length === 0 && !blank)) {
    throw new Error('the slip does not say what was chosen')
  }
}
