/**
 * From folders on a disk or stick to bytes in memory. What was exported by a machine that may lie is read with care: no links are
 * followed, no file is larger than the format allows, nothing may be there that the format does not name. Nothing is ever written.
 */
import { closeSync, constants, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import {
  BUNDLE_FILES,
  type BundleFile,
  MAX_FILE_BYTES,
  SHEET_FILE,
  TALLY_FILES,
} from '../core/bundle/bundle.ts'
import { ISSUED_FILE } from '../core/bundle/issued.ts'
import { ok, type Result, refuse } from '../core/result.ts'

export const MANIFEST_FILE = 'manifest.json'

/** A bundle's folder as read; nothing in it is verified. */
export interface BundleContent {
  /** The folder's name as it was given, for findings. */
  readonly where: string
  readonly files: ReadonlyMap<BundleFile | typeof MANIFEST_FILE, Uint8Array>
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
]

/** What `export.ts` of a device leaves beside a bundle when it is interrupted. */
const LEFTOVER = /\.(part|old)$/

const isTelltale = ({ name }: { readonly name: string }) => TELLTALE_FILES.includes(name)

/** A count's folders lie in one folder; no station has more devices than a package allows, and no country more stations. */
const MAX_FOLDERS = 100_000

/**
 * Finds the bundles: each path is a bundle, a check-in's folder, or a folder in which such lie.
 * @returns a refusal `input.*` if a path is no folder or holds nothing
 */
export function findFolders(paths: readonly string[]): Result<readonly FoundFolder[]> {
  const found: FoundFolder[] = []
  for (const path of paths) {
    const inside = listFolder(path)
    if (!inside.ok) return inside
    const folders = inside.value.filter((entry) => entry.isDirectory())
    const isParent = folders.length > 0 && folders.length === inside.value.length
    if (inside.value.length === 0 || found.length + folders.length > MAX_FOLDERS) {
      return refuse('input.empty', path, 'there is no bundle in this folder', 'Name the folder of a bundle.')
    }
    const leftover = isParent ? folders.find(({ name }) => LEFTOVER.test(name)) : undefined
    if (leftover !== undefined) {
      return refuse(
        'input.leftover',
        join(path, leftover.name),
        'a device was interrupted while it wrote its bundle',
        'Start the device with this memory stick once more, or name the bundles one by one.',
      )
    }
    const stray = inside.value.find((entry) => !entry.isDirectory())
    const isBundle = ({ name }: { readonly name: string }) => kindOf(join(path, name)).ok
    if (stray !== undefined && !inside.value.some(isTelltale) && folders.some(isBundle)) {
      return refuse(
        'input.no-bundle',
        join(path, stray.name),
        'beside bundles only folders of bundles may lie',
        'Take it away, or name the bundles one by one.',
      )
    }
    for (const where of isParent ? folders.map(({ name }) => join(path, name)) : [path]) {
      const folder = kindOf(where)
      if (!folder.ok) return folder
      found.push(folder.value)
    }
  }
  return ok(found)
}

/** Reads a bundle's folder: exactly the files of the format, one of the two tallies and maybe a sheet, each an ordinary file. */
export function readBundle(where: string): Result<BundleContent> {
  const inside = listFolder(where)
  if (!inside.ok) return inside
  const has = (wanted: string) => inside.value.some(({ name }) => name === wanted)
  // A second tally beside the first is a file that does not belong here.
  const tally = TALLY_FILES.find(has) ?? TALLY_FILES[0]
  const sheet = has(SHEET_FILE) ? ([SHEET_FILE] as const) : []
  const read = readFiles(where, [MANIFEST_FILE, ...BUNDLE_FILES, tally, ...sheet])
  return read.ok ? ok({ where, files: read.value }) : read
}

/** Reads a check-in's folder: the one file `issued.json`. */
export function readCheckIn(where: string): Result<Uint8Array> {
  const read = readFiles(where, [ISSUED_FILE])
  return read.ok ? ok(read.value.get(ISSUED_FILE) ?? new Uint8Array()) : read
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

function readFiles<N extends string>(where: string, names: readonly N[]): Result<ReadonlyMap<N, Uint8Array>> {
  const inside = listFolder(where)
  if (!inside.ok) return inside
  const bad = (name: string, what: string) =>
    refuse(
      'bundle.files',
      join(where, name),
      what,
      'Get the folder again from the device or its memory stick.',
    )
  const stray = inside.value.find(({ name }) => !names.some((known) => known === name))
  if (stray !== undefined) return bad(stray.name, 'this file does not belong into this folder')
  const files = new Map<N, Uint8Array>()
  for (const name of names) {
    const entry = inside.value.find((known) => known.name === name)
    if (entry === undefined) return bad(name, 'this file is missing')
    if (!entry.isFile()) return bad(name, 'this is a link, a folder or a device and no file')
    const bytes = readSmallFile(join(where, name))
    if (bytes === undefined) return bad(name, 'it cannot be read, or is larger than 64 MiB')
    files.set(name, bytes)
  }
  return ok(files)
}

function listFolder(path: string) {
  try {
    if (!statSync(path).isDirectory()) {
      return refuse('input.no-folder', path, 'this is no folder', 'Name the folder of a bundle.')
    }
    const entries = readdirSync(path, { withFileTypes: true })
    return ok(entries.sort((a, b) => (a.name < b.name ? -1 : 1)))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const what = code === 'ENOENT' ? 'there is no such file or folder' : `it cannot be read (${code})`
    return refuse('input.unreadable', path, what, 'Check its name.')
  }
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
