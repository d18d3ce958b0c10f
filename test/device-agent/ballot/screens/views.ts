/** One view of every state of both machines, for several packages. */
import { contestsOfStyle, type Definition } from '../../../../core/election/definition.ts'
import type { CardStep } from '../../../../device-agent/ballot/polls/card-dialogue.ts'
import type { Polls } from '../../../../device-agent/ballot/polls/polls.ts'
import type { View } from '../../../../device-agent/ballot/screens/screen-of.ts'
import type { LastVote } from '../../../../device-agent/ballot/screens/view.ts'
import type { HeldAt, Notice, Session } from '../../../../device-agent/ballot/session/session.ts'
import { councilContest, testDefinition, testDefinitionWithLists } from '../../../fixtures/definition.ts'
import { admittedAs, OFFICER_REFUSALS, ROLES } from '../polls/walk.ts'
import { REFUSALS, TROUBLES } from '../session/walk.ts'

const LONG_FA =
  'سید محمدرضا حسینی‌نژاد طباطبایی یزدی فرزند علی‌اکبر معروف به مهندس حسینی نماینده پیشین مردم و کارشناس ارشد شهرسازی تهران'
const LONG_EN =
  'Seyyed Mohammad-Reza Hosseini-Nezhad Tabatabaei Yazdi son of Ali-Akbar, known as Engineer Hosseini, former member of it'

const longNames: Definition = testDefinition({
  title: { fa: LONG_FA, en: LONG_EN },
  contests: [
    {
      ...councilContest,
      title: { fa: LONG_FA, en: LONG_EN },
      candidates: councilContest.candidates.map((candidate) => ({
        ...candidate,
        name: { fa: LONG_FA, en: LONG_EN },
      })),
    },
  ],
})

const capital: Definition = testDefinition({
  contests: [
    {
      ...councilContest,
      seats: 21,
      choices: 21,
      candidates: Array.from({ length: 40 }, (_, i) => ({
        code: String(100_000 + 7 * i),
        name: { fa: i % 2 === 0 ? 'سید محمدرضا حسینی‌نژاد' : 'مریم رضایی' },
      })),
    },
  ],
})

const twoContests: Definition = testDefinition({
  contests: [
    councilContest,
    {
      ...councilContest,
      id: 'district',
      title: { fa: 'شورای محله', en: 'Neighbourhood council' },
      seats: 1,
      choices: 2,
      candidates: [
        { code: '801', name: { fa: 'رضا' } },
        { code: '802', name: { fa: 'مریم', en: 'Maryam' } },
      ],
    },
  ],
  styles: [{ id: 'standard', contests: ['council', 'district'] }],
})

export const DEFINITIONS: Readonly<Record<string, Definition>> = {
  plain: testDefinition(),
  'with lists': testDefinitionWithLists(),
  'names of 120 letters': longNames,
  '21 choices, codes of six digits': capital,
  'two contests': twoContests,
}

/** Nobody's vote in hand, keys off, case closed. */
export const QUIET = {
  glassBlocked: false,
  lastVote: 'none',
  keysOn: false,
  caseOpen: false,
  alarms: [],
  handedOver: { bundle: 'written', centre: 'received' },
  stationClosed: false,
  paperLow: false,
} as const

export const LAST_VOTES: readonly LastVote[] = ['recorded', 'not-recorded', 'none']

