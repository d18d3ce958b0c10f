import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { connectPrinter } from '../../../firmware/printer/driver.ts'
import {
  ballot,
  type Connect,
  type Cut,
  PollingBooth,
  rowsOf,
  rowsOn,
  wrongOnPaper,
} from './polling-booth.ts'
import { doesNotClear, saysRefused, takesLossForProof, weakened } from './weakened.ts'

const BALLOTS = [ballot(1), ballot(2)]
const HOWS = ['pulled', 'unnoticed', 'lost-inside', 'closed-inside'] as const

/** Two ballots on a line that is cut so; everything that is wrong then. A promise that never settles is wrong too. */
async function wrongAfter(connect: Connect, cuts: readonly Cut[]): Promise<readonly string[]> {
  const booth = new PollingBooth(connect, cuts)
  try {
    await booth.clock.run(booth.vote(BALLOTS))
  } catch (error) {
    return [String(error)]
  }
  const rows = booth.outcomes.flatMap((outcome) => {
    if (outcome.is === 'printed') return []
    const why = outcome.is === 'refused' ? outcome.condition : outcome.why
    const allowed = outcome.is === 'refused' ? ['lost', 'no-answer'] : ['lost', 'timeout']
    return allowed.includes(why) ? [] : [`${outcome.is}: ${why} is no row of the table`]
  })
  return [...booth.lies, ...rows, ...wrongOnPaper(booth, BALLOTS)]
}

/** Bytes that pass each way when nothing goes wrong. */
const healthy = { up: 0, down: 0 }
beforeAll(async () => {
  const booth = new PollingBooth(connectPrinter)
  await booth.clock.run(booth.vote(BALLOTS))
  Object.assign(healthy, booth.passed)
  expect(booth.paper.dropped.map(rowsOn)).toEqual(BALLOTS.map(rowsOf))
})

/** Every byte of both ways. */
const everywhere = (how: Cut['how']): Cut[] =>
  (['up', 'down'] as const).flatMap((way) =>
    Array.from({ length: healthy[way] }, (_, at) => ({ way, at, how })),
  )

describe('a line that ends at any byte', () => {
  test.each(HOWS)('(%s) ends every print as the table says, and the paper tells no lie', async (how) => {
    for (const cut of everywhere(how))
      expect(await wrongAfter(connectPrinter, [cut]), JSON.stringify(cut)).toEqual([])
  })

  test('and again and again, at any bytes, each time in any way, loses, doubles and mixes no ballot', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            way: fc.constantFrom('up', 'down'),
            at: fc.nat({ max: 900 }),
            how: fc.constantFrom(...HOWS),
          }),
          { minLength: 2, maxLength: 5 },
        ),
        async (cuts) => {
          expect(await wrongAfter(connectPrinter, cuts)).toEqual([])
        },
      ),
      { numRuns: 300 },
    ))

  test('in the middle of a slip as wide as the paper leaves its printed rows, a mark under them, and a whole slip after', () =>
    fc.assert(
      fc.asyncProperty(fc.nat({ max: 4_400 }), fc.constantFrom(...HOWS), async (at, how) => {
        const wide = [ballot(1, 60, 72)]
        const booth = new PollingBooth(connectPrinter, [{ way: 'down', at, how }])
        await booth.clock.run(booth.vote(wide))
        expect([...booth.lies, ...wrongOnPaper(booth, wide)]).toEqual([])
      }),
      { numRuns: 60 },
    ))

  test.each([
    [
      'does not clear what an earlier line left in the printer',
      doesNotClear,
      /no ballot and not void|something else on it|never/,
    ],
    ['says "refused" of a slip that was begun', saysRefused, /no ballot and not void/],
    ['takes the end of the line for proof', takesLossForProof, /the paper does not show it/],
  ])('is not survived by a driver that %s', async (_, weakening, words) => {
    const connect = await weakened(weakening)
    const found: string[] = []
    for (const cut of everywhere('closed-inside')) found.push(...(await wrongAfter(connect, [cut])))
    expect(found.join('\n')).toMatch(words)
  })
})
