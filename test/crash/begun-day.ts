/** A day whose device was killed while it cast the last ballot but one: the program that takes it up again is killed, refused or cut off in its turn. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { valueOrThrow } from '../../core/result.ts'
import { mediaFolders } from '../../device-agent/ballot/home.ts'
import { setUpStore } from '../../device-agent/ballot/setup.ts'
import { DeviceStore } from '../../device-agent/store/device-store.ts'
import type { StoreMedium } from '../../device-agent/store/media.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { openHome } from '../device-agent/store/home.ts'
import { clock, partsFor, Voters } from '../device-agent/store/voting.ts'
import { PROGRAM } from '../fixtures/program.ts'
import { openMedia } from './judge.ts'
import { scriptedDay, stepsBegun } from './scripted-day.ts'
import type { Day, OneMedium } from './strace.ts'

/**
 * Leaves in a home the media of a device that was killed while it cast a vote: after the commit on both, or, where one is to be behind, before
 * that on this one. New slots are on both then, and no old one is destroyed.
 */
export function beginDay(folder: string, { ballots, seed, behind }: Omit<Day, 'root'>): void {
  const place = mkdtempSync(join(tmpdir(), 'sandogh-begun-'))
  const home = { ...openHome(folder), folder: place }
  valueOrThrow(setUpStore(home, clock, seededRandom(`begun ${seed}`), PROGRAM)).close()
  const [first, second] = openMedia(home, undefined) as readonly [StoreMedium, StoreMedium]
  const [other, last] = behind === 'first' ? [second, first] : [first, second]
  // In this order they are written.
  const store = valueOrThrow(DeviceStore.resume(partsFor([other, last], `begun ${seed}`)))
  try {
    const voters = new Voters(seed)
    const steps = scriptedDay(ballots).slice(0, stepsBegun(ballots))
    for (const { does } of steps.slice(0, -1)) does(store, voters)
    dieAtCommit(last, behind !== undefined, () => steps.at(-1)?.does(store, voters))
    for (const [i, medium] of mediaFolders(home).entries())
      cpSync(medium, mediaFolders({ ...home, folder })[i] ?? '', { recursive: true })
  } finally {
    store.close()
    rmSync(place, { recursive: true })
  }
}

/** Does a step that ends at the next commit on a medium, before it or after. */
function dieAtCommit(medium: StoreMedium, isBefore: boolean, step: () => void): void {
  const [killed, commit] = [new Error('killed'), medium.commit.bind(medium)]
  const dies: StoreMedium['commit'] = (change) => {
    if (!isBefore) commit(change)
    throw killed
  }
  Object.assign(medium, { commit: dies })
  try {
    step()
    throw new Error('it was not killed')
  } catch (error) {
    if (error !== killed) throw error
  }
}

/** How many steps of a whole day the medium has that is lost in the rest of it; undefined if none is. */
export function stepsOfLost({ ballots, loses }: Pick<Day, 'ballots' | 'loses'>): number | undefined {
  return loses && stepsBegun(ballots)
}

/**
 * How many steps of a whole day had been acknowledged when a program had said so often that something is done, its start not counted.
 * @param done undefined if not even the start
 * @param gone a medium that is not there afterwards
 */
export function acknowledgedSteps(
  { ballots, isRestart, behind }: Omit<Day, 'root' | 'seed'>,
  done: number | undefined,
  gone: OneMedium | undefined,
): number | undefined {
  if (!isRestart) return done
  const begun = stepsBegun(ballots)
  const isUnlocked = done !== undefined && done > 0
  if (isUnlocked) return Math.min(begun + done - 1, scriptedDay(ballots).length)
  // Until then the vote in hand is on one medium alone, and nobody was told that it counts.
  const isLost = behind !== undefined && gone !== undefined && gone !== behind
  return isLost ? begun - 1 : begun
}
