/** Whether the second medium is where the technician says: a card that is not mounted leaves the folder of its mount point, which is on the first disk. */
import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import { ok, type Result, refuse } from '../../core/result.ts'
import { type DeviceHome, mediaFolders } from './home.ts'

/**
 * Before a set-up makes the media. Where the configuration names no second medium, both lie in the home folder, and nobody says that they are two.
 * @returns the refusal `store.one-disk` if the disk of the named folder is that of the first medium
 */
export function checkSecondDisk(home: Pick<DeviceHome, 'folder' | 'config'>): Result<void> {
  if (home.config.secondMedium === undefined) return ok(undefined)
  const [first, second] = mediaFolders(home)
  if (diskOf(first) !== diskOf(second)) return ok(undefined)
  return refuse(
    'store.one-disk',
    second,
    'this folder is on the disk of the first medium, with which it would be lost',
    'See that the second storage medium is in its place and mounted, and that "secondMedium" in config.json is a folder on it; then set the device up again.',
  )
}

/** The number of the disk on which a folder is to be made (stat(2), st_dev); undefined where that cannot be told: the set-up will say why. */
function diskOf(folder: string): number | undefined {
  return statSync(dirname(folder), { throwIfNoEntry: false })?.dev
}
