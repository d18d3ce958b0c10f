/** A day that is taken up again on two media, one of which is lost for good in the middle of it. */
import { join } from 'node:path'
import { valueOrThrow } from '../../core/result.ts'
import { type DeviceHome, mediaFolders } from '../../device-agent/ballot/home.ts'
import type { DeviceStore } from '../../device-agent/store/device-store.ts'
import type { StoreMedium } from '../../device-agent/store/media.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { partsFor } from '../device-agent/store/voting.ts'
import type { OneMedium } from './strace.ts'

/** The step of a restarted day (`scripted-day.ts`) before which the medium is lost: everything but the unlocking is still to be done. */
export const LOST_AT = 1

export function isOneMedium(word: string | undefined): word is OneMedium {
  return word === 'first' || word === 'second'
}

/** A store, and the hand on one of its media. */
interface Losing {
  readonly store: DeviceStore
  /** From now on that one takes no row. */
  lose(): void
}

/**
 * Takes a day up as the device does: the first medium in this thread, the second in one of its own.
 * @param root of the build
 */
export async function resumeToLose(
  root: string,
  home: DeviceHome,
  seed: string,
  loses: OneMedium,
): Promise<Losing> {
  const inBuild = (file: string) => import(join(root, 'device-agent/store', file))
  const build: typeof import('../../device-agent/store/device-store.ts') = await inBuild('device-store.ts')
  const { Medium }: typeof import('../../device-agent/store/medium.ts') = await inBuild('medium.ts')
  const worker: typeof import('../../device-agent/store/worker-medium.ts') = await inBuild('worker-medium.ts')
  const [folder, other] = mediaFolders(home)
  const first = valueOrThrow(Medium.open(folder, seededRandom(`first medium ${seed}`)))
  const second = new worker.WorkerMedium(other, worker.DEADLINES)
  const store = valueOrThrow(build.DeviceStore.resume(partsFor([first, second], seed)))
  const commit: StoreMedium['commit'] = () => {
    throw Object.assign(new Error('it is lost'), { code: 'EIO' })
  }
  return { store, lose: () => Object.assign(loses === 'first' ? first : second, { commit }) }
}
