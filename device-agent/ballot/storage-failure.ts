/**
 * A medium refused while the program ran. What became of the vote in hand is not known then: a commit that answered with an error may be on the
 * disk or not. So the store is taken up again as a start would, which settles it, and the failure is written down if that can be. After an
 * error of the disk itself even that is not believed: the system may show what it has not written, until the power was off. Where what is left
 * holds less than was acknowledged (the other medium was lost hours ago, and this one now) nothing is written: the next start, with both, says. Where our own code
 * failed nothing is taken up here at all: the next start says what became of the vote.
 */
import type { Result } from '../../core/result.ts'
import type { Acknowledged, DeviceStore } from '../store/device-store.ts'
import type { StorageFault } from '../store/storage-fault.ts'
import { lastVoteOf } from './last-vote.ts'
import type { Failure } from './polls/polls.ts'
import type { LastVote } from './screens/view.ts'

/**
 * @param failed is closed, whatever it answers
 * @param resume takes the store up again, if all that was acknowledged is there
 * @returns what became of the last vote, as far as the store knows
 */
export function settleFailure(
  what: Failure,
  failed: DeviceStore,
  resume: (acknowledged: Acknowledged) => Result<DeviceStore>,
): LastVote | 'unknown' {
  try {
    failed.close()
    const { origin, size } = failed.day
    return what === 'program' ? 'unknown' : settle(what, () => resume({ origin, size }))
  } catch {
    // It refuses still: the next start says.
    return 'unknown'
  }
}

function settle(what: StorageFault, resume: () => Result<DeviceStore>): LastVote | 'unknown' {
  const resumed = resume()
  if (!resumed.ok) return 'unknown'
  const store = resumed.value
  try {
    store.append({ type: 'storage.failed', what })
    return what === 'io-error' ? 'unknown' : lastVoteOf(store.slip)
  } finally {
    store.close()
  }
}
