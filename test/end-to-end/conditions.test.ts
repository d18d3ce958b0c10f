/** Power, warmth, slot, case and clock of a whole device go wrong while people vote: who is told, who is let in, and what the journal says. */
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startAgent } from '../../device-agent/ballot/agent.ts'
import { mediaFolders, readHome } from '../../device-agent/ballot/home.ts'
import { setUpStore } from '../../device-agent/ballot/setup.ts'
import { resumePolls, turnKeys } from '../../simulator/people/officers.ts'
import { vote } from '../../simulator/people/voter.ts'
import type { Screen } from '../../simulator/peripherals/display.ts'
import { stringsIn } from '../../ui/strings.ts'
import { accept, CODES, cardOf, choose, finish } from './steps.ts'
import { type Hall, pollingDay } from './virtual-device.ts'

const {
  officers,
  peripherals: { notes, noVoters },
} = stringsIn('fa')
/** A measure counts once it has held for ten seconds; the board tells it every five. */
const TOLD_MS = 21_000
/** That all is well counts once it has held for a minute. */
const WELL_MS = 71_000

const texts = (screen: Screen | undefined) => screen?.elements.map(({ name }) => name)
const shownBy = ({ bench }: Hall) => texts(bench.display.current())

async function nextVotes(hall: Hall, voter: number): Promise<void> {
  const card = hall.cards[voter]
  if (card === undefined) throw new Error('no card is left')
  expect(await vote(hall.bench, hall.clock, { card, codes: CODES })).toBe('voted')
  await hall.person.pause(1_000)
}

test('on battery people vote on and the poll worker is told; on an empty one nobody is let in, until the mains are back', async () => {
  const { audited, journal } = await pollingDay(3, async (hall) => {
    const { bench, person, cards } = hall
    bench.board.measure({ supplyMv: 0 })
    await person.pause(TOLD_MS)
    expect(shownBy(hall)).toContain(notes['on-battery'])
    await nextVotes(hall, 0)
    bench.board.measure({ batteryMv: 11_000 })
    await person.see('polls.no-voters')
    expect(shownBy(hall)).toEqual(
      expect.arrayContaining([noVoters['battery-low'], noVoters.voters, noVoters.officers['battery-low']]),
    )
    const [, card] = cards
    if (card === undefined) throw new Error('no card is left')
    bench.reader.insertCard(card)
    await person.pause(TOLD_MS)
    expect(bench.display.current()?.name).toBe('polls.no-voters')
    // A glimpse of power changes nothing.
    bench.board.measure({ supplyMv: 12_000 })
    await person.pause(3_000)
    bench.board.measure({ supplyMv: 0 })
    await person.pause(TOLD_MS)
    expect(bench.display.current()?.name).toBe('polls.no-voters')
    bench.board.measure({ supplyMv: 12_000 })
    // The card that waited is taken now.
    await person.see('voter.choosing')
    for (const code of CODES) await person.type(code)
    await finish(hall)
    await accept(hall)
  })
  expect(journal.filter(({ type }) => type === 'power.changed')).toMatchObject([
    { power: 'battery' },
    { power: 'battery-low' },
    { power: 'mains' },
  ])
  expect(audited).toMatchObject({ holds: true, ballots: 2 })
})

test('a lost storage medium is told of beside whatever else there is', async () => {
  const build = {
    readHome,
    setUpStore,
    startAgent: (parts: Parameters<typeof startAgent>[0]) => {
      const [, second] = mediaFolders(parts.home)
      rmSync(second, { recursive: true })
      return startAgent(parts)
    },
  }
  await pollingDay(
    0,
    async (hall) => {
      await hall.person.see('voter.idle')
      expect(shownBy(hall)).toContain(notes['medium-lost'])
      hall.bench.board.measure({ supplyMv: 0 })
      await hall.person.pause(TOLD_MS)
      expect(shownBy(hall)).toEqual(expect.arrayContaining([notes['on-battery'], notes['medium-lost']]))
    },
    { build },
  )
})

test('a battery that gets empty during a vote lets that voter finish', async () => {
  const { audited } = await pollingDay(1, async (hall) => {
    await choose(hall)
    hall.bench.board.measure({ supplyMv: 0, batteryMv: 10_900 })
    await hall.person.pause(TOLD_MS)
    expect(hall.bench.display.current()?.name).toBe('voter.choosing')
    await finish(hall)
    await accept(hall)
    await hall.person.see('polls.no-voters')
  })
  expect(audited).toMatchObject({ holds: true, ballots: 1 })
})

