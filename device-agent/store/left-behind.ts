/**
 * What a medium remembers of itself: that it was left behind, and the journal on the other one has gone on. Alone it is not the day. The mark outlives
 * every start, of the program and of the computer, until the medium holds everything again.
 */
import { closeSync, lstatSync, openSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { removeFile, sync } from '../durable-file.ts'

const FILE = 'left-behind'

/** The mark on one medium: an empty file. Each method throws what the system answers. */
export class LeftBehind {
  readonly #path: string

  constructor(folder: string) {
    this.#path = join(folder, FILE)
  }

  /** On the disk when this returns, as what is below. */
  mark(): void {
    closeSync(openSync(this.#path, 'a', 0o600))
    sync(dirname(this.#path))
  }

  isMarked(): boolean {
    return lstatSync(this.#path, { throwIfNoEntry: false }) !== undefined
  }

  clear(): void {
    if (!this.isMarked()) return
    removeFile(this.#path)
    sync(dirname(this.#path))
  }
}
