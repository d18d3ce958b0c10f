/** A touchscreen that shifts, and hands and things that lie on it, while a whole device votes. */
import { expect, test } from 'vitest'
import { resumePolls } from '../../simulator/people/officers.ts'
import { vote } from '../../simulator/people/voter.ts'
import { stringsIn } from '../../ui/strings.ts'
import { accept, CODES, finish } from './steps.ts'
import { type Hall, pollingDay } from './virtual-device.ts'

/** The keypad's keys are 145 points high: farther than this from the middle, a touch is no longer on its key. */
const KEY_REACHES = 72
/** How far the panel shifts between two voters. */
const SHIFT = 5
const VOTERS = 20

/** Throws if the slip says anything but what this voter typed. */
async function nextVotes(hall: Hall, voter: number): Promise<void> {
  const card = hall.cards[voter]
  if (card === undefined) throw new Error('no card is left')
  expect(await vote(hall.bench, hall.clock, { card, codes: CODES })).toBe('voted')
  await hall.person.pause(1_000)
}

const screenOf = ({ bench }: Hall) => bench.display.current()

test('a touchscreen that drifts stops the polls before any touch lands on the next key, says why, and goes on once it is mended', async () => {
  let shift = 0
  let voters = 0
  const { audited, box } = await pollingDay(VOTERS, async (hall) => {
    const { bench, clock, officers } = hall
    for (;;) {
      bench.touchscreen.drift(0, -shift)
      await nextVotes(hall, voters)
      voters += 1
      if (screenOf(hall)?.name === 'polls.paused') break
      shift += SHIFT
    }
    const said = screenOf(hall)?.elements.map(({ name }) => name)
    expect(said).toContain(stringsIn('fa').officers.pause['touch-drift'])
    // Two officers who resume without having it mended are told again after the next voter.
    await resumePolls(bench, clock, officers)
    await nextVotes(hall, voters)
    voters += 1
    expect(screenOf(hall)?.name).toBe('polls.paused')
    bench.touchscreen.drift(0, 0)
    for (let mended = 0; mended < 3; mended += 1) {
      if (screenOf(hall)?.name === 'polls.paused') await resumePolls(bench, clock, officers)
      await nextVotes(hall, voters)
      voters += 1
    }
    expect(screenOf(hall)?.name).toBe('voter.idle')
  })
  expect(shift).toBeGreaterThan(KEY_REACHES / 2)
  expect(shift).toBeLessThan(KEY_REACHES)
  expect(audited).toMatchObject({ holds: true, ballots: voters })
  expect(box).toMatchObject({ voids: 0, unclear: 0 })
  for (const slip of box.slips) expect(slip).toEqual(CODES)
})

test('what lies on the glass presses nothing, is said on the screen, and the same voter goes on when it is gone', async () => {
  const { audited } = await pollingDay(1, async (hall) => {
    const { bench, person, cards } = hall
    const [card] = cards
    if (card === undefined) throw new Error('no card is left')
    await person.see('voter.idle')
    bench.reader.insertCard(card)
    const choosing = await person.see('voter.choosing')
    const key = choosing.elements.find(({ id }) => id === 'digit-1')
    if (key === undefined) throw new Error('no key')
    const [x, y] = [key.rect.x + 20, key.rect.y + 20]
    await bench.touchscreen.palm(x, y, 400)
    await person.pause(500)
    await bench.touchscreen.pressTwo([x, y], [x, y + 157])
    await person.pause(500)
    expect(screenOf(hall)?.revision).toBe(choosing.revision)
    bench.touchscreen.stick(x, y)
    await person.see('device.glass-blocked')
    await bench.touchscreen.up()
    const back = await person.see('voter.choosing')
    expect(back.elements).toEqual(choosing.elements)
    for (const code of CODES) await person.type(code)
    await finish(hall)
    await accept(hall)
  })
  expect(audited).toMatchObject({ holds: true, ballots: 1 })
})
