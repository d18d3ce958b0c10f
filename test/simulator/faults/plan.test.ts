import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { valueOrThrow } from '../../../core/result.ts'
import { drawFaultPlan, parseFaultPlan, printFaultPlan } from '../../../simulator/faults/plan.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'

const KINDS = ['split', 'merge', 'drop', 'flip', 'delay', 'mute', 'babble', 'garble', 'unplug'] as const

describe('a fault plan', () => {
  it('is drawn the same from the same seed, is one line of text, and is read back from it', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(8), fc.integer({ min: 1, max: 1e6 }), (seed, faults, bytes) => {
        const draw = () => drawFaultPlan(seededRandom(seed), { up: bytes, down: 10 * bytes, faults })
        const text = printFaultPlan(draw())
        expect(printFaultPlan(draw())).toBe(text)
        expect(text).toMatch(/^[ -~]+$/)
        expect(valueOrThrow(parseFaultPlan(text))).toEqual(draw())
      }),
    )
  })

  it('draws every kind, both ways, and only what was asked for', () => {
    const plan = drawFaultPlan(seededRandom('all'), { up: 5_000, down: 5_000, faults: 400 })
    expect(new Set(plan.map((fault) => fault.is))).toEqual(new Set(KINDS))
    expect(new Set(plan.map((fault) => fault.way))).toEqual(new Set(['up', 'down']))
    const few = drawFaultPlan(seededRandom('few'), { up: 9, down: 9, faults: 50, kinds: ['drop', 'flip'] })
    expect(new Set(few.map((fault) => fault.is))).toEqual(new Set(['drop', 'flip']))
    expect(few.every((fault) => fault.at < 9)).toBe(true)
  })

  it('that is no plan is refused, whatever it says', () => {
    const wrong = [
      '',
      'up',
      'up:drop@1',
      'up:drop@1,2,3',
      'up:drop@1,0',
      'up:drop@01,2',
      'side:drop@1,2',
      'up:eat@1,2',
      'up:constructor@1',
      'up:drop@1,2  down:flip@1,2',
      'up:flip@1,256',
      `up:drop@1,2 ${'x'.repeat(5_000)}`,
    ]
    for (const text of wrong) expect(parseFaultPlan(text)).toMatchObject({ ok: false })
    fc.assert(
      fc.property(fc.string(), (text) => {
        const parsed = parseFaultPlan(text)
        if (parsed.ok) expect(printFaultPlan(parsed.value)).toBe(text)
      }),
    )
  })
})
