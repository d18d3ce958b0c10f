/**
 * Fairfax, 2003: machines took away about one vote in a hundred from one candidate, and only the candidate's own friends noticed. Here what the
 * project counts, through every form that a ballot and a tally have, is what adding one for each name gives. By the ten million:
 * `npm run soak -- count` (docs/evidence/count.md).
 */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { encodeTally } from '../../core/election/tally.ts'
import { countBeside, countingOf } from '../count/shadow-count.ts'
import { type Replacement, weakenedSources } from '../end-to-end/weakened/build.ts'
import { TEHRAN } from '../fixtures/tehran.ts'

const seed = process.env['SEED'] ?? String(Date.now() % 1_000_000)
const ORDER = { ballots: 40_000, seed }

test(`no vote of 2,722 candidates is dropped or added in four hundred thousand (SEED=${seed})`, async () => {
  const counting = await countingOf(join(import.meta.dirname, '../..'))
  const { positions, differences } = countBeside(counting, TEHRAN, ORDER)
  expect(differences).toEqual([])
  expect(positions).toBeGreaterThan(400_000)
})

/** Name 5 has about three thousand votes here: that none of them is a hundredth one happens in no run. */
const WEAKENINGS: Readonly<Record<string, Replacement>> = {
  'drops one vote in a hundred for one name': {
    file: 'core/election/tally.ts',
    line: 'else if (mark in sum.options) sum.options[mark] = (sum.options[mark] ?? 0) + 1',
    by: 'else if (mark in sum.options) sum.options[mark] = (sum.options[mark] ?? 0) + (mark === 5 && sum.valid % 100 === 0 ? 0 : 1)',
  },
  'keeps a count in one byte of four': {
    file: 'core/election/tally.ts',
    line: 'options: options.map(() => next()),',
    by: 'options: options.map(() => next() & 0xff),',
  },
  'forgets the last choice of a full ballot': {
    file: 'core/election/ballot.ts',
    line: 'const choice = end === -1 ? places : places.slice(0, end)',
    by: 'const choice = end === -1 ? places.slice(0, -1) : places.slice(0, end)',
  },
  'counts a list for all its members but the first': {
    file: 'core/election/tally.ts',
    line: 'const listPosition = contest.lists.findIndex(({ code }) => code === list)',
    by: 'const listPosition = contest.lists.findIndex(({ code }) => code === list && code !== contest.lists[0]?.code)',
  },
}

test.each(Object.entries(WEAKENINGS))('a build that %s is found', async (_, replacement) => {
  const counting = await countingOf(weakenedSources(replacement))
  let differences: readonly string[]
  try {
    ;({ differences } = countBeside(counting, TEHRAN, ORDER))
  } catch (error) {
    differences = [(error as Error).message]
  }
  expect(differences).not.toEqual([])
})

test('a count that four bytes do not hold is refused, and not begun again at zero', () => {
  const tally = (count: number) => [{ valid: count, blank: 0, options: [count] }]
  expect(() => encodeTally(tally(2 ** 32 - 1))).not.toThrow()
  expect(() => encodeTally(tally(2 ** 32))).toThrow('does not fit')
})
