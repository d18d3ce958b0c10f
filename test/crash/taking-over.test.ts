/** A takeover on a disk that refuses, from a medium that cannot be read, and killed at its system calls. */
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { uniform } from '../../core/ballot-box/draw.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { weakenedSources } from '../end-to-end/weakened/build.ts'
import {
  countCalls,
  type Dead,
  deadMedia,
  faultyTakeover,
  findUnsound,
  fingerprintsOf,
  removeDead,
} from './taking-over.ts'

const seed = process.env['SEED'] ?? String(Date.now() % 1_000_000)
const dead = deadMedia('taking over', 40)
afterAll(() => removeDead(dead))
const [first = ''] = dead.media

test('a medium that does not give out its slots is called unreadable, and nothing is thrown', () => {
  const slots = [join(first, 'slots.bin')]
  expect(faultyTakeover(dead, ['EIO', 'pread64', '1+'], slots).said).toBe('takeover.unreadable')
})

test('and the spare itself is blamed by a build that takes every error of a takeover for its own', () => {
  const root = weakenedSources({
    file: 'device-agent/store/dead-medium.ts',
    line: '    return unreadable(path, codeOf(error))\n  }\n}\n\n/** What the slip',
    by: '    throw error\n  }\n}\n\n/** What the slip',
  })
  const slots = [join(first, 'slots.bin')]
  expect(faultyTakeover({ ...dead, root }, ['EIO', 'pread64', '1+'], slots).said).toBe('takeover.storage')
})

test('a medium that does not give out its database is called unreadable', () => {
  expect(faultyTakeover(dead, ['EIO', 'read', '1+'], [join(first, 'ballots.db')]).said).toBe(
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

/** Takeovers killed at a call drawn by lot from each of these kinds: what is wrong with each. */
function killedEach(from: Dead, names: readonly string[]): readonly string[] {
  const calls = countCalls(from)
  const random = seededRandom(`killed while taking over ${seed}`)
  return names.map((name) => {
    const n = 1 + uniform(calls.get(name) ?? 1, random)
    const { home, isKilled, said } = faultyTakeover(from, ['SIGKILL', name, String(n)])
    return `${name}: ${isKilled ? (findUnsound(from, home) ?? 'sound') : `not killed, ${said}`}`
  })
}

test(`killed at a call it has all of it, or nothing and can do it again; the old media stay as they were (SEED=${seed})`, () => {
  const before = fingerprintsOf(dead)
  const names = ['pwrite64', 'fsync', 'rename']
  expect(killedEach(dead, names)).toEqual(names.map((name) => `${name}: sound`))
  expect(fingerprintsOf(dead)).toBe(before)
})

test('a build that makes the media under their own names at once would start with half of them, which this test tells', () => {
  const root = weakenedSources({
    file: 'device-agent/ballot/setup.ts',
    line: '  const parts = [',
    by: '  const parts = [first, second] as const\n  const aside = [',
  })
  const weak = { ...dead, root }
  const { home, isKilled } = faultyTakeover(weak, ['SIGKILL', 'fdatasync', '2'])
  expect(isKilled).toBe(true)
  expect(findUnsound(weak, home)).toBeDefined()
})
