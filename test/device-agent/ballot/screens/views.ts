/** One view of every state of the polls, for several packages, and a view of any one state. */
import type { Definition } from '../../../../core/election/definition.ts'
import type { CardStep } from '../../../../device-agent/ballot/polls/card-dialogue.ts'
import type { Polls } from '../../../../device-agent/ballot/polls/polls.ts'
import type { View } from '../../../../device-agent/ballot/screens/screen-of.ts'
import type { LastVote } from '../../../../device-agent/ballot/screens/view.ts'
import { presentationAtStart } from '../../../../device-agent/ballot/session/presentation.ts'
import type { Session } from '../../../../device-agent/ballot/session/session.ts'
import { POLL_WORKER_NOTES, SHOWN_NOTES } from '../../../../ui/voter-screens/view.ts'
import { VoterScreens } from '../../../../ui/voter-screens/voter-screens.ts'
import { measure } from '../../../ui/measure.ts'
import { admittedAs, OFFICER_REFUSALS, ROLES } from '../polls/walk.ts'
import { TROUBLES } from '../session/walk.ts'

/** Nobody's vote in hand, keys off, case closed. */
const QUIET = {
  glassBlocked: false,
  lastVote: 'none',
  keysOn: false,
  caseOpen: false,
  tampered: false,
  alarms: [],
  handedOver: { bundle: 'written', centre: 'received' },
  stationClosed: false,
  dead: [],
  isDeclaredDead: false,
  notes: [],
  noVoters: undefined,
  missing: [],
} as const

const screensOf = new WeakMap<Definition, VoterScreens>()

/** The view of a device whose polls are so, with nobody's session. */
export function ofPolls(definition: Definition, polls: Polls): View {
  const voterScreens = screensOf.get(definition) ?? new VoterScreens(definition, measure)
  screensOf.set(definition, voterScreens)
  const presentation = presentationAtStart(definition)
  return { ...QUIET, definition, voterScreens, presentation, contests: [], polls, session: { is: 'idle' } }
}

/** The view of a device whose polls are open, with a session in all contests. */
export function ofSession(definition: Definition, session: Session): View {
  return { ...ofPolls(definition, { is: 'open' }), contests: definition.contests, session }
}

export const LAST_VOTES: readonly LastVote[] = ['recorded', 'not-recorded', 'none']

/** Every state of the polls in every shape that its screen shows differently. */
export function officersViews(definition: Definition): readonly View[] {
  const officers = polls().flatMap((state) =>
    LAST_VOTES.flatMap((lastVote) =>
      keysAndCase(state).map((given): View => ({ ...ofPolls(definition, state), lastVote, ...given })),
    ),
  )
  const parts: View['missing'] = ['touchscreen', 'card-reader', 'printer', 'io-board', 'display']
  const alarm = { type: 'witness.alarm', seq: 9, at: '2026-06-19T08:31:02Z' } as const
  const alarms = (['forked', 'other-journal'] as const).map((each) => ({
    ...alarm,
    device: 'gy-1-b',
    alarm: each,
  }))
  const alarmed = officers.map((view): View => ({ ...view, alarms }))
  const handed = (['waiting', 'tally-refused', 'closed', 'no-link'] as const).flatMap((centre) =>
    officers
      .filter(({ polls: { is } }) => is === 'finished')
      .flatMap((view) =>
        (['writing', 'missing'] as const).map(
          (bundle): View => ({ ...view, handedOver: { bundle, centre } }),
        ),
      ),
  )
  const between = officers.filter(({ polls: { is } }) => is === 'closed' || is === 'paused')
  const betweenAlarmed = alarmed.filter(({ polls: { is } }) => is === 'closed' || is === 'paused')
  const noted = [
    ...[...between, ...betweenAlarmed].flatMap((view) =>
      POLL_WORKER_NOTES.map((note): View => ({ ...view, notes: [note] })),
    ),
    // Two stand where one does.
    ...[...betweenAlarmed.slice(0, 1), ...betweenAlarmed.slice(-1)].flatMap((view) =>
      SHOWN_NOTES.map((notes): View => ({ ...view, notes })),
    ),
  ]
  const noVoters = [
    ...(['locked', 'storage-full', 'battery-low', 'clock-wrong'] as const).map(
      (why): View => ({ ...ofPolls(definition, { is: 'open' }), noVoters: why }),
    ),
    ...[...officers, ...alarmed]
      .filter(({ polls: { is } }) => is === 'closed')
      .map((view): View => ({ ...view, noVoters: 'clock-wrong' })),
  ]
  const absent = officers.map((view): View => ({ ...view, missing: parts }))
  const blocked = officers.map((view): View => ({ ...view, glassBlocked: true }))
  const tampered = [...officers, ...alarmed, ...noted]
    .filter(({ polls: { is } }) => is === 'closed')
    .map((view): View => ({ ...view, tampered: true }))
  const declared = officers
    .filter(({ polls: { is } }) => is === 'finished')
    .flatMap((view): readonly View[] => [
      { ...view, dead: ['gy-1-b', 'gy-1-c', 'gy-1-d'] },
      { ...view, isDeclaredDead: true },
    ])
  const all = [...officers, ...alarmed, ...tampered, ...handed, ...declared]
  return [...all, ...noted, ...noVoters, ...absent, ...blocked]
}

