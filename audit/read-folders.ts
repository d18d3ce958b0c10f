/**
 * From folders on a disk or stick to bytes in memory. What was exported by a machine that may lie is read with care: no links are
 * followed, no file is larger than the format allows, nothing may be there that the format does not name. Nothing is ever written.
 */
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs'
import {
  ADOPTED_FILES,
  BUNDLE_FILES,
  type BundleFile,
  MAX_FILE_BYTES,
  SHEET_FILE,
  TALLY_FILES,
} from '../core/bundle/bundle.ts'
import { ISSUED_FILE } from '../core/bundle/issued.ts'
import { fail, ok, type Refusal, RefusalError, type Result, refuse, valueOrThrow } from '../core/result.ts'
import { givenName, type Inside, listFolder } from './list-folder.ts'

export const MANIFEST_FILE = 'manifest.json'

export type BundleFileName = BundleFile | typeof MANIFEST_FILE

/** The files of a bundle; nothing in them is verified. On a disk each `get` reads anew, so that no more than one need be in memory. */
export type UnverifiedFiles = Pick<ReadonlyMap<BundleFileName, Uint8Array>, 'get' | 'has' | 'keys'>

/** A bundle's folder. */
export interface BundleContent {
  /** The folder's name as it was given, for findings. */
  readonly where: string
  readonly files: UnverifiedFiles
  /** What is wrong with the folder already: a file too many, missing, or none. */
  readonly problem?: Refusal
}

/** A folder that was named on the command line, or that lies in one which was. */
export interface FoundFolder {
  readonly where: string
  readonly holds: 'bundle' | 'check-in'
}

/** Whose presence tells a bundle's folder, damaged or not, from any other; a device's home folder has a package too. */
const TELLTALE_FILES: readonly string[] = [
  MANIFEST_FILE,
  ISSUED_FILE,
  ...BUNDLE_FILES.filter((name) => name !== 'package.json'),
  ...TALLY_FILES,
  SHEET_FILE,
  ...ADOPTED_FILES,
]

/** What `export.ts` of a device leaves beside a bundle when it is interrupted. */
const LEFTOVER = /\.(part|old)$/

const isTelltale = ({ name }: { readonly name: string }) => TELLTALE_FILES.includes(name)

/** A count's folders lie in one folder; no station has more devices than a package allows, and no country more stations. */
const MAX_FOLDERS = 100_000

/**
 * Finds the bundles: each path is a bundle, a check-in's folder, or a folder in which such lie.
 * @returns each folder once, sorted by its name, so that nothing depends on the order of `paths`; a refusal `input.*` if a path is no folder
 *   or holds nothing
 */
export function findFolders(paths: readonly string[]): Result<readonly FoundFolder[]> {
  const found: FoundFolder[] = []
  for (const path of new Set(paths.map(withoutSlash))) {
    const named = checkGivenName(path)
    if (!named.ok) return named
    const inside = listFolder(path)
    if (!inside.ok) return inside
    if (inside.value.length === 0)
      return refuse('input.empty', path, 'there is no bundle in this folder', 'Name the folder of a bundle.')
    const folders = inside.value.filter(({ is }) => is === 'folder')
    const isParent = folders.length === inside.value.length
    const unfit = isParent ? findUnfit(path, folders) : findStray(path, inside.value)
    if (unfit !== undefined) return fail(unfit)
    const bundles = isParent ? folders.map(({ name }) => inFolder(path, name)) : [path]
    if (found.length + bundles.length > MAX_FOLDERS) {
      const next = 'Audit one part after the other.'
      return refuse('input.crowded', path, `more than ${MAX_FOLDERS} folders are given`, next)
    }
    for (const where of bundles) {
      const folder = kindOf(where)
      if (!folder.ok) return folder
      found.push(folder.value)
    }
  }
  const byName = new Map(found.map((folder) => [folder.where, folder]))
  return ok([...byName.values()].sort((a, b) => (a.where < b.where ? -1 : 1)))
}

