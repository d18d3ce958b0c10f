import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Ballot } from '../../../../core/election/ballot.ts'
import {
  type Session,
  type SessionEffect,
  type SessionInput,
  stepSession,
} from '../../../../device-agent/ballot/session/session.ts'
import { ALERT_MS, ENDED_MS, INACTIVITY_MS } from '../../../../device-agent/ballot/session/step.ts'
import type { Page } from '../../../../ui/voter-screens/view.ts'
import { listsContest, testCode } from '../../../fixtures/definition.ts'
import { buttonsOf, IDLE, numbers, outcomesOf, press, REFUSALS, RULES, TROUBLES, type, walk } from './walk.ts'

/** The state and all effects after some inputs. */
function run(inputs: readonly SessionInput[], from: Session = IDLE, rules = RULES) {
  let state = from
  const effects: SessionEffect[] = []
  for (const input of inputs) {
    const step = stepSession(rules, state, input)
    state = step.state
    effects.push(...step.effects)
  }
  return { state, effects, done: effects.map((effect) => effect.do) }
}

const INSERTED: readonly SessionInput[] = [{ is: 'card-inserted' }, { is: 'card-accepted' }]
const FINISHED: readonly SessionInput[] = ['review', 'finish', 'finish'].map(press)
const CHOSEN: readonly SessionInput[] = [...INSERTED, ...type(testCode(3)), ...type(testCode(0))]
const ENDED: Session = { is: 'ended-without-vote' }
const PRINTED: readonly SessionInput[] = [...CHOSEN, ...FINISHED, { is: 'slip-printed' }]

function ballotOf(state: Session): Ballot | undefined {
  if ('ballot' in state) return state.ballot
  return state.is === 'held' && 'ballot' in state.at ? state.at.ballot : undefined
}

