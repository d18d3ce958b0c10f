/** The files of this repository, for tests that hold its structure. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository's folder. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** What is brought or made here, not written: not looked into. */
const NOT_OURS = new Set(['node_modules', 'out', 'dist', 'coverage', '.git'])

/** Paths of all files from the repository's top, sorted, with slashes. */
export function repositoryFiles(): readonly string[] {
  return filesIn('').toSorted()
}

/** Text by path of all files: of code the text, of anything else nothing. */
export function repositoryTexts(): ReadonlyMap<string, string> {
  const text = (path: string) => (/\.tsx?$/.test(path) ? readFileSync(join(ROOT, path), 'utf8') : '')
  return new Map(repositoryFiles().map((path) => [path, text(path)]))
}

function filesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isDirectory()) return NOT_OURS.has(path) || entry.name === 'node_modules' ? [] : filesIn(path)
    return entry.isFile() ? [path] : []
  })
}