test('a device that is too hot, or too cold, says so between voters', async () => {
  const { journal } = await pollingDay(1, async (hall) => {
    for (const [celsius, told, waitMs] of [
      [60, 'hot', TOLD_MS],
      [25, undefined, WELL_MS],
      [-3, 'cold', TOLD_MS],
      [25, undefined, WELL_MS],
    ] as const) {
      hall.bench.board.measure({ celsius })
      await hall.person.pause(waitMs)
      for (const known of ['hot', 'cold'] as const)
        expect(shownBy(hall)?.includes(notes[known])).toBe(known === told)
    }
  })
  expect(journal.filter(({ type }) => type === 'temperature.changed')).toMatchObject([
    { temperature: 'hot' },
    { temperature: 'fine' },
    { temperature: 'cold' },
    { temperature: 'fine' },
  ])
})

test('a slip that does not fall into the box is missed, and so is paper that nobody cut; a slip that falls ends it', async () => {
  const { audited, journal } = await pollingDay(3, async (hall) => {
    const { bench, person } = hall
    bench.board.blockSlot(true)
    await nextVotes(hall, 0)
    await person.pause(TOLD_MS)
    expect(shownBy(hall)).toContain(notes['slip-not-seen'])
    bench.board.blockSlot(false)
    await nextVotes(hall, 1)
    expect(shownBy(hall)).not.toContain(notes['slip-not-seen'])
    await bench.board.passSlip()
    await person.pause(1_000)
    expect(shownBy(hall)).toContain(notes['slip-uncalled'])
    await nextVotes(hall, 2)
    expect(shownBy(hall)).not.toContain(notes['slip-uncalled'])
  })
  expect(journal.filter(({ type }) => type === 'slip.miscounted')).toMatchObject([
    { what: 'not-seen' },
    { what: 'uncalled' },
  ])
  expect(audited).toMatchObject({ holds: true, ballots: 3 })
})

test('the tone says that a vote is cast, and the buzzer that the case was opened', async () => {
  const sounded = new Set<string | undefined>()
  await pollingDay(1, async (hall) => {
    const { bench, person, clock, officers } = hall
    const listen = () => {
      if (bench.board.isSounding()) sounded.add(bench.display.current()?.name)
      clock.after(20, listen)
    }
    listen()
    await choose(hall)
    await finish(hall)
    await accept(hall)
    await person.pause(1_000)
    bench.board.openCase()
    await person.see('polls.paused')
    bench.board.closeCase()
    await person.pause(6_000)
    await resumePolls(bench, clock, officers)
  })
  expect([...sounded].at(-1)).toBe('polls.paused')
  expect(sounded).toContain('voter.thanks')
  for (const quiet of ['voter.choosing', 'voter.reviewing', 'voter.printing'])
    expect(sounded).not.toContain(quiet)
})

test('a clock that is set forward and back changes no session and no waiting; the journal says by how much', async () => {
  const { audited, box, journal } = await pollingDay(3, async (hall) => {
    const { clock, person } = hall
    await choose(hall)
    clock.set(3 * 3_600_000)
    await person.pause(TOLD_MS)
    expect(hall.bench.display.current()?.name).toBe('voter.choosing')
    await finish(hall)
    // Back in the middle of the slip.
    await person.pause(1_000)
    clock.set(-5 * 3_600_000)
    await accept(hall)
    await person.pause(TOLD_MS)
    clock.set(2 * 3_600_000)
    await nextVotes(hall, 1)
    // As a good clock is corrected.
    clock.set(400)
    await nextVotes(hall, 2)
  })
  expect(journal.filter(({ type }) => type === 'clock.jumped')).toMatchObject([
    { way: 'forward', seconds: 10_800 },
    { way: 'back', seconds: 18_000 },
    { way: 'forward', seconds: 7_200 },
  ])
  expect(audited).toMatchObject({ holds: true, ballots: 3 })
  expect(box).toMatchObject({ voids: 0, unclear: 0 })
})

test('a clock that was set back within the day while the device was off: the journal says by how much, and the day goes on', async () => {
  const { audited, journal } = await pollingDay(2, async (hall) => {
    const { clock, bench, person } = hall
    await nextVotes(hall, 0)
    await hall.restart(() => clock.set(-3_600_000))
    await person.see('polls.paused')
    expect(shownBy(hall)).not.toContain(notes['clock-wrong'])
    await resumePolls(bench, clock, hall.officers)
    await nextVotes(hall, 1)
  })
  const said = journal.map(({ type }) => type)
  expect(journal.filter(({ type }) => type.startsWith('clock.'))).toMatchObject([
    { type: 'clock.jumped', way: 'back' },
  ])
  expect(said.indexOf('clock.jumped')).toBe(said.indexOf('polls.paused') - 1)
  expect(audited).toMatchObject({ holds: true, ballots: 2 })
})

