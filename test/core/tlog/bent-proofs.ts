/**
 * Sound proofs and every way in which one field of one can be bent, in the spirit of the proof tests of transparency-dev/merkle. No random
 * numbers: the same table each time.
 *
 * A proof binds a size only by the path that it gives: leaf 0 has the same path in trees of 5 to 8 leaves. Sizes of the same path are not in
 * the table; that the size comes out of a signed checkpoint is what keeps them apart.
 */
import { concatBytes, toHex } from '../../../core/keys/hash.ts'
import {
  consistencyProof,
  EMPTY_ROOT,
  inclusionProof,
  leafHash,
  rootOf,
  type verifyConsistency,
  type verifyInclusion,
} from '../../../core/tlog/tree.ts'

export type InclusionClaim = Parameters<typeof verifyInclusion>[0]
export type ConsistencyClaim = Parameters<typeof verifyConsistency>[0]

/** A claim and what was done to it; `name` is its own in its table. */
export interface Case<T> {
  readonly name: string
  readonly claim: T
}

type Hashes = readonly Uint8Array[]

const ENTRIES = Array.from({ length: 32 }, (_, i) => Uint8Array.of(i, 0x5a))
const LEAVES = ENTRIES.map(leafHash)
/** A hash that is nowhere in the trees. */
const STRANGE = leafHash(new TextEncoder().encode('strange'))
/** Index and size: first, last, lonely last, left and right, in full and ragged trees. */
const INCLUSIONS = [
  [0, 1],
  [1, 2],
  [0, 3],
  [2, 3],
  [4, 5],
  [3, 7],
  [5, 8],
  [10, 11],
] as const
/** Smaller and larger size: from nothing, of itself, from full and ragged trees to such. */
const CONSISTENCIES = [
  [0, 5],
  [5, 5],
  [1, 2],
  [2, 3],
  [3, 4],
  [4, 7],
  [6, 7],
  [5, 11],
  [8, 11],
] as const
/** Numbers that are no size at all, or another one in 32 bits. */
const NO_SIZES = [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2 ** 53]

/** The sound inclusion proofs of the table. */
export function soundInclusions(): Case<InclusionClaim>[] {
  return INCLUSIONS.map(([index, size]) => {
    const leaves = LEAVES.slice(0, size)
    const proof = inclusionProof(leaves, index)
    const claim = { leaf: leaves[index] ?? STRANGE, index, size, proof, root: rootOf(leaves) }
    return { name: `leaf ${index} of ${size}`, claim }
  })
}

/** The sound consistency proofs of the table. */
export function soundConsistencies(): Case<ConsistencyClaim>[] {
  return CONSISTENCIES.map(([oldSize, size]) => {
    const leaves = LEAVES.slice(0, size)
    const [oldRoot, root] = [rootOf(leaves.slice(0, oldSize)), rootOf(leaves)]
    const claim = { oldSize, oldRoot, size, root, proof: consistencyProof(leaves, oldSize) }
    return { name: `${oldSize} in ${size}`, claim }
  })
}

/** Every sound inclusion proof, bent in every way. */
export function bentInclusions(): Case<InclusionClaim>[] {
  return soundInclusions().flatMap(({ name, claim }) => {
    const { leaf, index, size, proof, root } = claim
    const path = inclusionPath(index, size)
    const others = [leaf, root, ...proof]
    const bent: Case<InclusionClaim>[] = [
      ...field('leaf', bentHash(leaf, others), (value) => ({ ...claim, leaf: value })),
      ...field('root', bentHash(root, others), (value) => ({ ...claim, root: value })),
      ...field('index', numbers(index, size), (value) => ({ ...claim, index: value })),
      ...field(
        'size',
        numbers(size, size).filter(([, other]) => inclusionPath(index, other) !== path),
        (value) => ({ ...claim, size: value }),
      ),
      ...field('proof', bentProof(proof, others), (value) => ({ ...claim, proof: value })),
      ...movedBorders([leaf, ...proof]).map(([what, [first = leaf, ...rest]]) => {
        return { name: `proof: ${what}`, claim: { ...claim, leaf: first, proof: rest } }
      }),
    ]
    const [left, right] = [ENTRIES[index - 1], ENTRIES[index]]
    if (left !== undefined && right !== undefined && index % 2 === 1) {
      // Without the bytes 00 and 01 in front of leaves and nodes, two leaf hashes would be an entry one level higher.
      const both = leafHash(concatBytes(leafHash(left), leafHash(right)))
      const higher = { leaf: both, index: (index - 1) / 2, size: Math.ceil(size / 2), proof: proof.slice(1) }
      bent.push({ name: 'leaf: a node taken for an entry', claim: { ...claim, ...higher } })
    }
    return onlyDifferent(name, claim, bent, inclusionKey)
  })
}