describe('a voting session', () => {
  it('goes from a card put in to a card taken out, and casts once', () => {
    const { state, done, effects } = run([
      ...PRINTED,
      press('accept'),
      { is: 'recorded' },
      { is: 'slip-dropped' },
      { is: 'card-marked' },
    ])
    expect(state).toEqual({ is: 'thanks' })
    expect(done.filter((name) => !name.endsWith('timer'))).toEqual([
      'read-card',
      'print-slip',
      'record',
      'drop-slip',
      'mark-card',
    ])
    expect(effects).toContainEqual({ do: 'record', ballot: [[0, 3]] })
    expect(run([{ is: 'card-removed' }], state).state).toEqual(IDLE)
  })

  it('casts a blank vote when the voter asks for one', () => {
    const inputs = [...INSERTED, ...['blank', 'finish', 'finish'].map(press), { is: 'slip-printed' } as const]
    expect(run([...inputs, press('accept')]).effects).toContainEqual({ do: 'record', ballot: [[]] })
  })

  it.each(REFUSALS)('a card that is %s opens no session and waits to be taken out', (why) => {
    const refused = run([{ is: 'card-inserted' }, { is: 'card-refused', why }])
    expect(refused.state).toEqual({ is: 'refused', why })
    expect(run([{ is: 'card-accepted' }, press('finish')], refused.state).state).toEqual(refused.state)
    expect(run([{ is: 'card-removed' }], refused.state).state).toEqual(IDLE)
  })

  it('a code that breaks a rule is explained and changes nothing', () => {
    const rules = { ...RULES, contests: [listsContest] }
    const problem = (...codes: readonly string[]) => {
      // A list shows its members first.
      const typed = codes.flatMap((code) => [...type(code), press('go-on')])
      const { state } = run([...INSERTED, ...typed], IDLE, rules)
      return state.is === 'choosing' && state.notice?.is === 'problem' ? state.notice.problem : state
    }
    expect(problem('000')).toEqual({ is: 'unknown-code' })
    expect(problem('101', '101')).toEqual({ is: 'already-chosen' })
    expect(problem('901', '101')).toEqual({ is: 'covered-by-list' })
    expect(problem('101', '901')).toEqual({ is: 'list-covers-chosen' })
    const nine = Array.from({ length: 9 }, (_, i) => testCode(7 + i))
    expect(problem(...nine, '101')).toEqual({ is: 'too-many', allowed: 9 })
  })

  it('the correction key takes back one digit, remove takes back one choice', () => {
    const { state } = run([...CHOSEN, press('digit-1'), press('correct'), press(`remove-${testCode(3)}`)])
    expect(state).toMatchObject({ is: 'choosing', entry: '', ballot: [[0]] })
  })

  it('a half-typed code cannot be reviewed away', () => {
    expect(run([...CHOSEN, press('digit-1'), press('review')]).state).toMatchObject({ entry: '1' })
  })

  it('a voter who goes back must press finish twice again', () => {
    const { state, done } = run([...CHOSEN, ...['review', 'finish', 'back', 'review', 'finish'].map(press)])
    expect(state).toMatchObject({ is: 'reviewing', finishPressed: true })
    expect(done).not.toContain('print-slip')
  })

  it('a voter who does not answer is asked, then the session ends without a vote', () => {
    const asked = run([...CHOSEN, { is: 'timed-out' }])
    expect(asked.state).toMatchObject({ is: 'choosing', alert: true })
    expect(asked.effects.at(-1)).toEqual({ do: 'start-timer', ms: ALERT_MS })
    const back = run([press('still-here')], asked.state)
    expect(back.state).toMatchObject({ is: 'choosing', alert: false, ballot: [[0, 3]] })
    expect(back.effects).toEqual([{ do: 'start-timer', ms: INACTIVITY_MS }])
    const given = run([{ is: 'timed-out' }], asked.state)
    expect(given).toMatchObject({ state: { is: 'releasing' }, done: ['release-card'] })
    expect(run([{ is: 'card-released' }], given.state).state).toEqual({ is: 'refused', why: 'released' })
    expect(run([{ is: 'card-kept' }], given.state).state).toEqual({ is: 'refused', why: 'kept' })
    expect(run([{ is: 'card-removed' }], given.state).state).toEqual(ENDED)
  })

  it('a voter before a printer that cannot print may take the card to another device', () => {
    const held = run([...CHOSEN, ...FINISHED, { is: 'slip-refused', trouble: 'broken' }])
    expect(held.state).toMatchObject({ is: 'held' })
    expect(run([press('leave')], held.state)).toMatchObject({
      state: { is: 'releasing' },
      done: ['release-card'],
    })
  })

  it.each([
    ['voiding', [{ is: 'slip-printed' }, press('reject')]],
    ['dropping', [{ is: 'slip-printed' }, press('accept'), { is: 'recorded' }]],
  ] as const)('nobody leaves with a free card while a slip hangs (%s)', (step, inputs) => {
    const trouble = { is: 'slip-indeterminate', trouble: 'silent' } as const
    const held = run([...CHOSEN, ...FINISHED, ...inputs, trouble])
    expect(held.state).toMatchObject({ is: 'held', at: { step } })
    expect(run([press('leave')], held.state)).toMatchObject({ state: held.state, effects: [] })
  })

  it('the waiting times are those of VVSG 2.0: 2 to 5 minutes, then 20 to 45 seconds', () => {
    expect(INACTIVITY_MS).toBeGreaterThanOrEqual(120_000)
    expect(INACTIVITY_MS).toBeLessThanOrEqual(300_000)
    expect(ALERT_MS).toBeGreaterThanOrEqual(20_000)
    expect(ALERT_MS).toBeLessThanOrEqual(45_000)
  })

  it('a slip that nobody accepts is voided, and no vote is cast', () => {
    const { state, done } = run([...PRINTED, { is: 'timed-out' }, { is: 'timed-out' }, { is: 'slip-voided' }])
    expect(state).toEqual({ is: 'releasing' })
    expect(done.filter((name) => !name.endsWith('timer')).slice(-2)).toEqual(['void-slip', 'release-card'])
    expect(done).not.toContain('record')
  })

  it('a card pulled while the slip hangs voids the slip; pulled after the word was given, the vote counts', () => {
    const pulled = run([...PRINTED, { is: 'card-removed' }, { is: 'slip-voided' }])
    expect(pulled.state).toEqual(ENDED)
    expect(pulled.done).not.toContain('record')
    const late = run([
      ...PRINTED,
      press('accept'),
      { is: 'card-removed' },
      { is: 'recorded' },
      { is: 'slip-dropped' },
    ])
    expect(late.state).toEqual(IDLE)
    expect(late.done.filter((name) => name === 'record')).toHaveLength(1)
    expect(late.done).not.toContain('mark-card')
  })

  it.each([
    ['while choosing', CHOSEN],
    ['while reviewing', [...CHOSEN, press('review')]],
    ['before the printer took the slip', [...CHOSEN, ...FINISHED, { is: 'slip-refused', trouble: 'silent' }]],
  ] as const)('a voter who pulls the card %s is told that no vote was recorded, for a while', (_, inputs) => {
    const pulled = run([...inputs, { is: 'card-removed' }])
    expect(pulled.state).toEqual(ENDED)
    expect(pulled.effects.at(-1)).toEqual({ do: 'start-timer', ms: ENDED_MS })
    expect(pulled.done).not.toContain('record')
    expect(run([{ is: 'timed-out' }], pulled.state)).toMatchObject({ state: IDLE, effects: [] })
  })

  it('a card that comes in while that is said begins anew, with nothing chosen', () => {
    const again = run([{ is: 'card-inserted' }], ENDED)
    expect(again).toMatchObject({ state: { is: 'reading' }, done: ['stop-timer', 'read-card'] })
    expect(run([{ is: 'card-accepted' }], again.state).state).toMatchObject({ is: 'choosing', ballot: [[]] })
  })

  it('after two officers resumed, nobody accepts a slip that they had voided, and none is voided or dropped twice', () => {
    const settled: SessionInput = { is: 'slip-settled' }
    const compared = run([settled, press('accept')], run(PRINTED).state)
    expect(compared.state).toEqual(ENDED)
    const failed = [{ is: 'slip-refused', trouble: 'silent' }] as const
    const voiding = run([...PRINTED, press('reject'), ...failed]).state
    expect(run([settled, press('retry')], voiding)).toMatchObject({ state: ENDED, done: ['start-timer'] })
    const dropping = run([...PRINTED, press('accept'), { is: 'recorded' }, ...failed]).state
    expect(run([settled], dropping).done).toEqual(['mark-card'])
    expect(run([{ is: 'card-removed' }, settled], dropping)).toMatchObject({ state: IDLE, done: [] })
    const printing = run([...CHOSEN, ...FINISHED, ...failed]).state
    for (const state of [IDLE, printing, run(CHOSEN).state]) {
      expect(stepSession(RULES, state, settled)).toEqual({ state, effects: [] })
    }
  })

  it('a rejected slip is voided and the voter goes on with the same choices', () => {
    const { state } = run([...PRINTED, press('reject'), { is: 'slip-voided' }])
    expect(state).toMatchObject({ is: 'choosing', ballot: [[0, 3]], notice: { is: 'slip-cancelled' } })
  })
})

