/**
 * "Vote flipping", in most years: a touchscreen's calibration drifts until a finger on one name selects the next, and voters see their vote jump. The
 * device goes on all day. Here the glass drifts a little with each voter, always to one side.
 *
 * This is the lines' side of the story: what the touch controller says and what the device makes of it. The screen's side, a finger that lands on a screen
 * which was not painted yet, is in `27-unseen-screens.test.ts`.
 */
import { expect, test } from 'vitest'
import type { Screen } from '../../simulator/peripherals/display.ts'
import { type Build, realBuild, weakenedBuild } from '../end-to-end/weakened/build.ts'
import { type LineDay, lineDay } from './line-day.ts'
import { blindToDrift } from './weakened/lines.ts'

const VOTERS = 20
/** In points of the grid, 0.14 mm each: a key of the keypad is 145 high and twice as wide. */
const DRIFT_EACH = 7
const CODE = '254'

/** What one voter saw: whether a touch in the middle of one key was taken for another, or for none. */
type Seen = 'voted' | 'flipped' | 'ignored' | 'suspended'

/** Each voter types one code and votes, or goes away; the glass drifts on. Ends with the first whose touch was taken for another, or with the device. */
async function driftingDay(build: Build, [x, y]: readonly [number, number]) {
  return lineDay(build, VOTERS, async (day) => {
    const seen: Seen[] = []
    for (let voter = 0; voter < VOTERS; voter += 1) {
      day.bench.touchscreen.drift(voter * DRIFT_EACH * x, voter * DRIFT_EACH * y)
      const one = await oneVoter(day, voter)
      seen.push(one)
      if (one === 'suspended' || one === 'flipped') return { seen, journal: day.journal() }
      if (one === 'ignored') day.bench.reader.pullCard()
    }
    throw new Error('the glass drifted all day and nothing happened')
  })
}

async function oneVoter({ bench, person, cards }: LineDay, voter: number): Promise<Seen> {
  const card = cards[voter]
  if (card === undefined) throw new Error('too few cards')
  const first = await person.see('voter.idle', 'polls.paused')
  if (first.name === 'polls.paused') return 'suspended'
  bench.reader.insertCard(card)
  await person.see('voter.choosing')
  for (let typed = 1; typed < CODE.length; typed += 1) {
    const wrong = await touchMiddle(
      `digit-${CODE[typed - 1]}`,
      (screen) => entry(screen) === CODE.slice(0, typed),
    )
    if (wrong !== undefined) return wrong
  }
  const last = await touchMiddle(`digit-${CODE.at(-1)}`, (screen) => shows(screen, `chosen-${CODE}`))
  if (last !== undefined) return last
  for (const [key, next] of [
    ['review', 'voter.reviewing'],
    ['finish', 'voter.reviewing'],
    ['finish', 'voter.printing'],
  ] as const) {
    const wrong = await touchMiddle(key, ({ name }) => name === next)
    if (wrong !== undefined) return wrong
  }
  await person.see('voter.comparing')
  const wrong = await touchMiddle('accept', ({ name }) => /recording|dropping|thanks/.test(name))
  if (wrong !== undefined) return wrong
  await person.see('voter.thanks')
  bench.reader.pullCard()
  await person.pause(1_000)
  return 'voted'

  /** Touches a key where it is painted; undefined when what follows is what the voter meant. */
  async function touchMiddle(id: string, meant: (screen: Screen) => boolean): Promise<Seen | undefined> {
    const before = bench.display.current()
    const rect = before?.elements.find((element) => element.id === id)?.rect
    if (before === undefined || rect === undefined) throw new Error(`no ${id} on the screen ${before?.name}`)
    await bench.touchscreen.press(Math.round(rect.x + rect.width / 2), Math.round(rect.y + rect.height / 2))
    await person.pause(500)
    const after = bench.display.current()
    if (after === undefined || after.revision === before.revision) return 'ignored'
    return meant(after) ? undefined : 'flipped'
  }
}

function entry(screen: Screen): string | undefined {
  return screen.elements.find(({ id }) => id === 'entry-latin')?.name
}

function shows(screen: Screen, id: string): boolean {
  return screen.elements.some((element) => element.id === id)
}

test.each([
  ['down', [0, 1]],
  ['up', [0, -1]],
  ['to the right', [2, 0]],
] as const)(
  'glass that drifts %s suspends the device before a touch lands beside its key',
  async (_, way) => {
    const { seen, journal } = await driftingDay(await realBuild(), way)
    expect(seen.at(-1)).toBe('suspended')
    expect(new Set(seen.slice(0, -1))).toEqual(new Set(['voted']))
    expect(journal.at(-1)).toEqual({ type: 'polls.paused', reason: 'touch-drift' })
  },
)

test('a build that does not ask where touches end goes on until a finger on one key presses another', async () => {
  const { seen, journal } = await driftingDay(await weakenedBuild(...blindToDrift), [0, 1])
  expect(seen.at(-1)).toBe('flipped')
  expect(journal.some(({ type }) => type === 'polls.paused')).toBe(false)
})