/** Every sound consistency proof, bent in every way. */
export function bentConsistencies(): Case<ConsistencyClaim>[] {
  return soundConsistencies().flatMap(({ name, claim }) => {
    const { oldSize, oldRoot, size, root, proof } = claim
    const path = consistencyPath(oldSize, size)
    const others = [oldRoot, root, ...proof]
    const otherPaths = (values: [string, number][], pathOf: (n: number) => string) =>
      values.filter(([, other]) => pathOf(other) !== path)
    const bent: Case<ConsistencyClaim>[] = [
      ...field('old root', bentHash(oldRoot, others), (value) => ({ ...claim, oldRoot: value })),
      // Every tree begins with the empty one, so that no root contradicts it unless it is no hash.
      ...field(
        'root',
        bentHash(root, others).filter(([, value]) => oldSize > 0 || value.length !== 32),
        (value) => ({ ...claim, root: value }),
      ),
      ...field('roots exchanged', [['', root]], () => ({ ...claim, oldRoot: root, root: oldRoot })),
      ...field(
        'old size',
        otherPaths(numbers(oldSize, size), (n) => consistencyPath(n, size)),
        (value) => ({ ...claim, oldSize: value }),
      ),
      ...field(
        'size',
        otherPaths(numbers(size, size), (n) => consistencyPath(oldSize, n)),
        (value) => ({ ...claim, size: value }),
      ),
      ...field('sizes exchanged', [['', 0]], () => ({ ...claim, oldSize: size, size: oldSize })),
      ...field('proof', bentProof(proof, others), (value) => ({ ...claim, proof: value })),
      ...movedBorders([oldRoot, ...proof]).map(([what, [first = oldRoot, ...rest]]) => {
        return { name: `proof: ${what}`, claim: { ...claim, oldRoot: first, proof: rest } }
      }),
    ]
    return onlyDifferent(name, claim, bent, consistencyKey)
  })
}

/** PATH(m, D[n]) of RFC 6962, 2.1.1, as the sides of the hashes, lowest first. */
export function inclusionPath(index: number, size: number): string {
  if (!isIn(index, 0, size - 1) || !isIn(size, 1, Number.MAX_SAFE_INTEGER)) return 'none'
  if (size === 1) return ''
  const split = splitOf(size)
  return index < split ? `${inclusionPath(index, split)}R` : `${inclusionPath(index - split, size - split)}L`
}

/** PROOF(m, D[n]) of RFC 6962, 2.1.2, likewise; K where it begins with a root that is known, H with one that is told. */
export function consistencyPath(oldSize: number, size: number, known = true): string {
  if (!isIn(oldSize, 0, size) || !isIn(size, 0, Number.MAX_SAFE_INTEGER)) return 'none'
  if (oldSize === 0) return 'empty'
  if (oldSize === size) return known ? 'K' : 'H'
  const split = splitOf(size)
  return oldSize <= split
    ? `${consistencyPath(oldSize, split, known)}R`
    : `${consistencyPath(oldSize - split, size - split, false)}L`
}

function isIn(n: number, low: number, high: number): boolean {
  return Number.isSafeInteger(n) && n >= low && n <= high
}

function splitOf(size: number): number {
  return 2 ** Math.ceil(Math.log2(size) - 1)
}

function field<V, T>(
  name: string,
  values: readonly (readonly [string, V])[],
  put: (value: V) => T,
): Case<T>[] {
  return values.map(([what, value]) => ({ name: `${name}: ${what}`, claim: put(value) }))
}

/** Every other number up to twice the size, those that 32 bits take for the same, and those that are no size. */
function numbers(n: number, size: number): [string, number][] {
  const near = Array.from({ length: 2 * size + 2 }, (_, i) => i).filter((other) => other !== n)
  const same32 = [n + 2 ** 32, n + 2 ** 40, n - 2 ** 32, n + 0.25]
  return [...near, ...same32, ...NO_SIZES].map((other) => [`${other}`, other])
}