/** A folder among the bundles that cannot be one by its name. */
function findUnfit(path: string, folders: readonly Inside[]): Refusal | undefined {
  const odd = folders.find(({ isPlain }) => !isPlain)
  if (odd !== undefined) return oddName(inFolder(path, odd.name))
  const leftover = folders.find(({ name }) => LEFTOVER.test(name))
  if (leftover === undefined) return undefined
  return {
    code: 'input.leftover',
    where: inFolder(path, leftover.name),
    what: 'a device was interrupted while it wrote its bundle',
    next: 'Start the device with this memory stick once more, or name the bundles one by one.',
  }
}

/** A file beside bundles, for whose sake they would be taken for one. */
function findStray(path: string, inside: readonly Inside[]): Refusal | undefined {
  const stray = inside.find(({ is }) => is !== 'folder')
  const isBundle = ({ is, isPlain, name }: Inside) =>
    is === 'folder' && isPlain && kindOf(inFolder(path, name)).ok
  if (stray === undefined || inside.some(isTelltale) || !inside.some(isBundle)) return undefined
  return {
    code: 'input.no-bundle',
    where: inFolder(path, stray.name),
    what: 'beside bundles only folders of bundles may lie',
    next: 'Take it away, or name the bundles one by one.',
  }
}

/** @returns a refusal `input.name` of a path or file that was given */
export function checkGivenName(path: string): Result<void> {
  const { name, isPlain } = givenName(path)
  return isPlain ? ok(undefined) : fail(oddName(name))
}

function oddName(where: string): Refusal {
  return {
    code: 'input.name',
    where,
    what: 'this name is not UTF-8, or has a control character or U+FFFD in it',
    next: 'Find out who gave it this name, and copy the folder under another.',
  }
}

/** `bundles/` is `bundles`, so that places are named in one way. */
function withoutSlash(path: string): string {
  return path.replace(/(?<=.)\/+$/, '')
}

/** A place in a folder, whose name stays as it was given. */
function inFolder(path: string, name: string): string {
  return path.endsWith('/') ? `${path}${name}` : `${path}/${name}`
}

/**
 * Looks into a bundle's folder: exactly the files of the format, one of the two tallies and maybe a sheet, each an ordinary file.
 * @returns the bundle, with what is wrong with its folder; refused if it is no folder that can be read
 */
export function readBundle(where: string): Result<BundleContent> {
  const inside = listFolder(where)
  if (!inside.ok) return inside
  const has = (wanted: string) => inside.value.some(({ name }) => name === wanted)
  // A second tally beside the first is a file that does not belong here.
  const tally = TALLY_FILES.find(has) ?? TALLY_FILES[0]
  const sheet = has(SHEET_FILE) ? ([SHEET_FILE] as const) : []
  const adopted = ADOPTED_FILES.some(has) ? ADOPTED_FILES : []
  const names = [MANIFEST_FILE, ...BUNDLE_FILES, tally, ...sheet, ...adopted] as const
  const listed = checkListed(where, inside.value, names)
  const files = new FolderFiles(where, names)
  return ok(listed.ok ? { where, files } : { where, files, problem: listed.error })
}

/** The same bundle with all its files read. Throws a {@link RefusalError} if one cannot be read. */
export function inMemory({ files, ...content }: BundleContent): BundleContent {
  const read = new Map<BundleFileName, Uint8Array>()
  for (const name of files.keys()) read.set(name, files.get(name) ?? new Uint8Array())
  return { ...content, files: read }
}

/** The same bundle, of which each file is read once, when it is asked for first: two readers see the same bytes or the same refusal. */
export function readOnce({ files, ...content }: BundleContent): BundleContent {
  const read = new Map<BundleFileName, Result<Uint8Array | undefined>>()
  const get = (name: BundleFileName) => {
    const known = read.get(name)
    if (known !== undefined) return valueOrThrow(known)
    const result = unlessUnreadable(() => ok(files.get(name)))
    read.set(name, result)
    return valueOrThrow(result)
  }
  return { ...content, files: { get, has: (name) => files.has(name), keys: () => files.keys() } }
}