describe('a list, a name, a code once more', () => {
  const rules = { ...RULES, contests: [listsContest] }
  const at = (...inputs: readonly (SessionInput | string)[]) =>
    run([...INSERTED, ...inputs.map((one) => (typeof one === 'string' ? press(one) : one))], IDLE, rules)
      .state

  it('a list shows its members, to go on with or to be taken away again', () => {
    const shown = at(...type('901'))
    expect(shown).toMatchObject({ is: 'members', contest: 0, position: 16, ballot: [[16]] })
    expect(at(...type('901'), 'go-on')).toMatchObject({
      is: 'choosing',
      ballot: [[16]],
      notice: { is: 'added', contest: 0, position: 16 },
    })
    expect(at(...type('901'), 'remove-901')).toMatchObject({ is: 'choosing', ballot: [[]] })
  })

  it('a code typed again counts once and is remembered until it is taken away', () => {
    const twice = at(...type('150'), ...type('150'), ...type('150'), 'review')
    expect(twice).toMatchObject({ is: 'reviewing', ballot: [[7]], repeated: ['150'] })
    expect(at(...type('150'), ...type('150'), 'review', 'back')).toMatchObject({ repeated: ['150'] })
    expect(at(...type('150'), ...type('150'), 'remove-150')).toMatchObject({ ballot: [[]], repeated: [] })
  })

  it('letters make a search, erased one by one; a space stands between words only', () => {
    const typed = ['find', 'letter-space', 'letter-م', 'letter-space', 'letter-space', 'letter-ر']
    expect(at(...typed)).toMatchObject({ is: 'finding', query: 'م ر' })
    expect(at(...typed, 'erase', 'erase', 'erase', 'erase')).toMatchObject({ is: 'finding', query: '' })
    expect(at('find', ...Array.from({ length: 30 }, () => 'letter-س'))).toMatchObject({
      query: 'س'.repeat(14),
    })
    expect(at('find', 'letter-سس', 'letter-1', 'letter-', 'digit-1')).toMatchObject({ query: '' })
  })

  it('a name that was found is a code that was typed, with all that is said of it', () => {
    expect(at('find', 'pick-150')).toEqual(at(...type('150')))
    expect(at('find', 'pick-901')).toEqual(at(...type('901')))
    expect(at(...type('150'), 'find', 'pick-150')).toEqual(at(...type('150'), ...type('150')))
    expect(at('find', 'pick-000')).toEqual(at(...type('000')))
  })

  it('whoever closes the search goes on with the code that was half typed', () => {
    expect(at('digit-1', 'find', 'letter-م', 'close-find')).toMatchObject({ is: 'choosing', entry: '1' })
  })

  it('whoever does anything else is there: the time runs anew, also of the question', () => {
    const touched: SessionInput = { is: 'touched' }
    const states = [[], type('901'), [press('find')], [press('review')]]
    for (const inputs of states) {
      const { state } = run([...INSERTED, ...inputs], IDLE, rules)
      expect(run([touched], state, rules)).toMatchObject({
        state,
        effects: [{ do: 'start-timer', ms: INACTIVITY_MS }],
      })
      const asked = run([{ is: 'timed-out' }], state, rules).state
      expect(run([touched], asked, rules)).toMatchObject({
        state: asked,
        effects: [{ do: 'start-timer', ms: ALERT_MS }],
      })
    }
    expect(run([touched]).effects).toEqual([])
  })
})

