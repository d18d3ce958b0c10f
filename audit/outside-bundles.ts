/** Where an auditor's own files may go: never into what is read, nor beside a bundle, where they would be taken for part of the count. */
import { existsSync, readdirSync, realpathSync } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import { ok, type Result, refuse } from '../core/result.ts'

/** Every bundle has the one, every check-in's folder the other. */
const MARKS = ['manifest.json', 'issued.json']

/**
 * Whether a file or folder that is to be made lies outside all bundles.
 * @param given folders that are read
 * @returns a refusal `input.inside-bundle`, or `input.out` where there is no folder for it
 */
export function checkOutside(target: string, given: readonly string[]): Result<void> {
  try {
    const parent = realpathSync(dirname(resolve(target)))
    const isGiven = given.some((path) => `${parent}${sep}`.startsWith(withSeparator(realpathSync(path))))
    if (!isGiven && !ancestors(parent).some(isBundle) && !hasBundles(parent)) return ok(undefined)
    const what = 'this lies in a bundle or among bundles, where nothing may be written'
    return refuse('input.inside-bundle', target, what, 'Name a place elsewhere.')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    return refuse('input.out', target, `there is no place for it (${code})`, 'Name a place that is there.')
  }
}

function withSeparator(folder: string): string {
  return folder.endsWith(sep) ? folder : `${folder}${sep}`
}

function ancestors(folder: string): readonly string[] {
  const above = dirname(folder)
  return above === folder ? [folder] : [folder, ...ancestors(above)]
}

function isBundle(folder: string): boolean {
  return MARKS.some((name) => existsSync(join(folder, name)))
}

function hasBundles(folder: string): boolean {
  return readdirSync(folder, { withFileTypes: true }).some(
    (entry) => entry.isDirectory() && isBundle(join(folder, entry.name)),
  )
}
