/**
 * Northampton, 2023: beside two questions the paper bore each other's labels, since nobody had tried whether what is typed, what is shown, what is
 * printed and what is counted is the same. Here codes of an invented council of 2,722 candidates go the whole way, and every reader must come
 * back to the code. This is a sample; `npm run soak -- codes` tries them all.
 */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchChromium } from '../browser/chromium.ts'
import { realDisplay } from '../browser/display-build.ts'
import { weakenedDisplay } from '../browser/weakened-display.ts'
import { inAnyOrder, tehran, type Vote, votesFor } from '../codes/election.ts'
import { type Reading, sumsOf } from '../codes/reading.ts'
import { CodesTrial, type Tried } from '../codes/try-codes.ts'
import { CHROMIUM, describeWith, TESSERACT, TESSERACT_PERSIAN, ZBAR } from '../oracles/needs.ts'
import {
  choosesNeighbours,
  drawsOtherNames,
  printsNeighboursNames,
  recordsNeighbours,
  showsNeighboursNames,
} from './weakened/codes.ts'
import { codesBuild } from './weakened/weaken.ts'

const election = tehran()
const { options } = election
const lists = options.filter(({ kind }) => kind === 'list')
const chosenLists = [...lists.slice(0, 1), ...lists.slice(-2)]
const sample = [...inAnyOrder(election, 'sample').slice(0, 37), ...chosenLists]
const members = election.contest.candidates.filter(({ list }) =>
  chosenLists.some(({ code }) => code === list),
)
/** One is enough for a build in which everybody has another's name. */
const somebody = options.slice(100, 101)

describeWith(
  [CHROMIUM, TESSERACT, TESSERACT_PERSIAN, ZBAR],
  'codes of 2,722 candidates and their lists',
  () => {
    let browser: Browser
    beforeAll(async () => {
      browser = await launchChromium()
    })
    afterAll(() => browser.close())

    async function readingsOf(tried: Partial<Tried>, votes: readonly Vote[]): Promise<readonly Reading[]> {
      const { build = await codesBuild(), display = await realDisplay() } = tried
      const trial = await CodesTrial.open(browser, { build, display }, election)
      try {
        return await trial.try(votes)
      } finally {
        await trial.close()
      }
    }

    /** Ways of reading by which another code was found than was typed. */
    async function caughtBy(tried: Partial<Tried>): Promise<readonly string[]> {
      const sums = sumsOf(await readingsOf(tried, votesFor(election, somebody)))
      return sums.flatMap(({ way, other }) => (other > 0 ? [way] : []))
    }

    test('lead to the same code on the screen, on paper, in the QR code and in the record', async () => {
      // Most of the time goes by until screens are painted: two voters wait no longer than one.
      const halves = [sample.slice(0, 20), sample.slice(20)]
      const readings = await Promise.all(halves.map((half) => readingsOf({}, votesFor(election, half))))
      const sums = sumsOf(readings.flat())
      expect(sums.filter(({ unclear, other }) => unclear + other > 0)).toEqual([])
      expect(sums).toHaveLength(25)
      for (const { way, right } of sums)
        expect(right, way).toBe(way.startsWith('member') ? members.length : sample.length)
    }, 180_000)

    test('are found where the screen has each other’s names', async () => {
      const build = await codesBuild([showsNeighboursNames])
      expect(await caughtBy({ build })).toEqual(['added, document: name', 'added, dots: name'])
    })

    test('are found where the page draws another name than its document says', async () => {
      const display = await weakenedDisplay(drawsOtherNames)
      expect(await caughtBy({ display })).toEqual(['added, dots: name'])
    })

    test('are found where the ballot holds another than the screen named', async () => {
      const build = await codesBuild([choosesNeighbours])
      const caught = await caughtBy({ build })
      expect(caught).toContain('record, opened')
      expect(caught).toContain('review, document: name')
      expect(caught).toContain('slip, zbar')
      expect(caught.filter((way) => way.startsWith('added'))).toEqual([])
    })

    test('are found where another ballot is recorded than was shown and printed', async () => {
      const build = await codesBuild([recordsNeighbours])
      expect(await caughtBy({ build })).toEqual(['record, opened'])
    })

    test('are found where the paper has each other’s names', async () => {
      const build = await codesBuild([printsNeighboursNames])
      expect(await caughtBy({ build })).toEqual(['slip, dots: name'])
    })
  },
)
