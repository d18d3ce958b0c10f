/**
 * What an attacker holds: images of a device's media, each file byte for byte with its time, and an archive in which everything that
 * ever stood on the disk is kept once.
 */
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'

/**
 * When an image was taken. `at-rest` is after a cast; the two before it lie inside one, between two steps of the store. `closed` is after the
 * polls closed, `shut` after the program ended and SQLite tidied up.
 */
export type InstantKind =
  | 'prepared'
  | 'slot-written'
  | 'committed'
  | 'at-rest'
  | 'restarted'
  | 'closed'
  | 'shut'

export interface Instant {
  readonly kind: InstantKind
  /** Ballots cast, the one in flight included. */
  readonly casts: number
}

export interface FileImage {
  readonly bytes: Buffer
  readonly modifiedMs: number
}

/** All media at one instant; files by `<medium folder>/<name>`. */
export interface Image {
  readonly instant: Instant
  readonly files: ReadonlyMap<string, FileImage>
}

/**
 * Copies every file of every folder as it is now. A day has some 500 images of several megabytes, so two sets of buffers take turns: the bytes
 * of an image are good until the next but one is taken; {@link keepImage} keeps them.
 */
export class Camera {
  readonly #folders: readonly string[]
  readonly #film: readonly Map<string, Buffer>[] = [new Map(), new Map()]
  #taken = 0

  constructor(folders: readonly string[]) {
    this.#folders = folders
  }

  take(instant: Instant): Image {
    const film = this.#film[this.#taken % 2] as Map<string, Buffer>
    this.#taken += 1
    const files = new Map<string, FileImage>()
    for (const folder of this.#folders) {
      for (const name of readdirSync(folder).sort()) {
        const path = join(folder, name)
        const { size, mtimeMs } = statSync(path)
        let buffer = film.get(path)
        if (buffer === undefined || buffer.length < size) {
          buffer = Buffer.alloc(2 * size)
          film.set(path, buffer)
        }
        const file = openSync(path, 'r')
        const read = readSync(file, buffer, 0, size, 0)
        closeSync(file)
        files.set(`${basename(folder)}/${name}`, { bytes: buffer.subarray(0, read), modifiedMs: mtimeMs })
      }
    }
    return { instant, files }
  }
}

/** A copy of an image that stays good. */
export function keepImage({ instant, files }: Image): Image {
  const kept = [...files].map(
    ([path, { bytes, modifiedMs }]) => [path, { bytes: Buffer.from(bytes), modifiedMs }] as const,
  )
  return { instant, files: new Map(kept) }
}

/** The files of one name, one for each medium that has it. */
export function filesNamed(image: Image, name: string): readonly FileImage[] {
  return [...image.files].filter(([path]) => path.endsWith(`/${name}`)).map(([, file]) => file)
}

/** A stretch of a file that differs from the image before. */
export interface Region {
  /** Number of the image in which it appears. */
  readonly image: number
  readonly file: string
  readonly bytes: Buffer
}

const PAGE = 4096
/** A log begins with 32 bytes; each page in it stands behind 24 (SQLite, "Database File Format", 4.1). */
const LOG_HEAD = 32
const LOG_FRAME = 24 + PAGE

/** Every stretch of every image, each once, in the order in which they appeared. */
export class Archive {
  readonly regions: Region[] = []
  readonly instants: Instant[] = []
  #last: Image['files'] = new Map()

  add(image: Image): void {
    for (const [file, { bytes }] of image.files) {
      const before = this.#last.get(file)?.bytes ?? Buffer.alloc(0)
      const step = file.endsWith('-wal') ? LOG_FRAME : PAGE
      const head = file.endsWith('-wal') ? LOG_HEAD : 0
      for (let at = 0; at < bytes.length; at = at < head ? head : at + step) {
        const stretch = bytes.subarray(at, at < head ? head : at + step)
        if (!stretch.equals(before.subarray(at, at + stretch.length))) {
          this.regions.push({ image: this.instants.length, file, bytes: Buffer.from(stretch) })
        }
      }
    }
    this.instants.push(image.instant)
    this.#last = image.files
  }
}
