/** A device kept everything twice: a spare goes on from the longer of its media, whichever is put in first, and never from two histories. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { valueOrThrow } from '../../../core/result.ts'
import { takeOver } from '../../../device-agent/ballot/takeover/take-over.ts'
import { chooseMedium, isSameMedium } from '../../../device-agent/store/dead-media.ts'
import { type DeadMedium, readDeadMedium } from '../../../device-agent/store/dead-medium.ts'
import { DeviceStore } from '../../../device-agent/store/device-store.ts'
import { Medium } from '../../../device-agent/store/medium.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { weakenedSources } from '../../end-to-end/weakened/build.ts'
import { PROGRAM } from '../../fixtures/program.ts'
import { beginOn, fillUp, imageOf, makeHome, newFolder } from './device.ts'
import { openHome } from './home.ts'
import { checks, firstSpare, people } from './spare.ts'
import { clock, dayKey, officers, openPolls, Voters } from './voting.ts'

const build = { DeviceStore, Medium }

function read(folder: string): DeadMedium {
  return valueOrThrow(readDeadMedium(imageOf(folder), join(newFolder(), 'work'), checks))
}

/** A device whose second medium failed after five of its voters, and counted no more. */
function lagging(seed: string, later: number) {
  const { store, folders, media } = beginOn(build, 2, seed)
  const voters = new Voters(seed)
  openPolls(store)
  for (let i = 0; i < 5; i += 1) voters.vote(store)
  const [first = '', second = ''] = folders
  const empty = fillUp(media[1] as Medium)
  for (let i = 0; i < later; i += 1) voters.vote(store)
  empty()
  return { store, first, second, voters }
}

test('a medium that was left behind at noon loses no vote of the afternoon, whichever is put in first', () => {
  const { first, second, voters } = lagging('noon', 70)
  const media = [read(first), read(second)]
  for (const given of [media, media.toReversed()]) {
    const found = valueOrThrow(chooseMedium(given))
    expect([found.day.casts, found.media]).toEqual([75, 'both'])
    const home = openHome(makeHome(newFolder(), firstSpare))
    const tools = { clock, random: seededRandom('noon spare'), program: PROGRAM }
    const store = valueOrThrow(takeOver(home, found, dayKey(), people, tools))
    expect(store.day.adopted).toMatchObject({ casts: 75, media: 'both' })
    expect(voters.nonces.every((nonce) => store.isSpent(nonce))).toBe(true)
    store.close()
  }
})

test('a build that goes on from the shorter would lose the afternoon, which this test tells', async () => {
  const { first, second } = lagging('weakened', 3)
  const line = 'b.day.size - a.day.size'
  const root = weakenedSources({
    file: 'device-agent/store/dead-media.ts',
    line,
    by: 'a.day.size - b.day.size',
  })
  const weak: { chooseMedium: typeof chooseMedium } = await import(
    join(root, 'device-agent/store/dead-media.ts')
  )
  const castsOf = (choose: typeof chooseMedium) => {
    const found = choose([read(first), read(second)])
    return found.ok ? found.value.day.casts : 'refused'
  }
  expect(castsOf(chooseMedium)).toBe(8)
  expect(castsOf(weak.chooseMedium)).not.toBe(8)
})

/** Takes over in a new home from media in the order in which they are given: how many votes, or why not. */
function takenFrom(media: readonly DeadMedium[], choose = chooseMedium): number | string {
  const found = valueOrThrow(choose(media))
  const home = openHome(makeHome(newFolder(), firstSpare))
  const tools = { clock, random: seededRandom('keyless spare'), program: PROGRAM }
  const store = takeOver(home, found, dayKey(), people, tools)
  if (!store.ok) return store.error.code
  store.value.close()
  return store.value.day.casts
}

/** A medium as it is with its key slots damaged, both. */
function keyless(folder: string): DeadMedium {
  const image = imageOf(folder)
  writeFileSync(join(image, 'slots.bin'), new Uint8Array(8192).fill(3))
  return read(image)
}