describe('a list that goes over several pages', () => {
  const first = { first: 0, end: 4, total: 9, previous: 0 }
  const second = { first: 4, end: 8, total: 9, previous: 0 }
  const last = { first: 8, end: 9, total: 9, previous: 4 }
  const on = (id: string, page: Page): SessionInput => ({ is: 'pressed', id, page })
  const read = [on('page-next', first), on('page-next', second)]

  it('is leafed from page to page, and no farther than it goes', () => {
    const reviewing = run([...CHOSEN, press('review'), ...read]).state
    expect(reviewing).toMatchObject({ first: 8, seen: 8 })
    expect(run([on('page-next', last)], reviewing).state).toBe(reviewing)
    expect(run([on('page-previous', last)], reviewing).state).toMatchObject({ first: 4, seen: 9 })
    const choosing = run([...CHOSEN, on('page-next', first), on('page-previous', second)]).state
    expect(choosing).toMatchObject({ is: 'choosing', first: 0 })
  })

  it('is finished, and the slip accepted, only once each page was shown', () => {
    const finish = (page: Page) => [on('finish', page), on('finish', page)]
    const review = [...CHOSEN, press('review')]
    for (const page of [first, second, { ...last, first: 5 }])
      expect(run([...review, ...finish(page)]).done).not.toContain('print-slip')
    expect(run([...review, ...read, ...finish(last)]).done).toContain('print-slip')
    // Whoever has seen the last page may finish on any.
    expect(run([...review, ...read, on('page-previous', last), ...finish(second)]).done).toContain(
      'print-slip',
    )
    const hanging = run(PRINTED).state
    expect(run([on('accept', first)], hanging).done).not.toContain('record')
    expect(run([on('reject', first)], hanging).done).toContain('void-slip')
    expect(run([...read, on('accept', last)], hanging).done).toContain('record')
  })

  it('is read from its beginning again after going back', () => {
    const again = run([...CHOSEN, press('review'), ...read, press('back'), press('review')]).state
    expect(again).toMatchObject({ first: 0, seen: 0 })
  })
})

