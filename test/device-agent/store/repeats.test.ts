import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JournalEvent } from '../../../core/journal/catalogue.ts'
import { DeviceStore } from '../../../device-agent/store/device-store.ts'
import { Medium } from '../../../device-agent/store/medium.ts'
import { MOST_AN_HOUR, Repeats } from '../../../device-agent/store/repeats.ts'
import { type Replacement, weakenedSources } from '../../end-to-end/weakened/build.ts'
import { beginOn } from './device.ts'
import { officers, openPolls, type StoreBuild, Voters } from './voting.ts'

const MINUTE_MS = 60_000

const happenings = fc.array(
  fc.record({
    minutes: fc.integer({ min: 0, max: 9 }),
    times: fc.integer({ min: 1, max: 40 }),
    event: fc.constantFrom<JournalEvent>(
      { type: 'card.refused', reason: 'blank' },
      { type: 'printer.trouble', trouble: 'paper-out' },
      { type: 'slip.miscounted', what: 'uncalled' },
      { type: 'line.lost', peripheral: 'printer' },
      { type: 'line.lost', peripheral: 'display' },
      { type: 'tamper.opened', switch: 'chassis' },
    ),
  }),
  { maxLength: 40 },
)

/** What is written of a day: a part that is lost comes back at once. */
function writtenOf(day: readonly { minutes: number; times: number; event: JournalEvent }[], Build = Repeats) {
  let now = 0
  const repeats = new Build({ elapsed: () => now })
  const happened: JournalEvent[] = []
  const written: JournalEvent[] = []
  for (const { minutes, times, event } of day) {
    now += minutes * MINUTE_MS
    for (let i = 0; i < times; i += 1) {
      const both: JournalEvent[] =
        event.type === 'line.lost'
          ? [event, { type: 'line.restored', peripheral: event.peripheral }]
          : [event]
      happened.push(...both)
      written.push(...both.flatMap((each) => repeats.take(each)))
    }
  }
  written.push(...repeats.rest())
  return { hours: now / (60 * MINUTE_MS), happened, written }
}

test('nothing that happened is forgotten: it is written or counted, and a part that is written lost is written restored', () => {
  fc.assert(
    fc.property(happenings, (day) => {
      const { happened, written } = writtenOf(day)
      const count = (events: readonly JournalEvent[], type: string) =>
        events.filter((event) => event.type === type).length
      for (const of of ['card.refused', 'printer.trouble', 'slip.miscounted', 'line.lost'] as const) {
        const leftOut = written.flatMap((event) =>
          event.type === 'entries.left_out' && event.of === of ? [event.count] : [],
        )
        const counted = leftOut.reduce((sum, each) => sum + each, 0)
        expect(count(written, of) + counted).toBe(count(happened, of))
      }
      expect(count(written, 'line.restored')).toBe(count(written, 'line.lost'))
      expect(count(written, 'tamper.opened')).toBe(count(happened, 'tamper.opened'))
    }),
  )
})

test('however often it happens, the journal grows by so many entries an hour', () => {
  fc.assert(
    fc.property(happenings, (day) => {
      const { hours, written } = writtenOf(day.filter(({ event }) => event.type !== 'tamper.opened'))
      // Three kinds, and two lines that are lost and restored; of each hour that began, and what was left out in it.
      expect(written.length).toBeLessThanOrEqual((Math.ceil(hours) + 1) * (MOST_AN_HOUR * 7 + 4))
    }),
  )
})

/** What a device's journal says after so many cards that are refused, and after its closing. */
function entriesOfDay(build: StoreBuild) {
  const { store } = beginOn(build, 1, 'repeats')
  openPolls(store)
  new Voters('repeats').vote(store)
  const before = store.day.size
  for (let i = 0; i < MOST_AN_HOUR + 70; i += 1) store.append({ type: 'card.refused', reason: 'forged' })
  const refused = store.day.size - before
  store.closePolls(officers)
  const types = store.entriesFrom(before + refused).map((entry) => JSON.parse(Buffer.from(entry).toString()))
  store.close()
  return { refused, types }
}

test('what was left out of a device’s day is in its journal before the polls are closed', () => {
  const { refused, types } = entriesOfDay({ DeviceStore, Medium })
  expect(refused).toBe(MOST_AN_HOUR)
  expect(types).toMatchObject([
    { type: 'entries.left_out', of: 'card.refused', count: 70 },
    { type: 'batch.sealed' },
    { type: 'polls.closed' },
  ])
})

/** A build of the store's own folder. */
function weakened(replacement: Replacement) {
  const root = weakenedSources(replacement)
  return (file: string) => import(/* @vite-ignore */ join(root, 'device-agent/store', file))
}

test.each<JournalEvent>([
  { type: 'card.refused', reason: 'blank' },
  { type: 'line.lost', peripheral: 'printer' },
])('$type a thousand times within an hour fills the journal of a build that writes each', async (event) => {
  const build = await weakened({
    file: 'device-agent/store/repeats.ts',
    line: 'const isWritten = hour.written < MOST_AN_HOUR',
    by: 'const isWritten = hour.written < Infinity',
  })('repeats.ts')
  const day = [{ minutes: 0, times: 1_000, event }]
  const countIn = ({ written }: ReturnType<typeof writtenOf>) =>
    written.filter(({ type }) => type === event.type).length
  expect(countIn(writtenOf(day))).toBe(MOST_AN_HOUR)
  expect(countIn(writtenOf(day, build.Repeats))).toBe(1_000)
})

test.each([
  ['writes past what counts them', 'const events = this.#repeats.take(event)', 'const events = [event]', 100],
  ['closes without a word of them', '      ...this.#repeats.rest(),\n', '', MOST_AN_HOUR],
] as const)('a store that %s says nothing of what was left out', async (_, line, by, written) => {
  const load = weakened({ file: 'device-agent/store/device-store.ts', line, by })
  const build = { ...(await load('device-store.ts')), ...(await load('medium.ts')) }
  const { refused, types } = entriesOfDay(build)
  expect(refused).toBe(written)
  expect(types).toMatchObject([{ type: 'batch.sealed' }, { type: 'polls.closed' }])
})
