/**
 * `sandogh audit …` on the command line. Changes nothing that it is given; all but `export-tiles`, which fills a new folder, write to
 * standard output alone.
 */
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { catalogueMarkdown } from '../core/journal/catalogue-document.ts'
import { fromBase64 } from '../core/keys/hash.ts'
import { type ElectionPackage, openPackage } from '../core/package/package.ts'
import { ok, type Refusal, RefusalError, type Result, refuse, valueOrThrow } from '../core/result.ts'
import { openCount } from './open/open-count.ts'
import { openReport } from './open/open-report.ts'
import { type GivenShare, rebuildKey } from './open/rebuild-key.ts'
import { checkPolicy } from './policy/check-policy.ts'
import { type Policy, parsePolicy } from './policy/policy.ts'
import { type BundleContent, findFolders, readBundle, readCheckIn, readSmallFile } from './read-folders.ts'
import { databaseReport, type Report, refusalReport, verifyReport } from './report.ts'
import { systemRandom } from './system-random.ts'
import { tilesReport, verifiedTiles, writeTiles } from './tiles/export-tiles.ts'
import { readDatabase, verifyDatabase } from './verify/database.ts'
import { textOf } from './verify/verify-bundle.ts'
import { signerOf, type VerifiedCount, verifyCount } from './verify/verify-count.ts'
import type { IssuedFile } from './verify/verify-station.ts'

export const usage = `sandogh audit: checks what devices leave behind, and believes nothing they say

  sandogh audit verify <bundle...> [--policy <file>] [--authority <base64 key>] [--json]
      checks bundles without any secret: signatures, journal, ballots, counts, what devices saw of each other;
      with a policy (C2SP tlog-policy) also that the witnesses it asks for have seen every journal to its end
  sandogh audit verify <device.db> --package <package.json> [--authority <base64 key>] [--json]
      checks the database of a device that is switched off
  sandogh audit open --share <file> --share <file> ... <bundle...> [--lost <device>] [--authority <base64 key>] [--json]
      verifies, then opens the ballots with the trustees' shares and recounts them; totals are those of whole stations.
      Where a device is missing, they are told only if the others had released theirs, or if --lost says that its bundle
      is lost for good and no sheet of the station was made; a sheet that is there is told as it was signed, unchecked
  sandogh audit export-tiles <bundle> --to <folder> [--authority <base64 key>] [--json]
      verifies, then lays the journal out in a new folder as a C2SP tile tree for other people's tools
  sandogh audit events
      prints the catalogue of journal events

A bundle is a device's folder, a check-in's folder, or a folder in which such lie.
Without --authority the key that signed the package is taken, and you compare its fingerprint with the published one.

Exit code: 0 holds, 1 does not hold, 2 bad input or command.
`

const VERIFY_OPTIONS = {
  authority: { type: 'string' },
  json: { type: 'boolean', default: false },
  package: { type: 'string' },
  policy: { type: 'string' },
} as const
const OPEN_OPTIONS = {
  authority: { type: 'string' },
  json: { type: 'boolean', default: false },
  lost: { type: 'string', multiple: true },
  share: { type: 'string', multiple: true },
} as const
const TILES_OPTIONS = {
  authority: { type: 'string' },
  json: { type: 'boolean', default: false },
  to: { type: 'string' },
} as const

/** Files named beside what is verified. */
interface GivenFiles {
  readonly package?: string | undefined
  readonly policy?: string | undefined
}

interface Outcome {
  readonly exitCode: 0 | 1
  readonly report: Report
}

/**
 * Runs one verb.
 * @returns the exit code
 */
export async function main(args: readonly string[]): Promise<number> {
  const [verb, ...rest] = args
  try {
    switch (verb) {
      case 'verify':
      case 'open':
      case 'export-tiles': {
        const { outcome, json } = { verify, open, 'export-tiles': exportTiles }[verb](rest)
        process.stdout.write(json ? `${JSON.stringify(outcome.report.json)}\n` : outcome.report.text)
        return outcome.exitCode
      }
      case 'events':
        if (rest.length > 0) throw misuse('events takes nothing behind it')
        process.stdout.write(catalogueMarkdown())
        return 0
      case '--help':
      case '-h':
        process.stdout.write(usage)
        return 0
      default:
        throw misuse(
          verb === undefined
            ? 'say what to do, for example verify'
            : `there is no verb ${JSON.stringify(verb)}`,
        )
    }
  } catch (error) {
    if (!(error instanceof RefusalError)) throw error
    process.stderr.write(`${error.message}\n`)
    return 2
  }
}

function verify(args: readonly string[]) {
  const { values, positionals } = parsed(() =>
    parseArgs({ args: [...args], options: VERIFY_OPTIONS, allowPositionals: true, strict: true }),
  )
  const key = authorityKey(values.authority)
  const [path] = positionals
  if (path === undefined) throw misuse('there is no bundle to verify')
  const outcome =
    isFile(path) && positionals.length === 1
      ? verifyDatabaseFile(path, values, key)
      : verifyFolders(positionals, key, values)
  return { outcome, json: values.json }
}

function verifyFolders(paths: readonly string[], key: Uint8Array | undefined, given: GivenFiles): Outcome {
  if (given.package !== undefined)
    throw misuse('--package goes with a database; a bundle brings its package along')
  // Read first: a policy that cannot be read is told before a long count.
  const policy = given.policy === undefined ? undefined : readPolicy(given.policy)
  const count = verifyPaths(paths, key)
  const satisfied =
    count.ok && policy !== undefined ? checkPolicy(policy, count.value.stations) : ok(undefined)
  if (!satisfied.ok) return refused(satisfied.error)
  return judged(count, (value) => verifyReport(value, key ? 'given' : 'package', given.policy))
}

