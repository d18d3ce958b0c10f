import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TouchEvent } from '../../../firmware/touchscreen/codec.ts'
import {
  type Gesture,
  type GestureEvent,
  type GestureInput,
  stepGesture,
} from '../../../firmware/touchscreen/gesture.ts'

const TICK: GestureInput = { is: 'tick' }

function packet(kind: TouchEvent['kind'], x = 1000, y = 2000, doubtful = false): GestureInput {
  return { is: 'touch', touch: { kind, x, y, doubtful } }
}

/** What a run of inputs tells, and where it ends. */
function run(inputs: readonly GestureInput[], from: Gesture = { is: 'up' }) {
  let state = from
  const events: GestureEvent[] = []
  for (const input of inputs) {
    const step = stepGesture(state, input)
    state = step.state
    if (step.event !== undefined) events.push(step.event)
  }
  return { state, events, told: events.map((event) => ('why' in event ? event.why : event.is)) }
}

describe('a touch', () => {
  test('that goes down, rests and goes up is told with both its ends', () => {
    const { events, state } = run([
      packet('down'),
      packet('move', 1010),
      TICK,
      packet('move', 1020),
      packet('up', 1030),
    ])
    expect(events).toEqual([
      { is: 'down', at: { x: 1000, y: 2000 } },
      { is: 'up', from: { x: 1000, y: 2000 }, at: { x: 1030, y: 2000 } },
    ])
    expect(state).toEqual({ is: 'up' })
  })

  test.each<[string, readonly GestureInput[], readonly string[]]>([
    ['whose release was lost ends by silence', [packet('down'), TICK, TICK, TICK], ['down', 'no-release']],
    ['whose contact was lost', [packet('move'), packet('move'), packet('up')], ['no-contact']],
    ['of which only the release came', [packet('up')], []],
    ['that begins twice', [packet('down'), packet('down'), packet('up')], ['down', 'second-contact']],
    [
      'that jumps',
      [packet('down'), packet('move', 1000, 2200), packet('up', 1000, 2200)],
      ['down', 'jumped'],
    ],
    ['that jumps as it is lifted', [packet('down'), packet('up', 1200)], ['down', 'jumped']],
    [
      'that is out of range',
      [packet('down'), packet('move', 1, 1, true), packet('up')],
      ['down', 'out-of-range'],
    ],
    [
      'that begins out of range',
      [packet('down', 1, 1, true), packet('move'), packet('up')],
      ['out-of-range'],
    ],
  ])('%s presses nothing, and the next one counts', (_, inputs, told) => {
    const whole = run([...inputs, packet('down'), packet('up')])
    expect(whole.told).toEqual([...told, 'down', 'up'])
  })

  test('that was spoiled stays so until it ends, whatever comes', () => {
    const held = [packet('down'), packet('down'), packet('move'), packet('down'), packet('move', 9), TICK]
    expect(run([...held, packet('up'), packet('down'), packet('up')]).told).toEqual([
      'down',
      'second-contact',
      'down',
      'up',
    ])
  })

  test('that does not end is told once, ignored, and told when it is gone, by its release or by silence', () => {
    const resting = Array.from({ length: 100 }, () => [packet('move'), TICK]).flat()
    const stuck = run([packet('down'), ...resting])
    expect(stuck.told).toEqual(['down', 'stuck'])
    expect(run([packet('up')], stuck.state).told).toEqual(['freed'])
    expect(run([TICK, TICK, TICK], stuck.state).told).toEqual(['freed'])
    expect(run([packet('down'), packet('down'), packet('move', 5)], stuck.state).told).toEqual([])
    // One that was never a plain touch gets stuck as well.
    expect(run([packet('move'), ...resting]).told).toEqual(['no-contact', 'stuck'])
  })

  test('whose packets waited while this program paused is no silence', () => {
    expect(run([packet('down'), TICK, TICK, packet('move'), packet('up')]).told).toEqual(['down', 'up'])
  })
})

describe('whatever packets come, in whatever order', () => {
  const anyInput: fc.Arbitrary<GestureInput> = fc.oneof(
    { weight: 1, arbitrary: fc.constant(TICK) },
    {
      weight: 4,
      arbitrary: fc
        .record({
          kind: fc.constantFrom('down' as const, 'move' as const, 'up' as const),
          x: fc.integer({ min: 900, max: 1200 }),
          y: fc.integer({ min: 900, max: 1200 }),
          doubtful: fc.boolean(),
        })
        .map((touch): GestureInput => ({ is: 'touch', touch })),
    },
  )

  test('a touch is told only when it went down and up with nothing doubtful between', () => {
    fc.assert(
      fc.property(fc.array(anyInput, { maxLength: 60 }), (inputs) => {
        let state: Gesture = { is: 'up' }
        let since: TouchEvent[] = []
        for (const input of inputs) {
          if (input.is === 'touch')
            since = input.touch.kind === 'down' ? [input.touch] : [...since, input.touch]
          const step = stepGesture(state, input)
          state = step.state
          if (step.event?.is !== 'up') continue
          expect(since.every(({ doubtful }) => !doubtful)).toBe(true)
          expect(since.map(({ kind }) => kind)).toEqual(['down', ...since.slice(2).map(() => 'move'), 'up'])
          expect(step.event.from).toEqual({ x: since[0]?.x, y: since[0]?.y })
        }
      }),
    )
  })

  test('every beginning has one end, and silence always ends in nothing on the glass', () => {
    fc.assert(
      fc.property(fc.array(anyInput, { maxLength: 60 }), (inputs) => {
        const { events, state } = run([...inputs, TICK, TICK, TICK])
        expect(state).toEqual({ is: 'up' })
        const telling = events.map(({ is }) => is).filter((is) => is === 'stuck' || is === 'freed')
        expect(telling).toEqual(telling.map((_, i) => (i % 2 === 0 ? 'stuck' : 'freed')))
        for (const [i, { is }] of events.entries()) {
          if (is === 'up') expect(events[i - 1]?.is).toBe('down')
        }
      }),
    )
  })
})
