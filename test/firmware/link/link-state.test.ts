import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  beginLink,
  type LinkEffect,
  type LinkInput,
  LONGEST_WAIT_MS,
  stepLink,
} from '../../../firmware/link/link-state.ts'

const fault = { is: 'lost', what: 'unplugged' } as const

const anyInput: fc.Arbitrary<LinkInput> = fc.constantFrom(
  { is: 'opened' },
  { is: 'identified' },
  { is: 'failed', fault },
  { is: 'lost', fault },
  { is: 'alive' },
  { is: 'mute', fault },
  { is: 'timed-out' },
)

/** What the effects do to the world, as simply as can be. */
class World {
  open = 0
  present = false
  /** Timers that were set. */
  timers = 0

  perform(effects: readonly LinkEffect[]): void {
    for (const effect of effects) {
      if (effect.do === 'connect') this.open += 1
      if (effect.do === 'give-up') this.open -= 1
      if (effect.do === 'announce') {
        expect(effect.present).toBe(!this.present)
        this.present = effect.present
      }
      if (effect.do === 'wait' || effect.do === 'wait-up-to') {
        expect(effect.ms).toBeGreaterThan(0)
        this.timers += 1
      }
    }
  }
}

test('from any inputs in any order: one line at most, always a timer, and present is what is ready', () => {
  fc.assert(
    fc.property(fc.array(anyInput, { maxLength: 100 }), (inputs) => {
      const world = new World()
      let { state, effects } = beginLink()
      world.perform(effects)
      for (const input of inputs) {
        const before = world.timers
        const was = state
        ;({ state, effects } = stepLink(was, input))
        world.perform(effects)
        // A timer that has run out is always followed by another; no other input takes the running one away.
        if (input.is === 'timed-out') expect(world.timers).toBe(before + 1)
        expect(world.open).toBe(state.is === 'faulted' ? 0 : 1)
        expect(world.present).toBe(state.is === 'ready')
        if (state.is === 'faulted' && was.is !== 'faulted') {
          expect(effects.findIndex((effect) => effect.do === 'give-up')).toBe(0)
          expect(effects.some((effect) => effect.do === 'wait-up-to')).toBe(true)
        }
      }
    }),
  )
})

test('the waits double from 200 ms to ten seconds, and begin anew only when a heartbeat was answered', () => {
  const bounds: number[] = []
  let { state } = beginLink()
  const take = (input: LinkInput) => {
    const step = stepLink(state, input)
    state = step.state
    for (const effect of step.effects) if (effect.do === 'wait-up-to') bounds.push(effect.ms)
  }
  for (let i = 0; i < 8; i += 1) {
    take({ is: 'failed', fault })
    take({ is: 'timed-out' })
  }
  expect(bounds).toEqual([200, 400, 800, 1600, 3200, 6400, LONGEST_WAIT_MS, LONGEST_WAIT_MS])
  // A line that comes and goes.
  take({ is: 'identified' })
  take({ is: 'lost', fault })
  expect(bounds.at(-1)).toBe(LONGEST_WAIT_MS)
  take({ is: 'timed-out' })
  for (const input of ['identified', 'timed-out', 'alive'] as const) take({ is: input })
  take({ is: 'lost', fault })
  expect(bounds.at(-1)).toBe(200)
})

test('a heartbeat that never ends is a lost line', () => {
  let { state } = beginLink()
  for (const input of ['opened', 'identified', 'timed-out'] as const)
    ({ state } = stepLink(state, { is: input }))
  const { state: after, effects } = stepLink(state, { is: 'timed-out' })
  expect(after.is).toBe('faulted')
  expect(effects).toContainEqual({ do: 'announce', present: false })
})
