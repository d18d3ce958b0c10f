/** GEMS, from the auditor's side: a device that cuts its own journal and signs what is left is contradicted by what its neighbours saw. */
import { expect, test } from 'vitest'
import { makeStation, type TestDevice } from '../audit/fixtures.ts'
import { blindToOtherRoots, blindToTwoHeads, weakenedVerifyCount } from '../audit/weakened/weaken.ts'
import { bundleOf, entriesOf, eventsOf, unseenBundle, verdictOn } from './auditor.ts'

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
