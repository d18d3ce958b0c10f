/** How people are guided from a dead device to its spare, walked at random. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Guide,
  type GuideEffect,
  type GuideInput,
  stepGuide,
  TAKEOVER_REFUSALS,
  TAKEOVER_ROLES,
} from '../../../../device-agent/ballot/takeover/guide.ts'

const found = { device: 'gy-1-a', ballots: 40, slip: 'none' as const }
const role = fc.constantFrom(...TAKEOVER_ROLES)
const input: fc.Arbitrary<GuideInput> = fc.oneof(
  fc.constant<GuideInput>({ is: 'medium-found', found }),
  fc.constant<GuideInput>({ is: 'medium-removed' }),
  fc.constant<GuideInput>({ is: 'card-inserted' }),
  fc.constant<GuideInput>({ is: 'card-removed' }),
  role.map((of): GuideInput => ({ is: 'officer-found', role: of })),
  fc.constant<GuideInput>({ is: 'officer-refused', why: 'forged' }),
  fc.constant<GuideInput>({ is: 'pin-wrong', triesLeft: 2 }),
  role.map((of): GuideInput => ({ is: 'admitted', role: of, certificate: `card of ${of}` })),
  fc.constantFrom('digit-1', 'correct', 'go-on').map((id): GuideInput => ({ is: 'pressed', id })),
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

test('three cards in any order and one press take over', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([...TAKEOVER_ROLES], { minLength: 3 }), (order) => {
      const { effects, last } = walk([
        { is: 'medium-found', found },
        ...order.flatMap(card),
        { is: 'pressed', id: 'go-on' },
      ])
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

  test('with the medium out, everything that was admitted is forgotten, but for what is being taken over', () => {
    fc.assert(
      fc.property(fc.array(input, { maxLength: 30 }), (inputs) => {
        const { last } = walk(inputs)
        const after = stepGuide(last, { is: 'medium-removed' })
        expect(after.state).toEqual(last.is === 'taking' || last.is === 'done' ? last : { is: 'waiting' })
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
