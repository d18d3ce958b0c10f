/** A batch: sealed ballots that left the pool for good, and the root by which the journal knows them. */

import type { SealedBatch } from '../journal/day.ts'
import { toBase64 } from '../keys/hash.ts'
import type { Result } from '../result.ts'
import { ok, refuse } from '../result.ts'
import { leafHash, rootOf } from '../tlog/tree.ts'

/** RFC 6962 tree hash over the sealed ballots in the order of their bytes. */
export function batchRoot(ballots: readonly Uint8Array[]): Uint8Array {
  return rootOf(ballots.map(leafHash))
}

/**
 * Checks stored ballots against the batches that a journal names.
 * @param named from the journal
 * @param stored for each batch number its ballots, sorted
 * @param size bytes of one sealed ballot of the package
 */
export function checkBatches(
  named: readonly SealedBatch[],
  stored: ReadonlyMap<number, readonly Uint8Array[]>,
  size: number,
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
    if (ballots.length !== count) {
      return bad(batch, `journal entry ${seq} seals ${count} ballots but ${ballots.length} are here`)
    }
    if (ballots.some((ballot) => ballot.length !== size))
      return bad(batch, 'a sealed ballot has another size')
    if (ballots.some((ballot, i) => i > 0 && Buffer.compare(ballots[i - 1] as Uint8Array, ballot) >= 0)) {
      return bad(batch, 'the ballots are not sorted or one is there twice')
    }
    if (toBase64(batchRoot(ballots)) !== root) {
      return bad(batch, `the ballots are not those that journal entry ${seq} seals`)
    }
  }
  const extra = [...stored.keys()].find((batch) => !named.some((known) => known.batch === batch))
  return extra === undefined ? ok(undefined) : bad(extra, 'no journal entry seals this batch')
}
