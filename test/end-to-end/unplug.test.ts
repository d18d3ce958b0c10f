import { describe, expect, it } from 'vitest'
import { vote } from '../../simulator/people/voter.ts'
import { accept, CODES, cardOf, choose, expectChoicesKept, expectOneVote, finish } from './steps.ts'
import { pollingDay, replug } from './virtual-device.ts'

/** State bytes of a voter's card that nobody claims, and of one that was used (docs/card.md). */
const [ISSUED, SPENT] = [1, 3]
/** A hang-up is noticed in milliseconds and the screen painted anew; a finger on its way until then counts for nothing. */
const NOTICED_MS = 1_000

describe('a plug that comes out while somebody votes', () => {
  it('printer, while the slip prints: the slip is voided, the choices survive, one vote is recorded', async () => {
    const evening = await pollingDay(1, async (hall) => {
      await choose(hall)
      await finish(hall)
      await hall.person.pause(300)
      hall.plugs.printer.unplug()
      const held = await hall.person.see('voter.held')
      expect(held.elements.map(({ id }) => id)).toContain('retry')
      await replug(hall, 'printer')
      await hall.person.press('retry')
      await hall.person.see('voter.choosing')
      expectChoicesKept(hall)
      await finish(hall)
      await accept(hall)
    })
    expectOneVote(evening, 1)
  })

  it('printer, while the voter compares: the accepted vote is recorded once, its slip drops when the printer is back', async () => {
    const evening = await pollingDay(1, async (hall) => {
      await choose(hall)
      await finish(hall)
      await hall.person.see('voter.comparing')
      hall.plugs.printer.unplug()
      await hall.person.pause(NOTICED_MS)
      await hall.person.press('accept')
      await hall.person.see('voter.held')
      await hall.person.press('retry')
      await hall.person.see('voter.held')
      await replug(hall, 'printer')
      await hall.person.press('retry')
      await hall.person.see('voter.thanks')
      hall.bench.reader.pullCard()
    })
    expectOneVote(evening, 0)
  })

  it('printer, before the slip: the voter need not wait, and leaves with a card that every device of the station takes', async () => {
    const evening = await pollingDay(1, async (hall) => {
      await choose(hall)
      hall.plugs.printer.unplug()
      await hall.person.pause(NOTICED_MS)
      await finish(hall)
      await hall.person.see('voter.held')
      await hall.person.press('leave')
      await hall.person.see('voter.refused')
      hall.bench.reader.pullCard()
      expect(cardOf(hall).state).toBe(ISSUED)
      await replug(hall, 'printer')
      expect(await vote(hall.bench, hall.clock, { card: cardOf(hall), codes: CODES })).toBe('voted')
    })
    expectOneVote(evening, 0)
  })

  it('card reader, while choosing: the choices stay, and the vote is recorded once', async () => {
    const evening = await pollingDay(1, async (hall) => {
      await choose(hall)
      hall.plugs['card-reader'].unplug()
      await hall.person.pause(NOTICED_MS)
      expectChoicesKept(hall)
      await replug(hall, 'card-reader')
      expectChoicesKept(hall)
      await finish(hall)
      await accept(hall)
      // The device lost its hold of the card with the line, so the card may come back unmarked: it is refused, and marked then.
      expect(await vote(hall.bench, hall.clock, { card: cardOf(hall), codes: CODES })).toBe('refused')
      expect(cardOf(hall).state).toBe(SPENT)
    })
    expectOneVote(evening, 0)
  })

  it('card reader, while choosing, and the card is taken: nothing is recorded, and the same card votes later', async () => {
    const evening = await pollingDay(1, async (hall) => {
      await choose(hall)
      hall.plugs['card-reader'].unplug()
      hall.bench.reader.pullCard()
      await replug(hall, 'card-reader')
      await hall.person.see('voter.idle')
      expect(await vote(hall.bench, hall.clock, { card: cardOf(hall), codes: CODES })).toBe('voted')
    })
    expectOneVote(evening, 0)
  })

  it('touchscreen, under the finger: that touch counts for nothing, and the voter goes on when it is back', async () => {
    const evening = await pollingDay(1, async (hall) => {
      const { bench, person, plugs } = hall
      await choose(hall)
      const key = bench.display.current()?.elements.find(({ id }) => id === 'digit-5')?.rect
      if (key === undefined) throw new Error('no key to touch')
      bench.touchscreen.down(key.x + key.width / 2, key.y + key.height / 2)
      await person.pause(50)
      plugs.touchscreen.unplug()
      await bench.touchscreen.up()
      await replug(hall, 'touchscreen')
      expectChoicesKept(hall)
      await finish(hall)
      await accept(hall)
    })
    expectOneVote(evening, 0)
  })

  it('touchscreen, for long: the session ends without a vote and says so, and the same card votes later', async () => {
    const evening = await pollingDay(1, async (hall) => {
      await choose(hall)
      hall.plugs.touchscreen.unplug()
      await hall.person.see('voter.refused')
      hall.bench.reader.pullCard()
      // Nobody is at it any more, so the screen names the part that is missing.
      await hall.person.see('device.missing')
      await replug(hall, 'touchscreen')
      expect(await vote(hall.bench, hall.clock, { card: cardOf(hall), codes: CODES })).toBe('voted')
    })
    expectOneVote(evening, 0)
  })

  it('display, while choosing: what the voter chose is shown again', async () => {
    const evening = await pollingDay(1, async (hall) => {
      await choose(hall)
      hall.plugs.display.unplug()
      await hall.person.pause(NOTICED_MS)
      await replug(hall, 'display')
      expectChoicesKept(hall)
      await finish(hall)
      await accept(hall)
    })
    expectOneVote(evening, 0)
  })
})
