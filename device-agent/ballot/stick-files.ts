/** What a device does on the memory stick, a call after the other. Any of them may hang, so they are made in a thread of their own only (`stick.ts`). */
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { join } from 'node:path'
import { sync, writeAll } from '../durable-file.ts'

/** Larger than any sealed tally. */
const MAX_SEALED_BYTES = 4 * 1024 * 1024

/**
 * Writes a bundle as `<stick>/<device>`: first beside it, synced, then renamed, so that a torn bundle never carries the name and the one before
 * is gone only when the new one stands. Throws if the folder of the stick is not there.
 * @returns the folder
 */
export function writeBundle(stick: string, device: string, files: ReadonlyMap<string, Uint8Array>): string {
  const folder = join(stick, device)
  const fresh = `${folder}.part`
  rmSync(fresh, { recursive: true, force: true })
  mkdirSync(fresh)
  publish(fresh, 0o755)
  for (const [name, bytes] of files) writeSynced(join(fresh, name), bytes)
  sync(fresh)
  const old = `${folder}.old`
  rmSync(old, { recursive: true, force: true })
  if (existsSync(folder)) renameSync(folder, old)
  renameSync(fresh, folder)
  sync(stick)
  rmSync(old, { recursive: true, force: true })
  return folder
}

/**
 * The sealed tally in a device's bundle: text of an ordinary file of a limited size; anybody may have written the stick. Undefined if it is a link,
 * a pipe, a folder or a device, is too large or cannot be read.
 */
export function readSealedTally(stick: string, device: string): string | undefined {
  let file: number | undefined
  try {
    // NONBLOCK: opening a pipe that nobody writes to must not hang.
    file = openSync(
      join(stick, device, 'sealed-tally.json'),
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
    )
    const status = fstatSync(file)
    if (!status.isFile() || status.size > MAX_SEALED_BYTES) return undefined
    const bytes = Buffer.alloc(status.size)
    let filled = 0
    while (filled < bytes.length) {
      const count = readSync(file, bytes, filled, bytes.length - filled, filled)
      if (count === 0) return undefined
      filled += count
    }
    return bytes.toString('utf8')
  } catch {
    return undefined
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

/** Everyone may read a bundle, whatever this process's mask; a stick that keeps no modes has none to set. */
function publish(path: string, mode: number): void {
  try {
    chmodSync(path, mode)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error
  }
}

function writeSynced(path: string, bytes: Uint8Array): void {
  const file = openSync(path, 'wx', 0o644)
  publish(path, 0o644)
  writeAll(file, bytes)
  fsyncSync(file)
  closeSync(file)
}
