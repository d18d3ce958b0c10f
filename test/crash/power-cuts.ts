/** Power cuts all through a recorded day, or a takeover. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DeviceHome } from '../../device-agent/ballot/home.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { openHome, writeHome } from '../device-agent/store/home.ts'
import { firstSpare } from '../device-agent/store/spare.ts'
import { device } from '../device-agent/store/voting.ts'
import { acknowledgedSteps, stepsOfLost } from './begun-day.ts'
import { FATES, type Fate } from './disk.ts'
import { findBroken } from './judge.ts'
import { type Dead, findUnsound } from './judge-takeover.ts'
import { type Day, GONE, type OneMedium, type Recording } from './strace.ts'
import type { Call } from './strace-log.ts'

/** What is built here is never synced: a folder in memory does, where there is one. */
const FOLDER = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

/** A power cut after so many acts of the recording. */
export interface PowerCut {
  readonly after: number
  readonly fate: Fate
  /** A medium that is not there afterwards. */
  readonly gone: OneMedium | undefined
}

/**
 * Every power cut that there is, with both media there afterwards and with either alone: of a day that is taken up again, and of another from the first moment when the device had said that
 * it is set up.
 */
export function allPowerCuts({ isRestart }: Day, calls: readonly Call[]): PowerCut[] {
  const begun = isRestart ? 0 : calls.findIndex(({ act }) => act.is === 'done') + 1
  return calls.flatMap((_, i) =>
    i + 1 < begun ? [] : FATES.flatMap((fate) => GONE.map((gone) => ({ after: i + 1, fate, gone }))),
  )
}

/** Every power cut of a takeover, from its first moment on; with either medium alone once the first has its name: before, no spare takes over with one. */
export function takeoverCuts(calls: readonly Call[]): PowerCut[] {
  const named = calls.findIndex(({ act }) => act.is === 'renamed')
  return calls.flatMap((_, i) =>
    FATES.flatMap((fate) => (i < named ? [undefined] : GONE).map((gone) => ({ after: i + 1, fate, gone }))),
  )
}

/** A power cut, and what it broke, in words; undefined if nothing. */
interface Judged {
  readonly cut: PowerCut
  readonly broken: string | undefined
}

/** Builds the disk at each of these power cuts of a day, which are in the order of time, and judges it. */
export function judgePowerCuts(
  day: Omit<Day, 'root'>,
  recording: Recording,
  cuts: readonly PowerCut[],
): Generator<Judged> {
  const leftAt = stepsOfLost(day)
  return judgeCuts({ ...day, of: device }, recording, cuts, ({ home, done: told, gone }) => {
    const done = acknowledgedSteps(day, told < 0 ? undefined : told, gone)
    return findBroken({ ...day, home, gone, done, leftAt })
  })
}

/** The same of a spare's disk while it takes over. */
export function judgeTakeoverCuts(
  dead: Dead,
  recording: Recording,
  cuts: readonly PowerCut[],
): Generator<Judged> {
  return judgeCuts({ seed: dead.seed, of: firstSpare }, recording, cuts, ({ home, done, gone }) =>
    findUnsound({ dead, home, gone, isDone: done >= 0 }),
  )
}

/** What a power cut left: the home, and how many steps had been acknowledged, -1 if not even the first. */
interface Left {
  readonly home: DeviceHome
  readonly done: number
  readonly gone: OneMedium | undefined
}

function* judgeCuts(
  { seed, of }: { readonly seed: string; readonly of: typeof device },
  { calls, disk }: Recording,
  cuts: readonly PowerCut[],
  judge: (left: Left) => string | undefined,
): Generator<Judged> {
  const parent = mkdtempSync(join(FOLDER, 'sandogh-power-cut-'))
  let [played, done] = [0, -1]
  try {
    writeHome(parent, of)
    const home = openHome(parent)
    for (const cut of cuts) {
      for (; played < cut.after; played += 1) {
        const act = calls[played]?.act
        if (act === undefined) throw new Error('a power cut after the end of the recording')
        disk.play(act)
        if (act.is === 'done') done += 1
      }
      const { after, fate, gone } = cut
      // Each its own: a mark that is written too late falls on no other.
      const folder = join(parent, `${after}-${fate}-${gone ?? 'none'}`)
      disk.leave(folder, fate, seededRandom(`${seed} cut ${after} ${fate}`))
      yield { cut, broken: judge({ home: { ...home, folder }, done, gone }) }
      rmSync(folder, { recursive: true })
    }
  } finally {
    rmSync(parent, { recursive: true })
  }
}

/** A power cut that broke something, as a line to read. */
export function describeBroken({ after, fate, gone }: PowerCut, broken: string): string {
  return `power cut after act ${after}, ${fate}${gone === undefined ? '' : `, the ${gone} medium gone`}: ${broken}`
}
