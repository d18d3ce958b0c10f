import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDefinition } from '../../../../core/election/definition.ts'
import { canonicalJson, type Json } from '../../../../core/text/canonical-json.ts'
import { persianDigits } from '../../../../core/text/persian.ts'
import { type Polls, stepPolls } from '../../../../device-agent/ballot/polls/polls.ts'
import { calibrationScreen } from '../../../../device-agent/ballot/screens/calibration.ts'
import { screenOf, type View } from '../../../../device-agent/ballot/screens/screen-of.ts'
import { type Session, stepSession } from '../../../../device-agent/ballot/session/session.ts'
import { type Again, type NinePoints, TARGETS } from '../../../../firmware/touchscreen/nine-points.ts'
import { installedFontFiles, measureWith, registerFonts } from '../../../../ui/fonts.ts'
import { type Element, elementAt, GRID, type Rect, type Screen } from '../../../../ui/screen.ts'
import { wrapText } from '../../../../ui/text-layout.ts'
import { LINE_HEIGHT, TEXT_SIZE } from '../../../../ui/tokens.ts'
import { testCode, testDefinition } from '../../../fixtures/definition.ts'
import { numbers as pollsNumbers, walk as walkPolls } from '../polls/walk.ts'
import { RULES, numbers as sessionNumbers, walk as walkSession } from '../session/walk.ts'
import { DEFINITIONS, LAST_VOTES, QUIET, viewsOf } from './views.ts'

const measure = measureWith(registerFonts(installedFontFiles()))
const LANGUAGES = ['fa', 'en'] as const
const definition = testDefinition()

function ofSession(session: Session): View {
  return { definition, contests: definition.contests, polls: { is: 'open' }, session, missing: [], ...QUIET }
}

function ofPolls(polls: Polls): View {
  return { definition, contests: [], polls, session: { is: 'idle' }, missing: [], ...QUIET }
}

function overlap(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
}

function find(screen: Screen, id: string): Element {
  const found = screen.elements.find((element) => element.id === id)
  if (found === undefined) throw new Error(`no ${id} on ${screen.name}`)
  return found
}

/** Ids that can be pressed now. */
function pressable(screen: Screen): readonly string[] {
  return screen.elements.filter(({ press, enabled }) => press && enabled !== false).map(({ id }) => id)
}

function names(screen: Screen): string {
  return screen.elements.map(({ name }) => name).join('\n')
}

/** What holds of every screen; each breach is named by screen and element. */
function checkLayout({ elements, name }: Screen): void {
  const breaches: string[] = []
  const hold = (holds: boolean, what: string) => {
    if (!holds) breaches.push(`${name}: ${what}`)
  }
  hold(new Set(elements.map(({ id }) => id)).size === elements.length, 'an id stands twice')
  for (const [i, { id, rect, name: text }] of elements.entries()) {
    const { x, y, width, height } = rect
    hold([x, y, width, height].every(Number.isInteger), `${id} lies between pixels`)
    hold(x >= 0 && y >= 0 && width > 0 && height > 0, `${id} has no place`)
    hold(x + width <= GRID.width && y + height <= GRID.height, `${id} leaves the grid`)
    hold(text.trim() !== '', `${id} says nothing`)
    for (const other of elements.slice(i + 1)) hold(!overlap(rect, other.rect), `${id} lies over ${other.id}`)
  }
  expect(breaches).toEqual([])
}

/** Texts that, in their size and wrapped with the real font, have no room in their rectangle or are broken within a word. */
function overflows(screen: Screen): readonly string[] {
  return screen.elements
    .filter(({ name, rect, size, press, role }) => {
      const lines = wrapText(name, rect.width, TEXT_SIZE[size][2], press || role === 'heading', measure)
      const unbroken = lines.join(' ') === name.split(/\s+/).join(' ')
      return !unbroken || lines.length * TEXT_SIZE[size][2] * LINE_HEIGHT > rect.height
    })
    .map(({ id, name }) => `${screen.name} ${id}: ${name}`)
}

