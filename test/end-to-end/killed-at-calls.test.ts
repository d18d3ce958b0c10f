import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { Random } from '../../core/ports.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { describeWith, STRACE } from '../oracles/needs.ts'
import { SANDOGH } from './command.ts'
import { type AtVoter, type Found, type KilledDayPlan, runKilledDay } from './killed-day.ts'
import { findUnsound, somewhere } from './killed-days.ts'
import type { PtyDevice } from './pty-device.ts'
import { type Replacement, weakenedSources } from './weakened/build.ts'

const folder = mkdtempSync(join(tmpdir(), 'sandogh-calls-'))
const devices: PtyDevice[] = []
afterAll(async () => {
  for (const device of devices) await device.end()
  rmSync(folder, { recursive: true, force: true })
})

const seed = process.env['SEED'] ?? String(Date.now() % 1_000_000)
/** Of voters: whose way is straight, and who corrects a slip. */
const KILLS = ['session', 'session', 'session', 'correction'] as const

describeWith([STRACE], `a device killed at system calls of its own (SEED=${seed})`, () => {
  test.concurrent('loses no vote, doubles none, and each crash is a row of the crash table: a sample', async () => {
    const random = seededRandom(`${seed} calls`)
    const [opening, closing] = [somewhere('opening', random), somewhere('closing', random)]
    const day = await dayOf('day', SANDOGH, { opening, closing, voters: untilKilled(KILLS, random) })
    expect(
      [day.opening, day.closing],
      `${opening.call} ${opening.nth}, ${closing.call} ${closing.nth}`,
    ).toEqual([true, true])
    expect(day.found.filter(({ killed }) => killed)).toHaveLength(KILLS.length)
    expect(findUnsound(day)).toEqual([])
  })

  /** The first sync of a slot in a session is the cast's own: the key of its new block. */
  test.concurrent('a device that marks the card spent before it records stands in no row', {
    timeout: 240_000,
  }, async () => {
    const entry = join(weakenedSources(spendsEarly), 'bin/sandogh.js')
    const day = await dayOf('weakened', entry, {
      voters: each([{ part: 'session', call: 'fdatasync', nth: 1 }]),
    })
    expect(day.found).toMatchObject([
      { killed: true, row: expect.stringContaining('no row: 0 votes, slip hanging, card 3') },
    ])
    expect(findUnsound(day)).not.toEqual([])
  })

  /** The first two such calls write down that the slip bears its mark, the next ones, after the cut, that it is counted. */
  test.concurrent('a device that marks a void slip once more at a restart drops two for the one in its journal', {
    timeout: 240_000,
  }, async () => {
    const entry = join(weakenedSources(marksTwice), 'bin/sandogh.js')
    const day = await dayOf('marked', entry, {
      voters: each([
        { part: 'correction', call: 'pwrite64', nth: 4 },
        { part: 'session', call: 'fdatasync', nth: 1 },
      ]),
    })
    expect(day.found).toMatchObject([
      { killed: true, row: '2' },
      { killed: true, row: expect.stringContaining('1 void slips in the box beyond the journal') },
    ])
    expect(findUnsound(day)).toContain('3 void slips, 2 in the journal')
  })
})

const marksTwice: Replacement = {
  file: 'device-agent/ballot/paper.ts',
  line: "  if (store.slip !== 'void') {\n",
  by: "  if (store.slip !== 'none') {\n",
}
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

/** A voter of each of those parts at a call by lot, until the device is killed; where a part has fewer calls of that name, half as many are counted. */
function* untilKilled(
  parts: readonly AtVoter['part'][],
  random: Random,
): Generator<AtVoter, void, Found | undefined> {
  for (const part of parts) {
    let at = somewhere(part, random)
    while ((yield at)?.killed === false) at = { ...at, nth: Math.ceil(at.nth / 2) }
  }
}

function* each(all: readonly AtVoter[]): Generator<AtVoter, void> {
  yield* all
}
