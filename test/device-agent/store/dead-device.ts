/** A device of the test station that votes for a while and dies, and the spare that reads its medium. */
import { cpSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sha256, toHex } from '../../../core/keys/hash.ts'
import type { takeOver } from '../../../device-agent/ballot/takeover/take-over.ts'
import type { chooseMedium } from '../../../device-agent/store/dead-media.ts'
import type { readDeadMedium } from '../../../device-agent/store/dead-medium.ts'
import { DeviceStore } from '../../../device-agent/store/device-store.ts'
import { Medium } from '../../../device-agent/store/medium.ts'
import { beginOn, newFolder } from './device.ts'
import { openPolls, Voters } from './voting.ts'

/** What reads and takes over: as it is, or with lines replaced. */
export interface TakeoverBuild {
  readonly readDeadMedium: typeof readDeadMedium
  readonly chooseMedium: typeof chooseMedium
  readonly takeOver: typeof takeOver
}

/** The medium of a device that dies in the middle of its day, with whatever it wrote last still in its write-ahead log. */
export function deadDevice(
  seed: string,
  ballots: number,
  last?: (store: DeviceStore, voters: Voters) => void,
) {
  const { folders, store } = beginOn({ DeviceStore, Medium }, 1, seed)
  const voters = new Voters(seed)
  openPolls(store)
  for (let i = 0; i < ballots; i += 1) voters.vote(store)
  last?.(store, voters)
  const medium = newFolder()
  cpSync(folders[0] ?? '', medium, { recursive: true })
  store.close()
  return { medium, voters }
}

/** Names and bytes of all files of a folder. */
export function fingerprintOf(folder: string): readonly string[] {
  return readdirSync(folder)
    .toSorted()
    .map((name) => `${name} ${toHex(sha256(readFileSync(join(folder, name))))}`)
}
