/** Published vectors as files and folders, for whoever reads such. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { testFolder } from '../audit/files.ts'
import { ROOT } from '../structure/repository.ts'
import { bytesOf, type StationVector } from './vectors-of-bundles.ts'

/** What stands in `docs/vectors/<name>.json`. */
export function readVector<T>(name: string): T {
  return JSON.parse(readFileSync(join(ROOT, 'docs/vectors', `${name}.json`), 'utf8')) as T
}

/** A new folder with these files. */
export function writtenFolder(files: StationVector['files']): string {
  const folder = testFolder()
  for (const [path, file] of Object.entries(files)) {
    const bytes = bytesOf(file)
    if (bytes === undefined) continue
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), bytes)
  }
  return folder
}

/** A new file. */
export function writtenFile(name: string, content: string): string {
  const path = join(testFolder(), name)
  writeFileSync(path, content)
  return path
}
