/**
 * The tree of RFC 6962 with the roots of all its full subtrees, for who asks for the roots of many beginnings of one log: 64 bytes a leaf, and
 * the root at any size in a few hashes.
 *
 *     level 0    leaf hashes, 32 bytes each, one after another
 *     level k    roots of the full subtrees of 2^k leaves, one after another; as many as fit
 */
import { sha256Text } from '../keys/hash.ts'
import { EMPTY_ROOT } from './tree.ts'

const HASH_BYTES = 32
/** 0x01 || left || right, filled anew for every node. */
const NODE_BYTES = 1 + 2 * HASH_BYTES

export interface LeafTree {
  /** Number of leaves. */
  readonly size: number
  readonly levels: readonly Uint8Array[]
}

/**
 * The tree over these leaves.
 * @param leaves leaf hashes, one after another; kept, not copied
 */
export function leafTree(leaves: Uint8Array): LeafTree {
  if (leaves.length % HASH_BYTES !== 0) throw new RangeError('not a whole number of leaf hashes')
  const node = nodeBuffer()
  const levels = [leaves]
  for (let below = leaves; below.length >= 2 * HASH_BYTES; ) {
    const count = Math.floor(below.length / (2 * HASH_BYTES))
    const level = new Uint8Array(count * HASH_BYTES)
    for (let i = 0; i < count; i += 1) {
      node.set(below.subarray(i * 2 * HASH_BYTES, (i + 1) * 2 * HASH_BYTES), 1)
      const hash = sha256Text(node)
      for (let at = 0; at < HASH_BYTES; at += 1) level[i * HASH_BYTES + at] = hash.charCodeAt(at)
    }
    levels.push(level)
    below = level
  }
  return { size: leaves.length / HASH_BYTES, levels }
}

/** The root of the tree over the first `size` leaves. Throws if there are fewer. */
export function rootAt(tree: LeafTree, size: number): Uint8Array {
  if (!Number.isInteger(size) || size < 0 || size > tree.size) throw new RangeError(`no size ${size} here`)
  if (size === 0) return EMPTY_ROOT
  const node = nodeBuffer()
  let root: Uint8Array | undefined
  // Each 1 of the size is a full subtree; from the smallest, which stands last, to the left.
  for (const [level, hashes] of tree.levels.entries()) {
    const width = 2 ** level
    const before = Math.floor(size / width)
    if (before % 2 === 0) continue
    const left = hashes.subarray((before - 1) * HASH_BYTES, before * HASH_BYTES)
    if (root !== undefined) {
      node.set(left, 1)
      node.set(root, 1 + HASH_BYTES)
    }
    root = root === undefined ? left : Buffer.from(sha256Text(node), 'latin1')
  }
  if (root === undefined) throw new Error('a size without a 1 in it')
  return Uint8Array.from(root)
}

function nodeBuffer(): Buffer {
  const node = Buffer.alloc(NODE_BYTES)
  node[0] = 0x01
  return node
}