function readPolicy(path: string): Policy {
  return valueOrThrow(parsePolicy(valueOrThrow(readInput(path)), path))
}

function verifyDatabaseFile(
  path: string,
  { package: packagePath, policy }: GivenFiles,
  key: Uint8Array | undefined,
): Outcome {
  if (policy !== undefined)
    throw misuse('--policy goes with bundles; a database does not hold what its neighbours saw')
  if (!isDatabase(path)) throw neither(path)
  if (packagePath === undefined)
    throw misuse('a database names its package by hash only: give --package <package.json> too')
  const text = textOf(valueOrThrow(readInput(packagePath)))
  const signer = key ?? signerOf(text)
  if (signer === undefined) throw misuse(`${packagePath} is not a signed package`)
  const electionPackage: ElectionPackage = valueOrThrow(openPackage(text, signer, packagePath))
  const rows = readDatabase(path)
  const verified = rows.ok ? verifyDatabase(rows.value, electionPackage, signer) : rows
  return judged(verified, databaseReport)
}

function open(args: readonly string[]) {
  const { values, positionals } = parsed(() =>
    parseArgs({ args: [...args], options: OPEN_OPTIONS, allowPositionals: true, strict: true }),
  )
  const key = authorityKey(values.authority)
  if (positionals.length === 0) throw misuse('there is no bundle to open')
  if (values.share === undefined) throw misuse("opening needs the trustees' shares: --share <file> for each")
  const shares = values.share.map((where): GivenShare => {
    return { where, text: textOf(valueOrThrow(readInput(where))) }
  })
  const count = verifyPaths(positionals, key)
  if (!count.ok) return { outcome: refused(count.error), json: values.json }
  const { lost = [] } = values
  const missing = count.value.stations.flatMap((station) => station.missing)
  const there = lost.find((device) => !missing.includes(device))
  if (there !== undefined) throw misuse(`--lost ${there}: no station of these bundles misses such a device`)
  const secretKey = valueOrThrow(rebuildKey(shares, count.value.electionPackage))
  try {
    const opened = openCount(count.value, secretKey, systemRandom(), lost)
    const report = openReport(count.value, opened, key ? 'given' : 'package', lost)
    const outcome: Outcome = { exitCode: opened.findings.length === 0 ? 0 : 1, report }
    return { outcome, json: values.json }
  } finally {
    secretKey.fill(0)
  }
}

function exportTiles(args: readonly string[]) {
  const { values, positionals } = parsed(() =>
    parseArgs({ args: [...args], options: TILES_OPTIONS, allowPositionals: true, strict: true }),
  )
  const { to, json } = values
  const key = authorityKey(values.authority)
  if (to === undefined) throw misuse('say where the tiles go: --to <folder>')
  const [found, more] = valueOrThrow(findFolders(positionals))
  if (found?.holds !== 'bundle' || more !== undefined) throw misuse('export-tiles takes one bundle')
  const tiles = verifiedTiles(found.where, key)
  if (!tiles.ok) return { outcome: refused(tiles.error), json }
  valueOrThrow(writeTiles(tiles.value.files, to, found.where))
  const report = tilesReport(tiles.value, to, key ? 'given' : 'package')
  return { outcome: { exitCode: 0, report } satisfies Outcome, json }
}

/** Reads and verifies folders. */
function verifyPaths(paths: readonly string[], key: Uint8Array | undefined): Result<VerifiedCount> {
  const folders = findFolders(paths)
  if (!folders.ok) return folders
  const bundles: BundleContent[] = []
  const checkIns: IssuedFile[] = []
  for (const { where, holds } of folders.value) {
    if (holds === 'bundle') {
      const content = readBundle(where)
      if (!content.ok) return content
      bundles.push(content.value)
    } else {
      const issued = readCheckIn(where)
      if (!issued.ok) return issued
      checkIns.push({ where: `${where}/issued.json`, text: textOf(issued.value) })
    }
  }
  return verifyCount({ bundles, checkIns }, key)
}

function judged<T>(result: Result<T>, report: (value: T) => Report): Outcome {
  return result.ok ? { exitCode: 0, report: report(result.value) } : refused(result.error)
}

/** A finding, unless what was given could not be judged at all. */
function refused(refusal: Refusal): Outcome {
  if (refusal.code.startsWith('input.')) throw new RefusalError(refusal)
  return { exitCode: 1, report: refusalReport(refusal) }
}

function authorityKey(text: string | undefined): Uint8Array | undefined {
  if (text === undefined) return undefined
  const key = fromBase64(text)
  if (key?.length === 32) return key
  throw misuse('--authority must be an Ed25519 public key, 32 bytes in base64')
}

/** `parseArgs` throws on flags it does not know. */
function parsed<T>(parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    // Node adds a second sentence, on how to name a file that begins with a dash.
    throw misuse((error as Error).message.split('. ')[0] ?? '')
  }
}

function readInput(path: string): Result<Uint8Array> {
  const bytes = readSmallFile(path)
  if (bytes !== undefined) return ok(bytes)
  return refuse(
    'input.unreadable',
    path,
    'there is no such file, or it cannot be read',
    'Check the name of the file.',
  )
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

function neither(path: string): RefusalError {
  return new RefusalError({
    code: 'input.no-folder',
    where: path,
    what: 'it is no folder of a bundle and no database of a device',
    next: 'See "sandogh audit --help".',
  })
}

function misuse(what: string): RefusalError {
  return new RefusalError({
    code: 'usage',
    where: 'sandogh audit',
    what,
    next: 'See "sandogh audit --help".',
  })
}
