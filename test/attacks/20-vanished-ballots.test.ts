/**
 * Humboldt, 2008: a program that lost its deck 0 under certain conditions, and 197 ballots with it; its counts looked whole. Here every ballot is
 * in a batch that the journal names with its count and its root, and the auditor misses a batch or a ballot wherever it was: first, last or only.
 */
import { expect, test } from 'vitest'
import { formatBatches } from '../../core/bundle/bundle.ts'
import type { JournalEvent } from '../../core/journal/catalogue.ts'
import { makeStation, type TestDevice } from '../audit/fixtures.ts'
import { weakenedVerifyCount } from '../audit/weakened/weaken.ts'
import { bundleOf, entriesOf, eventsOf, unseenBundle, type VerifyCount, verdictOn } from './auditor.ts'
import { blindToCountAtClosing, blindToDeckZero, blindToLastDeck } from './weakened/audit.ts'

/** Around the sizes of a batch and of a pool; the last device seals a batch before closing too. */
const CASTS = [0, 1, 31, 32, 63, 64, 65, 96]
const station = makeStation('vanished', { casts: CASTS })

type Batches = TestDevice['batches']

/** The number of ballots in each batch. */
const sizes = (batches: Batches) => [...batches.values()].map(({ length }) => length)

/** Something that is gone from a device's ballots, and the batch in which it is missing. */
interface Loss {
  readonly device: TestDevice
  readonly batch: number
  readonly what: string
  readonly left: Batches
}

/** Each batch gone; and of each batch its first, its last and a middle ballot. */
const losses: readonly Loss[] = station.devices.flatMap((device) =>
  [...device.batches].flatMap(([batch, ballots]): Loss[] => {
    const without = [...device.batches].filter(([number]) => number !== batch)
    const places = [...new Set([0, ballots.length >> 1, ballots.length - 1])]
    return [
      { device, batch, what: 'batch', left: new Map(without) },
      ...places.map((place) => ({
        device,
        batch,
        what: `ballot ${place} of ${ballots.length}`,
        left: new Map([...device.batches, [batch, ballots.filter((_, i) => i !== place)]]) as Batches,
      })),
    ]
  }),
)

/** What a build misses of the losses, though the device itself signed what is left. */
function missedBy(verify?: VerifyCount): readonly Loss[] {
  return losses.filter(({ device, left, batch }) => {
    const bundle = bundleOf(station, device, { 'batches.jsonl': formatBatches(left) })
    const verdict = verdictOn({ bundles: [bundle] }, station, verify)
    if (verdict !== 'holds') expect(verdict).toBe(`${device.id}/batches.jsonl batch ${batch}`)
    return verdict === 'holds'
  })
}

test('devices with no ballot, one, and around the sizes of batch and pool hold', () => {
  expect(station.devices.map(({ batches }) => sizes(batches).reduce((sum, size) => sum + size, 0))).toEqual(
    CASTS,
  )
  expect(station.devices.map(({ batches }) => batches.size)).toEqual([0, 1, 1, 1, 1, 1, 1, 2])
  const bundles = station.devices.map((device) => bundleOf(station, device))
  for (const bundle of bundles) expect(verdictOn({ bundles: [bundle] }, station)).toBe('holds')
  expect(verdictOn({ bundles }, station)).toBe('holds')
})

test('a first, last or only batch that is gone is missed where it was, and so is one ballot of it', () => {
  expect(losses.length).toBeGreaterThan(24)
  expect(missedBy()).toEqual([])
})

test('a build that begins behind deck 0, or ends before the last, would miss none of what they held', async () => {
  const [first, last] = [
    await weakenedVerifyCount([blindToDeckZero]),
    await weakenedVerifyCount([blindToLastDeck]),
  ]
  expect(missedBy(first)).toEqual(losses.filter(({ batch }) => batch === 1))
  expect(missedBy(last)).toEqual(losses.filter(({ batch, device }) => batch === device.batches.size))
})

test('an empty batch that nobody sealed is found, also on a device without a ballot', () => {
  for (const device of station.devices) {
    const next = device.batches.size + 1
    const more = formatBatches(new Map([...device.batches, [next, []]]))
    const bundle = bundleOf(station, device, { 'batches.jsonl': more })
    expect(verdictOn({ bundles: [bundle] }, station)).toBe(`${device.id}/batches.jsonl batch ${next}`)
  }
})

/** The device forgot the batch in its journal too, moves the later ones down, and closes with one batch less. */
function forgetsInJournal(device: TestDevice, forgotten: number) {
  const events = eventsOf(device).flatMap((event): JournalEvent[] => {
    if (event.type === 'polls.closed') return [{ ...event, batches: event.batches - 1 }]
    if (event.type !== 'batch.sealed' || event.batch < forgotten) return [event]
    return event.batch === forgotten ? [] : [{ ...event, batch: event.batch - 1 }]
  })
  const left = [...device.batches].filter(([batch]) => batch !== forgotten)
  const batches = new Map(left.map(([_, ballots], i) => [i + 1, ballots]))
  const noted = forgotten === device.batches.size ? 'polls.closed' : 'batch.sealed'
  const entry = events.findIndex(({ type }) => type === noted)
  return {
    bundle: unseenBundle(station, { ...device, entries: entriesOf(events), batches }),
    place: `${device.id}/journal.jsonl entry ${entry} (${noted})`,
  }
}

test('a batch that the journal forgot as well is missed at the next one, or at closing, where it must have all that were cast', async () => {
  const weakened = await weakenedVerifyCount([blindToCountAtClosing])
  for (const device of station.devices) {
    for (const batch of device.batches.keys()) {
      const { bundle, place } = forgetsInJournal(device, batch)
      expect(verdictOn({ bundles: [bundle] }, station)).toBe(place)
      const isLast = batch === device.batches.size
      expect(verdictOn({ bundles: [bundle] }, station, weakened)).toBe(isLast ? 'holds' : place)
    }
  }
})
