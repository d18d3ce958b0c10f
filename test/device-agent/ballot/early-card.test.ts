import { expect, it } from 'vitest'
import { vote } from '../../../simulator/people/voter.ts'
import { CODES, cardOf, choose, expectOneVote } from '../../end-to-end/steps.ts'
import { pollingDay } from '../../end-to-end/virtual-device.ts'

it('a voter who takes the card out early is told that no vote was recorded, begins anew, and votes once', async () => {
  const evening = await pollingDay(1, async (hall) => {
    const { bench, clock, person } = hall
    await choose(hall)
    bench.reader.pullCard()
    await person.see('voter.ended-without-vote')
    // Back at once, while that is still said; then out again and left until the first screen is there.
    bench.reader.insertCard(cardOf(hall))
    const again = await person.see('voter.choosing')
    expect(again.elements.filter(({ id }) => id.startsWith('remove-'))).toEqual([])
    bench.reader.pullCard()
    await person.see('voter.ended-without-vote')
    await person.see('voter.idle')
    expect(await vote(bench, clock, { card: cardOf(hall), codes: CODES })).toBe('voted')
  })
  expectOneVote(evening, 0)
})
