/**
 * The photos of a package: beside `package.json` a folder `photos/` with one file for each photo that the definition names, called by its SHA-256
 * in hexadecimal and its kind: `6b86…5b4b.webp`. The definition decides what is read; what else lies there is not looked at.
 */
import type { Definition } from '../election/definition.ts'
import { fromBase64, sha256, toHex } from '../keys/hash.ts'
import { ok, type Result, refuse } from '../result.ts'
import { type Picture, readPicture } from './picture.ts'

export interface Photo {
  readonly bytes: Uint8Array
  readonly type: Picture['type']
}

/** By SHA-256 in hexadecimal. */
export type Photos = ReadonlyMap<string, Photo>

/** The bytes of the file of that name in the folder of photos, or undefined if there is none; of a file that is too large it may read less. */
export type ReadPhotoFile = (name: string) => Result<Uint8Array | undefined>

export const PHOTO_FOLDER = 'photos'
export const MAX_PHOTO_BYTES = 64 * 1024
/** In pixels; a portrait of a third of the screen's width at most is shown. */
const MAX_WIDTH = 600
const MAX_HEIGHT = 800

const ENDINGS = { webp: 'image/webp', png: 'image/png', jpg: 'image/jpeg' } as const
const NEXT = 'Put the photo that the package was signed with into its folder of photos.'

/** What the file of a photo is called. */
export function photoFileName(hash: string, type: Photo['type']): string {
  const ending = Object.entries(ENDINGS).find(([, known]) => known === type)?.[0]
  return `${hash}.${ending}`
}

/** The photos that a definition names, each once, by SHA-256 in hexadecimal. */
export function photoHashes({ contests }: Definition): readonly string[] {
  const named = contests.flatMap(({ candidates }) => candidates.flatMap(({ photo }) => photo ?? []))
  return [...new Set(named)].map((photo) => toHex(fromBase64(photo) ?? new Uint8Array()))
}

/**
 * Reads every photo that a definition names and checks each.
 * @param where the folder, for the refusal
 */
export function collectPhotos(definition: Definition, read: ReadPhotoFile, where: string): Result<Photos> {
  const photos = new Map<string, Photo>()
  for (const hash of photoHashes(definition)) {
    const photo = collectPhoto(hash, read, where)
    if (!photo.ok) return photo
    photos.set(hash, photo.value)
  }
  return ok(photos)
}

function collectPhoto(hash: string, read: ReadPhotoFile, where: string): Result<Photo> {
  for (const type of Object.values(ENDINGS)) {
    const name = photoFileName(hash, type)
    const bytes = read(name)
    if (!bytes.ok) return bytes
    if (bytes.value !== undefined) return checkPhoto(bytes.value, hash, type, `${where}/${name}`)
  }
  return refuse('photo.missing', `${where}/${hash}`, 'a candidate has this photo and it is not there', NEXT)
}

function checkPhoto(bytes: Uint8Array, hash: string, type: Photo['type'], where: string): Result<Photo> {
  if (bytes.length > MAX_PHOTO_BYTES) {
    return refuse('photo.size', where, `it is larger than ${MAX_PHOTO_BYTES / 1024} KiB`, NEXT)
  }
  if (toHex(sha256(bytes)) !== hash) {
    return refuse('photo.wrong-hash', where, 'this is another photo than the package names', NEXT)
  }
  const picture = readPicture(bytes)
  if (picture?.type !== type) return refuse('photo.kind', where, `this is no picture of kind ${type}`, NEXT)
  const { width, height } = picture
  if (width < 1 || height < 1 || width > MAX_WIDTH || height > MAX_HEIGHT) {
    const what = `it has ${width} x ${height} pixels, at most ${MAX_WIDTH} x ${MAX_HEIGHT} are allowed`
    return refuse('photo.dimensions', where, what, NEXT)
  }
  return ok({ bytes, type })
}
