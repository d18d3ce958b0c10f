/**
 * Room for votes. Before the polls open, so much is taken from every medium's file system as a day's ballots and its closing can need: a file
 * of zeros beside the database. When the disk is filled by whatever else, some of it is given back before the next voter, so that a ballot
 * fits; the part for the closing is kept to the end. Nothing is ever counted on that is not there.
 *
 * ```
 * reserve = ballots of a day | what the write-ahead log has still to grow | what is written between two looks | the closing
 * ```
 */
import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { sealedBallotSize } from '../../core/ballot-box/sealed-ballot.ts'
import type { Definition } from '../../core/election/definition.ts'
import { sync } from '../durable-file.ts'
import { storageFault } from './storage-fault.ts'

/** A voter every half minute for sixteen hours is fewer. */
export const DAY_BALLOTS = 2_000
/** SQLite's log grows to a thousand pages of 4,096 bytes before its first checkpoint, and by one transaction more; then it begins anew in place. */
const LOG_BYTES = 5 * 1024 * 1024
/** Whatever the program writes until the next look. */
const BETWEEN_BYTES = 2 * 1024 * 1024
/** Free before every vote, while there is no log yet. */
export const FLOOR_BYTES = LOG_BYTES + BETWEEN_BYTES
/** The last batch, the tally in three forms, the minutes' entries. */
export const CLOSING_BYTES = 4 * 1024 * 1024
/** Rows and pages of one voter but for the sealed ballot: entry, checkpoint, tag; measured 0.6 kB with a short origin. */
const VOTER_BYTES = 2_048

const FILE = 'reserve.bin'
const LOG_FILE = 'ballots.db-wal'
const PIECE = new Uint8Array(1024 * 1024)

/** What one more ballot may add to a database at most; a page is half full at worst. */
export function ballotBytes(definition: Definition): number {
  return VOTER_BYTES + 2 * sealedBallotSize(definition)
}

/** The room on all media of a device. Guards the reserve. */
export class Space {
  readonly #folders: readonly string[]
  readonly #ballot: number

  /** @param folders of the media */
  constructor(folders: readonly string[], definition: Definition) {
    this.#folders = folders
    this.#ballot = ballotBytes(definition)
  }

  /** For so many more ballots there is room on the fullest medium. */
  get ballotsLeft(): number {
    return Math.min(...this.#folders.map((folder) => this.#ballotsOn(folder)))
  }

  /**
   * Takes the room of a day on every medium.
   * @returns whether it is there; if not, nothing is kept
   */
  reserve(): boolean {
    const bytes = DAY_BALLOTS * this.#ballot + FLOOR_BYTES + CLOSING_BYTES
    const isTaken = this.#folders.every((folder) => take(join(folder, FILE), bytes))
    if (isTaken) for (const folder of this.#folders) sync(folder)
    else this.giveBack()
    return isTaken
  }

  /** Before a voter, and from time to time: gives back what the next ballot wants, but not what the closing does. */
  makeRoom(): void {
    for (const folder of this.#folders) {
      const missing = floorBytes(folder) + this.#ballot - freeBytes(folder)
      const kept = reservedBytes(folder)
      if (missing > 0 && kept > CLOSING_BYTES)
        shrink(join(folder, FILE), Math.max(CLOSING_BYTES, kept - missing))
    }
  }

  /** The polls are being closed, or a medium refused: whatever was reserved is there to be written to. */
  giveBack(): void {
    for (const folder of this.#folders) rmSync(join(folder, FILE), { force: true })
  }

  #ballotsOn(folder: string): number {
    const bytes = freeBytes(folder) + reservedBytes(folder) - CLOSING_BYTES - floorBytes(folder)
    return Math.max(0, Math.floor(bytes / this.#ballot))
  }
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}

/** Bytes that must be free for the next vote beside its own. */
function floorBytes(folder: string): number {
  return Math.max(0, LOG_BYTES - sizeOf(join(folder, LOG_FILE))) + BETWEEN_BYTES
}

function reservedBytes(folder: string): number {
  return sizeOf(join(folder, FILE))
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

/** Zeros, not a hole: what is not written is not taken. */
function take(path: string, bytes: number): boolean {
  const file = openSync(path, 'w', 0o600)
  try {
    for (let at = 0; at < bytes; ) at += writeSync(file, PIECE, 0, Math.min(PIECE.length, bytes - at), at)
    fsyncSync(file)
    return true
  } catch (error) {
    if (storageFault(error) !== 'full') throw error
    return false
  } finally {
    closeSync(file)
  }
}

function shrink(path: string, bytes: number): void {
  const file = openSync(path, 'r+')
  try {
    ftruncateSync(file, bytes)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
