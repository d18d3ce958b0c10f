/** A batch: sealed ballots that left the pool for good, and the root by which the journal knows them. */

import type { SealedBatch } from '../journal/day.ts'
import { fromBase64, sha256Text, toBase64 } from '../keys/hash.ts'
import type { Result } from '../result.ts'
import { ok, refuse } from '../result.ts'
import { leafTree, rootAt } from '../tlog/leaf-tree.ts'
import { leafHash } from '../tlog/tree.ts'

/** What is known of stored ballots before they are held against the journal. */
export interface StoredBatch {
  readonly count: number
  /** Whether each has the size of a sealed ballot of the package. */
  readonly isOfSize: boolean
  /** Whether they stand in the order of their bytes, none twice. */
  readonly isSorted: boolean
  /** Leaf hashes, 32 bytes each, one after another. */
  readonly leaves: Uint8Array
}

const HASH_BYTES = 32

/** RFC 6962 tree hash over the sealed ballots in the order of their bytes. */
export function batchRoot(ballots: readonly Uint8Array[]): Uint8Array {
  return rootOf(Buffer.concat(ballots.map(leafHash)))
}

/** Looks at the ballots of a batch, each by itself and in their order. @param size bytes of one sealed ballot of the package */
export function lookAtBatch(ballots: readonly Uint8Array[], size: number): StoredBatch {
  return {
    count: ballots.length,
    isOfSize: ballots.every((ballot) => ballot.length === size),
    isSorted: ballots.every(
      (ballot, i) => i === 0 || Buffer.compare(ballots[i - 1] as Uint8Array, ballot) < 0,
    ),
    leaves: Buffer.concat(ballots.map(leafHash)),
  }
}

/**
 * {@link lookAtBatch} of ballots in base64, without keeping one of them.
 * @returns undefined if a text is not base64
 */
export function lookAtBatchTexts(texts: readonly string[], size: number): StoredBatch | undefined {
  const textLength = 4 * Math.ceil(size / 3)
  if (texts.some((text) => text.length !== textLength)) return lookAtAnyTexts(texts, size)
  // Two places in turns for a ballot and the one before it, each behind the zero byte with which a leaf is hashed.
  const places = [Buffer.alloc(1 + size + 2), Buffer.alloc(1 + size + 2)] as const
  const inputs = places.map((place) => place.subarray(0, 1 + size)) as [Buffer, Buffer]
  const leaves = new Uint8Array(texts.length * HASH_BYTES)
  let isSorted = true
  for (const [i, text] of texts.entries()) {
    const [place, input, before] = i % 2 === 0 ? [places[0], ...inputs] : [places[1], inputs[1], inputs[0]]
    if (place.write(text, 1, 'base64') !== size || place.toString('base64', 1, 1 + size) !== text)
      return lookAtAnyTexts(texts, size)
    if (i > 0 && Buffer.compare(before, input) >= 0) isSorted = false
    const hash = sha256Text(input)
    for (let at = 0; at < HASH_BYTES; at += 1) leaves[i * HASH_BYTES + at] = hash.charCodeAt(at)
  }
  return { count: texts.length, isOfSize: true, isSorted, leaves }
}

function lookAtAnyTexts(texts: readonly string[], size: number): StoredBatch | undefined {
  const ballots = texts.map(fromBase64)
  return ballots.includes(undefined) ? undefined : lookAtBatch(ballots as Uint8Array[], size)
}

/**
 * Checks stored ballots against the batches that a journal names.
 * @param named from the journal
 * @param stored by the number of the batch
 */
export function checkBatches(
  named: readonly SealedBatch[],
  stored: ReadonlyMap<number, StoredBatch>,
  where: string,
): Result<void> {
  const bad = (batch: number, what: string) =>
    refuse(
      'batch.differs',
      `${where} batch ${batch}`,
      what,
      'Ballots were changed, removed or added after they were sealed: keep everything and compare with other copies.',
    )
  for (const { batch, count, root, seq } of named) {
    const ballots = stored.get(batch)
    if (ballots === undefined)
      return bad(batch, `journal entry ${seq} seals ${count} ballots but none are here`)
    if (ballots.count !== count)
      return bad(batch, `journal entry ${seq} seals ${count} ballots but ${ballots.count} are here`)
    if (!ballots.isOfSize) return bad(batch, 'a sealed ballot has another size')
    if (!ballots.isSorted) return bad(batch, 'the ballots are not sorted or one is there twice')
    if (toBase64(rootOf(ballots.leaves)) !== root)
      return bad(batch, `the ballots are not those that journal entry ${seq} seals`)
  }
  const sealed = new Set(named.map(({ batch }) => batch))
  const extra = [...stored.keys()].find((batch) => !sealed.has(batch))
  return extra === undefined ? ok(undefined) : bad(extra, 'no journal entry seals this batch')
}

function rootOf(leaves: Uint8Array): Uint8Array {
  return rootAt(leafTree(leaves), leaves.length / HASH_BYTES)
}