test('room that was given back is taken anew where voting is resumed', async () => {
  await pollingDay(0, async (hall) => {
    const { bench, clock, person } = hall
    const reserve = join(hall.medium, 'reserve.bin')
    rmSync(reserve)
    bench.board.openCase()
    await person.see('polls.paused')
    bench.board.closeCase()
    await person.pause(TOLD_MS)
    await resumePolls(bench, clock, hall.officers)
    expect(existsSync(reserve)).toBe(true)
  })
})

const DAYS_MS = 86_400_000

describe.each([
  ['1970', -56 * 365 * DAYS_MS],
  ['two years ahead', 2 * 365 * DAYS_MS],
])('a clock that stands in %s', (_, by) => {
  test('lets a session end and nobody in after it, accuses no card, and the polls are closed with it', async () => {
    const { audited, box, journal } = await pollingDay(2, async (hall) => {
      const { clock, bench, person, cards } = hall
      await choose(hall)
      clock.set(by)
      await person.pause(TOLD_MS)
      expect(bench.display.current()?.name).toBe('voter.choosing')
      await finish(hall)
      await accept(hall)
      await person.see('polls.no-voters')
      expect(shownBy(hall)).toContain(noVoters['clock-wrong'])
      bench.reader.insertCard(cards[1] as (typeof cards)[number])
      await person.pause(TOLD_MS)
      expect(bench.display.current()?.name).toBe('polls.no-voters')
      bench.reader.pullCard()
      // Officers resume with it, and nobody is let in all the same.
      bench.board.openCase()
      await person.see('polls.paused')
      bench.board.closeCase()
      await person.pause(TOLD_MS)
      await resumePolls(bench, clock, hall.officers)
      await person.see('polls.no-voters')
      clock.set(-by)
      await person.pause(TOLD_MS)
      await nextVotes(hall, 1)
      clock.set(by)
      await person.pause(TOLD_MS)
    })
    expect(journal.filter(({ type }) => type === 'clock.checked')).toMatchObject([
      { stands: 'outside' },
      { stands: 'in-the-day' },
      { stands: 'outside' },
    ])
    expect(audited).toMatchObject({ holds: true, ballots: 2 })
    expect(box).toMatchObject({ voids: 0, unclear: 0 })
  })

  test('at a restart: the screens tell it, nothing is lost, officers resume, and the day goes on once it is set', async () => {
    const { audited, box, journal } = await pollingDay(3, async (hall) => {
      const { clock, bench, person } = hall
      await nextVotes(hall, 1)
      await choose(hall)
      await finish(hall)
      await person.see('voter.comparing')
      await person.press('accept')
      // Acknowledged; the card is still in.
      await person.see('voter.thanks')
      await hall.restart(() => clock.set(by))
      bench.reader.pullCard()
      await person.see('polls.paused')
      expect(shownBy(hall)).toEqual(
        expect.arrayContaining([notes['clock-wrong'], officers.pause.restart, officers.lastVote.none]),
      )
      await resumePolls(bench, clock, hall.officers)
      await person.see('polls.no-voters')
      expect(shownBy(hall)).toContain(noVoters['clock-wrong'])
      clock.set(-by)
      await person.pause(TOLD_MS)
      bench.reader.insertCard(cardOf(hall))
      await person.see('voter.refused')
      bench.reader.pullCard()
      await nextVotes(hall, 2)
    })
    expect(journal.filter(({ type }) => type === 'clock.checked')).toMatchObject([
      { stands: 'outside' },
      { stands: 'in-the-day' },
    ])
    // Set forward over a restart nobody can know; set while the program runs it is told either way.
    expect(journal.filter(({ type }) => type === 'clock.jumped')).toMatchObject(
      by < 0 ? [{ way: 'back' }, { way: 'forward' }] : [{ way: 'back' }],
    )
    expect(audited).toMatchObject({ holds: true, ballots: 3 })
    expect(box).toMatchObject({ voids: 0, unclear: 0 })
  })

  test('opens no polls: the screen says whose it is to set it, and goes by itself', async () => {
    const morning = async (hall: Hall) => {
      const { clock, bench, person } = hall
      await person.see('polls.closed')
      clock.set(by)
      await person.pause(TOLD_MS)
      turnKeys(bench, true)
      await person.pause(TOLD_MS)
      expect(bench.display.current()?.name).toBe('polls.closed')
      expect(shownBy(hall)).toEqual(expect.arrayContaining([officers.clockWrong, officers.clockHint]))
      turnKeys(bench, false)
      clock.set(-by)
      await person.pause(TOLD_MS)
      expect(shownBy(hall)).not.toContain(officers.clockWrong)
    }
    const { audited } = await pollingDay(1, (hall) => nextVotes(hall, 0), { morning })
    expect(audited).toMatchObject({ holds: true, ballots: 1 })
  })
})
