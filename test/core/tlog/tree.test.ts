import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { equalBytes, toHex } from '../../../core/keys/hash.ts'
import {
  appendLeaf,
  consistencyProof,
  EMPTY_ROOT,
  emptyFrontier,
  frontierRoot,
  inclusionProof,
  leafHash,
  nodeHash,
  rootOf,
  verifyConsistency,
  verifyInclusion,
} from '../../../core/tlog/tree.ts'

const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'))

/** The eight leaves of the RFC 6962 test vectors (google/certificate-transparency, merkletree tests) and the root of each size. */
const ENTRIES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
]
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]
const LEAVES = ENTRIES.map((entry) => leafHash(hex(entry)))

/** MTH of RFC 6962, 2.1, word for word, over entries. */
function definition(entries: readonly Uint8Array[]): Buffer {
  const digest = (...parts: Uint8Array[]) => {
    const hash = createHash('sha256')
    for (const part of parts) hash.update(part)
    return hash.digest()
  }
  const [only] = entries
  if (only === undefined) return digest()
  if (entries.length === 1) return digest(Buffer.from([0]), only)
  const k = 2 ** Math.ceil(Math.log2(entries.length) - 1)
  return digest(Buffer.from([1]), definition(entries.slice(0, k)), definition(entries.slice(k)))
}

/** Leaves of a tree of that size. */
const leavesOf = (size: number) =>
  Array.from({ length: size }, (_, i) => leafHash(Uint8Array.of(i & 255, i >> 8)))
const sizes = fc.integer({ min: 1, max: 300 })
/** A size and a smaller one, or 0 and a place in the tree. */
const sizeAndPlace = sizes.chain((size) => fc.tuple(fc.constant(size), fc.nat(size - 1)))

/** Proofs with one thing wrong: a bit, one hash more or less, two exchanged. */
function bend(proof: readonly Uint8Array[], at: number): Uint8Array[][] {
  const flipped = proof.map((hash, i) =>
    i === at % proof.length ? Uint8Array.from(hash, (byte, j) => (j === at % 32 ? byte ^ 1 : byte)) : hash,
  )
  return [
    flipped,
    proof.slice(1),
    proof.slice(0, -1),
    [...proof, EMPTY_ROOT],
    [EMPTY_ROOT, ...proof],
    [...proof, ...proof.slice(-1)],
    proof.map((hash) => hash.slice(1)),
    [...proof].reverse(),
  ].filter((bent) => bent.map(toHex).join() !== proof.map(toHex).join())
}

describe('roots', () => {
  test('of the eight standard leaves, size by size', () => {
    expect(toHex(EMPTY_ROOT)).toBe(ROOTS[0])
    let frontier = emptyFrontier()
    expect(toHex(frontierRoot(frontier))).toBe(ROOTS[0])
    for (const [i, leaf] of LEAVES.entries()) {
      frontier = appendLeaf(frontier, leaf)
      expect(frontier.size).toBe(i + 1)
      expect(toHex(frontierRoot(frontier))).toBe(ROOTS[i + 1])
      expect(toHex(rootOf(LEAVES.slice(0, i + 1)))).toBe(ROOTS[i + 1])
    }
  })

  test('are those of the definition, for any entries', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 8 }), { maxLength: 70 }), (entries) => {
        expect(equalBytes(rootOf(entries.map(leafHash)), definition(entries))).toBe(true)
      }),
    )
  })

  test('a leaf can never be taken for a node', () => {
    const [a = EMPTY_ROOT, b = EMPTY_ROOT] = LEAVES
    expect(leafHash(Buffer.concat([a, b]))).not.toEqual(nodeHash(a, b))
  })

  test('appending leaves the former frontier as it was', () => {
    const before = leavesOf(7).reduce(appendLeaf, emptyFrontier())
    const root = frontierRoot(before)
    appendLeaf(before, EMPTY_ROOT)
    expect(frontierRoot(before)).toEqual(root)
    expect(before.size).toBe(7)
    expect(before.roots).toHaveLength(3)
  })
})

