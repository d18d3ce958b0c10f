/** What the slip of the ballot in hand, as last written, says of its vote (the table of crashes in the design). */
import type { SlipState } from '../store/medium.ts'
import type { LastVote } from './screens/view.ts'

const LAST_VOTE = {
  none: 'none',
  printing: 'not-recorded',
  hanging: 'not-recorded',
  void: 'not-recorded',
  accepted: 'recorded',
} as const satisfies Readonly<Record<SlipState, LastVote>>

export function lastVoteOf(slip: SlipState): LastVote {
  return LAST_VOTE[slip]
}
