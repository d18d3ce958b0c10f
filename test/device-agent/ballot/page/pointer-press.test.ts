import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PointerPresses } from '../../../../device-agent/ballot/web/pointer-press.ts'
import { elementAt } from '../../../../ui/screen.ts'
import { typingScreen } from '../../../browser/screens.ts'

const screen = typingScreen()
const seen = { revision: 1, screen }
const ONE = [190, 1070] as const
const finger = (pointerId: number, isPrimary = true) => ({
  pointerId,
  pointerType: 'touch',
  isPrimary,
  button: 0,
})
const PRESSED = { touch: { revision: 1, down: ONE, up: ONE } }

describe('a press of a pointer', () => {
  test('is told once, when it is lifted', () => {
    const presses = new PointerPresses()
    presses.down(finger(1), seen, ONE)
    expect(presses.up(finger(1), seen, ONE)).toEqual(PRESSED)
    expect(presses.up(finger(1), seen, ONE)).toBeUndefined()
  })

  test('is none beside the grid or while nothing is to be seen', () => {
    const presses = new PointerPresses()
    for (const [atDown, atUp] of [
      [undefined, ONE],
      [ONE, undefined],
    ] as const) {
      presses.down(finger(1), seen, atDown)
      expect(presses.up(finger(1), seen, atUp)).toBeUndefined()
    }
    presses.down(finger(1), undefined, ONE)
    expect(presses.up(finger(1), seen, ONE)).toBeUndefined()
    presses.down(finger(1), seen, ONE)
    expect(presses.up(finger(1), undefined, ONE)).toBeUndefined()
  })

  test('counts again after a finger whose end was never told', () => {
    const presses = new PointerPresses()
    presses.down(finger(1), seen, ONE)
    presses.down(finger(2), seen, ONE)
    expect(presses.up(finger(2), seen, ONE)).toEqual(PRESSED)
  })

  test('is none with a mouse while a finger is down', () => {
    const presses = new PointerPresses()
    presses.down(finger(1), seen, ONE)
    presses.down({ ...finger(9), pointerType: 'mouse' }, seen, ONE)
    expect(presses.up({ pointerId: 9 }, seen, ONE)).toBeUndefined()
    expect(presses.up({ pointerId: 1 }, seen, ONE)).toBeUndefined()
  })

  test('whatever fingers do, comes of one that was alone, down and up on one element of one painted screen', () => {
    const place = fc.constantFrom<readonly [number, number]>(
      ONE,
      [510, 1070] as const,
      [830, 1070] as const,
      [540, 600] as const,
    )
    const revision = fc.constantFrom(1, 2, undefined)
    const step = fc.record({ finger: fc.constantFrom(1, 2, 3), place, revision, cancels: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const presses = new PointerPresses()
        const down = new Map<number, { at: readonly [number, number]; revision: number | undefined }>()
        /** Who was never down together with another. */
        const alone = new Set<number>()
        for (const { finger: id, place: at, revision: now, cancels } of steps) {
          const shown = now === undefined ? undefined : { revision: now, screen }
          const begun = down.get(id)
          if (begun === undefined) {
            presses.down(finger(id, down.size === 0), shown, at)
            down.set(id, { at, revision: now })
            if (down.size === 1) alone.add(id)
            else alone.clear()
            continue
          }
          down.delete(id)
          const told = cancels ? presses.cancel({ pointerId: id }) : presses.up({ pointerId: id }, shown, at)
          const target = elementAt(screen, ...begun.at)?.id
          const isPress =
            !cancels &&
            alone.has(id) &&
            now !== undefined &&
            begun.revision === now &&
            target !== undefined &&
            target === elementAt(screen, ...at)?.id
          expect(told).toEqual(isPress ? { touch: { revision: now, down: begun.at, up: at } } : undefined)
        }
      }),
    )
  })
})
