import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PIN_LENGTH } from '../../../../device-agent/ballot/polls/card-dialogue.ts'
import {
  type OfficerRole,
  type Polls,
  type PollsEffect,
  type PollsInput,
  pollsAtStart,
  stepPolls,
  wantedRoles,
} from '../../../../device-agent/ballot/polls/polls.ts'
import {
  admittedAs,
  BUTTONS,
  CLOSED,
  KEPT_OPEN,
  numbers,
  OFFICER_REFUSALS,
  outcomesOf,
  press,
  ROLES,
  walk,
} from './walk.ts'

const AFTER_THE_END: readonly string[] = [
  'find-officer',
  'take-leave',
  'settle-totals',
  'print-totals',
  'admit-officer',
  'print-minutes',
]

function run(inputs: readonly PollsInput[], from: Polls = CLOSED) {
  let state = from
  const effects: PollsEffect[] = []
  for (const input of inputs) {
    const step = stepPolls(state, input)
    state = step.state
    effects.push(...step.effects)
  }
  return { state, effects, done: effects.map((effect) => effect.do) }
}

const PIN = '31415926'
const typePin: readonly PollsInput[] = [...PIN].map((digit) => press(`digit-${digit}`))
const KEYS: PollsInput = { is: 'keys', on: true }

/** An officer puts the card in, types the PIN and takes the card. */
function officer(role: OfficerRole, drawn = false): readonly PollsInput[] {
  return [
    { is: 'card-inserted' },
    { is: 'officer-found', role },
    ...typePin,
    { is: 'officer-admitted', admitted: admittedAs(role), drawn },
    { is: 'card-removed' },
  ]
}

const BOTH = [...officer('executive'), ...officer('supervisory')]
const OPENED: readonly PollsInput[] = [KEYS, ...BOTH, { is: 'report-printed' }, { is: 'polls-opened' }]

