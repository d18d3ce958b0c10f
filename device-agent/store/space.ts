/**
 * Room for votes on one medium. Before the polls open, so much is taken from every medium's file system as a day's ballots and its closing can need: a file
 * of zeros beside the database. When the disk is filled by whatever else, some of it is given back before the next voter, so that a ballot
 * fits; the part for the closing is kept to the end. Nothing is ever counted on that is not there.
 *
 * ```
 * reserve = ballots of a day | what the write-ahead log has still to grow | what is written between two looks | the closing
 * ```
 */
import { closeSync, fsyncSync, ftruncateSync, openSync, statfsSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { removeFile, sync } from '../durable-file.ts'
import { storageFault } from './storage-fault.ts'

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
const FILE = 'reserve.bin'
const LOG_FILE = 'ballots.db-wal'
const PIECE = new Uint8Array(1024 * 1024)

/** Where a medium lies. */
export interface Disk {
  readonly id: number
  readonly freeBytes: number
}

/** The room on one medium. Guards the reserve. */
export class MediumSpace {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** On which disk it is (stat(2), st_dev), and what is free there. */
  disk(): Disk {
    const { bavail, bsize } = statfsSync(this.#folder)
    return { id: statSync(this.#folder).dev, freeBytes: bavail * bsize }
  }

  /** For so many more ballots of so many bytes there is room. @param free bytes of the disk that nothing else counts on */
  ballotsLeft(ballot: number, free: number): number {
    const kept = reservedBytes(this.#folder)
    const bytes = free + kept - CLOSING_BYTES - floorBytes(this.#folder)
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

  /**
   * Takes the room of a day where not even the closing's is kept (none, or what a program that was killed had taken of it); what is not there for
   * it is taken for the closing alone.
   */
  renew(ballot: number): void {
    if (reservedBytes(this.#folder) >= CLOSING_BYTES || this.reserve(ballot)) return
    if (take(join(this.#folder, FILE), CLOSING_BYTES)) sync(this.#folder)
    else this.giveBack()
  }

  /** Gives back what the next ballot wants, but not what the closing does. @param free bytes of the disk that nothing else counts on */
  makeRoom(ballot: number, free: number): void {
    const missing = floorBytes(this.#folder) + ballot - free
    const kept = reservedBytes(this.#folder)
    if (missing > 0 && kept > CLOSING_BYTES)
      shrink(join(this.#folder, FILE), Math.max(CLOSING_BYTES, kept - missing))
  }

  giveBack(): void {
    removeFile(join(this.#folder, FILE))
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
