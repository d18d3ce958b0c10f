/** A takeover on a disk that refuses, from a medium that cannot be read, killed at its system calls, and cut off from its power. */
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { uniform } from '../../core/ballot-box/draw.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { weakenedSources } from '../end-to-end/weakened/build.ts'
import { findUnsound } from './judge-takeover.ts'
import { describeBroken, judgeTakeoverCuts, type PowerCut, takeoverCuts } from './power-cuts.ts'
import { refusedTakeover, TAKEOVER_ANSWERS } from './refused-takeover.ts'
import type { Recording } from './strace.ts'
import {
  countCalls,
  deadMedia,
  type Files,
  faultyTakeover,
  fingerprintsOf,
  recordTakeover,
  removeDead,
  SECOND,
  SECOND_NAMED,
  type Taking,
} from './taking-over.ts'
import { deafToSync, namesUnsynced } from './weakened.ts'

const seed = process.env['SEED'] ?? String(Date.now() % 1_000_000)
const dead = deadMedia('taking over', 40)
afterAll(() => removeDead(dead))
const [first = ''] = dead.media

/** One of them by lot. */
function oneOf<T>(all: readonly T[], lot: string): T {
  const drawn = all[uniform(all.length, seededRandom(`${lot} ${seed}`))]
  if (drawn === undefined) throw new Error(`nothing to draw from: ${lot}`)
  return drawn
}

test('a medium that does not give out its slots is called unreadable, and nothing is thrown', () => {
  const slots = [join(first, 'slots.bin')]
  expect(faultyTakeover(dead, ['EIO', 'pread64', '1+'], () => slots).said).toBe('takeover.unreadable')
})

test('and the spare itself is blamed by a build that takes every error of a takeover for its own', () => {
  const root = weakenedSources({
    file: 'device-agent/store/dead-medium.ts',
    line: '    return unreadable(path, codeOf(error))\n  }\n}\n\n/** What the slip',
    by: '    throw error\n  }\n}\n\n/** What the slip',
  })
  const slots = [join(first, 'slots.bin')]
  expect(faultyTakeover({ ...dead, root }, ['EIO', 'pread64', '1+'], () => slots).said).toBe(
    'takeover.storage',
  )
})

test('a medium that does not give out its database is called unreadable', () => {
  expect(faultyTakeover(dead, ['EIO', 'read', '1+'], () => [join(first, 'ballots.db')]).said).toBe(
    'takeover.unreadable',
  )
})

test.each([
  ['write', 'ENOSPC'],
  ['mkdir', 'EROFS'],
  ['fsync', 'EIO'],
  ['fdatasync', 'EIO'],
] as const)('a spare whose own disk answers %s with %s says that it is its own', (call, fault) => {
  const { said } = faultyTakeover(dead, [fault, call, '1+'])
  expect(said).toBe('takeover.storage')
})

/** What is wrong with a takeover that is killed at a call drawn by lot from those of a name. */
function killedAt(from: Taking, name: string, count: number, files?: Files): string {
  const n = 1 + uniform(count, seededRandom(`killed while taking over ${seed} ${name}`))
  const { home, isDone, isKilled, said } = faultyTakeover(from, ['SIGKILL', name, String(n)], files)
  return `${name}: ${isKilled ? (findUnsound({ dead: from, home, isDone }) ?? 'sound') : `not killed, ${said}`}`
}

test(`killed at a call it has all of it, or nothing and can do it again; the old media stay as they were (SEED=${seed})`, () => {
  const before = fingerprintsOf(dead)
  const calls = countCalls(dead)
  for (const name of ['pwrite64', 'rename'])
    expect(killedAt(dead, name, calls.get(name) ?? 1)).toBe(`${name}: sound`)
  const [name, count] = oneOf([...countCalls(dead, SECOND_NAMED)], 'call of the second')
  expect(killedAt(dead, name, count, SECOND_NAMED)).toBe(`${name}: sound`)
  expect(fingerprintsOf(dead)).toBe(before)
})

test('a build that makes the media under their own names at once is left with half of one, and does not come back', () => {
  const root = weakenedSources({
    file: 'device-agent/ballot/setup.ts',
    line: '  const parts = [',
    by: '  const parts = [first, second] as const\n  const aside = [',
  })
  const weak = { ...dead, root }
  const { home, isDone, isKilled } = faultyTakeover(weak, ['SIGKILL', 'fdatasync', '2'])
  expect(isKilled).toBe(true)
  expect(findUnsound({ dead: weak, home, isDone })).toContain(
    'medium-a/ballots.db: there is no ballot database here',
  )
})

test(`a second medium that refuses is done without and told, or the spare says that its own storage does (SEED=${seed})`, () => {
  const counts = countCalls(
    dead,
    SECOND,
    TAKEOVER_ANSWERS.map(([, name]) => name),
  )
  const answer = oneOf(
    TAKEOVER_ANSWERS.filter(([, name]) => counts.has(name)),
    'answer of the second',
  )
  const n = 1 + uniform(counts.get(answer[1]) ?? 1, seededRandom(`refused while taking over ${seed}`))
  expect(refusedTakeover(dead, answer, n)).toBeUndefined()
})

test('a build that does not hear what a sync of its slots answers takes over on a medium that it must do without', () => {
  const weak = { ...dead, root: weakenedSources(deafToSync) }
  expect(refusedTakeover(weak, ['EIO', 'fdatasync', ''], 1)).toContain('nobody was told')
})

/** Of these power cuts the first that breaks something. */
function firstBroken(recording: Recording, cuts: readonly PowerCut[]): string | undefined {
  for (const { cut, broken } of judgeTakeoverCuts(dead, recording, cuts))
    if (broken !== undefined) return describeBroken(cut, broken)
  return undefined
}

test(`a power cut leaves all of a takeover, or nothing and it can be done again: a sample (SEED=${seed})`, () => {
  const recording = recordTakeover(dead)
  const cuts = takeoverCuts(recording.calls)
  const named = cuts.findIndex(({ gone }) => gone !== undefined)
  const random = seededRandom(`power cut while taking over ${seed}`)
  const drawn = [
    ...Array.from({ length: 4 }, () => uniform(named, random)),
    ...Array.from({ length: 8 }, () => named + uniform(cuts.length - named, random)),
  ]
  const inTime = drawn.toSorted((a, b) => a - b).flatMap((i) => cuts[i] ?? [])
  expect(firstBroken(recording, inTime)).toBeUndefined()
})

test('a build that does not sync the names of its new media forgets in a power cut that it took over', () => {
  const recording = recordTakeover({ ...dead, root: weakenedSources(namesUnsynced) })
  const done = recording.calls.findIndex(({ act }) => act.is === 'done') + 1
  const cuts = takeoverCuts(recording.calls).filter(({ after, fate }) => after === done && fate === 'lost')
  expect(firstBroken(recording, cuts)).toContain('it took over and knows nothing of it')
})
