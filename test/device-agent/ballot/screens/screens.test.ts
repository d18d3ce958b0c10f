import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDefinition } from '../../../../core/election/definition.ts'
import { canonicalJson, type Json } from '../../../../core/text/canonical-json.ts'
import type { CardStep } from '../../../../device-agent/ballot/polls/card-dialogue.ts'
import { type Polls, stepPolls } from '../../../../device-agent/ballot/polls/polls.ts'
import { calibrationScreen } from '../../../../device-agent/ballot/screens/calibration.ts'
import { noHomeScreen, noStoreScreen } from '../../../../device-agent/ballot/screens/no-store.ts'
import { screenOf as pagedScreenOf, type View } from '../../../../device-agent/ballot/screens/screen-of.ts'
import { takeoverScreen } from '../../../../device-agent/ballot/screens/takeover.ts'
import type { Session } from '../../../../device-agent/ballot/session/session.ts'
import {
  type Guide,
  TAKEOVER_REFUSALS,
  TAKEOVER_ROLES,
  type TakeoverRole,
} from '../../../../device-agent/ballot/takeover/guide.ts'
import { type Again, type NinePoints, TARGETS } from '../../../../firmware/touchscreen/nine-points.ts'
import type { Screen } from '../../../../ui/screen.ts'
import { breachesOf, overflowsOf } from '../../../../ui/screen-faults.ts'
import { type OfficerLanguage, stringsIn } from '../../../../ui/strings.ts'
import { testDefinition } from '../../../fixtures/definition.ts'
import { PACKAGES } from '../../../fixtures/packages.ts'
import { measure } from '../../../ui/measure.ts'
import { find, names, pressable } from '../../../ui/read-screen.ts'
import { OFFICER_REFUSALS, numbers as pollsNumbers, walk as walkPolls } from '../polls/walk.ts'
import { LAST_VOTES, officersViews, ofPolls as viewOfPolls, ofSession as viewOfSession } from './views.ts'

const LANGUAGES = ['fa', 'en'] as const
const definition = testDefinition()
const ofPolls = (polls: Polls): View => viewOfPolls(definition, polls)
const ofSession = (session: Session): View => viewOfSession(definition, session)

const CHOOSING: Session = { is: 'choosing', ballot: [[]], repeated: [], entry: '', first: 0, alert: false }

function screenOf(view: View, language?: OfficerLanguage): Screen {
  return pagedScreenOf(view, language).screen
}

/** Every state of a takeover, with the longest that may stand there. */
function guideStates(): readonly Guide[] {
  const found = {
    device: 'gy-1-a',
    ballots: 1234,
    lastAt: Date.parse('2026-06-19T10:20:00Z'),
    slip: 'not-recorded' as const,
    media: 'one' as const,
    isOtherLost: true,
    isLeftBehind: false,
  }
  const cards: readonly CardStep<TakeoverRole>[] = [
    { is: 'insert' },
    { is: 'reading' },
    { is: 'take' },
    ...TAKEOVER_ROLES.flatMap((role): CardStep<TakeoverRole>[] => [
      { is: 'pin', role, entry: '1234567', triesLeft: 4 },
      { is: 'checking', role },
    ]),
    ...OFFICER_REFUSALS.map((why): CardStep<TakeoverRole> => ({ is: 'refused', why })),
  ]
  return [
    { is: 'waiting' },
    ...cards.map((card): Guide => ({ is: 'admitting', found, admitted: { executive: 'e' }, card })),
    { is: 'admitting', found: { ...found, media: 'both' }, admitted: {}, card: { is: 'insert' } },
    { is: 'other', found },
    ...TAKEOVER_REFUSALS.map((why): Guide => ({ is: 'other', found, why })),
    { is: 'other', found: { ...found, isLeftBehind: true } },
    ...TAKEOVER_REFUSALS.map((why): Guide => ({ is: 'other', found: { ...found, isLeftBehind: true }, why })),
    { is: 'taking', found },
    ...TAKEOVER_REFUSALS.map((why): Guide => ({ is: 'refused', why })),
  ]
}

describe.each(LANGUAGES)('every screen of a device that is not one yet, or cannot be: %s', (language) => {
  const screens = [
    ...(['lost', 'refuse', 'left-behind', 'differ'] as const).map((why) =>
      noStoreScreen(why, definition, language),
    ),
    noHomeScreen(language),
    ...guideStates().map((state) => takeoverScreen(state, definition, language)),
    takeoverScreen({ is: 'waiting' }, definition, language, ['touchscreen', 'card-reader']),
  ]

  it('lies in the grid, with nothing over anything else, and has room for its texts', () => {
    expect(screens.flatMap((screen) => breachesOf(screen))).toEqual([])
    expect(screens.flatMap((screen) => overflowsOf(screen, measure))).toEqual([])
  })

  it('has no other press than the keypad and the word that a medium is lost', () => {
    const pressed = new Set(screens.flatMap((screen) => pressable(screen)))
    expect([...pressed].filter((id) => !/^digit-[0-9]$|^correct$/.test(id))).toEqual(['other-lost'])
  })
})

