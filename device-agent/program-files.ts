/**
 * The files of this program, as the device that runs them tells: one line a file in the form of `sha256sum`, sorted by path,
 *
 *     <SHA-256, 64 hex digits>  core/ballot-box/batch.ts
 *
 * SHA-256 of that text is `program` in the journal, at its beginning and at every start. A program that was changed on purpose can say what
 * it likes: this finds the wrong version, the forgotten update and the damaged disk. What npm brought is in it by the lock file alone.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { sha256, toBase64, toHex } from '../core/keys/hash.ts'

const FOLDERS = {
  core: new URL('../core/', import.meta.url),
  'device-agent': new URL('./', import.meta.url),
  firmware: new URL('../firmware/', import.meta.url),
  ui: new URL('../ui/', import.meta.url),
} as const
const LOCK = new URL('../package-lock.json', import.meta.url)

/** The list of files. Throws where one cannot be read or is no ordinary file. */
export function programFiles(): string {
  const files = Object.entries(FOLDERS).flatMap(([name, folder]) => filesIn(fileURLToPath(folder), name))
  files.push(['package-lock.json', fileURLToPath(LOCK)])
  // By code units, as `LC_ALL=C sort` does with these names.
  files.sort(([a], [b]) => (a < b ? -1 : 1))
  return files.map(([name, path]) => `${toHex(sha256(readFileSync(path)))}  ${name}\n`).join('')
}

/** SHA-256 of {@link programFiles}, base64, as it stands in the journal. */
export function programHash(): string {
  return toBase64(sha256(Buffer.from(programFiles())))
}

/** Names from the program's top, with slashes, and paths. */
function filesIn(path: string, name: string): [string, string][] {
  return readdirSync(path, { withFileTypes: true }).flatMap((entry): [string, string][] => {
    const [inside, named] = [`${path}/${entry.name}`, `${name}/${entry.name}`]
    if (entry.isDirectory()) return filesIn(inside, named)
    if (!entry.isFile()) throw new Error(`${named} is no ordinary file`)
    return [[named, inside]]
  })
}
