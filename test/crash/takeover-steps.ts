/** A spare takes over from the media of a device that died: the same for the program that is killed and for its judge. */
import { join } from 'node:path'
import type { Result } from '../../core/result.ts'
import type { DeviceHome } from '../../device-agent/ballot/home.ts'
import type { takeOver } from '../../device-agent/ballot/takeover/take-over.ts'
import type { chooseMedium } from '../../device-agent/store/dead-media.ts'
import type { DeadMedium, readDeadMedium } from '../../device-agent/store/dead-medium.ts'
import type { DeviceStore } from '../../device-agent/store/device-store.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { checks, people } from '../device-agent/store/spare.ts'
import { clock, dayKey } from '../device-agent/store/voting.ts'
import { PROGRAM } from '../fixtures/program.ts'

/** The project's own functions, or those of a weakened build. */
export interface TakeoverBuild {
  readonly readDeadMedium: typeof readDeadMedium
  readonly chooseMedium: typeof chooseMedium
  readonly takeOver: typeof takeOver
}

/** Reads all media and takes over from the longest. */
export function takeOverFrom(
  build: TakeoverBuild,
  home: DeviceHome,
  media: readonly string[],
): Result<DeviceStore> {
  const read: DeadMedium[] = []
  for (const medium of media) {
    const dead = build.readDeadMedium(medium, join(home.folder, 'takeover.part'), checks)
    if (!dead.ok) return dead
    read.push(dead.value)
  }
  const found = build.chooseMedium(read)
  if (!found.ok) return found
  const tools = { clock, random: seededRandom(home.folder), program: PROGRAM }
  return build.takeOver(home, found.value, dayKey(), people, tools)
}
