/**
 * What a medium remembers of the one beside it: that it failed. The system may show what it could not write, and forgets that it could not; so
 * such a medium is believed again only when the computer was started anew, and the system shows what is on the disk. The mark outlives the program and
 * means nothing after the next start of the computer, so it need not be in any journal.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { MediumName } from '../../core/journal/catalogue.ts'
import { replaceFile } from '../durable-file.ts'

export const DISTRUST_FILE = 'distrusted.json'
const NAMES = ['a', 'b'] as const satisfies readonly MediumName[]

/** The mark on one medium. */
export class Distrust {
  readonly #path: string

  constructor(folder: string) {
    this.#path = join(folder, DISTRUST_FILE)
  }

  /** The other one failed, in this start of the computer. Throws what the system answers. */
  mark(medium: MediumName, boot: string): void {
    replaceFile(this.#path, Buffer.from(markOf(medium, boot)))
  }

  /** The other one, if it failed since the computer was started. Throws what the system answers. */
  marked(boot: string): MediumName | undefined {
    const found = read(this.#path)
    return NAMES.find((medium) => found === markOf(medium, boot))
  }
}

/** What is no such text was not left by this program since the computer was started. */
function markOf(medium: MediumName, boot: string): string {
  return JSON.stringify({ medium, boot })
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
