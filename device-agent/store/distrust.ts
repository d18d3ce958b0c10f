/**
 * What a medium remembers of the one beside it: that it failed. The system may show what it could not write, and forgets that it could not; so
 * such a medium is believed again only when the computer was started anew, and the system shows what is on the disk. The mark outlives the program and
 * means nothing after the next start of the computer, so it need not be in any journal.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { MediumName } from '../../core/journal/catalogue.ts'
import { replaceFile } from '../durable-file.ts'

const FILE = 'distrusted.json'
const mark = z.strictObject({ medium: z.enum(['a', 'b']), boot: z.string() })

/** The mark on one medium. */
export class Distrust {
  readonly #path: string

  constructor(folder: string) {
    this.#path = join(folder, FILE)
  }

  /** The other one failed, in this start of the computer. Throws what the system answers. */
  mark(medium: MediumName, boot: string): void {
    replaceFile(this.#path, Buffer.from(JSON.stringify({ medium, boot })))
  }

  /** The other one, if it failed since the computer was started. Throws what the system answers. */
  marked(boot: string): MediumName | undefined {
    const found = mark.safeParse(read(this.#path))
    return found.success && found.data.boot === boot ? found.data.medium : undefined
  }
}

/** What is no mark was not left by this program since the computer was started. */
function read(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
