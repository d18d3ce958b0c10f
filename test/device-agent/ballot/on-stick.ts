/** A closed device at a memory stick that answers, without the thread and the deadline. */
import { signerFromSeed } from '../../../core/keys/ed25519.ts'
import { bundleFiles } from '../../../device-agent/ballot/export.ts'
import type { DeviceHome } from '../../../device-agent/ballot/home.ts'
import {
  neighboursToRead,
  type ReleaseParts,
  type Settled,
  settleRelease,
} from '../../../device-agent/ballot/release.ts'
import { readSealedTally, writeBundle } from '../../../device-agent/ballot/stick-files.ts'
import type { DeviceStore } from '../../../device-agent/store/device-store.ts'

/** Writes its bundle. @returns the folder */
export function exportBundle(home: DeviceHome, store: DeviceStore): string {
  const { bundles, device } = home.config
  return writeBundle(bundles, device, bundleFiles(home, store, signerFromSeed(home.seeds.message)))
}

/** Settles its totals with what lies on the stick. */
export function settle(parts: ReleaseParts): Settled {
  const found = neighboursToRead(parts).map(
    (device) => [device, readSealedTally(parts.home.config.bundles, device) ?? ''] as const,
  )
  return settleRelease(parts, new Map(found))
}