describe.each(Object.entries(PACKAGES))('every screen of the officers of a package: %s', (_, known) => {
  const views = officersViews(known)

  it('belongs to a valid package', () => {
    expect(parseDefinition(known, 'test').ok).toBe(true)
  })

  it.each(LANGUAGES)('lies in the grid, with nothing over anything else: %s', (language) => {
    expect(views.flatMap((view) => breachesOf(screenOf(view, language)))).toEqual([])
  })

  it.each(LANGUAGES)('has room for every text it shows: %s', (language) => {
    expect(views.flatMap((view) => overflowsOf(screenOf(view, language), measure))).toEqual([])
  })

  it('of a rehearsal says so in both languages, of an election in none', () => {
    const real = { ...known, rehearsal: false }
    for (const view of views) {
      expect(names(screenOf(view))).toMatch(/تمرین است، انتخابات نیست/)
      expect(names(screenOf(view))).toMatch(/Rehearsal, no election/)
      const screen = screenOf({ ...viewOfPolls(real, view.polls), missing: view.missing })
      expect(names(screen)).not.toMatch(/تمرین است|Rehearsal, no election/)
    }
  })

  it('goes over the line to the display as canonical JSON', () => {
    for (const view of views) expect(() => canonicalJson(screenOf(view) as unknown as Json)).not.toThrow()
  })
})

describe('the screens of a calibration', () => {
  const point = (n: number, again?: Again): NinePoints => ({
    is: 'point',
    point: n,
    taken: TARGETS.map(() => undefined),
    misses: 0,
    strays: [],
    repeats: 0,
    ...(again && { again }),
  })
  const again: readonly Again[] = ['unsteady', 'far-off', 'doubtful', 'residual']
  const reasons = ['missed', 'no-extent', 'residual', 'mirrored', 'scale', 'rotation', 'skew'] as const
  const states: readonly NinePoints[] = [
    ...TARGETS.flatMap((_, n) => [point(n), ...again.map((why) => point(n, why))]),
    ...reasons.map((why): NinePoints => ({ is: 'refused', why })),
    { is: 'done', fit: { mapping: { xx: 1, xy: 0, x0: 0, yx: 0, yy: 1, y0: 0 }, residuals: [] } },
  ]

  it.each(LANGUAGES)(
    'lie in the grid, have room for their texts and offer nothing to press: %s',
    (language) => {
      for (const state of states) {
        const screen = calibrationScreen(state, definition, language)
        expect([...breachesOf(screen), ...overflowsOf(screen, measure)]).toEqual([])
        expect(pressable(screen)).toEqual([])
      }
    },
  )

  it('have each cross around the place that a touch on it is held against, in both languages', () => {
    for (const language of LANGUAGES) {
      for (const [n, { x, y }] of TARGETS.entries()) {
        const { rect } = find(calibrationScreen(point(n), definition, language), `target-${n + 1}`)
        expect([rect.x + rect.width / 2, rect.y + rect.height / 2]).toEqual([x, y])
      }
    }
  })
})

describe('buttons of officers', () => {
  it('whatever can be pressed on an officer’s screen is something the polls take', () => {
    fc.assert(
      fc.property(pollsNumbers, (given) => {
        for (const { state } of walkPolls(given)) {
          if (state.is === 'open') continue
          const screen = screenOf(ofPolls(state))
          expect(breachesOf(screen)).toEqual([])
          for (const id of pressable(screen)) {
            expect(stepPolls(state, { is: 'pressed', id }).state, `${screen.name} ${id}`).not.toBe(state)
          }
        }
      }),
      { numRuns: 40 },
    )
  })

  it('no screen of the officers while polls are closed shows a choice or who voted', () => {
    for (const view of officersViews(definition)) {
      expect(names(screenOf(view, 'en'))).not.toMatch(/Megret|Lepage|Bayrou|Hue/)
    }
  })
})

