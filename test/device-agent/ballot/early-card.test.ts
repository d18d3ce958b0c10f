import { expect, it } from 'vitest'
import { present, turnKeys } from '../../../simulator/people/officers.ts'
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

it("an officer's card that is in before the keys are turned is asked for its PIN, and need not come again", async () => {
  const evening = await pollingDay(1, async (hall) => {
    const { bench, clock, person, officers } = hall
    bench.board.openCase()
    await person.see('polls.paused')
    bench.board.closeCase()
    bench.reader.insertCard(officers.executive.card)
    await person.pause(2_000)
    turnKeys(bench, true)
    await person.see('polls.admitting.pin')
    await person.type(officers.executive.pin)
    await person.see('polls.admitting.take')
    bench.reader.pullCard()
    await present(person, officers.supervisory)
    await person.see('voter.idle')
    turnKeys(bench, false)
    expect(await vote(bench, clock, { card: cardOf(hall), codes: CODES })).toBe('voted')
  })
  expectOneVote(evening, 0)
})

it("a voter's card that is still in when officers turn the keys ends its session when it is taken out", async () => {
  const evening = await pollingDay(1, async (hall) => {
    const { bench, clock, person, officers } = hall
    await choose(hall)
    bench.board.openCase()
    await person.see('polls.paused')
    bench.board.closeCase()
    turnKeys(bench, true)
    await person.see('polls.admitting')
    await person.pause(5_000)
    bench.reader.pullCard()
    await present(person, officers.executive)
    await present(person, officers.supervisory)
    // Nobody finds the choices of a voter who has gone.
    expect((await person.see('voter')).name).toBe('voter.idle')
    turnKeys(bench, false)
    expect(await vote(bench, clock, { card: cardOf(hall), codes: CODES })).toBe('voted')
  })
  expectOneVote(evening, 0)
})
