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
import type { ToldMedia } from './told-media.ts'

/** A voter every half minute for sixteen hours is fewer. */
export const DAY_BALLOTS = 2_000
/** SQLite's log grows to a thousand pages of 4,096 bytes before its first checkpoint, and by one transaction more; then it begins anew in place. */
const LOG_BYTES = 5 * 1024 * 1024
/** Whatever the program writes until the next look. */
export const BETWEEN_BYTES = 2 * 1024 * 1024
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

/** The room on one medium. Guards the reserve. */
export class MediumSpace {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** For so many more ballots of so many bytes there is room. */
  ballotsLeft(ballot: number): number {
    const kept = reservedBytes(this.#folder)
    const bytes = freeBytes(this.#folder) + kept - CLOSING_BYTES - floorBytes(this.#folder)
    return Math.max(0, Math.floor(bytes / ballot))
  }

  /**
   * Takes the room of a day.
   * @returns whether it is there; if not, nothing is kept
   */
  reserve(ballot: number): boolean {
    const isTaken = take(join(this.#folder, FILE), DAY_BALLOTS * ballot + FLOOR_BYTES + CLOSING_BYTES)
    if (isTaken) sync(this.#folder)
    else this.giveBack()
    return isTaken
  }

  /** Takes the room of a day where none is kept; what is not there for it is taken for the closing alone. */
  renew(ballot: number): void {
    if (reservedBytes(this.#folder) > 0 || this.reserve(ballot)) return
    if (take(join(this.#folder, FILE), CLOSING_BYTES)) sync(this.#folder)
    else this.giveBack()
  }

  /** Gives back what the next ballot wants, but not what the closing does. */
  makeRoom(ballot: number): void {
    const missing = floorBytes(this.#folder) + ballot - freeBytes(this.#folder)
    const kept = reservedBytes(this.#folder)
    if (missing > 0 && kept > CLOSING_BYTES)
      shrink(join(this.#folder, FILE), Math.max(CLOSING_BYTES, kept - missing))
  }

  giveBack(): void {
    rmSync(join(this.#folder, FILE), { force: true })
  }
}

/** After a medium refused and the store was closed: whatever was reserved is there for the next start to write to. */
export function giveBackOn(folders: readonly string[]): void {
  for (const folder of folders) {
    try {
      new MediumSpace(folder).giveBack()
    } catch (error) {
      // It refuses this as well; the other may not.
      if (storageFault(error) === undefined) throw error
    }
  }
}

/** The room on all media that count. */
export class Space {
  readonly #media: ToldMedia
  readonly #ballot: number

  constructor(media: ToldMedia, definition: Definition) {
    this.#media = media
    this.#ballot = ballotBytes(definition)
  }

  /** For so many more ballots there is room on the fullest medium. */
  get ballotsLeft(): number {
    const left = this.#media.readAll(({ space }) => space.ballotsLeft(this.#ballot))
    return Math.min(...left.values())
  }

  /**
   * Takes the room of a day on every medium.
   * @returns whether it is there; if not, nothing is kept
   */
  reserve(): boolean {
    const taken = this.#media.readAll(({ space }) => space.reserve(this.#ballot))
    const isTaken = [...taken.values()].every(Boolean)
    if (!isTaken) this.giveBack()
    return isTaken
  }

  /**
   * Voting begins in the middle of a day, at a takeover or where it is resumed: what was given back for an error's sake, or was never taken, is
   * taken now, as far as it is there. A medium that is nearly full stops nobody here; that is told otherwise.
   */
  renew(): void {
    this.#media.onEach(({ space }) => space.renew(this.#ballot))
  }

  /** Before a voter, and from time to time: gives back what the next ballot wants. */
  makeRoom(): void {
    this.#media.onEach(({ space }) => space.makeRoom(this.#ballot))
  }

  /** The polls are being closed, or a medium refused: whatever was reserved is there to be written to. */
  giveBack(): void {
    this.#media.onEach(({ space }) => space.giveBack())
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