/** Every state in every shape that its screen shows differently. */
export function viewsOf(definition: Definition): readonly View[] {
  const contests = contestsOfStyle(definition, 'standard') ?? []
  const nobody = contests.map(() => [])
  const full = contests.map(({ choices }) => Array.from({ length: choices }, (_, position) => position))
  const missing: View['missing'] = []
  const voter = [...sessions(nobody), ...sessions(full)].map((session): View => {
    return { definition, contests, polls: { is: 'open' }, session, missing, ...QUIET }
  })
  const officers = polls().flatMap((state) =>
    LAST_VOTES.flatMap((lastVote) =>
      keysAndCase(state).map((given): View => {
        const idle = { contests: [], session: { is: 'idle' }, missing } as const
        return { definition, ...idle, ...QUIET, polls: state, lastVote, ...given }
      }),
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
      .map((view): View => ({ ...view, handedOver: { bundle: 'missing', centre } })),
  )
  const rollLow = [...voter, ...officers, ...alarmed].map((view): View => ({ ...view, paperLow: true }))
  const absent = officers.map((view): View => ({ ...view, missing: parts }))
  const blocked = [...voter, ...officers].map((view): View => ({ ...view, glassBlocked: true }))
  return [...voter, ...officers, ...alarmed, ...handed, ...rollLow, ...absent, ...blocked]
}

/** How keys and case may stand where that is shown. */
function keysAndCase({ is }: Polls): readonly Pick<View, 'keysOn' | 'caseOpen'>[] {
  if (is !== 'closed' && is !== 'paused') return [{ keysOn: true, caseOpen: false }]
  return [false, true].flatMap((keysOn) => [false, true].map((caseOpen) => ({ keysOn, caseOpen })))
}

function sessions(ballot: readonly (readonly number[])[]): readonly Session[] {
  const notices: readonly Notice[] = [
    { is: 'added', contest: 0, position: 3 },
    { is: 'slip-cancelled' },
    { is: 'problem', problem: { is: 'too-many', allowed: 9 } },
    ...(
      [
        'unknown-code',
        'already-chosen',
        'covered-by-list',
        'list-covers-chosen',
        'list-with-individuals',
      ] as const
    ).map((is): Notice => ({ is: 'problem', problem: { is } })),
  ]
  const heldAt: readonly HeldAt[] = [
    { step: 'printing', ballot },
    { step: 'voiding', ballot, afterwards: 'ended' },
    { step: 'dropping', cardGone: false },
  ]
  const making = { ballot, entry: '', alert: false }
  return [
    { is: 'idle' },
    { is: 'reading' },
    ...[...REFUSALS, 'inactive' as const].map((why): Session => ({ is: 'refused', why })),
    { is: 'choosing', ...making },
    { is: 'choosing', ...making, entry: '88888'.slice(0, 2) },
    { is: 'choosing', ...making, alert: true },
    ...notices.map((notice): Session => ({ is: 'choosing', ...making, notice })),
    ...[true, false].map((finishPressed): Session => {
      return { is: 'reviewing', ballot, finishPressed, alert: false }
    }),
    { is: 'reviewing', ballot, finishPressed: true, alert: true },
    ...[true, false].map((cardGone): Session => ({ is: 'printing', ballot, cardGone })),
    { is: 'printing', ballot, cardGone: false, secondsLeft: 32 },
    ...[true, false].map((alert): Session => ({ is: 'comparing', ballot, alert })),
    { is: 'voiding', ballot, afterwards: 'choosing' },
    ...[true, false].map((cardGone): Session => ({ is: 'recording', cardGone })),
    ...[true, false].map((cardGone): Session => ({ is: 'dropping', cardGone })),
    ...TROUBLES.flatMap((trouble) => heldAt.map((at): Session => ({ is: 'held', trouble, at }))),
    { is: 'thanks' },
    { is: 'ended-without-vote' },
  ]
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
    { is: 'paused', why: 'restart', locked: true },
    { is: 'paused', why: 'tamper' },
    { is: 'paused', why: 'touch-drift' },
    { is: 'closing', by },
    ...cards.map((card): Polls => ({ is: 'finished', card, wanted: ['gy-1-b'], impossible: [] })),
    { is: 'finished', card: { is: 'erased' }, wanted: [], impossible: [] },
    {
      is: 'finished',
      card: { is: 'carried', open: ['gy-1-a', 'gy-1-b', 'gy-1-c', 'gy-1-d', 'gy-1-e'] },
      wanted: ['gy-1-b', 'gy-1-c', 'gy-1-d', 'gy-1-e'],
      impossible: [],
    },
    {
      is: 'finished',
      card: { is: 'insert' },
      wanted: [],
      impossible: ['gy-1-b', 'gy-1-c', 'gy-1-d', 'gy-1-e'],
    },
    ...(['rolled-back', 'forked', 'other-journal'] as const).map((why): Polls => ({ is: 'stopped', why })),
  ]
}
