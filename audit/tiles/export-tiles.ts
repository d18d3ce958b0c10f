/** A verified bundle's journal as a tile tree in a folder of its own, for readers that are not ours. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type BundleFile, splitJournal } from '../../core/bundle/bundle.ts'
import { ok, type Result, refuse, valueOrThrow } from '../../core/result.ts'
import { ED25519_TYPE, formatVerifierKey } from '../../core/tlog/note.ts'
import { tileTree } from '../../core/tlog/tiles.ts'
import { checkOutside } from '../outside-bundles.ts'
import { inMemory, readBundle } from '../read-folders.ts'
import { authorityLines, type Report } from '../report.ts'
import { type VerifiedCount, verifyCount } from '../verify/verify-count.ts'

/** A verified journal as a tile tree, not yet written. */
export interface TileExport {
  /** What verifying the bundle, and it alone, gave. */
  readonly count: VerifiedCount
  /** Names the log; the name of its key too. */
  readonly origin: string
  readonly entries: number
  /** `name+id+key`, with which other people's readers open the checkpoint. */
  readonly verifierKey: string
  /** Path below the folder, and content. */
  readonly files: ReadonlyMap<string, Uint8Array>
}

/**
 * Reads and verifies one bundle and lays its journal out as tiles.
 * @param where the bundle's folder
 * @param authorityKey Ed25519 key of the election authority; if it is not given, the key that signed the package is taken
 * @returns the first thing in the bundle that does not hold
 */
export function verifiedTiles(where: string, authorityKey: Uint8Array | undefined): Result<TileExport> {
  const content = readBundle(where)
  if (!content.ok) return content
  const bundles = [inMemory(content.value)] as const
  const count = verifyCount({ bundles, checkIns: [] }, authorityKey)
  if (!count.ok) return count
  const [bundle] = count.value.stations.flatMap((station) => station.bundles)
  if (bundle === undefined) throw new Error('one bundle was verified')
  const { origin, device, witnessed } = bundle
  const own = witnessed.identities.get(device)
  if (own === undefined) throw new Error('a verified bundle knows its own device')
  const bytesOf = (name: BundleFile) => bundles[0].files.get(name) ?? new Uint8Array()
  const entries = valueOrThrow(splitJournal(bytesOf('journal.jsonl'), where, bundle.day.size))
  return ok({
    count: count.value,
    origin,
    entries: entries.length,
    verifierKey: formatVerifierKey({ name: origin, type: ED25519_TYPE, publicKey: own.logKey }),
    files: tileTree(entries, bytesOf('checkpoint')),
  })
}

/**
 * Writes a tree into a folder that is made for it or is empty; nothing that exists is written over.
 * @param from the bundle's folder, in which nothing may be written
 * @returns a refusal `input.*` if the folder cannot be had; what was written until then stays, without a checkpoint
 */
export function writeTiles(files: ReadonlyMap<string, Uint8Array>, to: string, from: string): Result<void> {
  try {
    const isOutside = checkOutside(to, [from])
    if (!isOutside.ok) return isOutside
    mkdirSync(to, { recursive: true })
    if (readdirSync(to).length > 0)
      return refuse('input.not-empty', to, 'this folder is not empty', 'Name a new folder.')
    for (const [path, bytes] of files) {
      const file = join(to, path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, bytes, { flag: 'wx' })
    }
    return ok(undefined)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    return refuse(
      'input.unwritable',
      to,
      `it cannot be written (${code})`,
      'Name a folder on a disk with room.',
    )
  }
}

/**
 * What was written, and the key that opens it.
 * @param keyFrom where the authority's key came from
 */
export function tilesReport(tiles: TileExport, to: string, keyFrom: 'given' | 'package'): Report {
  const { count, origin, entries, verifierKey, files } = tiles
  return {
    text: [
      `HOLDS, and its ${entries} entries lie in ${to} as ${files.size} files`,
      ...authorityLines(count, keyFrom),
      'its checkpoint opens with this verifier key:',
      `  ${verifierKey}`,
      '',
    ].join('\n'),
    json: { verdict: 'holds', origin, entries, files: files.size, to, verifierKey },
  }
}