describe('the polls of a device', () => {
  it('go from closed to finished through two officers at each end', () => {
    const opened = run(OPENED)
    expect(opened.state).toEqual({ is: 'open' })
    expect(opened.done).toEqual([
      'find-officer',
      'admit-officer',
      'find-officer',
      'admit-officer',
      'print-zero-report',
      'open-polls',
    ])
    const closed = run([KEYS, ...BOTH, { is: 'polls-closed' }, { is: 'report-printed' }], opened.state)
    expect(closed.state).toEqual({
      is: 'finished',
      card: { is: 'insert' },
      wanted: [],
      impossible: [],
      open: [],
    })
    expect(closed.done.slice(-3)).toEqual(['close-polls', 'print-minutes', 'settle-totals'])
  })

  it('wait for the spare card when the day key was drawn just now', () => {
    const two = run([KEYS, ...officer('supervisory', true), ...officer('executive')])
    expect(two.state).toMatchObject({ is: 'admitting', spareWanted: true, card: { is: 'insert' } })
    expect(two.done).not.toContain('print-zero-report')
    expect(run(officer('spare'), two.state).state).toMatchObject({ is: 'reporting-zero' })
  })

  it("do not take the same officer's card twice, nor a spare that is not wanted", () => {
    const again = run([KEYS, ...officer('executive'), { is: 'card-inserted' }])
    expect(stepPolls(again.state, { is: 'officer-found', role: 'executive' }).state).toMatchObject({
      card: { is: 'refused', why: 'same-role' },
    })
    expect(stepPolls(again.state, { is: 'officer-found', role: 'spare' }).state).toMatchObject({
      card: { is: 'refused', why: 'not-wanted' },
    })
  })

  it('resume with any two different cards', () => {
    for (const [first, second] of [
      ['executive', 'spare'],
      ['spare', 'supervisory'],
    ] as const) {
      const { state, effects } = run([KEYS, ...officer(first), ...officer(second)], {
        is: 'paused',
        why: 'restart',
      })
      expect(state).toMatchObject({ is: 'resuming' })
      expect(effects.at(-1)).toEqual({ do: 'resume-polls', by: [admittedAs(first), admittedAs(second)] })
      expect(run([{ is: 'polls-resumed' }], state).state).toEqual({ is: 'open' })
      for (const box of ['locked', 'damaged'] as const)
        expect(run([{ is: `box-${box}` }], state).state).toEqual({ is: 'paused', why: 'restart', box })
    }
  })

  it('forget the typed PIN as soon as the card has it', () => {
    const sent = run([KEYS, { is: 'card-inserted' }, { is: 'officer-found', role: 'executive' }, ...typePin])
    expect(sent.effects.at(-1)).toEqual({
      do: 'admit-officer',
      purpose: 'opening',
      role: 'executive',
      pin: PIN,
    })
    expect(JSON.stringify(sent.state)).not.toContain('3141')
    const wrong = run([{ is: 'pin-wrong', triesLeft: 4 }], sent.state)
    expect(wrong.state).toMatchObject({ card: { is: 'pin', entry: '', triesLeft: 4 } })
  })

  it('the correction key takes back one digit of a PIN', () => {
    const pin = run([KEYS, { is: 'card-inserted' }, { is: 'officer-found', role: 'executive' }])
    const typed = run([press('digit-1'), press('digit-2'), press('correct')], pin.state)
    expect(typed.state).toMatchObject({ card: { is: 'pin', entry: '1' } })
  })

  it.each(['opening', 'closing', 'resuming'] as const)(
    'a key turned back while %s changes nothing',
    (purpose) => {
      const from = {
        opening: CLOSED,
        closing: run(OPENED).state,
        resuming: { is: 'paused', why: 'tamper' } as const,
      }[purpose]
      const { state } = run([KEYS, ...officer('executive'), { is: 'keys', on: false }], from)
      expect(state).toEqual(from)
    },
  )

  it('stop when someone opens the chassis, and only officers bring them back', () => {
    const { state, effects } = run([...OPENED, { is: 'tampered' }])
    expect(state).toEqual({ is: 'paused', why: 'tamper' })
    expect(effects.at(-1)).toEqual({ do: 'pause', why: 'tamper' })
    expect(run([press('retry'), { is: 'card-inserted' }], state).state).toEqual(state)
  })

  it('print a report again as often as the printer fails, and open only when it printed', () => {
    const failed = run([KEYS, ...BOTH, { is: 'report-failed', trouble: 'paper-out' }])
    expect(failed.state).toMatchObject({ is: 'reporting-zero', trouble: 'paper-out' })
    const again = run([press('retry')], failed.state)
    expect(again.done).toEqual(['print-zero-report'])
    expect(again.state).not.toHaveProperty('trouble')
  })

  it("after the end, an officer's card may have its share erased, one after the other", () => {
    const finished: Polls = { is: 'finished', card: { is: 'insert' }, wanted: [], impossible: [], open: [] }
    const { state, effects } = run(
      [{ is: 'card-inserted' }, { is: 'officer-found', role: 'spare' }, ...typePin, { is: 'share-erased' }],
      finished,
    )
    expect(state).toEqual({ is: 'finished', card: { is: 'erased' }, wanted: [], impossible: [], open: [] })
    expect(effects.at(-1)).toEqual({ do: 'take-leave', role: 'spare', pin: PIN })
    expect(run([{ is: 'card-removed' }], state).state).toEqual(finished)
  })

  it('after the end, the totals are printed once they may leave, and not while a card is in', () => {
    const finished: Polls = { is: 'finished', card: { is: 'insert' }, wanted: [], impossible: [], open: [] }
    const due: PollsInput = { is: 'totals-settled', due: true, wanted: [], impossible: [], open: [] }
    expect(run([due], finished)).toMatchObject({
      state: { is: 'reporting-totals' },
      done: ['print-totals'],
    })
    const withCard = run([{ is: 'card-inserted' }, due], finished)
    expect(withCard.state.is).toBe('finished')
    expect(run([{ is: 'card-removed' }], withCard.state).done).toEqual(['settle-totals'])
    const failed = run([due, { is: 'report-failed', trouble: 'paper-out' }, press('retry')], finished)
    expect(failed.done).toEqual(['print-totals', 'print-totals'])
    expect(run([{ is: 'report-printed' }], failed.state).state).toEqual(finished)
  })

  it('after the end, the state knows whose bundle is waited for and whose totals cannot be', () => {
    const finished: Polls = { is: 'finished', card: { is: 'insert' }, wanted: [], impossible: [], open: [] }
    const settled = { due: false, wanted: ['d-02'], impossible: ['d-03'], open: [] }
    const { due: _, ...known } = settled
    expect(run([{ is: 'totals-settled', ...settled }], finished).state).toEqual({ ...finished, ...known })
  })

  describe('after the end, a device is declared dead', () => {
    const finished: Polls = {
      is: 'finished',
      card: { is: 'insert' },
      wanted: [],
      impossible: [],
      open: ['d-02', 'd-03'],
    }
    const NAMED = [press('declare-dead'), press('dead-d-03'), press('confirm-dead')]
    const card = (role: OfficerRole): readonly PollsInput[] => [
      { is: 'card-inserted' },
      { is: 'officer-found', role },
      ...typePin,
      { is: 'officer-admitted', admitted: admittedAs(role), drawn: false },
      { is: 'card-removed' },
    ]

    it('with two presses and the cards of both officers, whose second one does it; then the minutes are printed once more', () => {
      const first = run([...NAMED, ...card('executive')], finished)
      expect(first.effects.every((effect) => !('declare' in effect))).toBe(true)
      const both = run([...NAMED, ...card('executive'), ...card('supervisory')], finished)
      const declare = { device: 'd-03', beside: admittedAs('executive') }
      expect(both.effects).toContainEqual(expect.objectContaining({ do: 'admit-officer', declare }))
      expect(both.state).toEqual({ is: 'reporting-minutes' })
    })

    it('by no one officer twice, and not with the spare card', () => {
      for (const role of ['executive', 'spare'] as const) {
        const { state, effects } = run(
          [...NAMED, ...card('executive'), { is: 'card-inserted' }, { is: 'officer-found', role }],
          finished,
        )
        expect(state).toMatchObject({ is: 'admitting', card: { is: 'refused' } })
        expect(effects.some((effect) => 'declare' in effect)).toBe(false)
      }
    })

    it('only if it is named, and officers may turn back until the second card', () => {
      const other = run([press('declare-dead'), press('dead-d-01'), press('confirm-dead')], finished)
      expect(other.state).toEqual({ is: 'choosing-dead', open: ['d-02', 'd-03'] })
      const back = run([...NAMED, ...card('executive'), press('back')], finished)
      expect(back.state.is).toBe('finished')
      expect(back.effects.some((effect) => 'declare' in effect)).toBe(false)
    })

    it('never where every device is known to be closed', () => {
      const all = { ...finished, open: [] }
      expect(run(NAMED, all).state).toEqual(all)
    })
  })

  it('a device of which another history is known stops, wherever it stands, and goes nowhere from there', () => {
    const why = 'rolled-back' as const
    fc.assert(
      fc.property(numbers, numbers, (given, after) => {
        const state = walk(given).at(-1)?.state ?? CLOSED
        const stopped = stepPolls(state, { is: 'stopped', why })
        expect(stopped).toEqual({ state: { is: 'stopped', why }, effects: [] })
        for (const step of walk(after, stopped.state)) {
          expect(step.state).toEqual({ is: 'stopped', why })
          expect(step.effects).toEqual([])
        }
      }),
      { numRuns: 100 },
    )
  })
})

