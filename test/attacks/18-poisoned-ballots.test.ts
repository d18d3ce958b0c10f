/**
 * Williamson County, 2021: a scanner misread one ballot's code, an error flag stayed up, and ballots after it were counted as provisional and left
 * out; nobody was told (U.S. Election Assistance Commission, Report of Investigation, March 2022). Here a line breaks under one voter after the other.
 * And so do a card, a storage medium and the program itself.
 */
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { resumePolls } from '../../simulator/people/officers.ts'
import { vote } from '../../simulator/people/voter.ts'
import { type Build, realBuild, weakenedBuild } from '../end-to-end/weakened/build.ts'
import { type LineDay, lineDay, replug } from './line-day.ts'
import { countsNothingAfterFault, keepsStateAfterError, tellsNoFault } from './weakened/lines.ts'

/** A hang-up is noticed in milliseconds. */
const NOTICED_MS = 1_000

/** What each voter wants, in their order; no two want the same, so that a vote on the wrong ballot shows. */
const WANTED = [['127'], ['143', '168'], ['215'], ['239'], ['254'], ['281', '316'], ['332', '374']] as const

/** Voter number k, from 0, from card in to card out with nothing wrong. */
async function voteOf({ bench, clock, cards }: LineDay, k: number) {
  return vote(bench, clock, { card: cardOf(cards, k), codes: WANTED[k] ?? [] })
}

function cardOf(cards: LineDay['cards'], k: number) {
  const card = cards[k]
  if (card === undefined) throw new Error(`no card for voter ${k}`)
  return card
}

async function chooses({ bench, person, cards }: LineDay, k: number): Promise<void> {
  await person.see('voter.idle')
  bench.reader.insertCard(cardOf(cards, k))
  await person.see('voter.choosing')
  for (const code of WANTED[k] ?? []) await person.type(code)
}

/** Between voters without trouble: the reader's line breaks and the card is taken, the printer's breaks in mid-slip, the touchscreen's for long. */
async function brokenDay(build: Build) {
  return lineDay(build, WANTED.length, async (day) => {
    const { bench, person, plugs } = day
    await voteOf(day, 0)

    await chooses(day, 1)
    plugs['card-reader'].unplug()
    bench.reader.pullCard()
    await replug(day, 'card-reader')
    await voteOf(day, 2)

    await chooses(day, 3)
    await person.press('review')
    await person.press('finish')
    await person.press('finish')
    await person.pause(300)
    plugs.printer.unplug()
    await person.see('voter.held')
    await replug(day, 'printer')
    await person.press('retry')
    await person.see('voter.choosing')
    await person.press('review')
    await person.press('finish')
    await person.press('finish')
    await person.see('voter.comparing')
    await person.press('accept')
    await person.see('voter.thanks')
    bench.reader.pullCard()
    await voteOf(day, 4)

    await chooses(day, 5)
    plugs.touchscreen.unplug()
    await person.see('voter.refused')
    bench.reader.pullCard()
    await person.pause(NOTICED_MS)
    await replug(day, 'touchscreen')
    await voteOf(day, 6)

    const audited = await day.close()
    const votes = [...audited.votes].filter(([, count]) => count > 0)
    const alarms = day
      .journal()
      .filter(({ type }) => type === 'line.lost' || type === 'printer.trouble')
      .map(({ type, ...what }) => [type, ...Object.values(what)].join(' '))
    return { ballots: audited.ballots, holds: audited.holds, votes: Object.fromEntries(votes), alarms }
  })
}

/** Voters 1 and 5 went away without a vote and were told so. */
const RIGHT = { ballots: 5, holds: true, votes: { 127: 1, 215: 1, 239: 1, 254: 1, 332: 1, 374: 1 } }

test('a line that breaks under one voter changes no later ballot, and each break is in the journal', async () => {
  const { alarms, ...counted } = await brokenDay(await realBuild())
  expect(counted).toEqual(RIGHT)
  expect(new Set(alarms)).toEqual(
    new Set([
      'line.lost card-reader',
      'line.lost printer',
      'printer.trouble silent',
      'line.lost touchscreen',
    ]),
  )
})

test('a build in which the interrupted choice stays puts it on the ballots of all who come after', async () => {
  const { votes } = await brokenDay(await weakenedBuild(...keepsStateAfterError))
  expect(votes).toEqual({ ...RIGHT.votes, 143: 4, 168: 4 })
})

test('a build that mends its lines in silence leaves nobody an alarm', async () => {
  const { alarms } = await brokenDay(await weakenedBuild(...tellsNoFault))
  expect(alarms.filter((alarm) => alarm.startsWith('line.lost'))).toEqual([])
})

/** Under one voter after the other a card is pulled, a medium refuses, and the program is started again; each time the next one votes. */
async function faultyDay(build: Build) {
  return lineDay(build, WANTED.length, async (day) => {
    const { bench, person, clock, officers } = day
    await voteOf(day, 0)

    await chooses(day, 1)
    bench.reader.pullCard()
    await voteOf(day, 2)

    // Somebody else writes to the second medium and does not end.
    const other = new Database(join(day.second, 'ballots.db'))
    other.exec('BEGIN IMMEDIATE')
    await voteOf(day, 3)
    other.close()
    await voteOf(day, 4)

    await chooses(day, 5)
    bench.reader.pullCard()
    await day.restart()
    await resumePolls(bench, clock, officers)
    await person.see('voter.idle')
    await voteOf(day, 6)

    const audited = await day.close()
    const votes = [...audited.votes].filter(([, count]) => count > 0)
    const faults = day.journal().flatMap(({ type, medium }) => (type === 'medium.lost' ? [medium] : []))
    return { ballots: audited.ballots, holds: audited.holds, votes: Object.fromEntries(votes), faults }
  })
}

test('a card, a medium or the program that fails under one voter changes no later ballot', async () => {
  expect(await faultyDay(await realBuild())).toEqual({ ...RIGHT, faults: ['b'] })
})

test('a build in which the choice stays when a card is pulled gives it to those who come after', async () => {
  const { votes } = await faultyDay(await weakenedBuild(...keepsStateAfterError))
  expect(votes).not.toEqual(RIGHT.votes)
})

test('a build that counts no ballot while a medium is lost does not add up', async () => {
  await expect(faultyDay(await weakenedBuild(...countsNothingAfterFault))).rejects.toThrow('tally.recount')
})
