/** The reader's driver with lines replaced: each promise is shown to hang on a line. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

const ROOT = join(import.meta.dirname, '../../..')
const FOLDER = 'firmware/card-reader'

/** One line of one file of the driver, and what stands there instead. */
export interface Weakening {
  readonly file: string
  readonly line: string
  readonly by: string
}

/** A command that is not answered in time is written again. */
export const writesAgain: Weakening = {
  file: 'reader-line.ts',
  line: ': await this.#line.exchange(bytes, card.deadlineMs, judge)',
  by: ': await this.#line.ask(bytes, card.deadlineMs, judge)',
}

/** Any answer is taken for that to the last command. */
export const believesAnySequence: Weakening = {
  file: 'reader-line.ts',
  line: 'if (message.sequence !== this.#sequence) return undefined\n',
  by: '',
}

/** The check of an answer is not looked at. */
export const believesAnyCheck: Weakening = {
  file: 'codec.ts',
  line: 'if (xor(bytes.subarray(0, length)) !== bytes[length - 1])',
  by: 'if (length < 0)',
}

/** After resynchronising a command is sent again, whether the card may have done it or not. */
export const startsAgain: Weakening = {
  file: 't1-engine.ts',
  line: "if (state.complete || state.phase === 'giving-up')",
  by: "if (state.phase === 'giving-up')",
}

/** The card's answers are taken in whatever order they are numbered. */
export const believesAnyNumber: Weakening = {
  file: 't1-engine.ts',
  line: '!complete || block.number !== link.cards ||',
  by: '!complete ||',
}

/** The check of a block is not looked at. */
export const believesAnyBlock: Weakening = {
  file: 't1-block.ts',
  line: ' || xorOf(bytes) !== 0) {',
  by: ') {',
}

/** A card may take as long as it likes for a command. */
export const knowsNoHaste: Weakening = {
  file: 'ready-card.ts',
  line: "if (leftMs() <= 0) return fail('mute')",
  by: '',
}

/** A card may take half a minute for each command, however many there are. */
export const forgetsTheLast: Weakening = {
  file: 'card-visit.ts',
  line: 'this.#spareMs = Math.min(SPARE_MS, this.#spareMs + USUAL_COMMAND_MS - passed())',
  by: 'this.#spareMs = SPARE_MS',
}

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

/** The driver, and what its T=1 engine gives, with that line replaced. Throws if it is not there exactly once: then it shows nothing. */
export async function weakened({ file, line, by }: Weakening): Promise<{
  readonly driver: typeof import('../../../firmware/card-reader/driver.ts')
  readonly engine: typeof import('../../../firmware/card-reader/t1-engine.ts')
}> {
  const folder = mkdtempSync(join(tmpdir(), 'sandogh-weakened-reader-'))
  folders.push(folder)
  for (const area of ['core', 'firmware/link', FOLDER]) {
    cpSync(join(ROOT, area), join(folder, area), { recursive: true })
  }
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  const path = join(folder, FOLDER, file)
  const parts = readFileSync(path, 'utf8').split(line)
  if (parts.length !== 2) throw new Error(`${file} has this line ${parts.length - 1} times: ${line}`)
  writeFileSync(path, parts.join(by))
  return {
    driver: await import(/* @vite-ignore */ join(folder, FOLDER, 'driver.ts')),
    engine: await import(/* @vite-ignore */ join(folder, FOLDER, 't1-engine.ts')),
  }
}
