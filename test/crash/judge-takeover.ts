/**
 * What must hold of a spare that was cut off while it took over: either it has taken nothing and can do it again, or it has all of it, on both its
 * media, and the day goes on to right totals. What it had acknowledged it has.
 */
import { existsSync } from 'node:fs'
import { valueOrThrow } from '../../core/result.ts'
import { type DeviceHome, mediaFolders } from '../../device-agent/ballot/home.ts'
import { resumeStore } from '../../device-agent/ballot/setup.ts'
import { takeOver } from '../../device-agent/ballot/takeover/take-over.ts'
import { chooseMedium } from '../../device-agent/store/dead-media.ts'
import { readDeadMedium } from '../../device-agent/store/dead-medium.ts'
import { DeviceStore } from '../../device-agent/store/device-store.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { firstSpare } from '../device-agent/store/spare.ts'
import { clock, partsFor } from '../device-agent/store/voting.ts'
import { findBrokenAfter, foldersLeft, openMedia } from './judge.ts'
import type { OneMedium } from './strace.ts'
import { takeOverFrom } from './takeover-steps.ts'

/** A device that died. */
export interface Dead {
  readonly seed: string
  readonly ballots: number
  /** Both its media. */
  readonly media: readonly string[]
}

/** A spare that was cut off. */
interface LeftSpare {
  readonly dead: Dead
  readonly home: DeviceHome
  /** It had said that it took over. */
  readonly isDone: boolean
  /** A medium of its own that is not there: the other has to do. */
  readonly gone?: OneMedium | undefined
}

/** @returns what does not hold, in words; undefined if all does */
export function findUnsound({ dead, home, isDone, gone }: LeftSpare): string | undefined {
  let store: DeviceStore | undefined
  try {
    if (!foldersLeft(home, gone).some(existsSync)) {
      if (isDone) return 'it took over and knows nothing of it'
      // With one medium no spare takes over.
      if (gone !== undefined) return undefined
      valueOrThrow(takeOverFrom({ readDeadMedium, chooseMedium, takeOver }, home, dead.media)).close()
    }
    if (gone === undefined) nameBoth(home)
    const parts = partsFor(openMedia(home, gone), `judge of ${home.folder}`, firstSpare)
    store = valueOrThrow(DeviceStore.resume(parts))
    const { casts } = store.day
    if (casts !== dead.ballots) return `it has ${casts} votes`
    return findBrokenAfter(store, { polls: 'open', casts }, home, { seed: dead.seed, gone })
  } catch (error) {
    return `it does not come back: ${(error as Error).message}`
  } finally {
    store?.close()
  }
}

/** As a start does, where the power went between two names. */
function nameBoth(home: DeviceHome): void {
  if (mediaFolders(home).every(existsSync)) return
  valueOrThrow(resumeStore(home, clock, seededRandom(home.folder))).close()
}