describe('what officers read', () => {
  const pin = (entry: string): Polls => ({
    is: 'admitting',
    purpose: 'opening',
    admitted: [],
    spareWanted: false,
    card: { is: 'pin', role: 'executive', entry },
  })

  it('dots for a PIN, never its digits', () => {
    const screen = screenOf(ofPolls(pin('97531')), 'en')
    expect(find(screen, 'pin').name).toBe('• • • • • _ _ _')
    const read = screen.elements.filter(({ press }) => !press).map(({ name }) => name)
    expect(read.join(' ')).not.toMatch(/[97]|31/)
  })

  it('the same keypad in the same place as the voter’s', () => {
    const voter = screenOf(ofSession(CHOOSING))
    for (let digit = 0; digit < 10; digit += 1) {
      const id = `digit-${digit}`
      expect(find(screenOf(ofPolls(pin(''))), id).rect).toEqual(find(voter, id).rect)
    }
  })

  it('whose card is in and whose is needed', () => {
    const screen = screenOf(
      ofPolls({
        is: 'admitting',
        purpose: 'opening',
        admitted: [{ role: 'executive', certificate: 'x' }],
        spareWanted: true,
        card: { is: 'insert' },
      }),
      'en',
    )
    expect(find(screen, 'role-executive').name).toBe('Executive card: admitted')
    expect(find(screen, 'role-supervisory').name).toBe('Supervisory card: needed')
    expect(find(screen, 'role-spare').name).toBe('Spare card: needed')
  })

  const by = [
    { role: 'executive', certificate: 'x' },
    { role: 'supervisory', certificate: 'y' },
  ] as const
  const RESUMING: readonly Polls[] = [
    { is: 'paused', why: 'restart' },
    { is: 'paused', why: 'tamper' },
    { is: 'paused', why: 'touch-drift' },
    { is: 'paused', why: 'restart', box: 'locked' },
    { is: 'admitting', purpose: 'resuming', admitted: [], spareWanted: false, card: { is: 'insert' } },
    {
      is: 'admitting',
      purpose: 'resuming',
      admitted: [],
      spareWanted: false,
      card: { is: 'pin', role: 'spare', entry: '' },
    },
    { is: 'resuming', by },
    { is: 'resuming', by, trouble: 'paper-out' },
  ]

  it('what became of the vote in hand, from the pause until voting goes on', () => {
    const said = {
      recorded: 'The last vote was recorded.',
      'not-recorded': 'The last vote was NOT recorded.',
      none: 'No slip hangs.',
    }
    for (const polls of RESUMING) {
      for (const lastVote of LAST_VOTES) {
        const text = names(screenOf({ ...ofPolls(polls), lastVote }, 'en'))
        for (const other of LAST_VOTES) expect(text.includes(said[other])).toBe(other === lastVote)
      }
    }
  })

  it('of votes that do not open, that nothing is resumed here: no slip is to drop, and no voter waits for it', () => {
    const { lastVote: resumed, stopVote, boxDamagedHint } = stringsIn('en').officers
    for (const lastVote of LAST_VOTES) {
      const polls = { is: 'paused', why: 'restart', box: 'damaged' } as const
      const text = names(screenOf({ ...ofPolls(polls), lastVote }, 'en'))
      for (const said of [stopVote[lastVote], boxDamagedHint]) expect(text).toContain(said)
      expect(text).not.toContain(resumed[lastVote])
    }
  })

  it('of a printer that fails while resuming, that it is the slip and no report', () => {
    const text = names(screenOf(ofPolls({ is: 'resuming', by, trouble: 'paper-out' }), 'en'))
    expect(text).toContain('The slip has not dropped')
    expect(text).not.toContain('report')
    const zero = names(screenOf(ofPolls({ is: 'reporting-zero', by, trouble: 'paper-out' }), 'en'))
    expect(zero).toContain('the same report is printed again')
  })

  it('after the end, whose totals cannot be, before those whose bundle is waited for', () => {
    const finished: Polls = {
      is: 'finished',
      card: { is: 'insert' },
      wanted: ['gy-1-b'],
      impossible: ['gy-1-c'],
      open: [],
    }
    const text = names(screenOf(ofPolls(finished), 'en'))
    expect(text).toContain('The totals of gy-1-c cannot be. Keep it and tell the centre.')
    expect(text).not.toContain('gy-1-b')
    expect(names(screenOf(ofPolls(finished), 'fa'))).toContain('gy-1-c')
    expect(names(screenOf(ofPolls({ ...finished, impossible: [] }), 'en'))).toContain(
      'wait for the stick of: gy-1-b',
    )
  })

  it('before the opening and in a pause, that the case is open and that keys which are on must be turned back first', () => {
    for (const polls of [{ is: 'closed' }, ...RESUMING.slice(0, 3)] as const) {
      const text = (given: Pick<View, 'keysOn' | 'caseOpen'>) =>
        names(screenOf({ ...ofPolls(polls), ...given }, 'en'))
      const open = 'The case is open: close it, then turn the keys.'
      const back = 'Both keys are on: first turn them back, then on again.'
      expect(text({ keysOn: false, caseOpen: true })).toContain(open)
      expect(text({ keysOn: true, caseOpen: true })).toContain(`${open} ${back}`)
      expect(text({ keysOn: true, caseOpen: false })).toContain(back)
      expect(text({ keysOn: false, caseOpen: false })).not.toMatch(/case is open|keys are on/)
    }
  })

  it('a part that does not answer is named, unless a voter is in the middle of a vote', () => {
    const missing: View['missing'] = ['printer']
    expect(names(screenOf({ ...ofPolls({ is: 'closed' }), missing }, 'en'))).toContain('Printer')
    expect(screenOf({ ...ofSession(CHOOSING), missing })).toEqual(screenOf(ofSession(CHOOSING)))
  })
})
