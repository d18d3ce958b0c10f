/** A device that had to stop: every way in, no way out, and nothing that votes behind it. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeEntry, parseEntry } from '../../../core/journal/entry.ts'
import { valueOrThrow } from '../../../core/result.ts'
import {
  type Polls,
  type PollsInput,
  pollsAtStart,
  type StopReason,
  stepPolls,
} from '../../../device-agent/ballot/polls/polls.ts'
import { OPENING } from '../../audit/fixtures.ts'
import { CLOSED, numbers, outcomesOf, press, ROLES, walk } from './polls/walk.ts'

const REASONS: readonly StopReason[] = ['rolled-back', 'forked', 'other-journal', 'declared-dead']
const reason = fc.constantFrom(...REASONS)
const FINISHED: Polls = { is: 'finished', card: { is: 'insert' }, wanted: [], impossible: [], open: [] }

/** Everything that can reach a device, answers to effects that were still under way when it stopped included. */
const everything: readonly PollsInput[] = [
  { is: 'keys', on: true },
  { is: 'keys', on: false },
  { is: 'card-inserted' },
  { is: 'card-removed' },
  { is: 'tampered' },
  press('retry'),
  press('digit-1'),
  ...outcomesOf({ do: 'find-officer' }),
  ...ROLES.flatMap((role) => outcomesOf({ do: 'admit-officer', purpose: 'opening', role, pin: '31415926' })),
  ...outcomesOf({ do: 'take-leave', role: 'spare', pin: '31415926' }),
  ...outcomesOf({ do: 'print-zero-report' }),
  ...outcomesOf({ do: 'open-polls', by: [] }),
  ...outcomesOf({ do: 'resume-polls', by: [] }),
  ...outcomesOf({ do: 'close-polls', by: [] }),
]

describe('the word that somebody holds another history of this device', () => {
  test('stops it wherever it stands, without any effect', () => {
    const seen = new Set<Polls['is']>()
    fc.assert(
      fc.property(numbers, reason, fc.boolean(), (given, why, late) => {
        const states = [CLOSED, ...walk(given, late ? FINISHED : CLOSED).map(({ state }) => state)]
        for (const state of states) {
          seen.add(state.is)
          expect(stepPolls(state, { is: 'stopped', why })).toEqual({
            state: { is: 'stopped', why },
            effects: [],
          })
        }
      }),
      { numRuns: 100 },
    )
    expect(seen.size).toBeGreaterThanOrEqual(9)
  })

  test('is the last: whatever comes afterwards, in any order, changes nothing and has no effect', () => {
    fc.assert(
      fc.property(reason, fc.array(fc.constantFrom(...everything), { maxLength: 60 }), (why, inputs) => {
        let state: Polls = { is: 'stopped', why }
        for (const input of inputs) {
          const step = stepPolls(state, input)
          expect(step).toEqual({ state: { is: 'stopped', why }, effects: [] })
          state = step.state
        }
      }),
      { numRuns: 300 },
    )
  })

  test.each(REASONS)('survives a restart, whatever the polls were: %s', (stopped) => {
    for (const polls of ['closed', 'open', 'paused', 'finished'] as const)
      for (const minutes of [false, true])
        expect(pollsAtStart({ polls, minutes, stopped, tampered: true })).toEqual({
          is: 'stopped',
          why: stopped,
        })
  })

  test.each(REASONS)('stands in the journal in words that can be read back: %s', (why) => {
    const entry = encodeEntry({ type: 'device.stopped', why }, 7, OPENING)
    expect(valueOrThrow(parseEntry(entry, 7, 'journal'))).toMatchObject({ type: 'device.stopped', why })
  })
})
