import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { uniform } from '../../core/ballot-box/draw.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { describeWith, STRACE } from '../oracles/needs.ts'
import { SANDOGH } from './command.ts'
import { runKilledDay } from './killed-day.ts'
import { findUnsound } from './killed-days.ts'
import type { PtyDevice } from './pty-device.ts'
import type { AtCall } from './trap.ts'

const folder = mkdtempSync(join(tmpdir(), 'sandogh-calls-'))
const devices: PtyDevice[] = []
afterAll(async () => {
  for (const device of devices) await device.end()
  rmSync(folder, { recursive: true, force: true })
})

const seed = process.env['SEED'] ?? String(Date.now() % 1_000_000)
const random = seededRandom(`${seed} calls`)
/** About so many there are in each of opening, session and closing. */
const somewhere = (): readonly AtCall[] => [
  { call: 'write', nth: 1 + uniform(100, random) },
  { call: 'pwrite64', nth: 1 + uniform(20, random) },
  { call: 'fdatasync', nth: 1 + uniform(4, random) },
]

describeWith([STRACE], `a device killed at system calls of its own (SEED=${seed})`, () => {
  test('loses no vote, doubles none and ends its day: a sample', { timeout: 240_000 }, async () => {
    const [opening, closing] = [somewhere()[0], somewhere()[1]]
    const day = await runKilledDay({
      out: join(folder, 'day'),
      seed,
      entry: SANDOGH,
      ...(opening && { opening }),
      ...(closing && { closing }),
      voters: each(somewhere()),
      started: (device) => devices.push(device),
    })
    expect(day.found.some(({ killed }) => killed)).toBe(true)
    expect(findUnsound(day)).toEqual([])
  })
})

function* each(all: readonly AtCall[]): Generator<AtCall, void> {
  yield* all
}
