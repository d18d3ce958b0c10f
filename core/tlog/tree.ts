/**
 * The Merkle tree of RFC 6962, section 2.1, with SHA-256, and its two proofs. A device keeps only the frontier; whoever holds all
 * leaves makes proofs; whoever holds a root checks them. Functions that take `leaves` mean leaf hashes ({@link leafHash}).
 */
import { equalBytes, sha256 } from '../keys/hash.ts'

/** Root of the tree without leaves: SHA-256 of nothing. */
export const EMPTY_ROOT: Uint8Array = sha256()

const LEAF = 0x00
const NODE = 0x01

/** SHA-256(0x00 || entry). */
export function leafHash(entry: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(1 + entry.length)
  bytes[0] = LEAF
  bytes.set(entry, 1)
  return sha256(bytes)
}

/** SHA-256(0x01 || left || right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(1 + left.length + right.length)
  bytes[0] = NODE
  bytes.set(left, 1)
  bytes.set(right, 1 + left.length)
  return sha256(bytes)
}

/**
 * What must be kept of a tree to go on appending: the roots of the full subtrees into which its leaves fall, largest first, one for
 * each 1 in the binary form of `size`. A value; appending makes a new one.
 */
export interface Frontier {
  readonly size: number
  readonly roots: readonly Uint8Array[]
}

/** The frontier of the tree without leaves. */
export function emptyFrontier(): Frontier {
  return { size: 0, roots: [] }
}

/** The frontier with one more leaf behind the others. */
export function appendLeaf(frontier: Frontier, leaf: Uint8Array): Frontier {
  const roots = [...frontier.roots]
  let root = leaf
  // Each trailing 1 of the size is a full subtree that the new one is now as large as: they become one.
  for (let rest = frontier.size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
    const left = roots.pop()
    if (left === undefined) throw new Error('a frontier with fewer roots than its size says')
    root = nodeHash(left, root)
  }
  return { size: frontier.size + 1, roots: [...roots, root] }
}

/** The root of the tree with that frontier. */
export function frontierRoot(frontier: Frontier): Uint8Array {
  const smallest = frontier.roots.at(-1)
  if (smallest === undefined) return EMPTY_ROOT
  return frontier.roots.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), smallest)
}

/** The root of the tree over these leaves. */
export function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  return frontierRoot(leaves.reduce(appendLeaf, emptyFrontier()))
}

/**
 * PATH(m, D[n]) of RFC 6962, 2.1.1: the hashes that lead from leaf `index` to the root, lowest first. Throws if there is no such leaf.
 */
export function inclusionProof(leaves: readonly Uint8Array[], index: number): Uint8Array[] {
  if (!Number.isInteger(index) || index < 0 || index >= leaves.length) {
    throw new RangeError(`no leaf ${index} among ${leaves.length}`)
  }
  if (leaves.length === 1) return []
  const split = splitPoint(leaves.length)
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)]
  return index < split
    ? [...inclusionProof(left, index), rootOf(right)]
    : [...inclusionProof(right, index - split), rootOf(left)]
}

/**
 * PROOF(m, D[n]) of RFC 6962, 2.1.2: that the tree over the first `oldSize` leaves is a beginning of the tree over all. Empty from
 * size 0 and from the whole. Throws if there are fewer leaves.
 */
export function consistencyProof(leaves: readonly Uint8Array[], oldSize: number): Uint8Array[] {
  if (!Number.isInteger(oldSize) || oldSize < 0 || oldSize > leaves.length) {
    throw new RangeError(`no tree of size ${oldSize} within ${leaves.length}`)
  }
  return oldSize === 0 ? [] : subproof(leaves, oldSize, true)
}

/** SUBPROOF(m, D[n], b): b is whether the verifier already holds the root of these first m leaves. */
function subproof(leaves: readonly Uint8Array[], oldSize: number, known: boolean): Uint8Array[] {
  if (oldSize === leaves.length) return known ? [] : [rootOf(leaves)]
  const split = splitPoint(leaves.length)
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)]
  return oldSize <= split
    ? [...subproof(left, oldSize, known), rootOf(right)]
    : [...subproof(right, oldSize - split, false), rootOf(left)]
}

/** The largest power of two less than n, for n of 2 or more. */
function splitPoint(n: number): number {
  let power = 1
  while (power * 2 < n) power *= 2
  return power
}

/**
 * Whether `leaf` (a leaf hash) stands at `index` of the tree of `size` leaves with that root; the algorithm of RFC 9162, 2.1.3.2.
 * Takes any numbers and bytes and never throws.
 */
export function verifyInclusion(claim: {
  readonly leaf: Uint8Array
  readonly index: number
  readonly size: number
  readonly proof: readonly Uint8Array[]
  readonly root: Uint8Array
}): boolean {
  const { leaf, index, size, proof, root } = claim
  if (!isSize(index) || !isSize(size) || index >= size || !areHashes([leaf, root, ...proof])) return false
  let [node, last, hash] = [index, size - 1, leaf]
  for (const sibling of proof) {
    if (last === 0) return false
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash)
      // A node without right neighbour stands unchanged on the levels above until it is a right child itself.
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)]
    } else {
      hash = nodeHash(hash, sibling)
    }
    ;[node, last] = [half(node), half(last)]
  }
  return last === 0 && equalBytes(hash, root)
}

/**
 * Whether the tree of `oldSize` leaves with `oldRoot` is a beginning of the tree of `size` leaves with `root`; the algorithm of RFC
 * 9162, 2.1.4.2. The empty tree begins every other and needs an empty proof. Takes any numbers and bytes and never throws.
 */
export function verifyConsistency(claim: {
  readonly oldSize: number
  readonly oldRoot: Uint8Array
  readonly size: number
  readonly root: Uint8Array
  readonly proof: readonly Uint8Array[]
}): boolean {
  const { oldSize, oldRoot, size, root, proof } = claim
  if (!isSize(oldSize) || !isSize(size) || oldSize > size || !areHashes([oldRoot, root, ...proof]))
    return false
  if (oldSize === size) return proof.length === 0 && equalBytes(oldRoot, root)
  if (oldSize === 0) return proof.length === 0 && equalBytes(oldRoot, EMPTY_ROOT)
  let [node, last] = [oldSize - 1, size - 1]
  while (node % 2 === 1) [node, last] = [half(node), half(last)]
  // Where the old tree is one full subtree, its root is the first hash of the path and the proof leaves it out.
  const [first, ...path] = node === 0 ? [oldRoot, ...proof] : proof
  if (first === undefined) return false
  let [oldHash, hash] = [first, first]
  for (const sibling of path) {
    if (last === 0) return false
    if (node % 2 === 1 || node === last) {
      oldHash = nodeHash(sibling, oldHash)
      hash = nodeHash(sibling, hash)
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)]
    } else {
      hash = nodeHash(hash, sibling)
    }
    ;[node, last] = [half(node), half(last)]
  }
  return last === 0 && equalBytes(oldHash, oldRoot) && equalBytes(hash, root)
}

/** By division: a shift would cut a size to 32 bits. */
function half(n: number): number {
  return Math.floor(n / 2)
}

function isSize(n: number): boolean {
  return Number.isSafeInteger(n) && n >= 0
}

function areHashes(hashes: readonly Uint8Array[]): boolean {
  return hashes.every((hash) => hash.length === 32)
}