describe.each(Object.entries(DEFINITIONS))('every screen of a package: %s', (_, known) => {
  const views = viewsOf(known)

  it('belongs to a valid package', () => {
    expect(parseDefinition(known, 'test').ok).toBe(true)
  })

  it.each(LANGUAGES)('lies in the grid, with nothing over anything else: %s', (language) => {
    for (const view of views) checkLayout(screenOf(view, language))
  })

  it.each(LANGUAGES)('has room for every text it shows: %s', (language) => {
    expect(views.flatMap((view) => overflows(screenOf(view, language)))).toEqual([])
  })

  it('of a rehearsal says so in both languages, of an election in none', () => {
    for (const view of views) {
      expect(names(screenOf(view))).toMatch(/تمرین است، انتخابات نیست/)
      expect(names(screenOf(view))).toMatch(/Rehearsal, no election/)
      const real = screenOf({ ...view, definition: { ...known, rehearsal: false } }, 'en')
      expect(names(real)).not.toMatch(/تمرین است|Rehearsal, no election/)
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
        checkLayout(screen)
        expect(overflows(screen)).toEqual([])
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

describe('buttons and state machines', () => {
  it('whatever can be pressed on a voter’s screen is something the session takes', () => {
    fc.assert(
      fc.property(sessionNumbers, (given) => {
        for (const { state } of walkSession(given)) {
          const screen = screenOf(ofSession(state))
          checkLayout(screen)
          for (const id of pressable(screen)) {
            const step = stepSession(RULES, state, { is: 'pressed', id })
            expect(step.state !== state || step.effects.length > 0, `${screen.name} ${id}`).toBe(true)
          }
        }
      }),
      { numRuns: 40 },
    )
  })

  it('whatever can be pressed on an officer’s screen is something the polls take', () => {
    fc.assert(
      fc.property(pollsNumbers, (given) => {
        for (const { state } of walkPolls(given)) {
          if (state.is === 'open') continue
          const screen = screenOf(ofPolls(state))
          checkLayout(screen)
          for (const id of pressable(screen)) {
            expect(stepPolls(state, { is: 'pressed', id }).state, `${screen.name} ${id}`).not.toBe(state)
          }
        }
      }),
      { numRuns: 40 },
    )
  })

  it('every step of a vote has its button', () => {
    const making = { ballot: [[0, 3]], entry: '', alert: false }
    const ids = (session: Session) => pressable(screenOf(ofSession(session)))
    const digits = Array.from({ length: 10 }, (_, digit) => `digit-${digit}`)
    expect([...ids({ is: 'choosing', ...making })].sort()).toEqual(
      [...digits, 'correct', 'review', `remove-${testCode(0)}`, `remove-${testCode(3)}`].sort(),
    )
    expect(ids({ is: 'choosing', ...making, ballot: [[]] })).toContain('blank')
    expect(ids({ is: 'reviewing', ballot: [[0]], finishPressed: false, alert: false })).toEqual([
      'finish',
      'back',
    ])
    expect(ids({ is: 'comparing', ballot: [[0]], alert: false })).toEqual(['reject', 'accept'])
    expect(ids({ is: 'choosing', ...making, alert: true })).toEqual(['still-here'])
    const at = { step: 'dropping', cardGone: false } as const
    expect(ids({ is: 'held', trouble: 'silent', at })).toEqual(['retry'])
    for (const is of ['idle', 'reading', 'thanks'] as const) expect(ids({ is })).toEqual([])
  })

  it('a touch in the middle of a button presses that button, in both languages', () => {
    for (const view of viewsOf(definition)) {
      for (const language of LANGUAGES) {
        const screen = screenOf(view, language)
        for (const { id, rect, press, enabled } of screen.elements) {
          const hit = elementAt(
            screen,
            rect.x + Math.floor(rect.width / 2),
            rect.y + Math.floor(rect.height / 2),
          )
          expect(hit?.id).toBe(press && enabled !== false ? id : undefined)
        }
      }
    }
  })

  it('a hand that taps twice at one place never casts, prints or leaves a screen by surprise', () => {
    const reviewing: Session = { is: 'reviewing', ballot: [[0]], finishPressed: false, alert: false }
    const choosing = screenOf(ofSession({ is: 'choosing', ballot: [[0]], entry: '', alert: false }))
    const review = screenOf(ofSession(reviewing))
    const compare = screenOf(ofSession({ is: 'comparing', ballot: [[0]], alert: false }))
    expect(overlap(find(choosing, 'review').rect, find(review, 'finish').rect)).toBe(false)
    expect(overlap(find(choosing, 'blank').rect, find(review, 'finish').rect)).toBe(false)
    expect(overlap(find(review, 'finish').rect, find(compare, 'accept').rect)).toBe(false)
  })

  it('the two answers to a slip lie at the two edges', () => {
    for (const language of LANGUAGES) {
      const screen = screenOf(ofSession({ is: 'comparing', ballot: [[0]], alert: false }), language)
      const [a, b] = [find(screen, 'accept').rect, find(screen, 'reject').rect].sort((l, r) => l.x - r.x)
      expect((b?.x ?? 0) - (a?.x ?? 0) - (a?.width ?? 0)).toBeGreaterThanOrEqual(150)
    }
  })

  it('every button is 12 millimetres high and wide at least, where nine may be chosen', () => {
    // 7.2 pixels a millimetre.
    for (const view of viewsOf(definition)) {
      for (const { press, rect, id } of screenOf(view).elements) {
        if (press) expect(Math.min(rect.width, rect.height), id).toBeGreaterThanOrEqual(86)
      }
    }
  })
})

describe('what a voter reads', () => {
  const review = (
    ballot: readonly (readonly number[])[],
    language: 'fa' | 'en' = 'en',
    finishPressed = false,
  ) => screenOf(ofSession({ is: 'reviewing', ballot, finishPressed, alert: false }), language)

  it('every choice with its name, its code in Persian digits and in Latin ones, before printing and beside the slip', () => {
    const ballot = [[0, 7, 11]]
    for (const screen of [
      review(ballot, 'fa'),
      screenOf(ofSession({ is: 'comparing', ballot, alert: false })),
    ]) {
      for (const [position, name] of [
        [0, 'مگره'],
        [7, 'سن‌ژوس'],
        [11, 'او'],
      ] as const) {
        const code = testCode(position)
        expect(find(screen, `name-${code}`).name).toBe(name)
        expect(find(screen, `code-${code}`).name).toBe(persianDigits(code))
        expect(find(screen, `latin-${code}`).name).toBe(code)
      }
      expect(screen.elements.filter(({ id }) => id.startsWith('name-'))).toHaveLength(3)
    }
  })

  it('what is missing is said, and a blank vote is called blank', () => {
    expect(find(review([[0, 1]]), 'missing').name).toBe('2 of 9 chosen. You may still choose 7 more.')
    expect(find(review([[0, 1, 2, 3, 4, 5, 6, 7, 8]]), 'missing').name).toBe('9 of 9 chosen.')
    expect(find(review([[]]), 'missing').name).toBe('Nobody is chosen: your vote is blank.')
    expect(names(review([[]], 'fa'))).toContain('رأی سفید')
  })

  it('the second press of finish is asked for plainly', () => {
    expect(find(review([[0]]), 'hint').name).toContain('twice')
    expect(find(review([[0]], 'en', true), 'hint').name).toContain('once more')
  })

  it('the code being typed stands in Persian and Latin digits, left to right in both languages', () => {
    const screen = screenOf(ofSession({ is: 'choosing', ballot: [[]], entry: '12', alert: false }))
    expect(find(screen, 'entry')).toMatchObject({ name: '۱ ۲ _', direction: 'ltr' })
    expect(find(screen, 'entry-latin').name).toBe('12')
  })

  it('what was just added is shown with its whole name', () => {
    const notice = { is: 'added', contest: 0, position: 2 } as const
    const screen = screenOf(ofSession({ is: 'choosing', ballot: [[2]], entry: '', alert: false, notice }))
    expect(find(screen, `added-name-${testCode(2)}`).name).toBe('گلوکشتاین')
    expect(find(screen, `added-code-${testCode(2)}`).name).toBe('۱۱۵')
  })

  it('a chosen row never moves when another comes or goes before it is read', () => {
    const many = screenOf(ofSession({ is: 'choosing', ballot: [[0, 1, 2]], entry: '', alert: false }))
    const one = screenOf(ofSession({ is: 'choosing', ballot: [[0]], entry: '', alert: false }))
    expect(find(many, `remove-${testCode(0)}`).rect).toEqual(find(one, `remove-${testCode(0)}`).rect)
  })

  it('all names of a package stand in one size, however long each is', () => {
    for (const known of Object.values(DEFINITIONS)) {
      for (const view of viewsOf(known)) {
        const sizes = screenOf(view)
          .elements.filter(({ id }) => id.startsWith('name-'))
          .map(({ size }) => size)
        expect(new Set(sizes).size).toBeLessThanOrEqual(1)
      }
    }
  })

  it('a held printer says what became of the vote', () => {
    const vote = (step: 'printing' | 'dropping') => {
      const at =
        step === 'printing' ? ({ step, ballot: [[0]] } as const) : ({ step, cardGone: false } as const)
      return find(screenOf(ofSession({ is: 'held', trouble: 'paper-out', at }), 'en'), 'vote').name
    }
    expect(vote('printing')).toContain('No vote is cast yet')
    expect(vote('dropping')).toContain('Your vote was cast')
  })

  it('a voter who took the card out early: that no vote was recorded, and how to begin anew', () => {
    const screen = screenOf(ofSession({ is: 'ended-without-vote' }), 'en')
    expect(find(screen, 'heading').name).toBe('No vote was recorded')
    expect(names(screen)).toContain('insert the card here again and begin anew')
    expect(pressable(screen)).toEqual([])
  })

  it('"no vote with this card" only over a card that cannot vote, not over one that was badly put in or left alone', () => {
    const heading = (why: 'unreadable' | 'inactive' | 'already-used') =>
      find(screenOf(ofSession({ is: 'refused', why }), 'en'), 'heading').name
    expect(heading('already-used')).toBe('No vote with this card')
    expect(heading('unreadable')).toBe('The card could not be read')
    expect(heading('inactive')).toBe('No vote was recorded')
  })

  it('lists are named in the heading where there are lists, and only there', () => {
    const heading = (name: string) => {
      const known = DEFINITIONS[name]
      const view = known && viewsOf(known).find(({ session }) => session.is === 'choosing')
      return view && find(screenOf(view, 'en'), 'heading').name
    }
    expect(heading('plain')).toBe('Type the code of a candidate')
    expect(heading('with lists')).toBe('Type the code of a candidate or list')
  })

  it('the correction key does not look like an alarm', () => {
    const screen = screenOf(ofSession({ is: 'choosing', ballot: [[]], entry: '1', alert: false }))
    expect(find(screen, 'correct').emphasis).toBe('plain')
  })

  it('no screen of the officers while polls are closed shows a choice or who voted', () => {
    for (const view of viewsOf(definition)) {
      if (view.polls.is === 'open') continue
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
    const voter = screenOf(ofSession({ is: 'choosing', ballot: [[]], entry: '', alert: false }))
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
    { is: 'paused', why: 'restart', locked: true },
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
    const choosing: Session = { is: 'choosing', ballot: [[0]], entry: '', alert: false }
    expect(screenOf({ ...ofSession(choosing), missing })).toEqual(screenOf(ofSession(choosing)))
  })
})