/** A hash with another bit in each of its quarters, of another length, or another one in its place. */
function bentHash(hash: Uint8Array, others: Hashes): [string, Uint8Array][] {
  const flipped = [0, 7, 15, 16, 31].map((at): [string, Uint8Array] => [
    `bit flipped in byte ${at}`,
    hash.map((byte, i) => (i === at ? byte ^ (at % 2 === 0 ? 0x01 : 0x80) : byte)),
  ])
  return [
    ...flipped,
    ['all zero', new Uint8Array(32)],
    ['the root of nothing', EMPTY_ROOT],
    ['a strange hash', STRANGE],
    ['its bytes turned round', Uint8Array.from(hash).reverse()],
    ['a byte short', hash.slice(0, 31)],
    ['a byte short in front', hash.slice(1)],
    ['a byte more', concatBytes(hash, Uint8Array.of(0))],
    ['a byte more in front', concatBytes(Uint8Array.of(0), hash)],
    ['twice', concatBytes(hash, hash)],
    ['no bytes', new Uint8Array()],
    ...others.map((other, i): [string, Uint8Array] => [`hash ${i} of the claim`, other]),
  ]
}

function bentProof(proof: Hashes, others: Hashes): [string, Hashes][] {
  const bent: [string, Hashes][] = []
  for (const [i, hash] of proof.entries()) {
    for (const [what, value] of bentHash(hash, others)) bent.push([`hash ${i} ${what}`, proof.with(i, value)])
    bent.push([`hash ${i} removed`, proof.toSpliced(i, 1)])
    bent.push([`hash ${i} doubled`, proof.toSpliced(i, 0, hash)])
    for (let j = i + 1; j < proof.length; j += 1) {
      const swapped = proof.with(i, proof[j] ?? hash).with(j, hash)
      bent.push([`hashes ${i} and ${j} exchanged`, swapped])
    }
  }
  for (let i = 0; i <= proof.length; i += 1) {
    for (const [j, hash] of [STRANGE, EMPTY_ROOT, new Uint8Array(), ...others].entries())
      bent.push([`hash put in at ${i} (${j})`, proof.toSpliced(i, 0, hash)])
  }
  return [
    ...bent,
    ['empty', []],
    ['turned round', [...proof].reverse()],
    ['twice', [...proof, ...proof]],
    ['as one hash', [concatBytes(...proof)]],
    ['with ten thousand hashes more', [...proof, ...Array.from({ length: 10_000 }, () => STRANGE)]],
  ]
}

/** The same bytes cut elsewhere: hashing two of them together would give the same as before. */
function movedBorders(hashes: Hashes): [string, Hashes][] {
  const moved: [string, Hashes][] = []
  for (let i = 0; i + 1 < hashes.length; i += 1) {
    for (const [left, right] of [
      [i, i + 1],
      [i + 1, i],
    ] as const) {
      const both = concatBytes(hashes[left] ?? STRANGE, hashes[right] ?? STRANGE)
      for (const cut of [31, 33]) {
        const borders = hashes.with(left, both.slice(0, cut)).with(right, both.slice(cut))
        moved.push([`border between hashes ${left} and ${right} moved to byte ${cut}`, borders])
      }
    }
  }
  return moved
}

/** Without the sound claim itself, and each bent one once, whatever ways lead to it. */
function onlyDifferent<T>(name: string, sound: T, bent: readonly Case<T>[], keyOf: (claim: T) => string) {
  const seen = new Set([keyOf(sound)])
  return bent.flatMap((other): Case<T>[] => {
    const key = keyOf(other.claim)
    if (seen.has(key)) return []
    seen.add(key)
    return [{ name: `${name}, ${other.name}`, claim: other.claim }]
  })
}

function inclusionKey({ leaf, index, size, proof, root }: InclusionClaim): string {
  return [index, size, ...[leaf, root, ...proof].map(toHex)].join()
}

function consistencyKey({ oldSize, oldRoot, size, root, proof }: ConsistencyClaim): string {
  return [oldSize, size, ...[oldRoot, root, ...proof].map(toHex)].join()
}
