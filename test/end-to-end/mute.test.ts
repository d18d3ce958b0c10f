import { describe, expect, it } from 'vitest'
import { HEARTBEAT_MS } from '../../firmware/link/link-state.ts'
import { resumePolls } from '../../simulator/people/officers.ts'
import { vote } from '../../simulator/people/voter.ts'
import { stringsIn } from '../../ui/strings.ts'
import { accept, CODES, cardOf, choose, expectOneVote, finish } from './steps.ts'
import { type Hall, pollingDay } from './virtual-device.ts'

/** A heartbeat and its three tries of a second, and the screen. */
const FOUND_MS = HEARTBEAT_MS + 4_000
/** A device connects again within this time. */
const CONNECTED_MS = 30_000
const { officers: WORDS } = stringsIn('fa')

/** The board speaks again, and two officers let voting go on. */
async function resumed({ boardLine, person, bench, clock, officers }: Hall): Promise<void> {
  boardLine.mute = false
  await person.pause(CONNECTED_MS)
  await resumePolls(bench, clock, officers)
}

describe('a line that is dead but stays open', () => {
  it('of the I/O board: nobody votes without the switches of the case, until two officers have looked', async () => {
    const evening = await pollingDay(1, async (hall) => {
      const { bench, person, clock, officers } = hall
      expect(bench.board.lamp()).toBe(true)
      const before = clock.now()
      hall.boardLine.mute = true
      await person.see('device.missing')
      hall.boardLine.mute = false
      expect(clock.now() - before).toBeLessThanOrEqual(FOUND_MS)
      await person.pause(CONNECTED_MS)
      expect(bench.board.lamp()).toBe(false)
      await resumePolls(bench, clock, officers)
      await choose(hall)
      await finish(hall)
      await accept(hall)
    })
    expectOneVote(evening, 0)
  })

  it('of the I/O board, while the voter compares: no vote, the slip is made void, and the same card votes once two officers have looked', async () => {
    const evening = await pollingDay(1, async (hall) => {
      await choose(hall)
      await finish(hall)
      await hall.person.see('voter.comparing')
      hall.boardLine.mute = true
      const screen = await hall.person.see('device.missing')
      expect(screen.elements.map(({ name }) => name)).toContain(WORDS.lastVote['not-recorded'])
      hall.bench.reader.pullCard()
      await resumed(hall)
      expect(await vote(hall.bench, hall.clock, { card: cardOf(hall), codes: CODES })).toBe('voted')
    })
    expectOneVote(evening, 1)
  })

  it('of the I/O board, as the voter accepts: the vote counts, and nobody begins another', async () => {
    const evening = await pollingDay(1, async (hall) => {
      await choose(hall)
      await finish(hall)
      await hall.person.see('voter.comparing')
      hall.boardLine.mute = true
      await accept(hall)
      await hall.person.see('device.missing')
      await resumed(hall)
    })
    expectOneVote(evening, 0)
  })

  it('of the touchscreen, while choosing: the session ends without a vote, the screen names the part, and the same card votes later', async () => {
    const evening = await pollingDay(1, async (hall) => {
      await choose(hall)
      hall.touchscreenLine.mute = true
      await hall.person.see('voter.refused')
      hall.bench.reader.pullCard()
      await hall.person.see('device.missing')
      hall.touchscreenLine.mute = false
      await hall.person.pause(CONNECTED_MS)
      expect(await vote(hall.bench, hall.clock, { card: cardOf(hall), codes: CODES })).toBe('voted')
    })
    expectOneVote(evening, 0)
  })
})
