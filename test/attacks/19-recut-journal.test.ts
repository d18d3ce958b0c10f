/** GEMS, from the auditor's side: a device that cuts its own journal and signs what is left is contradicted by what its neighbours saw. */
import { expect, test } from 'vitest'
import type { JournalEvent } from '../../core/journal/catalogue.ts'
import { makeStation, type TestDevice } from '../audit/fixtures.ts'
import { blindToOtherRoots, blindToTwoHeads, weakenedVerifyCount } from '../audit/weakened/weaken.ts'
import { bundleOf, entriesOf, eventsOf, unseenBundle, verdictOn } from './auditor.ts'
import { blindToSecondClosing, blindToSequence } from './weakened/audit.ts'

const station = makeStation('recut journal', { casts: [33, 34] })
const [device, neighbour] = station.devices as [TestDevice, TestDevice]

const kept = eventsOf(device).filter(({ type }) => type !== 'printer.trouble')

/** The journal without its printer incident, signed anew, and made as long as it was. */
const recut: TestDevice = {
  ...device,
  entries: entriesOf([...kept, { type: 'report.printed', report: 'totals' }]),
}

test('an entry taken out and the gap closed is found by the heads that a neighbour holds, and by nothing else', async () => {
  const seen = { bundles: [unseenBundle(station, recut), bundleOf(station, neighbour)] }
  expect(verdictOn(seen, station)).toMatch(/^d-02\/cosigned\.json note \d+$/)
  const weakened = await weakenedVerifyCount([blindToOtherRoots, blindToTwoHeads])
  expect(verdictOn(seen, station, weakened)).toBe('holds')
  expect(verdictOn({ bundles: [unseenBundle(station, recut)] }, station)).toBe('holds')
})

test('a cleared journal has no day, and a truncated one no closing', () => {
  for (const size of [0, 3, device.entries.length - 2]) {
    const cut = { ...device, entries: device.entries.slice(0, size) }
    expect(verdictOn({ bundles: [unseenBundle(station, cut)] }, station)).toMatch(
      /^d-01\/(journal\.jsonl|checkpoint)$/,
    )
  }
})

test('an entry taken out of a journal that keeps its numbers is missed at the next one', async () => {
  const places = [...device.entries.keys()].slice(1, -1)
  const trouble = eventsOf(device).findIndex(({ type }) => type === 'printer.trouble')
  const without = (seq: number) => ({ ...device, entries: device.entries.toSpliced(seq, 1) })
  for (const seq of places) {
    const verdict = verdictOn({ bundles: [unseenBundle(station, without(seq))] }, station)
    expect(verdict).toMatch(new RegExp(`^d-01/journal\\.jsonl entry ${seq}( |$)`))
  }
  const weakened = await weakenedVerifyCount(blindToSequence)
  const bundles = [unseenBundle(station, without(trouble))]
  expect(verdictOn({ bundles }, station, weakened)).toBe('holds')
})

const events = eventsOf(device)
const closing = events.findIndex(({ type }) => type === 'polls.closed')

test('a journal that was ended and goes on, or is closed a second time, is found at the first entry that cannot follow', async () => {
  const more: readonly JournalEvent[] = [{ type: 'ballot.cast', count: 34 }]
  const again = [...events, ...events.slice(closing)]
  for (const longer of [[...events, ...more], again]) {
    const entry = events.length
    const lying = { ...device, entries: entriesOf(longer) }
    expect(verdictOn({ bundles: [unseenBundle(station, lying)] }, station)).toBe(
      `d-01/journal.jsonl entry ${entry} (${longer[entry]?.type})`,
    )
  }
  const weakened = await weakenedVerifyCount(blindToSecondClosing)
  const reclosed = { ...device, entries: entriesOf(again) }
  expect(verdictOn({ bundles: [unseenBundle(station, reclosed)] }, station, weakened)).toBe('holds')
})

test('a journal that was ended before its last ballots, and closed anew, does not have what its closing says', () => {
  const early = [...events.slice(0, closing - 6), ...events.slice(closing)]
  const entry = closing - 6
  const lying = { ...device, entries: entriesOf(early) }
  expect(verdictOn({ bundles: [unseenBundle(station, lying)] }, station)).toBe(
    `d-01/journal.jsonl entry ${entry} (polls.closed)`,
  )
})