describe('a device that starts', () => {
  it.each([
    ['before the polls opened, is closed', 'closed', {}, { is: 'closed' }],
    ['in the middle of the day, waits for two officers', 'open', {}, { is: 'paused', why: 'restart' }],
    ['while voting was stopped, waits for them too', 'paused', {}, { is: 'paused', why: 'restart' }],
    [
      'after somebody tampered with it, says so',
      'paused',
      { tampered: true },
      { is: 'paused', why: 'tamper' },
    ],
    ['before the minutes were printed, prints them', 'finished', {}, { is: 'reporting-minutes' }],
    [
      'after the minutes, is finished',
      'finished',
      { minutes: true },
      { is: 'finished', card: { is: 'insert' }, wanted: [], impossible: [], open: [] },
    ],
  ] as const)('%s', (_, polls, day, state) => {
    expect(pollsAtStart({ polls, minutes: false, tampered: false, ...day })).toEqual(state)
  })
})

describe('a card that is out again', () => {
  it.each([
    ['while the polls open', KEYS, CLOSED],
    [
      'after the end',
      { is: 'card-removed' },
      { is: 'finished', card: { is: 'insert' }, wanted: [], impossible: [], open: [] },
    ],
  ] as const)('is not asked for a PIN nor refused by an answer that comes late: %s', (_, first, from) => {
    const { state } = run([first, { is: 'card-inserted' }, { is: 'card-removed' }], from)
    for (const late of [
      { is: 'officer-found', role: 'executive' },
      { is: 'officer-refused', why: 'unreadable' },
      { is: 'pin-wrong', triesLeft: 4 },
      { is: 'share-erased' },
    ] as const) {
      expect(stepPolls(state, late)).toEqual({ state, effects: [] })
    }
  })
})

