/**
 * Key slots of one medium: a preallocated file with two places, overwritten in place. The key that opens the pool's committed block
 * stands in one; before a new block is committed its key is written to the other; after the commit the old one is destroyed. What a
 * destroyed key had sealed is noise from then on.
 *
 * ```
 * place  = key(32) || SHA-256("sandogh/v1/slot" || key)(32) || zero, 4096 bytes a place
 * ```
 * A place that was torn in writing fails its checksum and counts as destroyed.
 */
import { closeSync, constants, fdatasyncSync, fstatSync, openSync, readSync, writeSync } from 'node:fs'
import { concatBytes, equalBytes, sha256 } from '../../core/keys/hash.ts'
import type { Random } from '../../core/ports.ts'

const PLACE_BYTES = 4096
const PLACES = 2
const KEY_BYTES = 32
const LABEL = Buffer.from('sandogh/v1/slot')

/** A key, and the place where it stands. */
export interface SlotKey {
  readonly place: number
  readonly key: Uint8Array
}

/** The two places of one medium's slot file. */
export class Slots {
  readonly #file: number
  readonly #random: Random
  /** The place whose key opens the committed block. */
  #current = 0

  private constructor(file: number, random: Random) {
    this.#file = file
    this.#random = random
  }

  /** Makes the file with both places destroyed. Throws if it exists: slots are never made anew over old ones. */
  static create(path: string, random: Random): Slots {
    const slots = new Slots(
      openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600),
      random,
    )
    slots.destroyAll()
    return slots
  }

  /** Opens the file of a device that was set up before. */
  static open(path: string, random: Random): Slots {
    const file = openSync(path, constants.O_RDWR)
    if (fstatSync(file).size !== PLACES * PLACE_BYTES) throw new Error(`${path} is not a slot file`)
    return new Slots(file, random)
  }

  /** The keys that stand in the places of another device's file, which is only read. Throws what the system answers. */
  static keysIn(path: string): readonly Uint8Array[] {
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      const keys = Array.from({ length: PLACES }, (_, place) => readPlace(file, place))
      return keys.filter((key) => key !== undefined)
    } finally {
      closeSync(file)
    }
  }

  /** Writes the key of the block that is about to be committed; on the disk when this returns. */
  writeNext(key: Uint8Array): void {
    const place = new Uint8Array(PLACE_BYTES)
    place.set(key)
    place.set(checksum(key), KEY_BYTES)
    this.#write(1 - this.#current, place)
  }

  /** The new block is committed: destroys the key of the one before. */
  destroyPrevious(): void {
    this.#destroy(this.#current)
    this.#current = 1 - this.#current
  }

  destroyAll(): void {
    for (let place = 0; place < PLACES; place += 1) this.#destroy(place)
  }

  /** After a restart: every key that is whole. At most one of them opens the committed block. */
  keys(): readonly SlotKey[] {
    return Array.from({ length: PLACES }, (_, place) => ({
      place,
      key: readPlace(this.#file, place),
    })).filter((found): found is SlotKey => found.key !== undefined)
  }

  /** The key at this place opens the committed block: destroys the other. */
  keep(place: number): void {
    this.#current = place
    this.#destroy(1 - place)
  }

  close(): void {
    closeSync(this.#file)
  }

  #destroy(place: number): void {
    this.#write(place, this.#random.bytes(PLACE_BYTES))
  }

  #write(place: number, bytes: Uint8Array): void {
    const written = writeSync(this.#file, bytes, 0, bytes.length, place * PLACE_BYTES)
    if (written !== bytes.length) {
      const what = `only ${written} of ${bytes.length} bytes of a key slot were written`
      throw Object.assign(new Error(what), { code: 'EIO' })
    }
    fdatasyncSync(this.#file)
  }
}

/** The key in a place; undefined if it is destroyed. */
function readPlace(file: number, place: number): Uint8Array | undefined {
  const bytes = new Uint8Array(2 * KEY_BYTES)
  readSync(file, bytes, 0, bytes.length, place * PLACE_BYTES)
  const key = bytes.subarray(0, KEY_BYTES)
  return equalBytes(bytes.subarray(KEY_BYTES), checksum(key)) ? key : undefined
}

function checksum(key: Uint8Array): Uint8Array {
  return sha256(concatBytes(LABEL, key))
}
