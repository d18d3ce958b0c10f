/** What the commands of the centre have in common: the home folder, and what is wrong with a command. */
import { existsSync, statSync } from 'node:fs'
import { RefusalError, valueOrThrow } from '../core/result.ts'
import { type CentreHome, readCentreHome } from './home.ts'
import { systemClock } from './system.ts'

/** The home folder that `--home` names; refusals are thrown. */
export function homeOf(folder: string | undefined): CentreHome {
  if (folder === undefined) throw misuse("the centre's folder is missing: --home <folder>")
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new RefusalError({
      code: 'home.missing',
      where: folder,
      what: 'there is no such folder',
      next: 'Name the folder that provisioning made for the centre; "npm start -- --auto" makes out/centre.',
    })
  }
  return valueOrThrow(readCentreHome(folder, systemClock.now()))
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
