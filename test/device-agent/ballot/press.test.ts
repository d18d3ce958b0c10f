import { describe, expect, it } from 'vitest'
import { type Painted, Presses } from '../../../device-agent/ballot/press.ts'
import { type Element, USUAL_LOOK } from '../../../ui/screen.ts'

const KEY: Element = {
  id: 'accept',
  role: 'button',
  name: 'key',
  language: 'en',
  direction: 'ltr',
  rect: { x: 0, y: 0, width: 100, height: 100 },
  size: 'large',
  press: true,
}
const OTHER: Element = { ...KEY, id: 'reject', rect: { ...KEY.rect, x: 100 } }
const ON_KEY = { x: 50, y: 50 }
const ON_OTHER = { x: 150, y: 50 }
const BESIDE = { x: 500, y: 500 }

function painted(revision: number): Painted {
  return {
    revision,
    screen: { name: 'x', elements: [KEY, OTHER], language: 'en', direction: 'ltr', look: USUAL_LOOK },
  }
}

describe('a finger on the screen', () => {
  it('that goes down and up on one element presses it, once', () => {
    const presses = new Presses()
    expect(presses.take('down', painted(1), ON_KEY)).toBeUndefined()
    expect(presses.take('move', painted(1), BESIDE)).toBeUndefined()
    expect(presses.take('up', painted(1), ON_KEY)).toBe('accept')
    expect(presses.take('up', painted(1), ON_KEY)).toBeUndefined()
  })

  it.each([
    ['slides to another element', painted(1), ON_OTHER],
    ['slides off', painted(1), BESIDE],
    ['comes up on a screen that was painted meanwhile', painted(2), ON_KEY],
    ['comes up while a screen is being painted', undefined, ON_KEY],
  ])('that %s presses nothing', (_, shown, place) => {
    const presses = new Presses()
    presses.take('down', painted(1), ON_KEY)
    expect(presses.take('up', shown, place)).toBeUndefined()
  })

  it('that went down before the screen was painted, beside everything, or before a line was lost presses nothing', () => {
    const presses = new Presses()
    presses.take('down', undefined, ON_KEY)
    expect(presses.take('up', painted(1), ON_KEY)).toBeUndefined()
    presses.take('down', painted(1), BESIDE)
    expect(presses.take('up', painted(1), BESIDE)).toBeUndefined()
    presses.take('down', painted(1), ON_KEY)
    presses.cancel()
    expect(presses.take('up', painted(1), ON_KEY)).toBeUndefined()
  })
})
