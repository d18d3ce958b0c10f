/** Power cuts all through a recorded day. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { openHome, writeHome } from '../device-agent/store/home.ts'
import { type Act, Disk, FATES, type Fate } from './disk.ts'
import { findBroken } from './judge.ts'
import type { Day, OneMedium } from './strace.ts'

/** What is built here is never synced: a folder in memory does, where there is one. */
const FOLDER = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

/** A power cut after so many acts of the recording. */
export interface PowerCut {
  readonly after: number
  readonly fate: Fate
  /** A medium that is not there afterwards. */
  readonly gone: OneMedium | undefined
}

const GONE = [undefined, 'first', 'second'] as const

/** Every power cut that there is, with both media there afterwards and with either alone, from the first moment when the device had said that it is set up. */
export function allPowerCuts(acts: readonly Act[]): PowerCut[] {
  const begun = acts.findIndex(({ is }) => is === 'done') + 1
  return acts.flatMap((_, i) =>
    i + 1 < begun ? [] : FATES.flatMap((fate) => GONE.map((gone) => ({ after: i + 1, fate, gone }))),
  )
}

/**
 * Builds the disk at each of these power cuts, which are in the order of time, and judges it.
 * @returns what each broke, in words; undefined if nothing
 */
export function* judgePowerCuts(
  { ballots, seed }: Pick<Day, 'ballots' | 'seed'>,
  acts: readonly Act[],
  cuts: readonly PowerCut[],
): Generator<{ readonly cut: PowerCut; readonly broken: string | undefined }> {
  const parent = mkdtempSync(join(FOLDER, 'sandogh-power-cut-'))
  const disk = new Disk()
  let [played, done] = [0, -1]
  try {
    writeHome(parent)
    const home = openHome(parent)
    for (const cut of cuts) {
      for (; played < cut.after; played += 1) {
        const act = acts[played]
        if (act === undefined) throw new Error('a power cut after the end of the recording')
        disk.play(act)
        if (act.is === 'done') done += 1
      }
      const { after, fate, gone } = cut
      const folder = join(parent, `${after}-${fate}`)
      disk.leave(folder, fate, seededRandom(`${seed} cut ${after} ${fate}`))
      yield { cut, broken: findBroken({ home: { ...home, folder }, done, ballots, seed, gone }) }
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
