/** What the commands of the centre have in common: the home folder, and what is wrong with a command. */
import { existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { RefusalError, valueOrThrow } from '../core/result.ts'
import { type CentreHome, readCentreHome } from './home.ts'
import { isPostgresUrl } from './store/store.ts'

/**
 * The home folder that `--home` names; refusals are thrown.
 * @param nowMs as `readCentreHome` has it
 */
export function homeOf(folder: string | undefined, nowMs?: number): CentreHome {
  if (folder === undefined) throw misuse("the centre's folder is missing: --home <folder>")
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new RefusalError({
      code: 'home.missing',
      where: folder,
      what: 'there is no such folder',
      next: 'Name the folder that provisioning made for the centre; "npm start -- --auto" makes out/centre.',
    })
  }
  return valueOrThrow(readCentreHome(folder, nowMs))
}

/** The database that `--store` names, which is there: SQLite would make the file. */
export function existingStore(given: string | undefined): string {
  if (given === undefined) throw misuse("the centre's database is missing: --store <store>")
  if (isPostgresUrl(given) || (existsSync(given) && statSync(given).isFile())) return given
  throw missingStore(
    given,
    'there is no such file',
    'Give the database that the centre wrote: --store <store>.',
  )
}

/** The database that `--store` names, there already or to be made. SQLite's own words for what is wrong are "unable to open database file". */
export function anyStore(given: string | undefined): string {
  if (given === undefined) throw misuse("the centre's database is missing: --store <store>")
  if (isPostgresUrl(given)) return given
  const next = 'Name a file, new or of an earlier run: --store <store>.'
  if (existsSync(given) && !statSync(given).isFile()) throw missingStore(given, 'this is no file', next)
  if (!existsSync(dirname(given)))
    throw missingStore(given, 'the folder that it is to be in does not exist', next)
  return given
}

function missingStore(where: string, what: string, next: string): RefusalError {
  return new RefusalError({ code: 'store.missing', where, what, next })
}

/** A command that cannot be understood. */
export function misuse(what: string): RefusalError {
  return new RefusalError({
    code: 'usage',
    where: 'sandogh centre',
    what,
    next: 'See "sandogh centre --help".',
  })
}
