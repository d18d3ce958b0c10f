/** `sandogh audit export-tiles`: a verified journal as a C2SP tile tree. */
import { valueOrThrow } from '../../core/result.ts'
import { findFolders } from '../read-folders.ts'
import { tilesReport, verifiedTiles, writeTiles } from '../tiles/export-tiles.ts'
import { misuse, type Outcome, parseAuthorityKey, parsed, refused } from './inputs.ts'

const OPTIONS = {
  authority: { type: 'string' },
  json: { type: 'boolean', default: false },
  to: { type: 'string' },
} as const

/** Runs the verb. */
export function exportTiles(args: readonly string[]): { outcome: Outcome; json: boolean } {
  const { values, positionals } = parsed({ args: [...args], options: OPTIONS, allowPositionals: true })
  const { to, json } = values
  const key = parseAuthorityKey(values.authority)
  if (to === undefined) throw misuse('say where the tiles go: --to <folder>')
  const [found, more] = valueOrThrow(findFolders(positionals))
  if (found?.holds !== 'bundle' || more !== undefined) throw misuse('export-tiles takes one bundle')
  const tiles = verifiedTiles(found.where, key)
  if (!tiles.ok) return { outcome: refused(tiles.error), json }
  valueOrThrow(writeTiles(tiles.value.files, to, found.where))
  const report = tilesReport(tiles.value, to, key ? 'given' : 'package')
  return { outcome: { exitCode: 0, report }, json }
}
