import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keypad } from '../../ui/keypad.ts'
import { type Element, elementAt, mirrored, type Screen, USUAL_LOOK } from '../../ui/screen.ts'

const base: Element = {
  id: 'finish',
  role: 'button',
  name: 'Finish',
  language: 'en',
  direction: 'ltr',
  rect: { x: 100, y: 200, width: 50, height: 40 },
  size: 'large',
  press: true,
}

function screen(...elements: readonly Element[]): Screen {
  return { name: 'voter.reviewing', elements, language: 'en', direction: 'ltr', look: USUAL_LOOK }
}

describe('a touch on a screen', () => {
  it('presses the button it lies on, edges on the upper left included', () => {
    expect(elementAt(screen(base), 100, 200)?.id).toBe('finish')
    expect(elementAt(screen(base), 149, 239)?.id).toBe('finish')
    expect(elementAt(screen(base), 150, 239)).toBeUndefined()
    expect(elementAt(screen(base), 149, 240)).toBeUndefined()
    expect(elementAt(screen(base), 99, 200)).toBeUndefined()
  })

  it('on words, or on a button that is not enabled, does nothing', () => {
    expect(elementAt(screen({ ...base, press: false }), 110, 210)).toBeUndefined()
    expect(elementAt(screen({ ...base, enabled: false }), 110, 210)).toBeUndefined()
  })
})

describe('layouts', () => {
  it('turned twice are what they were', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 1, max: 80 }), (x, width) => {
        const rect = { x, y: 3, width, height: 4 }
        expect(mirrored(mirrored(rect))).toEqual(rect)
      }),
    )
  })

  it('a keypad stands as on a telephone: 1 at the upper left, 0 below 8', () => {
    const keys = keypad({ x: 0, y: 0, width: 1000, height: 600 })
    const at = (key: string) => keys.find((known) => known.key === key)?.rect
    expect(at('1')).toMatchObject({ x: 0, y: 0 })
    expect(at('0')?.x).toBe(at('8')?.x)
    expect(at('0')?.y).toBeGreaterThan(at('8')?.y ?? 0)
    expect(at('3')?.x).toBeGreaterThan(at('2')?.x ?? 0)
  })
})
