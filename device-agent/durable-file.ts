/** Files that are on the disk when a function returns, and not only in memory; and files that are gone, or an error that says why not. */
import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'

/** What was written to that file, or the names in that folder, are on the disk when this returns. Throws what the system answers. */
export function sync(path: string): void {
  const opened = openSync(path, 'r')
  try {
    fsyncSync(opened)
  } finally {
    closeSync(opened)
  }
}

/** Writes all of it, however little the system takes at once. Throws what the system answers. */
export function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written)
}

/**
 * The file is the old one or the new one, whatever happens meanwhile, and the new one when this returns. Only this user can read it. Throws
 * what the system answers.
 */
export function replaceFile(path: string, bytes: Uint8Array): void {
  const part = `${path}.part`
  const opened = openSync(part, 'w', 0o600)
  try {
    writeAll(opened, bytes)
    fsyncSync(opened)
  } finally {
    closeSync(opened)
  }
  renameSync(part, path)
  sync(dirname(path))
}

/**
 * The file is not there when this returns, whether it was or not. Throws what the system answers, by name: `rmSync` of Node 24 says that it
 * failed, and not how.
 */
export function removeFile(path: string): void {
  unlessGone(() => unlinkSync(path))
}

/** Neither is the folder, nor what lies in it; there are no folders in it. Throws what the system answers, by name. */
export function removeFolder(path: string): void {
  unlessGone(() => {
    for (const name of readdirSync(path)) removeFile(join(path, name))
    rmdirSync(path)
  })
}

function unlessGone(remove: () => void): void {
  try {
    remove()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
