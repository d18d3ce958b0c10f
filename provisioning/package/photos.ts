/** The photos that lie beside a package that is to be signed or given out. */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { loadImage } from '@napi-rs/canvas'
import { MAX_PHOTO_BYTES, type Photos, photoFileName, type ReadPhotoFile } from '../../core/package/photos.ts'
import { ok, type Result, refuse } from '../../core/result.ts'

const NEXT = 'Put the photo of this name there.'

/** Reads the files of a folder of photos. */
export function photosIn(folder: string): ReadPhotoFile {
  return (name) => {
    const file = join(folder, name)
    try {
      const status = statSync(file, { throwIfNoEntry: false })
      if (status === undefined) return ok(undefined)
      if (!status.isFile()) return refuse('photo.kind', file, 'this is no file', NEXT)
      if (status.size > MAX_PHOTO_BYTES) {
        return refuse('photo.size', file, `it is larger than ${MAX_PHOTO_BYTES / 1024} KiB`, NEXT)
      }
      return ok(readFileSync(file))
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      return refuse('input.unreadable', file, `it cannot be read (${code})`, NEXT)
    }
  }
}

/**
 * Decodes every photo as a display would and refuses one that is no picture. Damage that leaves something to draw is not told:
 * decoders paint what they can.
 * @param where the folder, for the refusal
 */
export async function decodePhotos(photos: Photos, where: string): Promise<Result<void>> {
  for (const [hash, { bytes, type }] of photos) {
    try {
      await loadImage(bytes)
    } catch {
      const what = `it cannot be decoded as ${type}`
      return refuse('photo.damaged', `${where}/${photoFileName(hash, type)}`, what, NEXT)
    }
  }
  return ok(undefined)
}
