/** How people are guided from a dead device to its spare, walked at random. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type FoundDevice,
  type Guide,
  type GuideEffect,
  type GuideInput,
  stepGuide,
  TAKEOVER_REFUSALS,
  TAKEOVER_ROLES,
} from '../../../../device-agent/ballot/takeover/guide.ts'

const found: FoundDevice = {
  device: 'gy-1-a',
  ballots: 40,
  lastAt: 0,
  slip: 'none',
  media: 'both',
  isOtherLost: false,
  isLeftBehind: false,
}
const alone: FoundDevice = { ...found, media: 'one' }
const leftBehind: FoundDevice = { ...alone, isLeftBehind: true }
const role = fc.constantFrom(...TAKEOVER_ROLES)
const input: fc.Arbitrary<GuideInput> = fc.oneof(
  fc.constantFrom(found, alone, leftBehind).map((each): GuideInput => ({ is: 'medium-found', found: each })),
  fc.constantFrom(...TAKEOVER_REFUSALS).map((why): GuideInput => ({ is: 'medium-refused', why })),
  fc.constant<GuideInput>({ is: 'medium-removed' }),
  fc.constant<GuideInput>({ is: 'card-inserted' }),
  fc.constant<GuideInput>({ is: 'card-removed' }),
  role.map((of): GuideInput => ({ is: 'officer-found', role: of })),
  fc.constant<GuideInput>({ is: 'officer-refused', why: 'forged' }),
  fc.constant<GuideInput>({ is: 'pin-wrong', triesLeft: 2 }),
  role.map((of): GuideInput => ({ is: 'admitted', role: of, certificate: `card of ${of}` })),
  fc.constantFrom('digit-1', 'correct', 'other-lost').map((id): GuideInput => ({ is: 'pressed', id })),
  fc.constantFrom(...TAKEOVER_REFUSALS).map((why): GuideInput => ({ is: 'refused', why })),
  fc.constant<GuideInput>({ is: 'taken-over' }),
)

/** One card: in, found, PIN, admitted, out. */
const card = (of: (typeof TAKEOVER_ROLES)[number]): readonly GuideInput[] => [
  { is: 'card-inserted' },
  { is: 'officer-found', role: of },
  ...Array.from({ length: 8 }, (): GuideInput => ({ is: 'pressed', id: 'digit-1' })),
  { is: 'admitted', role: of, certificate: `card of ${of}` },
  { is: 'card-removed' },
]

function walk(inputs: readonly GuideInput[]) {
  const effects: GuideEffect[] = []
  let state = { is: 'waiting' } as Guide
  const states = inputs.map((each) => {
    const step = stepGuide(state, each)
    state = step.state
    effects.push(...step.effects)
    return state
  })
  return { states, effects, last: state }
}

test('both media and three cards in any order take over, without a press', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([...TAKEOVER_ROLES], { minLength: 3 }), (order) => {
      const { effects, last } = walk([{ is: 'medium-found', found }, ...order.flatMap(card)])
      expect(last).toEqual({ is: 'taking', found })
      expect(effects.at(-1)).toEqual({
        do: 'take-over',
        people: {
          executive: 'card of executive',
          supervisory: 'card of supervisory',
          technician: 'card of technician',
        },
      })
    }),
  )
})

describe('one medium alone', () => {
  const one: GuideInput = { is: 'medium-found', found: alone }
  const removed: GuideInput = { is: 'medium-removed' }

  test('asks for the other, which may be put in after it or beside it', () => {
    expect(walk([one, removed, ...TAKEOVER_ROLES.flatMap(card)]).last).toEqual({ is: 'other', found: alone })
    expect(walk([one, removed, { is: 'medium-found', found }]).last).toMatchObject({ is: 'admitting', found })
  })

  test('is taken over only after the word that the other is lost, with the three cards behind it', () => {
    const word: GuideInput = { is: 'pressed', id: 'other-lost' }
    expect(walk([one, ...TAKEOVER_ROLES.flatMap(card)]).effects).toEqual([])
    expect(walk([one, word, ...TAKEOVER_ROLES.flatMap(card)]).last).toEqual({ is: 'taking', found: alone })
    expect(walk([one, word, { is: 'medium-found', found }]).last).toMatchObject({ found, admitted: {} })
  })

  test('that was left behind is not taken over on anybody’s word, but beside the other', () => {
    const left: GuideInput = { is: 'medium-found', found: leftBehind }
    const word: GuideInput = { is: 'pressed', id: 'other-lost' }
    expect(walk([left, word, ...TAKEOVER_ROLES.flatMap(card)])).toMatchObject({
      effects: [],
      last: { is: 'other', found: leftBehind },
    })
    expect(walk([left, word, { is: 'medium-found', found }]).last).toMatchObject({ is: 'admitting', found })
    const both = { ...found, isLeftBehind: true }
    expect(walk([{ is: 'medium-found', found: both }, word]).last).toEqual({ is: 'other', found: both })
  })

  test('stays known while others are put in that cannot be used', () => {
    expect(walk([one, removed, { is: 'medium-refused', why: 'unreadable' }]).last).toEqual({
      is: 'other',
      found: alone,
      why: 'unreadable',
    })
    expect(walk([{ is: 'medium-refused', why: 'unreadable' }]).last).toEqual({
      is: 'refused',
      why: 'unreadable',
    })
  })
})

describe('whatever comes', () => {
  test('nobody takes over without three admitted cards, and once only', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 4, arbitrary: input.map((one) => [one]) }, role.map(card)), {
          maxLength: 30,
        }),
        (parts) => {
          const inputs = [{ is: 'medium-found', found } as GuideInput, ...parts.flat()]
          const { effects } = walk(inputs)
          for (const effect of effects)
            if (effect.do === 'take-over')
              expect(Object.values(effect.people)).toEqual(TAKEOVER_ROLES.map((of) => `card of ${of}`))
        },
      ),
      { numRuns: 300 },
    )
  })

  test('with a medium out, everything that was admitted is forgotten, but for what is being taken over', () => {
    fc.assert(
      fc.property(fc.array(input, { maxLength: 30 }), (inputs) => {
        const { last } = walk(inputs)
        const after = stepGuide(last, { is: 'medium-removed' })
        const stays = last.is === 'taking' || last.is === 'done' || last.is === 'other'
        expect(after.state).toEqual(stays ? last : { is: 'waiting' })
        expect(after.effects).toEqual([])
      }),
    )
  })

  test('one officer’s card counts once', () => {
    const { last } = walk([{ is: 'medium-found', found }, ...card('executive'), ...card('executive')])
    expect(last).toMatchObject({
      is: 'admitting',
      admitted: { executive: 'card of executive' },
      card: { is: 'insert' },
    })
    const refused = walk([
      { is: 'medium-found', found },
      ...card('executive'),
      { is: 'card-inserted' },
      { is: 'officer-found', role: 'executive' },
    ])
    expect(refused.last).toMatchObject({ card: { is: 'refused', why: 'same-role' } })
  })
})
