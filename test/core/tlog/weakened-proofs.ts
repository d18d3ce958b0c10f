/**
 * The two proof verifiers once more (RFC 9162, 2.1.3.2 and 2.1.4.2), each check of which can be left out. They stand for the mistakes that
 * a verifier can have, to show that the table of bent proofs finds each. No program uses them.
 */
import { equalBytes } from '../../../core/keys/hash.ts'
import { EMPTY_ROOT, nodeHash } from '../../../core/tlog/tree.ts'
import type { ConsistencyClaim, InclusionClaim } from './bent-proofs.ts'

export const INCLUSION_CHECKS = [
  'that numbers are whole',
  'that numbers are not cut to 32 bits',
  'that the index is below the size',
  'that hashes have 32 bytes',
  'that no hash is left over',
  'that no hash is missing',
  'the root',
] as const
export const CONSISTENCY_CHECKS = [
  'that numbers are whole',
  'that numbers are not cut to 32 bits',
  'that hashes have 32 bytes',
  'that one size needs no proof',
  'that one size has one root',
  'that the empty tree needs no proof',
  'that the empty tree has its root',
  'that no hash is left over',
  'that no hash is missing',
  'the old root',
  'the root',
] as const

/** Verifies inclusion without one of the checks, or with all. */
export function weakInclusion(
  { leaf, index, size, proof, root }: InclusionClaim,
  without?: (typeof INCLUSION_CHECKS)[number],
): boolean {
  if (without !== 'that numbers are whole' && ![index, size].every(isWhole)) return false
  const number = without === 'that numbers are not cut to 32 bits' ? (n: number) => n >>> 0 : (n: number) => n
  let [node, last, hash] = [number(index), number(size) - 1, leaf]
  if (node > last && without !== 'that the index is below the size') return false
  if (without !== 'that hashes have 32 bytes' && ![leaf, root, ...proof].every(isHash)) return false
  for (const sibling of proof) {
    if (last === 0 && without === 'that no hash is left over') break
    if (last === 0) return false
    const right = node % 2 === 1 || node === last
    hash = right ? nodeHash(sibling, hash) : nodeHash(hash, sibling)
    ;[node, last] = right ? above(node, last) : [half(node), half(last)]
  }
  return (
    (last === 0 || without === 'that no hash is missing') &&
    (without === 'the root' || equalBytes(hash, root))
  )
}

/** Verifies consistency without one of the checks, or with all. */
export function weakConsistency(
  { oldSize, oldRoot, size, root, proof }: ConsistencyClaim,
  without?: (typeof CONSISTENCY_CHECKS)[number],
): boolean {
  if (without !== 'that numbers are whole' && ![oldSize, size].every(isWhole)) return false
  const number = without === 'that numbers are not cut to 32 bits' ? (n: number) => n >>> 0 : (n: number) => n
  const [from, to] = [number(oldSize), number(size)]
  if (from > to) return false
  if (without !== 'that hashes have 32 bytes' && ![oldRoot, root, ...proof].every(isHash)) return false
  if (from === to) {
    const bare = proof.length === 0 || without === 'that one size needs no proof'
    return bare && (equalBytes(oldRoot, root) || without === 'that one size has one root')
  }
  if (from === 0) {
    const bare = proof.length === 0 || without === 'that the empty tree needs no proof'
    return bare && (equalBytes(oldRoot, EMPTY_ROOT) || without === 'that the empty tree has its root')
  }
  let [node, last] = [from - 1, to - 1]
  while (node % 2 === 1) [node, last] = [half(node), half(last)]
  const [first, ...path] = node === 0 ? [oldRoot, ...proof] : proof
  if (first === undefined) return without === 'that no hash is missing'
  let [oldHash, hash] = [first, first]
  for (const sibling of path) {
    if (last === 0 && without === 'that no hash is left over') break
    if (last === 0) return false
    const right = node % 2 === 1 || node === last
    if (right) oldHash = nodeHash(sibling, oldHash)
    hash = right ? nodeHash(sibling, hash) : nodeHash(hash, sibling)
    ;[node, last] = right ? above(node, last) : [half(node), half(last)]
  }
  if (last !== 0 && without !== 'that no hash is missing') return false
  return (
    (without === 'the old root' || equalBytes(oldHash, oldRoot)) &&
    (without === 'the root' || equalBytes(hash, root))
  )
}

/** The node and the last one, on the next level on which the node is not without right neighbour. */
function above(node: number, last: number): [number, number] {
  let [n, l] = [node, last]
  while (n % 2 === 0 && n !== 0) [n, l] = [half(n), half(l)]
  return [half(n), half(l)]
}

function isWhole(n: number): boolean {
  return Number.isSafeInteger(n) && n >= 0
}

function isHash(hash: Uint8Array): boolean {
  return hash.length === 32
}

function half(n: number): number {
  return Math.floor(n / 2)
}
