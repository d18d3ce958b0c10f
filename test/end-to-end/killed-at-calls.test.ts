import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { Random } from '../../core/ports.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { describeWith, STRACE } from '../oracles/needs.ts'
import { SANDOGH } from './command.ts'
import { type Found, type KilledDayPlan, runKilledDay } from './killed-day.ts'
import { findUnsound, somewhere } from './killed-days.ts'
import type { PtyDevice } from './pty-device.ts'
import type { AtCall } from './trap.ts'
import { type Replacement, weakenedSources } from './weakened/build.ts'

const folder = mkdtempSync(join(tmpdir(), 'sandogh-calls-'))
const devices: PtyDevice[] = []
afterAll(async () => {
  for (const device of devices) await device.end()
  rmSync(folder, { recursive: true, force: true })
})

const seed = process.env['SEED'] ?? String(Date.now() % 1_000_000)
const KILLS = 3

describeWith([STRACE], `a device killed at system calls of its own (SEED=${seed})`, () => {
  test.concurrent('loses no vote, doubles none, and each crash is a row of the crash table: a sample', {
    timeout: 240_000,
  }, async () => {
    const random = seededRandom(`${seed} calls`)
    const [opening, closing] = [somewhere('opening', random), somewhere('closing', random)]
    const day = await dayOf('day', SANDOGH, { opening, closing, voters: untilKilled(KILLS, random) })
    expect(
      [day.opening, day.closing],
      `${opening.call} ${opening.nth}, ${closing.call} ${closing.nth}`,
    ).toEqual([true, true])
    expect(day.found.filter(({ killed }) => killed)).toHaveLength(KILLS)
    expect(findUnsound(day)).toEqual([])
  })

  /** The first sync of a slot in a session is the cast's own: the key of its new block. */
  test.concurrent('a device that marks the card spent before it records stands in no row', {
    timeout: 240_000,
  }, async () => {
    const entry = join(weakenedSources(spendsEarly), 'bin/sandogh.js')
    const day = await dayOf('weakened', entry, { voters: each([{ call: 'fdatasync', nth: 1 }]) })
    expect(day.found).toMatchObject([
      { killed: true, row: expect.stringContaining('no row: 0 votes, slip hanging, card 3') },
    ])
    expect(findUnsound(day)).not.toEqual([])
  })
})

const spendsEarly: Replacement = {
  file: 'device-agent/ballot/session/perform.ts',
  line: "      case 'record':\n",
  by: "      case 'record':\n        await this.#claimed?.card.spend()\n",
}

function dayOf(name: string, entry: string, plan: Pick<KilledDayPlan, 'opening' | 'closing' | 'voters'>) {
  return runKilledDay({
    ...plan,
    out: join(folder, name),
    seed: `${seed} ${name}`,
    entry,
    started: (device) => devices.push(device),
  })
}

/** A voter for each call by lot, until so many devices were killed; where a session has fewer calls of that name, half as many are counted. */
function* untilKilled(kills: number, random: Random): Generator<AtCall, void, Found | undefined> {
  for (let killed = 0; killed < kills; killed += 1) {
    let at = somewhere('session', random)
    while ((yield at)?.killed === false) at = { ...at, nth: Math.ceil(at.nth / 2) }
  }
}

function* each(all: readonly AtCall[]): Generator<AtCall, void> {
  yield* all
}