describe('what waited does not open on one medium', () => {
  test.each([0, 1] as const)('of two that are as long (%i): it is opened from the other', (lost) => {
    const { store, folders } = beginOn(build, 2, 'keyless')
    openPolls(store)
    const voters = new Voters('keyless')
    while (voters.nonces.length < 40) voters.vote(store)
    const media = folders.map((folder, i) => (i === lost ? keyless(folder) : read(folder)))
    expect([takenFrom(media), takenFrom(media.toReversed())]).toEqual([40, 40])
    expect(takenFrom(folders.map(keyless))).toBe('takeover.boxes-damaged')
    expect(takenFrom([keyless(folders[lost] ?? '')])).toBe('takeover.box-damaged')
  })

  test('and the other lacks an entry and no vote: it is opened from that', () => {
    const { store, folders } = beginOn(build, 2, 'keyless and longer')
    openPolls(store)
    new Voters('keyless and longer').vote(store)
    const shorter = read(folders[1] ?? '')
    store.append({ type: 'printer.paper_low' })
    const longer = keyless(folders[0] ?? '')
    expect(longer.day.size).toBeGreaterThan(shorter.day.size)
    expect([takenFrom([longer, shorter]), takenFrom([shorter, longer])]).toEqual([1, 1])
  })

  test('a build that tries the first of the longest alone finds damage, which these tests tell', async () => {
    const { store, folders } = beginOn(build, 2, 'keyless and weakened')
    openPolls(store)
    new Voters('keyless and weakened').vote(store)
    const root = weakenedSources({
      file: 'device-agent/store/dead-media.ts',
      line: 'sorted.flatMap(poolsOf)',
      by: 'poolsOf(longest)',
    })
    const weak: { chooseMedium: typeof chooseMedium } = await import(
      join(root, 'device-agent/store/dead-media.ts')
    )
    const media = [keyless(folders[0] ?? ''), read(folders[1] ?? '')]
    expect([takenFrom(media), takenFrom(media, weak.chooseMedium)]).toEqual([1, 'takeover.boxes-damaged'])
  })

  test('and the other lacks a vote: what it opens is not the day’s', () => {
    const { store, folders } = beginOn(build, 2, 'keyless and behind')
    openPolls(store)
    const voters = new Voters('keyless and behind')
    voters.vote(store)
    const behind = read(folders[1] ?? '')
    voters.vote(store)
    expect(takenFrom([keyless(folders[0] ?? ''), behind])).toBe('takeover.boxes-damaged')
  })
})

test('one medium alone says that it was not held against the other', () => {
  const { second } = lagging('alone', 3)
  expect(chooseMedium([read(second)])).toMatchObject({ ok: true, value: { media: 'one' } })
})

test('a medium that was left behind says so wherever the one that went on is not beside it as it was', () => {
  const { store, first, second, voters } = lagging('marked', 3)
  const before = read(first)
  voters.vote(store)
  const [now, behind] = [read(first), read(second)]
  const isLeftBehind = (media: readonly DeadMedium[]) => valueOrThrow(chooseMedium(media)).isLeftBehind
  expect([now, [now, behind], [before, behind], behind].map((media) => isLeftBehind([media].flat()))).toEqual(
    [false, false, false, true],
  )
  const rolledBack = { ...behind, further: 0, block: new Uint8Array(1) }
  expect(isLeftBehind([behind, rolledBack])).toBe(true)
})

test('a device that was closed is not gone on with from the medium that does not know it', () => {
  const { store, first, second } = lagging('closed', 3)
  store.closePolls(officers)
  const found = chooseMedium([read(second), read(first)])
  expect(found.ok ? 'found' : found.error.code).toBe('takeover.finished')
})

test('two histories are refused', () => {
  const { store, folders } = beginOn(build, 2, 'fork')
  openPolls(store)
  const voters = new Voters('fork')
  voters.vote(store)
  const before = read(folders[1] ?? '')
  voters.vote(store)
  const now = read(folders[0] ?? '')
  const other = { ...before, root: new Uint8Array(32) }
  const found = chooseMedium([now, other])
  expect(found.ok ? 'found' : found.error.code).toBe('takeover.forked')
})

test('one medium put in twice is one medium, and the two of a device are not', () => {
  const { folders } = (() => {
    const begun = beginOn(build, 2, 'same')
    openPolls(begun.store)
    new Voters('same').vote(begun.store)
    return begun
  })()
  const [first, again, second] = [folders[0], folders[0], folders[1]].map((folder) => read(folder ?? ''))
  expect(isSameMedium(first as DeadMedium, again as DeadMedium)).toBe(true)
  expect(isSameMedium(first as DeadMedium, second as DeadMedium)).toBe(false)
})
