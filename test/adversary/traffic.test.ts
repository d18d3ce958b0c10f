/**
 * Whoever listens on the line, encrypted or not, sees when a message passes, whose it is and how long. Two days with the same random numbers and the same
 * people at the same times, who choose differently with equally many keys, must look the same: up to the length of the released totals, which are the
 * result. While the polls are open the times must be the same to the millisecond. After closing no ballot is cast, and a device speaks when its officers
 * are done: those times hang on how fast the I/O board's real library runs, and differ between two runs of one day by tenths of a second.
 */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it, test } from 'vitest'
import { STATUS_BYTES } from '../../core/messages/status.ts'
import type { Overheard, ScannedDay } from './scanned-day.ts'
import { TRAFFIC_LEAKS } from './weakened/leaks.ts'

const DAY = fileURLToPath(new URL('scanned-day.ts', import.meta.url))
/** One seed: with another a vote might fall on a turn of the timer, and tenths of a second decide in which message it goes. */
const SEED = 'traffic'
/** A turn of the timer passes between the votes of the first device; all three close, so that totals are released. */
const VOTERS = [2, 1, 1]
const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

interface Traffic {
  /** Virtual time, topic and length of each message before the first that closes the polls, in order of time and topic. */
  readonly open: readonly (readonly [at: number, topic: string, length: number])[]
  /** Topic and length of each message after it, in the order of each topic. */
  readonly after: ReadonlyMap<string, readonly number[]>
  /** The released totals, which differ if the choices did. */
  readonly released: readonly string[]
}

async function trafficOf(day: Pick<ScannedDay, 'choose' | 'leaks'>): Promise<Traffic> {
  const out = mkdtempSync(join(tmpdir(), 'sandogh-traffic-'))
  folders.push(out)
  const whole: ScannedDay = { ...day, seed: SEED, voters: VOTERS, out }
  await promisify(execFile)(process.execPath, [DAY, JSON.stringify(whole)], { timeout: 240_000 })
  const messages = readFileSync(join(out, 'messages.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Overheard)
  const isTotals = (topic: string) => topic.endsWith('/up/tally')
  const seen = messages.map(({ at, topic, payload }) => {
    const length = isTotals(topic) ? 0 : Buffer.from(payload, 'base64').length
    return [at, topic, length] as const
  })
  const closing = messages.findIndex(({ payload }) => Buffer.from(payload, 'base64').includes('polls.closed'))
  const after = new Map<string, number[]>()
  for (const [, topic, length] of seen.slice(closing)) after.set(topic, [...(after.get(topic) ?? []), length])
  return {
    open: seen.slice(0, closing).toSorted(([a, here], [b, there]) => a - b || (here < there ? -1 : 1)),
    after,
    released: messages.filter(({ topic }) => isTotals(topic)).map(({ payload }) => payload),
  }
}

/** One day twice: everybody chooses from the one end of the list, or everybody from the other. */
async function bothWays(...leaks: readonly string[]): Promise<readonly [Traffic, Traffic]> {
  return Promise.all([trafficOf({ leaks, choose: 'first' }), trafficOf({ leaks, choose: 'last' })])
}

describe('what a listener on the line sees', () => {
  test('is the same whatever was chosen: times, topics, lengths and number of messages', {
    timeout: 300_000,
  }, async () => {
    const [first, last] = await bothWays()
    expect(first.released.length).toBeGreaterThan(0)
    expect(last.released).not.toEqual(first.released)
    expect(new Set([...first.after.keys()].map((topic) => topic.split('/').slice(3).join('/')))).toEqual(
      new Set(['up/entries', 'down/receipt', 'up/tally', 'down/answer']),
    )
    // Three devices speak at three turns of the timer or more, and are answered.
    expect(first.open.length).toBeGreaterThanOrEqual(12)
    const statuses = first.open.filter(([, topic]) => topic.endsWith('/up/status'))
    expect(statuses.length).toBeGreaterThanOrEqual(3)
    expect(new Set(statuses.map(([, , length]) => length))).toEqual(new Set([STATUS_BYTES]))
    expect(last.open).toEqual(first.open)
    expect(last.after).toEqual(first.after)
  })

  for (const [leak, { story }] of Object.entries(TRAFFIC_LEAKS)) {
    it(`differs in a build that tells: ${leak}, ${story}`, { timeout: 300_000 }, async () => {
      const [first, last] = await bothWays(leak)
      expect(last.open).not.toEqual(first.open)
    })
  }
})
