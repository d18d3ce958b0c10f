import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { uniform } from '../../core/ballot-box/draw.ts'
import { countDirectly } from '../../demo/elections/gy-les-nonains.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { SANDOGH } from './command.ts'
import { type DayEnd, type Kill, runDay } from './day.ts'
import type { PtyDevice } from './pty-device.ts'

/** The command with a store that says a vote is on the disk a second before it is. */
const WEAKENED = fileURLToPath(new URL('weakened/sandogh.ts', import.meta.url))
/** State byte of a voter's card that was used (docs/card.md). */
const SPENT = 3
/** Some of these milliseconds after the voter's word the vote is not recorded yet, and some it is. */
const RECORDING_MS = 16
const LONGEST_MS = 240_000

const folder = mkdtempSync(join(tmpdir(), 'sandogh-kill-'))
const devices: PtyDevice[] = []
afterAll(async () => {
  for (const device of devices) await device.end()
  rmSync(folder, { recursive: true, force: true })
})

const seed = process.env['SEED'] ?? String(Date.now() % 1_000_000)
const random = seededRandom(seed)
const afterTheWord = (): Kill => ({ after: 'accept-touched', delayMs: uniform(RECORDING_MS, random) })

describe.concurrent('a device that is killed with kill -9', () => {
  it(`while voters choose and compare goes on with two cards, and the day ends with the same totals (SEED=${seed})`, {
    timeout: LONGEST_MS,
  }, async () => {
    const day = await run('choosing', SANDOGH, false, [
      { after: 'half-a-code', delayMs: 0 },
      { after: 'printing', delayMs: uniform(300, random) },
      { after: 'slip-hangs', delayMs: 0 },
      afterTheWord(),
    ])
    expect(day.again.slice(0, 3).map(({ card }) => card)).toEqual(['goes-on', 'goes-on', 'goes-on'])
    expectSound(day)
  })

  it(`when votes are just recorded, and while polls open and close, counts each of them once (SEED=${seed})`, {
    timeout: LONGEST_MS,
  }, async () => {
    const day = await run('recording', SANDOGH, true, [
      { after: 'recorded', delayMs: 0 },
      afterTheWord(),
      { after: 'thanked', delayMs: 0 },
    ])
    expect([day.again[0]?.card, day.again[2]?.card]).toEqual(['refused', 'refused'])
    expectSound(day)
  })

  it('would lose a vote here if its store acknowledged what is not yet on the disk', {
    timeout: LONGEST_MS,
  }, async () => {
    const day = await run('weakened', WEAKENED, false, [{ after: 'thanked', delayMs: 0 }])
    expect(() => expectTotals(day)).toThrow()
    expect(day.audited.ballots).toBe(day.meant.length - 1)
  })
})

function run(name: string, entry: string, atOfficers: boolean, kills: readonly Kill[]): Promise<DayEnd> {
  return runDay({
    out: join(folder, name),
    seed: `${seed} ${name}`,
    entry,
    undisturbed: 3,
    kills,
    atOfficers,
    started: (device) => devices.push(device),
  })
}

/** Nothing was lost, nothing counted twice; record, paper and cards agree. */
function expectSound(day: DayEnd): void {
  expectTotals(day)
  expect(day.cardStates).toEqual(day.meant.map(() => SPENT))
  // One complete slip a ballot, and a void one for each slip that hung unrecorded.
  expect(sorted(day.box.slips)).toEqual(sorted(day.meant))
  const hung = day.again.filter(({ kill, card }) => card === 'goes-on' && kill.after !== 'half-a-code')
  expect(day.box).toMatchObject({ voids: hung.length, unclear: 0 })
  expect(day.audited.voidSlips).toBe(hung.length)
  expect(day.audited.receipt).not.toBeNull()
  expect(day.centreBallots).toBe(day.meant.length)
  expect(day.alarms).toBe(0)
}

/** The audit holds, and its totals are what the voters meant. */
function expectTotals({ audited, meant }: DayEnd): void {
  expect(audited.holds).toBe(true)
  expect(audited.ballots).toBe(meant.length)
  expect(audited.blank).toBe(meant.filter((codes) => codes.length === 0).length)
  expect(audited.votes).toEqual(countDirectly(meant))
}

function sorted(ballots: readonly (readonly string[])[]): string[] {
  return ballots.map((codes) => [...codes].sort().join(',')).sort()
}
