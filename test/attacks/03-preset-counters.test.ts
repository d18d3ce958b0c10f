/**
 * Hursti, 2005: the memory card of an AccuVote-OS carried counters that began at plus and minus the same number. The zero report was printed
 * by the card itself, the sum came out right, and votes had moved.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Tally, tallyJson } from '../../core/election/tally.ts'
import { valueOrThrow } from '../../core/result.ts'
import type { Json } from '../../core/text/canonical-json.ts'
import type { StoreParts } from '../../device-agent/store/device-store.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { newFolder } from '../device-agent/store/device.ts'
import {
  dayKey,
  device,
  deviceRow,
  officers,
  opening,
  partsFor,
  station,
} from '../device-agent/store/voting.ts'
import { type Build, realBuild, weakenedBuild } from './weakened/weaken.ts'
import { opensOnAnyCount, signedCounters } from './weakened/weakenings.ts'

const { definition } = station.electionPackage

/** A medium that answers with counters of its own, sealed with the keys that are really in use. */
function openOnPresetMedium(build: Build): { readonly shown: Tally; readonly opened: boolean } {
  const folder = newFolder()
  const medium = valueOrThrow(build.Medium.create(folder, deviceRow, seededRandom('preset')))
  const honest = medium.pool.bind(medium)
  const preset = (): Uint8Array | undefined => {
    const block = honest()
    const slots = readFileSync(join(folder, 'slots.bin'))
    for (const at of [0, 4096]) {
      const keys = { dayKey: dayKey(), slotKey: slots.subarray(at, at + 32), origin: device.origin }
      const pool = block && build.pool.openPool(definition, block, keys)
      if (pool === undefined) continue
      const tally = pool.tally.map((contest, i) =>
        i === 0
          ? { ...contest, options: contest.options.map((_, option) => (option === 0 ? 100 : 0)) }
          : contest,
      )
      return build.pool.sealPool(definition, { ...pool, tally }, keys)
    }
    return block
  }
  Object.defineProperty(medium, 'pool', { value: preset })
  const media: StoreParts['media'] = [medium]
  const store = build.DeviceStore.begin(partsFor(media, 'preset'), opening)
  const shown = valueOrThrow(store.preparePool(dayKey()))
  store.append({ type: 'report.printed', report: 'zero' })
  try {
    store.openPolls(officers)
  } catch {
    // Refused: the journal says whether.
  }
  const opened = store.day.polls === 'open'
  store.close()
  return { shown, opened }
}

test('counters preset on the medium show on the zero report and block the opening', async () => {
  const { shown, opened } = openOnPresetMedium(await realBuild())
  expect(shown[0]?.options[0]).toBe(100)
  expect(opened).toBe(false)
})

test('a build that only prints the counters would open', async () => {
  expect(openOnPresetMedium(await weakenedBuild(opensOnAnyCount)).opened).toBe(true)
})

/** The smallest count that any 4 bytes on a medium, or any number in a released tally, can be made to mean. */
function smallestCount({ tally }: Build): number {
  let smallest = 0
  const size = tally.tallySize(definition)
  const take = (read: Tally | undefined) => {
    for (const { valid, blank, options } of read ?? [])
      smallest = Math.min(smallest, valid, blank, ...options)
  }
  fc.assert(
    fc.property(fc.uint8Array({ minLength: size, maxLength: size }), fc.integer(), (bytes, count) => {
      take(tally.decodeTally(definition, bytes))
      const released = tallyJson(definition, tally.emptyTally(definition)) as Json[]
      const changed = [{ ...(released[0] as object), valid: count }, ...released.slice(1)]
      const parsed = tally.parseTally(definition, changed as Json, 'tally.json')
      if (parsed.ok) take(parsed.value)
    }),
  )
  return smallest
}

test('no bytes of a counter and no released number mean less than nothing', async () => {
  expect(smallestCount(await realBuild())).toBe(0)
})

test('a build with signed counters would take a negative one', async () => {
  expect(smallestCount(await weakenedBuild(signedCounters))).toBeLessThan(0)
})
