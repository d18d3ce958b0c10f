/** What became of the vote in hand: what its slip, as last written, says of it (the table of crashes in the design), and what the session knows besides. */
import type { SlipState } from '../store/medium.ts'
import type { LastVote } from './screens/view.ts'
import type { Session } from './session/session.ts'

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

/**
 * Until a slip is printed the store knows of no vote, while the session may have a voter who pressed finish.
 * @param stored what the store says; it is believed where it says more than nothing
 */
export function lastVoteIn(session: Session, stored: LastVote | 'unknown'): LastVote | 'unknown' {
  return stored === 'none' && isUnrecorded(session) ? 'not-recorded' : stored
}

/** A card is claimed here and nothing is recorded for it. */
function isUnrecorded(session: Session): boolean {
  switch (session.is) {
    case 'choosing':
    case 'members':
    case 'finding':
    case 'reviewing':
    case 'printing':
    case 'comparing':
    case 'voiding':
      return true
    case 'held':
      return session.at.step !== 'dropping'
    case 'idle':
    case 'reading':
    case 'refused':
    // The card may be free already.
    case 'releasing':
    // The store knows of this vote; where no slip is left of it, it is recorded.
    case 'recording':
    case 'dropping':
    case 'thanks':
    case 'ended-without-vote':
      return false
  }
}
