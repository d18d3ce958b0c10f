import { describe, expect, it } from 'vitest'
import { accept, choose, expectChoicesKept, expectOneVote, finish } from './steps.ts'
import { pollingDay } from './virtual-device.ts'

/** Into the picture, and past its end: the slip is printed, and its proof never came. */
const PRINTING_MS = 300
const PRINTED_MS = 8_000
/** A device connects again within this time. */
const CONNECTED_MS = 30_000

describe('a printer that does not answer', () => {
  it('once: the slip is in doubt, so it is voided, and the voter prints again', async () => {
    const evening = await pollingDay(1, async (hall) => {
      await choose(hall)
      await finish(hall)
      await hall.person.pause(PRINTING_MS)
      hall.printerLine.mute = true
      await hall.person.pause(PRINTED_MS)
      hall.printerLine.mute = false
      await hall.person.see('voter.choosing')
      expectChoicesKept(hall)
      await finish(hall)
      await accept(hall)
    })
    expectOneVote(evening, 1)
  })

  it('for long: the voter is told what to do, keeps the choices, and votes once it answers again', async () => {
    const evening = await pollingDay(1, async (hall) => {
      await choose(hall)
      await finish(hall)
      await hall.person.pause(PRINTING_MS)
      hall.printerLine.mute = true
      const held = await hall.person.see('voter.held')
      expect(held.elements.map(({ id }) => id)).toContain('retry')
      hall.printerLine.mute = false
      await hall.person.pause(CONNECTED_MS)
      await hall.person.press('retry')
      await hall.person.see('voter.choosing')
      expectChoicesKept(hall)
      await finish(hall)
      await accept(hall)
    })
    expectOneVote(evening, 1)
  })

  it('when it should cut an accepted slip: the vote counts once, and the slip drops when it answers', async () => {
    const evening = await pollingDay(1, async (hall) => {
      await choose(hall)
      await finish(hall)
      await hall.person.see('voter.comparing')
      hall.printerLine.mute = true
      await hall.person.press('accept')
      await hall.person.see('voter.held')
      hall.printerLine.mute = false
      await hall.person.pause(CONNECTED_MS)
      await hall.person.press('retry')
      await hall.person.see('voter.thanks')
      hall.bench.reader.pullCard()
    })
    expectOneVote(evening, 0)
  })
})
