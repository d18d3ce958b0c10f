/** The printer's driver with lines replaced: each promise is shown to hang on a line. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import type { Connect } from './polling-booth.ts'

const ROOT = join(import.meta.dirname, '../../..')
const DRIVER = 'firmware/printer/driver.ts'
const PROOFS = 'firmware/printer/proofs.ts'

/** One line of one file, and what stands there instead. */
export interface Weakening {
  readonly file: string
  readonly line: string
  readonly by: string
}

/** A fresh line begins where the last one broke. */
export const doesNotClear: Weakening = {
  file: DRIVER,
  line: 'const cleared = await this.#clear()\n',
  by: 'const cleared = ok(undefined)\n',
}

/** What stopped stays in the printer. */
export const leavesTheRest: Weakening = {
  file: DRIVER,
  line: "if (outcome.is !== 'lost') await this.#clear()",
  by: '',
}

/** A printer that stands still is not emptied before the next order. */
export const leavesWhatIsHeld: Weakening = {
  file: DRIVER,
  line: 'if (this.#paced.isHeld) await this.#clear()',
  by: 'this.#paced.release()',
}

/** After a jam the printer is told to go on where it stopped. */
export const printsOn: Weakening = {
  file: 'firmware/printer/encoder.ts',
  line: 'Uint8Array.of(0x10, 0x05, 0x02)',
  by: 'Uint8Array.of(0x10, 0x05, 0x01)',
}

/** A print that was begun and not proven is said to have left nothing on paper. */
export const saysRefused: Weakening = {
  file: DRIVER,
  line: 'if (begun || why',
  by: 'if (why',
}

/** A line that breaks is taken for success. */
export const takesLossForProof: Weakening = {
  file: DRIVER,
  line: "if (why === 'proven')",
  by: "if (why === 'proven' || why === 'lost')",
}

/** Any process number is the last of ours. */
export const believesAnyNumber: Weakening = {
  file: PROOFS,
  line: 'const part = (process - this.#first + NUMBERS) % NUMBERS',
  by: "if (process >= 0) return 'proven'; const part = 0",
}

/** The right numbers are believed while the slip is still being sent. */
export const believesTooEarly: Weakening = {
  file: PROOFS,
  line: 'if (end > sentBytes)',
  by: 'if (end < 0)',
}

/** One proof behind the whole document is enough. */
export const asksAtTheEndOnly: Weakening = {
  file: PROOFS,
  line: 'parts.map((part, i) =>',
  by: '[concatBytes(...parts)].map((part, i) =>',
}

/** What a picture says to the printer by accident is sent as it is. */
export const sendsCommandsInPictures: Weakening = {
  file: 'firmware/printer/encoder.ts',
  line: '? byte | 0x08 : byte',
  by: '? byte : byte',
}

/** Bytes are sent whether the printer has room or not. */
export const deafToXoff: Weakening = {
  file: 'firmware/printer/paced-transport.ts',
  line: 'this.#held = lastFlow === XOFF',
  by: 'this.#held = false',
}

/** A heartbeat waits its turn behind a print, however long that is. */
export const asksDuringPrint: Weakening = {
  file: DRIVER,
  line: 'if (this.#orders > 0) return Promise.resolve(ok(undefined))\n',
  by: '',
}

/** A heartbeat waits behind the questions that come before a print. */
export const asksUntilFirstByte: Weakening = {
  file: DRIVER,
  line: 'if (this.#orders > 0) return Promise.resolve(ok(undefined))\n',
  by: 'if (this.#paced.unsentBytes > 0) return Promise.resolve(ok(undefined))\n',
}

/** Every line is taken for a fast one. */
export const ignoresTheBaud: Weakening = {
  file: DRIVER,
  line: 'msLeft: wireMs(unsent, this.#baudRate)',
  by: 'msLeft: wireMs(unsent, 115_200)',
}

/** How much is to go is told once. */
export const tellsOnlyTheBeginning: Weakening = {
  file: DRIVER,
  line: 'this.#paced.onSent = tell\n',
  by: '',
}

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

/** The driver with these lines replaced. Throws if a line is not there exactly once: then the weakening shows nothing. */
export async function weakened(...weakenings: readonly Weakening[]): Promise<Connect> {
  const folder = mkdtempSync(join(tmpdir(), 'sandogh-weakened-printer-'))
  folders.push(folder)
  for (const area of ['core', 'firmware/link', 'firmware/printer']) {
    cpSync(join(ROOT, area), join(folder, area), { recursive: true })
  }
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  for (const { file, line, by } of weakenings) {
    const parts = readFileSync(join(folder, file), 'utf8').split(line)
    if (parts.length !== 2) throw new Error(`${file} has this line ${parts.length - 1} times: ${line}`)
    writeFileSync(join(folder, file), parts.join(by))
  }
  const { connectPrinter } = await import(/* @vite-ignore */ join(folder, DRIVER))
  return connectPrinter
}
