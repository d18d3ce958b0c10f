/** The photos of a device's package, from the folder beside `package.json`. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Definition } from '../../core/election/definition.ts'
import { collectPhotos, MAX_PHOTO_BYTES, PHOTO_FOLDER, type Photos } from '../../core/package/photos.ts'
import { ok, type Result } from '../../core/result.ts'
import { misfit } from './home-files.ts'

/**
 * Reads every photo that the definition names, and no other file; each is what it was when the package was signed.
 * @param folder the home folder
 */
export function readPhotos(folder: string, definition: Definition): Result<Photos> {
  const where = join(folder, PHOTO_FOLDER)
  return collectPhotos(definition, (name) => readPhotoFile(join(where, name)), where)
}

function readPhotoFile(file: string): Result<Uint8Array | undefined> {
  let handle: number | undefined
  try {
    // Neither a link to elsewhere nor a pipe that never ends.
    handle = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    const { size } = fstatSync(handle)
    if (!fstatSync(handle).isFile()) return misfit(file, 'this is no ordinary file')
    if (size > MAX_PHOTO_BYTES) return misfit(file, `it is larger than ${MAX_PHOTO_BYTES / 1024} KiB`)
    return ok(readFileSync(handle))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT' ? ok(undefined) : misfit(file, `it cannot be read (${code})`)
  } finally {
    if (handle !== undefined) closeSync(handle)
  }
}