describe('whatever happens, in any order', () => {
  it('a vote is recorded only after an accepted card, two presses of finish, a printed slip and accept, in that order', () => {
    const counted = { records: 0 }
    fc.assert(
      fc.property(numbers, (given) => {
        let stage: 'none' | 'accepted' | 'finish-once' | 'asked' | 'printed' = 'none'
        let printing: Ballot | undefined
        for (const { before, input, effects } of walk(given)) {
          if (before.is === 'idle' || input.is === 'card-removed') stage = 'none'
          if (before.is === 'reading' && input.is === 'card-accepted') stage = 'accepted'
          for (const effect of effects) {
            if (effect.do === 'print-slip') {
              expect(['finish-once', 'asked']).toContain(stage)
              stage = 'asked'
              printing = effect.ballot
            }
            if (effect.do === 'void-slip') stage = 'accepted'
            if (effect.do === 'record') {
              expect(stage).toBe('printed')
              expect(input).toEqual(press('accept'))
              expect(effect.ballot).toEqual(printing)
              counted.records += 1
              stage = 'none'
            }
          }
          if (before.is === 'reviewing' && input.is === 'pressed') {
            if (input.id === 'finish' && stage === 'accepted') stage = 'finish-once'
            else if (input.id === 'back') stage = 'accepted'
          }
          if (stage === 'asked' && input.is === 'slip-printed') stage = 'printed'
        }
      }),
      { numRuns: 400 },
    )
    // Else the walks went nowhere and the property says nothing.
    expect(counted.records).toBeGreaterThan(100)
  })

  it('no session records twice', () => {
    fc.assert(
      fc.property(numbers, (given) => {
        let records = 0
        for (const { before, effects } of walk(given)) {
          if (before.is === 'idle') records = 0
          records += effects.filter((effect) => effect.do === 'record').length
          expect(records).toBeLessThanOrEqual(1)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('a card is marked spent and a slip dropped only after the vote was recorded', () => {
    fc.assert(
      fc.property(numbers, (given) => {
        let recorded = false
        for (const { before, input, effects } of walk(given)) {
          if (before.is === 'idle') recorded = false
          if (before.is === 'recording' && input.is === 'recorded') recorded = true
          for (const effect of effects) {
            if (effect.do === 'mark-card' || effect.do === 'drop-slip') expect(recorded).toBe(true)
          }
        }
      }),
      { numRuns: 300 },
    )
  })

  it('"no vote was recorded" is never said of a vote that was', () => {
    fc.assert(
      fc.property(numbers, (given) => {
        let recorded = false
        for (const { before, input, state } of walk(given)) {
          if (before.is === 'recording' && input.is === 'recorded') recorded = true
          if (state.is === 'ended-without-vote') expect(recorded).toBe(false)
          if (state.is === 'idle') recorded = false
        }
      }),
      { numRuns: 300 },
    )
  })

  it('every slip that may hang is dropped with its vote or voided before the next voter comes', () => {
    fc.assert(
      fc.property(numbers, (given) => {
        let hanging = false
        for (const { before, input, state } of walk(given)) {
          if (before.is === 'printing') {
            hanging = input.is === 'slip-printed' || input.is === 'slip-indeterminate' || hanging
          }
          if (input.is === 'slip-voided' && before.is === 'voiding') hanging = false
          if (input.is === 'slip-dropped' && before.is === 'dropping') hanging = false
          if (['idle', 'reading', 'ended-without-vote'].includes(state.is)) expect(hanging).toBe(false)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('a card is given free only while nothing is recorded and no slip can hang', () => {
    const counted = { released: 0 }
    fc.assert(
      fc.property(numbers, (given) => {
        let bound = false
        for (const { before, input, effects, state } of walk(given)) {
          if (before.is === 'idle' || before.is === 'ended-without-vote') bound = false
          if (before.is === 'printing' && input.is !== 'slip-refused' && input.is !== 'print-progress')
            bound ||= input.is === 'slip-printed' || input.is === 'slip-indeterminate'
          if (input.is === 'slip-voided' && before.is === 'voiding') bound = false
          if (state.is === 'recording') bound = true
          if (effects.some((effect) => effect.do === 'release-card')) {
            expect(bound).toBe(false)
            counted.released += 1
          }
        }
      }),
      { numRuns: 1500 },
    )
    expect(counted.released).toBeGreaterThan(4)
  })

  it('choices survive any trouble with the printer', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom<SessionInput>(...troubleInputs()), { maxLength: 30 }),
        fc.boolean(),
        (inputs, rejects) => {
          let { state } = run([...PRINTED, ...(rejects ? [press('reject')] : [])])
          for (const input of inputs) {
            ;({ state } = stepSession(RULES, state, input))
            expect(ballotOf(state)).toEqual([[0, 3]])
          }
        },
      ),
    )
  })

  it('a slip that never printed is never recorded', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.constantFrom(...buttonsOf(RULES.contests).map(press)),
            fc.constantFrom(...neverPrinted()),
          ),
          {
            maxLength: 60,
          },
        ),
        (inputs) => {
          expect(run([...CHOSEN, ...FINISHED, ...inputs]).done).not.toContain('record')
        },
      ),
      { numRuns: 300 },
    )
  })

  it('every state that can be reached has a next step', () => {
    const answers = (
      ['read-card', 'record', 'release-card', 'mark-card', 'drop-slip', 'void-slip'] as const
    ).flatMap((name) => outcomesOf(name === 'record' ? { do: name, ballot: [] } : { do: name }))
    const all: readonly SessionInput[] = [
      ...answers,
      ...outcomesOf({ do: 'print-slip', ballot: [] }),
      { is: 'card-inserted' },
      { is: 'card-removed' },
      ...buttonsOf(RULES.contests).map(press),
    ]
    const seen = new Set<Session['is']>()
    fc.assert(
      fc.property(numbers, (given) => {
        for (const { state } of walk(given)) {
          seen.add(state.is)
          expect(all.some((input) => stepSession(RULES, state, input).state.is !== state.is)).toBe(true)
        }
      }),
      // Enough that walks by lot come to the rarest state too.
      { numRuns: 1_000 },
    )
    expect(seen.size).toBe(16)
  })

  it('with the card pulled and the printer mended, every session comes to its end', () => {
    fc.assert(
      fc.property(numbers, (given) => {
        const steps = walk(given)
        let state = steps.at(-1)?.state ?? IDLE
        ;({ state } = stepSession(RULES, state, { is: 'card-removed' }))
        for (let i = 0; i < 12 && state.is !== 'idle'; i += 1) {
          for (const input of GOOD) ({ state } = stepSession(RULES, state, input))
        }
        expect(state).toEqual(IDLE)
      }),
      { numRuns: 300 },
    )
  })

  it('a press on nothing that the screen has changes nothing', () => {
    fc.assert(
      fc.property(numbers, fc.string(), (given, id) => {
        fc.pre(!buttonsOf(RULES.contests).includes(id))
        const state = walk(given).at(-1)?.state ?? IDLE
        expect(stepSession(RULES, state, press(id))).toEqual({ state, effects: [] })
      }),
    )
  })
})

/** What a printer and a poll worker do to each other until it prints; the voter's card stays in. */
function troubleInputs(): readonly SessionInput[] {
  return [
    ...TROUBLES.map((trouble): SessionInput => ({ is: 'slip-refused', trouble })),
    ...TROUBLES.map((trouble): SessionInput => ({ is: 'slip-indeterminate', trouble })),
    { is: 'slip-voided' },
    { is: 'slip-printed' },
    press('retry'),
    press('review'),
    press('finish'),
  ]
}

/** Everything that can come while no slip is proven. */
function neverPrinted(): readonly SessionInput[] {
  return [
    ...outcomesOf({ do: 'void-slip' }),
    { is: 'card-removed' },
    { is: 'card-inserted' },
    { is: 'card-accepted' },
    { is: 'timed-out' },
    { is: 'slip-dropped' },
    { is: 'card-marked' },
    { is: 'recorded' },
  ]
}

/** The world at its best. */
const GOOD: readonly SessionInput[] = [
  press('retry'),
  { is: 'slip-printed' },
  { is: 'slip-voided' },
  { is: 'recorded' },
  { is: 'slip-dropped' },
  { is: 'card-marked' },
  { is: 'timed-out' },
]