describe('inclusion', () => {
  test('has the paths printed in RFC 6962, 2.1.3', () => {
    const [a, b, c, d, e, f, j] = leavesOf(7) as [...Uint8Array[]] as Uint8Array[]
    const node = (left?: Uint8Array, right?: Uint8Array) => nodeHash(left ?? EMPTY_ROOT, right ?? EMPTY_ROOT)
    const [g, h, i] = [node(a, b), node(c, d), node(e, f)]
    const [k, l] = [node(g, h), node(i, j)]
    expect(inclusionProof(leavesOf(7), 0)).toEqual([b, h, l])
    expect(inclusionProof(leavesOf(7), 3)).toEqual([c, g, l])
    expect(inclusionProof(leavesOf(7), 4)).toEqual([f, j, k])
    expect(inclusionProof(leavesOf(7), 6)).toEqual([i, k])
    expect(consistencyProof(leavesOf(7), 3)).toEqual([c, d, g, l])
    expect(consistencyProof(leavesOf(7), 4)).toEqual([l])
    expect(consistencyProof(leavesOf(7), 6)).toEqual([i, j, k])
  })

  test('is proved for every leaf of every small tree', () => {
    for (let size = 1; size <= 40; size += 1) {
      const leaves = leavesOf(size)
      const root = rootOf(leaves)
      for (const [index, leaf] of leaves.entries()) {
        const proof = inclusionProof(leaves, index)
        expect(verifyInclusion({ leaf, index, size, proof, root })).toBe(true)
      }
    }
  })

  test('is not proved by a bent proof, another leaf, place, size or root', () => {
    fc.assert(
      fc.property(sizeAndPlace, fc.nat(), ([size, index], at) => {
        const leaves = leavesOf(size)
        const claim = {
          leaf: leaves[index] ?? EMPTY_ROOT,
          index,
          size,
          proof: inclusionProof(leaves, index),
          root: rootOf(leaves),
        }
        expect(verifyInclusion(claim)).toBe(true)
        for (const proof of bend(claim.proof, at)) expect(verifyInclusion({ ...claim, proof })).toBe(false)
        expect(verifyInclusion({ ...claim, leaf: EMPTY_ROOT })).toBe(false)
        expect(verifyInclusion({ ...claim, root: EMPTY_ROOT })).toBe(false)
        const other = (index + 1 + at) % size
        if (other !== index) expect(verifyInclusion({ ...claim, index: other })).toBe(false)
        expect(verifyInclusion({ ...claim, index: size })).toBe(false)
        expect(verifyInclusion({ ...claim, index: -1 })).toBe(false)
        expect(verifyInclusion({ ...claim, size: 0 })).toBe(false)
        expect(verifyInclusion({ ...claim, size: Number.NaN })).toBe(false)
        expect(verifyInclusion({ ...claim, size: size + 0.5 })).toBe(false)
      }),
    )
  })

  test('in a tree larger than 32 bits can count is checked with its own place', () => {
    // The left half is one known hash, the leaf stands alone behind it.
    const size = 2 ** 40 + 1
    const [left = EMPTY_ROOT, leaf = EMPTY_ROOT] = leavesOf(2)
    const claim = { leaf, index: 2 ** 40, size, proof: [left], root: nodeHash(left, leaf) }
    expect(verifyInclusion(claim)).toBe(true)
    expect(verifyInclusion({ ...claim, index: 0 })).toBe(false)
    expect(
      verifyConsistency({ oldSize: 2 ** 40, oldRoot: left, size, root: claim.root, proof: [leaf] }),
    ).toBe(true)
  })

  test('is not asked for a leaf that is not there', () => {
    for (const index of [-1, 3, 0.5]) expect(() => inclusionProof(leavesOf(3), index)).toThrow(RangeError)
    expect(() => inclusionProof([], 0)).toThrow(RangeError)
  })
})

describe('consistency', () => {
  test('is proved between all sizes of small trees', () => {
    for (let size = 0; size <= 40; size += 1) {
      const leaves = leavesOf(size)
      const root = rootOf(leaves)
      for (let oldSize = 0; oldSize <= size; oldSize += 1) {
        const oldRoot = rootOf(leaves.slice(0, oldSize))
        const proof = consistencyProof(leaves, oldSize)
        expect(verifyConsistency({ oldSize, oldRoot, size, root, proof }), `${oldSize} in ${size}`).toBe(true)
      }
    }
  })

  test('is not proved by a bent proof, other sizes or other roots', () => {
    fc.assert(
      fc.property(sizeAndPlace, fc.nat(), ([size, oldSize], at) => {
        const leaves = leavesOf(size)
        const claim = {
          oldSize,
          oldRoot: rootOf(leaves.slice(0, oldSize)),
          size,
          root: rootOf(leaves),
          proof: consistencyProof(leaves, oldSize),
        }
        expect(verifyConsistency(claim)).toBe(true)
        for (const proof of bend(claim.proof, at)) expect(verifyConsistency({ ...claim, proof })).toBe(false)
        if (oldSize > 0) expect(verifyConsistency({ ...claim, oldRoot: EMPTY_ROOT })).toBe(false)
        if (oldSize > 0) expect(verifyConsistency({ ...claim, root: EMPTY_ROOT })).toBe(false)
        expect(verifyConsistency({ ...claim, oldSize: oldSize + 1 })).toBe(false)
        expect(verifyConsistency({ ...claim, oldSize: size + 1 })).toBe(false)
        expect(verifyConsistency({ ...claim, oldSize: -1 })).toBe(false)
      }),
    )
  })

  test('is not proved for a rewritten log, whatever hashes of either tree are offered', () => {
    fc.assert(
      fc.property(sizeAndPlace, ([size, at]) => {
        const leaves = leavesOf(size)
        const rewritten = leaves.map((leaf, i) => (i === at ? EMPTY_ROOT : leaf))
        const longer = [...rewritten, ...leavesOf(5)]
        const claim = { oldSize: size, oldRoot: rootOf(leaves), size: longer.length, root: rootOf(longer) }
        for (const proof of [
          consistencyProof(longer, size),
          consistencyProof([...leaves, ...leavesOf(5)], size),
        ]) {
          expect(verifyConsistency({ ...claim, proof })).toBe(false)
        }
      }),
    )
  })

  test('of one size is that of one root and needs no proof', () => {
    const leaves = leavesOf(5)
    const claim = { oldSize: 5, oldRoot: rootOf(leaves), size: 5, root: rootOf(leaves), proof: [] }
    expect(verifyConsistency(claim)).toBe(true)
    expect(verifyConsistency({ ...claim, proof: [EMPTY_ROOT] })).toBe(false)
    expect(verifyConsistency({ ...claim, root: rootOf(leavesOf(4)) })).toBe(false)
  })

  test('is not asked from a size that is not there', () => {
    for (const size of [-1, 4, 1.5]) expect(() => consistencyProof(leavesOf(3), size)).toThrow(RangeError)
  })
})