/** How keys and case may stand where that is shown. */
function keysAndCase({ is }: Polls): readonly Pick<View, 'keysOn' | 'caseOpen'>[] {
  if (is !== 'closed' && is !== 'paused') return [{ keysOn: true, caseOpen: false }]
  return [false, true].flatMap((keysOn) => [false, true].map((caseOpen) => ({ keysOn, caseOpen })))
}

function polls(): readonly Polls[] {
  const cards: readonly CardStep[] = [
    { is: 'insert' },
    { is: 'reading' },
    { is: 'take' },
    ...ROLES.map((role): CardStep => ({ is: 'pin', role, entry: '1234567', triesLeft: 4 })),
    { is: 'pin', role: 'executive', entry: '' },
    { is: 'checking', role: 'spare' },
    ...OFFICER_REFUSALS.map((why): CardStep => ({ is: 'refused', why })),
  ]
  const by = [admittedAs('executive'), admittedAs('supervisory')]
  return [
    { is: 'closed' },
    { is: 'closed', noRoom: true },
    ...cards.flatMap((card) =>
      (['opening', 'resuming', 'closing'] as const).map((purpose): Polls => {
        return {
          is: 'admitting',
          purpose,
          admitted: by.slice(0, 1),
          spareWanted: purpose === 'opening',
          card,
        }
      }),
    ),
    ...cards.map((card): Polls => {
      const admitted = by.slice(0, 1)
      return { is: 'admitting', purpose: 'declaring', dead: 'gy-1-b', admitted, spareWanted: false, card }
    }),
    { is: 'admitting', purpose: 'resuming', admitted: [], spareWanted: false, card: { is: 'insert' } },
    { is: 'reporting-zero', by },
    { is: 'resuming', by },
    { is: 'reporting-minutes' },
    { is: 'reporting-totals' },
    ...TROUBLES.flatMap((trouble): readonly Polls[] => [
      { is: 'reporting-zero', by, trouble },
      { is: 'resuming', by, trouble },
      { is: 'reporting-minutes', trouble },
      { is: 'reporting-totals', trouble },
    ]),
    { is: 'paused', why: 'restart' },
    { is: 'paused', why: 'restart', box: 'locked' },
    { is: 'paused', why: 'restart', box: 'damaged' },
    { is: 'paused', why: 'tamper' },
    { is: 'paused', why: 'touch-drift' },
    { is: 'closing', by },
    {
      is: 'kept-open',
      until: Date.UTC(2026, 5, 19, 17, 30),
      number: 123,
      by: ['م'.repeat(64), 'ر'.repeat(64)],
    },
    ...cards.map(
      (card): Polls => ({ is: 'finished', card, wanted: ['gy-1-b'], impossible: [], open: ['gy-1-c'] }),
    ),
    { is: 'choosing-dead', open: ['gy-1-a', 'gy-1-b', 'gy-1-c', 'gy-1-d', 'gy-1-e', 'gy-1-f', 'gy-1-g'] },
    { is: 'choosing-dead', open: ['gy-1-b'], chosen: 'gy-1-b' },
    { is: 'finished', card: { is: 'erased' }, wanted: [], impossible: [], open: [] },
    {
      is: 'finished',
      card: { is: 'carried', open: ['gy-1-a', 'gy-1-b', 'gy-1-c', 'gy-1-d', 'gy-1-e'] },
      wanted: ['gy-1-b', 'gy-1-c', 'gy-1-d', 'gy-1-e'],
      impossible: [],
      open: [],
    },
    {
      is: 'finished',
      card: { is: 'insert' },
      wanted: [],
      impossible: ['gy-1-b', 'gy-1-c', 'gy-1-d', 'gy-1-e'],
      open: [],
    },
    ...(['full', 'read-only', 'io-error', 'program'] as const).flatMap((what) =>
      ([...LAST_VOTES, 'unknown'] as const).map((vote): Polls => ({ is: 'failed', what, vote })),
    ),
    ...(['rolled-back', 'forked', 'other-journal', 'declared-dead'] as const).map(
      (why): Polls => ({ is: 'stopped', why }),
    ),
  ]
}
