/** What the verbs of `sandogh centre` are given on the command line. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { fromBase64 } from '../../core/keys/hash.ts'
import { type ElectionPackage, openPackage } from '../../core/package/package.ts'
import { RefusalError, refuse, valueOrThrow } from '../../core/result.ts'
import { isPostgresUrl } from '../store/store.ts'

/** `parseArgs` with its refusals as ours. */
export function parsed<T extends NonNullable<Parameters<typeof parseArgs>[0]>>(config: T) {
  try {
    return parseArgs<T>(config)
  } catch (error) {
    // Node adds a second sentence, on how to name a file that begins with a dash.
    throw misuse((error as Error).message.split('. ')[0] ?? '')
  }
}

/** A command that is none. */
export function misuse(what: string): RefusalError {
  return new RefusalError({
    code: 'usage',
    where: 'sandogh centre',
    what,
    next: 'See "sandogh centre --help".',
  })
}

/** Where the centre's database is: one that is there, for SQLite would make the file. */
export function storeLocation(given: string | undefined): string {
  if (given === undefined)
    throw misuse("the centre's database is missing: --store <file, or postgres://… URL>")
  if (isPostgresUrl(given) || (existsSync(given) && statSync(given).isFile())) return given
  const next = 'Give the database that the centre wrote: --store <file>.'
  return valueOrThrow(refuse('store.missing', given, 'there is no such file', next))
}

/** The package, if its file was named: it says which devices there are. */
export function namedPackage(file: string | undefined, key: string | undefined): ElectionPackage | undefined {
  if (file === undefined && key === undefined) return undefined
  if (file === undefined || key === undefined)
    throw misuse('--package and --authority belong together: a package proves nothing without the key')
  return valueOrThrow(openPackage(readText(file), authorityKey(key), file))
}

/** An Ed25519 public key in base64. */
export function authorityKey(text: string): Uint8Array {
  const key = fromBase64(text)
  if (key?.length === 32) return key
  throw misuse('--authority must be an Ed25519 public key, 32 bytes in base64')
}

export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    const what = 'there is no such file, or it cannot be read'
    return valueOrThrow(refuse('input.unreadable', path, what, 'Check the name of the file.'))
  }
}
