/**
 * A log as a tree of files that never change, C2SP tlog-tiles v0.1.0 (c2sp.org/tlog-tiles@v0.1.0): what other people's readers take.
 *
 *     checkpoint                     the signed note
 *     tile/<L>/<N>[.p/<W>]           up to 256 hashes of 32 bytes: on level 0 leaf hashes, above it the root of each full tile below
 *     tile/entries/<N>[.p/<W>]       the entries of that tile of level 0, each as length (2, big-endian) || entry
 *
 * N is the tile's number in groups of three digits, all groups but the last with an x: 1234067 is `x001/x234/067`. Only the last tile
 * of a level can have fewer than 256, and then its name ends in `.p/<W>`; an empty tile has no file.
 */
import { concatBytes } from '../keys/hash.ts'
import { leafHash, rootOf } from './tree.ts'

/** Hashes in a full tile, entries in a full bundle. */
const TILE_WIDTH = 256
/** Two bytes hold the length of an entry. */
const MAX_TILE_ENTRY = 65_535

/**
 * The files of a log: path, with slashes and relative to the tree's folder, and content. The checkpoint comes last, so that a tree
 * written in this order and cut short is one that nobody starts to read. Throws on an entry of more than 65,535 bytes.
 * @param entries all entries of the log
 * @param checkpoint the note that signs exactly these entries; taken over as it is
 */
export function tileTree(
  entries: readonly Uint8Array[],
  checkpoint: Uint8Array,
): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>()
  for (const [number, bundle] of cut(entries).entries()) {
    files.set(tilePath('entries', number, bundle.length), concatBytes(...bundle.flatMap(withLength)))
  }
  let hashes = entries.map(leafHash)
  for (let level = 0; hashes.length > 0; level += 1) {
    const tiles = cut(hashes)
    for (const [number, tile] of tiles.entries())
      files.set(tilePath(String(level), number, tile.length), concatBytes(...tile))
    // A tile that is not full has no hash above it.
    hashes = tiles.filter((tile) => tile.length === TILE_WIDTH).map(rootOf)
  }
  return files.set('checkpoint', checkpoint)
}

/** Groups of 256; the last may have fewer, none is empty. */
function cut<T>(items: readonly T[]): T[][] {
  const count = Math.ceil(items.length / TILE_WIDTH)
  return Array.from({ length: count }, (_, i) => items.slice(i * TILE_WIDTH, (i + 1) * TILE_WIDTH))
}

function tilePath(kind: string, number: number, width: number): string {
  const groups =
    String(number)
      .padStart(Math.ceil(String(number).length / 3) * 3, '0')
      .match(/.{3}/g) ?? []
  const path = groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join('/')
  return `tile/${kind}/${path}${width < TILE_WIDTH ? `.p/${width}` : ''}`
}

function withLength(entry: Uint8Array): [Uint8Array, Uint8Array] {
  if (entry.length > MAX_TILE_ENTRY) throw new RangeError(`an entry of ${entry.length} bytes fits no tile`)
  return [Uint8Array.of(entry.length >> 8, entry.length & 0xff), entry]
}
