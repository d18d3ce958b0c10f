/** `sandogh audit verify`: bundles, or the database of a device that is switched off. */
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { RefusalError, valueOrThrow } from '../../core/result.ts'
import { auditCount } from '../count/audit-count.ts'
import { incompleteOf } from '../missing.ts'
import { databaseReport, verifyReport } from '../report.ts'
import { EXIT_CODES, verdictOn } from '../verdict.ts'
import { readDatabase, verifyDatabase } from '../verify/database.ts'
import { openReference } from '../verify/reference.ts'
import {
  COUNT_OPTIONS,
  type CountValues,
  countInputs,
  isFinding,
  misuse,
  type Outcome,
  parseAuthorityKey,
  parsed,
  readInput,
  refused,
} from './inputs.ts'

const OPTIONS = { ...COUNT_OPTIONS, package: { type: 'string' } } as const

/** Runs the verb. */
export async function verify(args: readonly string[]): Promise<{ outcome: Outcome; json: boolean }> {
  const { values, positionals } = parsed({ args: [...args], options: OPTIONS, allowPositionals: true })
  const [path] = positionals
  if (path === undefined) throw misuse('there is no bundle to verify')
  const outcome =
    isFile(path) && positionals.length === 1
      ? verifyDatabaseFile(path, values)
      : await verifyFolders(positionals, values)
  return { outcome, json: values.json }
}

async function verifyFolders(
  paths: readonly string[],
  values: CountValues & { readonly package?: string | undefined },
): Promise<Outcome> {
  if (values.package !== undefined)
    throw misuse('--package goes with a database; a bundle brings its package along')
  const { order, against } = countInputs(values)
  const count = await auditCount({ ...order, paths })
  if (!count.ok) return refused(count.error)
  const { findings } = count.value
  const [first] = findings
  if (first !== undefined && !isFinding(first)) throw new RefusalError(first)
  const exitCode = EXIT_CODES[verdictOn(findings, incompleteOf(count.value))]
  return { exitCode, report: verifyReport(count.value, against) }
}

function verifyDatabaseFile(
  path: string,
  values: CountValues & { readonly package?: string | undefined },
): Outcome {
  if (values.policy !== undefined)
    throw misuse('--policy goes with bundles; a database does not hold what its neighbours saw')
  if (values.program !== undefined) throw misuse('--program goes with bundles')
  if (!isDatabase(path)) throw neither(path)
  if (values.package === undefined)
    throw misuse('a database names its package by hash only: give --package <package.json> too')
  const bytes = valueOrThrow(readInput(values.package))
  const reference = openReference(bytes, parseAuthorityKey(values.authority), values.package)
  const rows = readDatabase(path)
  const verified = rows.ok ? verifyDatabase(rows.value, valueOrThrow(reference)) : rows
  return verified.ok ? { exitCode: 0, report: databaseReport(verified.value) } : refused(verified.error)
}

function neither(path: string): RefusalError {
  return new RefusalError({
    code: 'input.no-folder',
    where: path,
    what: 'it is no folder of a bundle and no database of a device',
    next: 'See "sandogh audit --help".',
  })
}

/** The first 16 bytes of every SQLite 3 database (sqlite.org/fileformat2.html, 1.3.1). */
function isDatabase(path: string): boolean {
  const start = Buffer.alloc(16)
  const file = openSync(path, 'r')
  try {
    readSync(file, start)
  } finally {
    closeSync(file)
  }
  return start.toString('latin1') === 'SQLite format 3\0'
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    return false
  }
}
