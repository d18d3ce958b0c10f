/** How many ballots one device can ever take: what the files of a bundle may hold and what four bytes count. */
import { MAX_FILE_BYTES } from '../bundle/bundle.ts'
import type { Definition } from '../election/definition.ts'
import { sealedBallotSize } from './sealed-ballot.ts'

/** Of a line `{"batch":n,"sealed":["…","…"]}`, beside the ballots: its two ends, shared by one ballot at worst, and quotes and comma. */
const AROUND_A_BALLOT = 48
/** An entry `ballot.cast`, with as much again for what else happens around a voter. */
const ENTRY_BYTES = 256
/** Counts of the running tally and of the pool have four bytes. */
const LARGEST_COUNT = 0xffff_ffff

/** No auditor takes more from one device of this election. */
export function ballotCapacity(definition: Definition): number {
  const batchBytes = 4 * Math.ceil(sealedBallotSize(definition) / 3) + AROUND_A_BALLOT
  return Math.min(Math.floor(MAX_FILE_BYTES / Math.max(batchBytes, ENTRY_BYTES)), LARGEST_COUNT)
}