/** What a reading gives, a file that cannot be read as a refusal. */
export function unlessUnreadable<T>(read: () => Result<T>): Result<T> {
  try {
    return read()
  } catch (error) {
    if (error instanceof RefusalError) return fail(error.refusal)
    throw error
  }
}

/** Reads a check-in's folder: the one file `issued.json`. */
export function readCheckIn(where: string): Result<Uint8Array> {
  const inside = listFolder(where)
  const listed = inside.ok ? checkListed(where, inside.value, [ISSUED_FILE]) : inside
  if (!listed.ok) return listed
  const bytes = readSmallFile(inFolder(where, ISSUED_FILE))
  return bytes === undefined ? badFile(where, ISSUED_FILE, UNREADABLE) : ok(bytes)
}

/** The files of a folder, read when they are asked for. */
class FolderFiles implements UnverifiedFiles {
  readonly #where: string
  readonly #names: ReadonlySet<BundleFileName>

  constructor(where: string, names: readonly BundleFileName[]) {
    this.#where = where
    this.#names = new Set(names)
  }

  has(name: BundleFileName): boolean {
    return this.#names.has(name)
  }

  keys() {
    return this.#names.keys()
  }

  /** Throws a {@link RefusalError} if the file cannot be read. */
  get(name: BundleFileName): Uint8Array | undefined {
    if (!this.has(name)) return undefined
    const bytes = readSmallFile(inFolder(this.#where, name))
    return bytes ?? valueOrThrow(badFile(this.#where, name, UNREADABLE))
  }
}

/** Reads one ordinary file of a limited size, following no link. Undefined if it is none, is too large or cannot be read. */
export function readSmallFile(path: string, limit = MAX_FILE_BYTES): Uint8Array | undefined {
  let file: number | undefined
  try {
    // NONBLOCK: opening a pipe that nobody writes to must not hang.
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    const status = fstatSync(file)
    if (!status.isFile() || status.size > limit) return undefined
    const bytes = new Uint8Array(status.size)
    let filled = 0
    while (filled < bytes.length) {
      const count = readSync(file, bytes, filled, bytes.length - filled, filled)
      if (count === 0) return undefined
      filled += count
    }
    return bytes
  } catch {
    return undefined
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

const UNREADABLE = 'it cannot be read, or is larger than 64 MiB'

/** These files are there, ordinary ones, and nothing else. */
function checkListed(where: string, inside: readonly Inside[], names: readonly string[]): Result<void> {
  const stray = inside.find(({ name }) => !names.includes(name))
  if (stray !== undefined) return badFile(where, stray.name, 'this file does not belong into this folder')
  for (const name of names) {
    const entry = inside.find((known) => known.name === name)
    if (entry === undefined) return badFile(where, name, 'this file is missing')
    if (entry.is !== 'file') return badFile(where, name, 'this is a link, a folder or a device and no file')
    if (!isSmall(inFolder(where, name))) return badFile(where, name, UNREADABLE)
  }
  return ok(undefined)
}

/** Links were refused before; what is gone meanwhile is told when it is read. */
function isSmall(path: string): boolean {
  return (lstatSync(path, { throwIfNoEntry: false })?.size ?? 0) <= MAX_FILE_BYTES
}

function badFile(where: string, name: string, what: string) {
  const next = 'Get the folder again from the device or its memory stick.'
  return refuse('bundle.files', inFolder(where, name), what, next)
}

function kindOf(where: string): Result<FoundFolder> {
  const inside = listFolder(where)
  if (!inside.ok) return inside
  const names = inside.value.map(({ name }) => name)
  if (names.some((name) => TELLTALE_FILES.includes(name)))
    return ok({ where, holds: names.includes(ISSUED_FILE) ? 'check-in' : 'bundle' })
  return refuse(
    'input.no-bundle',
    where,
    'this is not the folder of a bundle',
    'Name the folder of a bundle, or one in which only such folders lie: of a demonstration, its "bundles".',
  )
}
