/** A voter whose way is told step by step, so that the device can be killed at any of them. */
import type { VoterCard } from '../../simulator/cards/voter-card.ts'
import type { Bench } from '../../simulator/people/bench.ts'
import { Person } from '../../simulator/people/person.ts'
import { hurriedClock } from './station.ts'

/** Where a voter's way can be cut off. */
export type Step =
  | 'card-in'
  | 'half-a-code'
  | 'a-code'
  | 'reviewing'
  | 'printing'
  | 'slip-hangs'
  | 'accept-touched'
  | 'recorded'
  | 'thanked'

/** Votes as `vote` of the simulator's people does, and stops after each step; whoever asks for no more leaves the card in. */
export async function* stepsOfVoting(
  bench: Bench,
  card: VoterCard,
  codes: readonly string[],
): AsyncGenerator<Step, void> {
  const voter = new Person(bench, hurriedClock)
  await voter.see('voter.idle')
  bench.reader.insertCard(card)
  yield 'card-in'
  await voter.see('voter.choosing')
  for (const code of codes) {
    for (const digit of code) {
      await voter.press(`digit-${digit}`)
      yield 'half-a-code'
    }
    yield 'a-code'
  }
  await voter.press(codes.length === 0 ? 'blank' : 'review')
  yield 'reviewing'
  await voter.press('finish')
  await voter.press('finish')
  yield 'printing'
  await voter.see('voter.comparing')
  yield 'slip-hangs'
  await touch(bench, 'accept')
  yield 'accept-touched'
  await voter.see('voter.recording', 'voter.dropping', 'voter.thanks')
  yield 'recorded'
  await voter.see('voter.thanks')
  yield 'thanked'
  bench.reader.pullCard()
}

/** Touches an element and does not wait for what the device makes of it. */
async function touch(bench: Bench, id: string): Promise<void> {
  const rect = bench.display.current()?.elements.find((element) => element.id === id)?.rect
  if (rect === undefined) throw new Error(`"${id}" is not on the screen`)
  await bench.touchscreen.press(Math.round(rect.x + rect.width / 2), Math.round(rect.y + rect.height / 2))
}
