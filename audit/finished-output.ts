/**
 * What an auditor asks for stands under its name only when it is whole and on the disk: it is written beside that place under another name, synced, and
 * renamed last. Whoever is killed meanwhile leaves something that no name takes for a result.
 */
import {
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { RefusalError } from '../core/result.ts'

/** A new file or folder that is not yet there. */
export interface UnfinishedOutput {
  /** Where it grows. */
  readonly part: string
  /** Writes a file in the folder, or the file itself. */
  write(bytes: Uint8Array, name?: string): void
  /** Gives it its name. Throws a {@link RefusalError} if something else took that meanwhile. */
  finish(): void
  /** Takes away what is not finished. */
  discard(): void
}

/** Begins a new folder; the place must be empty. Throws a {@link RefusalError} `input.out`. */
export function beginFolder(out: string): UnfinishedOutput {
  return begin(out, 'folder', (part) => mkdirSync(part))
}

/** Begins a new file; the place must be empty. Throws a {@link RefusalError} `input.out`. */
export function beginFile(out: string): UnfinishedOutput {
  return begin(out, 'file', (part) => writeFileSync(part, '', { flag: 'wx' }))
}

function begin(out: string, what: 'file' | 'folder', make: (part: string) => void): UnfinishedOutput {
  const place = resolve(out)
  const part = nameBeside(place)
  const tried = <T>(action: () => T): T => orRefuse(out, what, action)
  let isFinished = false
  tried(() => {
    checkFree(place)
    make(part)
  })
  return {
    part,
    write: (bytes, name = '') => tried(() => writeFileSync(join(part, name), bytes, { flush: true })),
    finish: () =>
      tried(() => {
        sync(part)
        checkFree(place)
        renameSync(part, place)
        isFinished = true
        sync(dirname(place))
      }),
    discard: () => {
      if (!isFinished) rmSync(part, { recursive: true, force: true })
    },
  }
}

/** Of nobody else's, also while two reports are made for one place. */
function nameBeside(place: string): string {
  return `${place}.part-${process.pid}`
}

function checkFree(place: string): void {
  if (lstatSync(place, { throwIfNoEntry: false }) !== undefined)
    throw Object.assign(new Error('taken'), { code: 'EEXIST' })
}

/** What was written to a file, or the names in a folder, are on the disk when this returns. */
function sync(path: string): void {
  const opened = openSync(path, 'r')
  try {
    fsyncSync(opened)
  } finally {
    closeSync(opened)
  }
}

function orRefuse<T>(out: string, kind: 'file' | 'folder', action: () => T): T {
  try {
    return action()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    const what =
      code === 'EEXIST' ? 'it is there already, and is left as it is' : `it cannot be written (${code})`
    const next = `Name a new ${kind} on a disk with room: --out <${kind}>.`
    throw new RefusalError({ code: 'input.out', where: out, what, next })
  }
}
