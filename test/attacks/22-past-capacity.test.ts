/**
 * Carteret County, 2004: a machine with room for 3,005 votes went on voting and thanked 4,400 people more than it could store; a warning light
 * blinked that nobody knew. Here a device that can hold a few ballots, or whose disk somebody fills, says so before the limit in words, and lets
 * nobody in at the limit: no card is claimed, so that the voter votes elsewhere.
 */
import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { CLOSING_BYTES, FLOOR_BYTES } from '../../device-agent/store/space.ts'
import { vote } from '../../simulator/people/voter.ts'
import { stringsIn } from '../../ui/strings.ts'
import { CODES } from '../end-to-end/steps.ts'
import { type Hall, pollingDay } from '../end-to-end/virtual-device.ts'
import { type Replacement, weakenedBuild } from '../end-to-end/weakened/build.ts'
import { MOUNT, SmallDisk } from '../fixtures/small-disk.ts'
import { describeWith } from '../oracles/needs.ts'

const { notes, noVoters } = stringsIn('fa').peripherals
/** State byte of a voter's card (docs/card.md). */
const READY = 1
/** Disk and counts are looked at every ten seconds. */
const LOOKED_MS = 11_000

/** The device of these tests holds so many ballots. */
const CAPACITY = 3
const holdsFew: Replacement = {
  file: 'core/ballot-box/capacity.ts',
  line: 'const LARGEST_COUNT = 0xffff_ffff',
  by: `const LARGEST_COUNT = ${CAPACITY}`,
}
/** As in Carteret: nobody is refused, and what has no room is not there. */
const letsEverybodyIn: Replacement = {
  file: 'device-agent/ballot/conditions.ts',
  line: "if (room === 'full') return 'storage-full'",
  by: '',
}
const overflows: Replacement = {
  file: 'device-agent/store/device-store.ts',
  line: "throw new Error('a ballot was cast that no count has room for')",
  by: 'return',
}

const shownBy = ({ bench }: Hall) => bench.display.current()?.elements.map(({ name }) => name)

/** @returns whether this voter was let in; then the vote was thanked for */
async function nextTries(hall: Hall, voter: number): Promise<boolean> {
  const { bench, clock, cards, person } = hall
  const card = cards[voter]
  if (card === undefined) throw new Error('no card is left')
  await person.pause(LOOKED_MS)
  if (bench.display.current()?.name === 'voter.idle')
    return (await vote(bench, clock, { card, codes: CODES })) === 'voted'
  expect(bench.display.current()?.name).toBe('polls.no-voters')
  expect(shownBy(hall)).toContain(noVoters['storage-full'])
  bench.reader.insertCard(card)
  await person.pause(LOOKED_MS)
  expect(bench.display.current()?.name).toBe('polls.no-voters')
  bench.reader.pullCard()
  expect(card.state).toBe(READY)
  return false
}

test('a device warns while it has room, lets nobody in when it is full, and closes with every vote that it thanked for', async () => {
  const thanked: boolean[] = []
  const { audited, box, journal } = await pollingDay(
    CAPACITY + 2,
    async (hall) => {
      await hall.person.pause(LOOKED_MS)
      expect(shownBy(hall)).toContain(notes['storage-low'])
      for (let voter = 0; voter < CAPACITY + 2; voter += 1) thanked.push(await nextTries(hall, voter))
    },
    { build: await weakenedBuild(holdsFew) },
  )
  expect(thanked).toEqual([true, true, true, false, false])
  expect(audited).toMatchObject({ holds: true, ballots: CAPACITY })
  expect(box.slips).toHaveLength(CAPACITY)
  expect(journal.filter(({ type }) => type === 'storage.changed')).toMatchObject([
    { room: 'low' },
    { room: 'full' },
  ])
})

test('a build that lets everybody in and overflows silently thanks five voters and counts three, and only the paper knows', async () => {
  const thanked: boolean[] = []
  const { audited, box } = await pollingDay(
    CAPACITY + 2,
    async (hall) => {
      for (let voter = 0; voter < CAPACITY + 2; voter += 1) thanked.push(await nextTries(hall, voter))
    },
    { build: await weakenedBuild(holdsFew, letsEverybodyIn, overflows) },
  )
  expect(thanked).toEqual([true, true, true, true, true])
  expect(audited.ballots).toBe(CAPACITY)
  expect(box.slips).toHaveLength(CAPACITY + 2)
})

describeWith([MOUNT], 'a disk that somebody fills', () => {
  const disk = new SmallDisk(96)
  afterAll(() => disk.remove())

  test('is told of while votes still fit, closes the device to voters before one does not, and leaves room for the closing', async () => {
    const thanked: boolean[] = []
    const { audited, journal } = await pollingDay(
      4,
      async (hall) => {
        const { person, medium } = hall
        thanked.push(await nextTries(hall, 0))
        // What was reserved would last for a day: it is taken away too.
        rmSync(join(medium, 'reserve.bin'))
        const log = statSync(join(medium, 'ballots.db-wal')).size
        // Both media are on this disk: each has half of what is free.
        disk.fill(2 * (FLOOR_BYTES - log + CLOSING_BYTES + 200_000))
        thanked.push(await nextTries(hall, 1))
        await person.see('voter.idle')
        await person.pause(LOOKED_MS)
        expect(shownBy(hall)).toContain(notes['storage-low'])
        disk.fill(CLOSING_BYTES)
        thanked.push(await nextTries(hall, 2))
        disk.empty()
        await person.see('voter.idle')
        thanked.push(await nextTries(hall, 3))
      },
      { within: disk.folder },
    )
    expect(thanked).toEqual([true, true, false, true])
    expect(audited).toMatchObject({ holds: true, ballots: 3 })
    expect(journal.filter(({ type }) => type === 'storage.changed')).toMatchObject([
      { room: 'low' },
      { room: 'full' },
      { room: 'enough' },
    ])
  })

  test('does not let a device open that has no room for a day', async () => {
    const opened: (string | undefined)[] = []
    await pollingDay(0, async () => {}, {
      within: disk.folder,
      morning: async ({ bench, person }) => {
        disk.fill(CLOSING_BYTES)
        await person.see('polls.closed')
        bench.board.turnKey('executive', true)
        bench.board.turnKey('supervisory', true)
        await person.pause(2_000)
        opened.push(bench.display.current()?.name)
        expect(bench.display.current()?.elements.map(({ name }) => name)).toContain(
          stringsIn('fa').officers.noRoom,
        )
        bench.board.turnKey('executive', false)
        bench.board.turnKey('supervisory', false)
        disk.empty()
      },
    })
    expect(opened).toEqual(['polls.closed'])
  })
})
