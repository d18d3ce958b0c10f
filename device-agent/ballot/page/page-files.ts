/** The built page in memory: what is served is what was there at the start, and no path of a request ever reaches the disk. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import type { Result } from '../../../core/result.ts'
import { ok, refuse } from '../../../core/result.ts'

/** Something that can be served. */
export interface ServedFile {
  readonly bytes: Uint8Array
  /** Media type. */
  readonly type: string
}

/** What a built page is made of; anything else in its folder is not served. */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.woff2': 'font/woff2',
  '.svg': 'image/svg+xml',
}

/**
 * Reads a built page.
 * @param folder what the build made: `index.html` and `assets/`
 * @param index the page itself, where several were built together
 * @returns files by path (`/`, `/assets/index-1a2b3c.js`), or `page.missing`
 */
export function readPageFiles(folder: string, index = 'index.html'): Result<ReadonlyMap<string, ServedFile>> {
  if (!existsSync(join(folder, index))) {
    return refuse(
      'page.missing',
      folder,
      'there is no built page',
      'Run "npm run build", or install the program anew.',
    )
  }
  const files = new Map<string, ServedFile>()
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const type = TYPES[extname(entry.name)]
    if (!entry.isFile() || type === undefined) continue
    const file = join(entry.parentPath, entry.name)
    const path = file.slice(folder.length).replaceAll('\\', '/')
    files.set(path === `/${index}` ? '/' : path, { bytes: readFileSync(file), type })
  }
  return ok(files)
}
