/** A device whose clock was set back while it was off: the journal says so before anything else of that start. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { valueOrThrow } from '../../../core/result.ts'
import { setUpStore } from '../../../device-agent/ballot/setup.ts'
import { startStore } from '../../../device-agent/ballot/start-store.ts'
import type { DeviceStore } from '../../../device-agent/store/device-store.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { VirtualClock } from '../../../simulator/virtual-clock.ts'
import { OPENING } from '../../audit/fixtures.ts'
import { PROGRAM } from '../../fixtures/program.ts'
import { makeHome } from '../store/device.ts'
import { openHome } from '../store/home.ts'
import { openPolls, clock as storeClock } from '../store/voting.ts'

const HOUR_MS = 3_600_000

/** A device that was switched off with its polls open, and starts of it at other times. */
function switchedOff() {
  const folder = makeHome()
  const [home, random] = [openHome(folder), seededRandom(folder)]
  const store = valueOrThrow(setUpStore(home, storeClock, random, PROGRAM))
  openPolls(store)
  store.close()
  let size = store.day.size
  /** @returns what that start wrote */
  const startAt = (now: number) => {
    const started = valueOrThrow(startStore({ home, clock: new VirtualClock(now), random }))
    const told = entriesOf(started).slice(size)
    size = started.day.size
    started.close()
    return told
  }
  return { folder, startAt }
}

function entriesOf(store: DeviceStore): readonly { readonly type: string; readonly seconds?: number }[] {
  return store.entriesFrom(0).map((bytes) => JSON.parse(Buffer.from(bytes).toString('utf8')))
}

const types = (told: ReturnType<typeof entriesOf>) => told.map(({ type }) => type)

test('by an hour: it is told with its seconds, once', () => {
  const { startAt } = switchedOff()
  expect(startAt(OPENING - HOUR_MS)).toMatchObject([
    { type: 'clock.jumped', way: 'back', seconds: 3_600 },
    { type: 'polls.paused', reason: 'restart' },
  ])
  expect(startAt(OPENING - HOUR_MS)).toEqual([])
  expect(types(startAt(OPENING - 3 * HOUR_MS))).toEqual(['clock.jumped'])
})

test('by a little, or forward: nothing is told', () => {
  const { startAt } = switchedOff()
  expect(types(startAt(OPENING - 4_000))).toEqual(['polls.paused'])
  expect(startAt(OPENING + 12 * HOUR_MS)).toEqual([])
})

test('to 1970: it is told like any other', () => {
  expect(switchedOff().startAt(0)).toMatchObject([
    { type: 'clock.jumped', way: 'back', seconds: OPENING / 1000 },
    { type: 'polls.paused' },
  ])
})

test('where the start has to tell of a medium first: all the same', () => {
  const { folder, startAt } = switchedOff()
  rmSync(join(folder, 'medium-b'), { recursive: true })
  expect(startAt(OPENING - HOUR_MS)).toMatchObject([
    { type: 'medium.lost' },
    { type: 'clock.jumped', seconds: 3_600 },
    { type: 'polls.paused' },
  ])
  expect(startAt(OPENING - HOUR_MS)).toEqual([])
})
