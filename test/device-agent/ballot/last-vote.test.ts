/** What people are told of the vote in hand when the device fails: by its store, and by its session where the store knows of no vote. */
import { describe, expect, test } from 'vitest'
import { lastVoteIn } from '../../../device-agent/ballot/last-vote.ts'
import type { HeldAt, Session } from '../../../device-agent/ballot/session/session.ts'

const ballot = { selections: [] } as never
const made = { ballot, repeated: [], first: 0, alert: false }
const held = (at: HeldAt): Session => ({ is: 'held', trouble: 'paper-out', at })

/** The card is claimed and nothing is recorded. */
const UNRECORDED: readonly Session[] = [
  { is: 'choosing', entry: '', ...made },
  { is: 'members', contest: 0, position: 0, ...made },
  { is: 'finding', query: '', entry: '', ...made },
  { is: 'reviewing', finishPressed: true, seen: 0, ...made },
  { is: 'printing', ballot, cardGone: false },
  { is: 'printing', ballot, cardGone: true },
  { is: 'comparing', ballot, first: 0, seen: 0, alert: false },
  { is: 'voiding', ballot, afterwards: 'choosing' },
  held({ step: 'printing', ballot }),
  held({ step: 'voiding', ballot, afterwards: 'choosing' }),
]

/** No card is in hand, or it may be free again, or its vote is recorded. */
const OTHERS: readonly Session[] = [
  { is: 'idle' },
  { is: 'reading' },
  { is: 'refused', why: 'released' },
  { is: 'releasing' },
  { is: 'recording', cardGone: false },
  { is: 'dropping', cardGone: false },
  held({ step: 'dropping', cardGone: false }),
  { is: 'thanks' },
  { is: 'ended-without-vote' },
]

describe('where the store knows of no vote', () => {
  test.each(UNRECORDED)('a voter whose session is $is is told that nothing is recorded', (session) => {
    expect(lastVoteIn(session, 'none')).toBe('not-recorded')
  })

  test.each(OTHERS)('nobody is told of a vote that is not recorded while the session is $is', (session) => {
    expect(lastVoteIn(session, 'none')).toBe('none')
  })
})

test('whatever the session knows, the store is believed where it says more', () => {
  for (const session of [...UNRECORDED, ...OTHERS])
    for (const stored of ['recorded', 'not-recorded', 'unknown'] as const)
      expect(lastVoteIn(session, stored)).toBe(stored)
})