describe('whatever happens, in any order', () => {
  it('polls open, resume and close only with the officers for it, each with a whole PIN on a card of their own', () => {
    const counted = { 'open-polls': 0, 'resume-polls': 0, 'close-polls': 0 }
    fc.assert(
      fc.property(numbers, (given) => {
        let admitted: OfficerRole[] = []
        for (const { before, input, state, effects } of walk(given)) {
          if (before.is !== 'admitting' && state.is === 'admitting') admitted = []
          const pins = effects.filter((effect) => effect.do === 'admit-officer')
          for (const { pin } of pins) expect(pin).toMatch(/^[0-9]{8}$/)
          if (input.is === 'officer-admitted' && before !== state) {
            expect(before).toMatchObject({ card: { is: 'checking', role: input.admitted.role } })
            admitted.push(input.admitted.role)
          }
          for (const effect of effects) {
            if (effect.do !== 'open-polls' && effect.do !== 'resume-polls' && effect.do !== 'close-polls')
              continue
            counted[effect.do] += 1
            expect(effect.by.map(({ role }) => role)).toEqual(admitted)
            expect(new Set(admitted).size).toBe(admitted.length)
            if (effect.do === 'resume-polls') expect(admitted).toHaveLength(2)
            else expect(admitted).toEqual(expect.arrayContaining(['executive', 'supervisory']))
          }
        }
      }),
      { numRuns: 300 },
    )
    // Else the walks went nowhere and the property says nothing.
    expect(Math.min(...Object.values(counted))).toBeGreaterThan(0)
  })

  it('polls open only after the zero report was printed, and finish only after the minutes were', () => {
    fc.assert(
      fc.property(numbers, (given) => {
        let printed = false
        for (const { input, state, before, effects } of walk(given)) {
          if (effects.some((effect) => effect.do.startsWith('print-'))) printed = false
          if (input.is === 'report-printed') printed = true
          if (effects.some((effect) => effect.do === 'open-polls')) expect(printed).toBe(true)
          if (state.is === 'finished' && before.is !== 'finished') expect(printed).toBe(true)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('tampering while polls are open or paused never goes unheard', () => {
    fc.assert(
      fc.property(numbers, (given) => {
        const state = walk(given).at(-1)?.state ?? CLOSED
        const next = stepPolls(state, { is: 'tampered' })
        const isHeld = state.is === 'open' || state.is === 'kept-open'
        const voting = isHeld || (state.is === 'admitting' && state.purpose === 'closing')
        expect(next.effects).toEqual(voting ? [{ do: 'pause', why: 'tamper' }] : [])
        if (voting || state.is === 'paused') expect(next.state).toEqual({ is: 'paused', why: 'tamper' })
      }),
      { numRuns: 300 },
    )
  })

  it('polls that an order keeps open stay open, and voters go on as soon as a key is turned', () => {
    for (const state of [{ is: 'open' }, { is: 'closing', by: [] }] as const) {
      const kept = stepPolls(state, KEPT_OPEN)
      expect(kept).toEqual({ state: KEPT_OPEN, effects: [] })
      expect(stepPolls(kept.state, { is: 'keys', on: false })).toEqual({ state: { is: 'open' }, effects: [] })
    }
  })

  it('touches that drift stop the polls only while voters vote, and then say why', () => {
    fc.assert(
      fc.property(numbers, (given) => {
        const state = walk(given).at(-1)?.state ?? CLOSED
        const next = stepPolls(state, { is: 'touch-drifted' })
        if (state.is !== 'open') expect(next).toEqual({ state, effects: [] })
        else {
          expect(next.state).toEqual({ is: 'paused', why: 'touch-drift' })
          expect(next.effects).toEqual([{ do: 'pause', why: 'touch-drift' }])
        }
      }),
      { numRuns: 300 },
    )
  })

  it('what is finished stays finished', () => {
    fc.assert(
      fc.property(numbers, (given) => {
        for (const { state, effects } of walk(given, {
          is: 'finished',
          card: { is: 'insert' },
          wanted: [],
          impossible: [],
          open: [],
        })) {
          const declaring = ['choosing-dead', 'admitting', 'reporting-minutes']
          expect(['finished', 'reporting-totals', ...declaring]).toContain(state.is)
          if (state.is === 'admitting') expect(state.purpose).toBe('declaring')
          expect(effects.every((effect) => AFTER_THE_END.includes(effect.do))).toBe(true)
        }
      }),
      { numRuns: 100 },
    )
  })

  it('no more than seven digits of a PIN are ever kept, and none once it was sent', () => {
    fc.assert(
      fc.property(numbers, (given) => {
        for (const { state } of walk(given)) {
          if (!('card' in state)) continue
          if (state.card.is === 'pin') expect(state.card.entry.length).toBeLessThan(PIN_LENGTH)
          else expect(state.card).not.toHaveProperty('entry')
        }
      }),
      { numRuns: 100 },
    )
  })

  it('every state that can be reached, but the last, has a next step', () => {
    const effects: readonly PollsEffect[] = [
      { do: 'find-officer' },
      ...ROLES.map((role): PollsEffect => ({ do: 'admit-officer', purpose: 'opening', role, pin: PIN })),
      { do: 'print-minutes' },
      { do: 'print-totals' },
      { do: 'open-polls', by: [] },
      { do: 'resume-polls', by: [] },
      { do: 'close-polls', by: [] },
    ]
    const all: readonly PollsInput[] = [
      ...effects.flatMap(outcomesOf),
      ...OFFICER_REFUSALS.map((why): PollsInput => ({ is: 'officer-refused', why })),
      KEYS,
      { is: 'keys', on: false },
      { is: 'card-inserted' },
      { is: 'card-removed' },
      ...BUTTONS.map(press),
    ]
    const seen = new Set<Polls['is']>()
    fc.assert(
      fc.property(numbers, (given) => {
        const finished: Polls = {
          is: 'finished',
          card: { is: 'insert' },
          wanted: [],
          impossible: [],
          open: [],
        }
        for (const { state } of [...walk(given), ...walk(given, finished)]) {
          seen.add(state.is)
          if (state.is === 'finished') continue
          expect(all.some((input) => stepPolls(state, input).state !== state)).toBe(true)
          // A card that is waited for always has a role to bring.
          if (state.is === 'admitting' && state.card.is === 'insert') {
            expect(wantedRoles(state).length).toBeGreaterThan(0)
          }
        }
      }),
      { numRuns: 150 },
    )
    expect([...seen].sort()).toEqual([
      'admitting',
      'closed',
      'closing',
      'finished',
      'kept-open',
      'open',
      'paused',
      'reporting-minutes',
      'reporting-totals',
      'reporting-zero',
      'resuming',
    ])
  })
})
