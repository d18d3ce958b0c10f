/** A voter who knows what they want: types codes, reads the review, compares the slip, accepts; or has forgotten one, and corrects that. */
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
  if ((await putIn(voter, card)) === 'refused') return 'refused'
  for (const code of codes) await voter.typeCode(code)
  await printSlip(voter, codes)
  await accept(voter)
  return 'voted'
}

/** A voter who forgets the last code, up to the slip that says so. What they do then: {@link correct}. */
export async function forgetLastCode(
  bench: Bench,
  clock: Clock,
  { card, codes }: VoterIntent,
): Promise<void> {
  const voter = new Person(bench, clock)
  if ((await putIn(voter, card)) === 'refused') throw new Error('the card of a voter who forgets is refused')
  const remembered = codes.slice(0, -1)
  for (const code of remembered) await voter.typeCode(code)
  await printSlip(voter, remembered)
}

/** Before the slip of a voter who forgot the last code: it is not right, it becomes void, the code is typed, and the next slip is accepted. */
export async function correct(bench: Bench, clock: Clock, { codes }: VoterIntent): Promise<void> {
  const voter = new Person(bench, clock)
  await voter.press('reject')
  await voter.see('voter.choosing')
  for (const code of codes.slice(-1)) await voter.typeCode(code)
  await printSlip(voter, codes)
  await accept(voter)
}

async function putIn(voter: Person, card: VoterCard): Promise<'taken' | 'refused'> {
  const { reader } = voter.bench
  await voter.see('voter.idle')
  reader.insertCard(card)
  const first = await voter.see('voter.choosing', 'voter.refused')
  if (first.name === 'voter.choosing') return 'taken'
  reader.pullCard()
  return 'refused'
}

/** Reads the review, has the slip printed and compares it. */
async function printSlip(voter: Person, codes: readonly string[]): Promise<void> {
  await voter.press(codes.length === 0 ? 'blank' : 'review')
  await voter.see('voter.reviewing')
  await voter.leaf()
  await voter.press('finish')
  await voter.press('finish')
  await voter.see('voter.comparing')
  compareSlip(voter.bench, codes)
  await voter.leaf()
}

async function accept(voter: Person): Promise<void> {
  await voter.press('accept')
  await voter.see('voter.thanks')
  voter.bench.reader.pullCard()
}

/** Reads the codes off the slip behind the glass. */
function compareSlip({ printer }: Pick<Bench, 'printer'>, codes: readonly string[]): void {
  const text = printer.hanging()?.qrTexts[0] ?? ''
  const printed = text.split(/[ ,/]/).filter((part) => codes.includes(part))
  const blank = codes.length === 0 && !/[ ,/][0-9]{2,}(?=[ ,/]|$)/.test(text.split(' ').slice(3).join(' '))
  if (printed.length !== codes.length || (codes.length === 0 && !blank)) {
    throw new Error('the slip does not say what was chosen')
  }
}
