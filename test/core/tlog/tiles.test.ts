import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toHex } from '../../../core/keys/hash.ts'
import { tileTree } from '../../../core/tlog/tiles.ts'
import { leafHash, rootOf } from '../../../core/tlog/tree.ts'

type Tree = ReadonlyMap<string, Uint8Array>

const CHECKPOINT = new TextEncoder().encode('whatever note is given\n')
/** Entries that all differ; the first is empty. */
const entriesOf = (size: number) =>
  Array.from({ length: size }, (_, i) => Buffer.from(i === 0 ? '' : `entry ${i}`))
const sha = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest()
const rootHex = (entries: readonly Uint8Array[]) => toHex(rootOf(entries.map(leafHash)))
const tilesOnly = (tree: Tree) => [...tree.keys()].filter((path) => path !== 'checkpoint').sort()
/** Sizes around the edges of tiles more often than others. */
const sizes = fc.oneof(
  fc.integer({ min: 1, max: 1500 }),
  fc.constantFrom(1, 2, 255, 256, 257, 511, 512, 513, 768, 1024),
)

/** The name of a tile, said a second time: three digits, and for more of them each group but the last with an x. */
function named(kind: string | number, number: number, width: number): string {
  const groups: string[] = []
  for (let rest = number; groups.length === 0 || rest > 0; rest = Math.floor(rest / 1000))
    groups.unshift(`${groups.length > 0 ? 'x' : ''}${String(rest % 1000).padStart(3, '0')}`)
  return `tile/${kind}/${groups.join('/')}${width === 256 ? '' : `.p/${width}`}`
}

/** The formula of the specification: at level l there are floor(size / 256^l) hashes, 256 a tile. */
function expectedPaths(size: number): string[] {
  const paths: string[] = []
  for (let level = 0, hashes = size; hashes > 0; level += 1, hashes = Math.floor(hashes / 256)) {
    for (let number = 0; number * 256 < hashes; number += 1) {
      const width = Math.min(256, hashes - number * 256)
      paths.push(named(level, number, width))
      if (level === 0) paths.push(named('entries', number, width))
    }
  }
  return paths.sort()
}

/** A reader of our own making that knows the specification only and trusts the highest tiles: the root of leaves `from` to `to`. */
function rootFromTiles(tree: Tree, size: number, from = 0, to = size): Buffer {
  const count = to - from
  for (let level = 0, span = 1; span <= count; level += 1, span *= 256) {
    if (span !== count || from % span !== 0) continue
    const number = Math.floor(from / span / 256)
    const width = Math.min(256, Math.floor(size / span) - number * 256)
    const at = ((from / span) % 256) * 32
    return Buffer.from(tree.get(named(level, number, width))?.subarray(at, at + 32) ?? [])
  }
  let left = 1
  while (left * 2 < count) left *= 2
  return sha(
    Buffer.of(1),
    rootFromTiles(tree, size, from, from + left),
    rootFromTiles(tree, size, from + left, to),
  )
}

/** Entries and their leaf hashes as read from the bundles of entries. */
function readEntries(tree: Tree, size: number): Buffer[] {
  const entries: Buffer[] = []
  for (let number = 0; number * 256 < size; number += 1) {
    const bytes = Buffer.from(
      tree.get(named('entries', number, Math.min(256, size - number * 256))) ?? Buffer.of(0),
    )
    for (let at = 0; at < bytes.length; ) {
      const length = bytes.readUInt16BE(at)
      entries.push(bytes.subarray(at + 2, at + 2 + length))
      at += 2 + length
    }
  }
  return entries
}

describe('a tile tree', () => {
  test('gives another reader the root again, the entries, and a hash for each full tile below', () => {
    fc.assert(
      fc.property(sizes, (size) => {
        const entries = entriesOf(size)
        const tree = tileTree(entries, CHECKPOINT)
        expect(toHex(rootFromTiles(tree, size))).toBe(rootHex(entries))
        expect(readEntries(tree, size)).toEqual(entries)
        const leaves = entries.map((entry) => sha(Buffer.of(0), entry))
        const level0 = [...tree].filter(([path]) => path.startsWith('tile/0/')).map(([, tile]) => tile)
        expect(Buffer.concat(level0).equals(Buffer.concat(leaves))).toBe(true)
        for (let n = 0; (n + 1) * 256 <= size; n += 1) {
          const above = tree.get(named(1, 0, Math.floor(size / 256)))?.subarray(n * 32, n * 32 + 32)
          expect(toHex(above ?? Buffer.of())).toBe(rootHex(entries.slice(n * 256, (n + 1) * 256)))
        }
      }),
      { numRuns: 40 },
    )
  })

  test('has the files that the specification names for its size and no other', () => {
    fc.assert(
      fc.property(sizes, (size) => {
        expect(tilesOnly(tileTree(entriesOf(size), CHECKPOINT))).toEqual(expectedPaths(size))
      }),
      { numRuns: 40 },
    )
  })

  test('of 70,000 entries has the tiles that the specification counts up', () => {
    const entries = entriesOf(70_000)
    const tree = tileTree(entries, CHECKPOINT)
    const of = (level: number, partial: boolean) =>
      [...tree.keys()].filter((path) => path.startsWith(`tile/${level}/`) && path.includes('.p/') === partial)
    expect(of(0, false)).toHaveLength(273)
    expect(of(0, true)).toEqual(['tile/0/273.p/112'])
    expect(of(1, false)).toEqual(['tile/1/000'])
    expect(of(1, true)).toEqual(['tile/1/001.p/17'])
    expect([...of(2, false), ...of(2, true)]).toEqual(['tile/2/000.p/1'])
    expect(toHex(rootFromTiles(tree, 70_000))).toBe(rootHex(entries))
  })

  test('of 256 entries has one full tile and above it one of width 1', () => {
    expect(tilesOnly(tileTree(entriesOf(256), CHECKPOINT))).toEqual([
      'tile/0/000',
      'tile/1/000.p/1',
      'tile/entries/000',
    ])
  })

  test('numbers its tiles in groups of three digits', () => {
    const tree = tileTree(entriesOf(256_001), CHECKPOINT)
    expect(tree.get('tile/0/999')).toHaveLength(8192)
    expect(tree.get('tile/0/x001/000.p/1')).toEqual(new Uint8Array(leafHash(Buffer.from('entry 256000'))))
    expect(named(0, 1_234_067, 256)).toBe('tile/0/x001/x234/067')
  })

  test('of an empty log is its checkpoint alone', () => {
    expect([...tileTree([], CHECKPOINT)]).toEqual([['checkpoint', CHECKPOINT]])
  })

  test('ends with the checkpoint, as it was given', () => {
    expect([...tileTree(entriesOf(300), CHECKPOINT)].at(-1)).toEqual(['checkpoint', CHECKPOINT])
  })

  test('takes entries of up to 65,535 bytes', () => {
    const [entry] = readEntries(tileTree([new Uint8Array(65_535)], CHECKPOINT), 1)
    expect(entry).toHaveLength(65_535)
    expect(() => tileTree([new Uint8Array(65_536)], CHECKPOINT)).toThrow(RangeError)
  })
})
