import { describe, expect, it } from 'vitest'
import { elementAt, isPressable, USUAL_LOOK } from '../../../ui/screen.ts'
import { overlap } from '../../../ui/screen-faults.ts'
import { TEXT_LEVELS } from '../../../ui/tokens.ts'
import { everyVoterScreen } from '../../../ui/voter-screens/every-screen.ts'
import type { VoterState } from '../../../ui/voter-screens/view.ts'
import { VoterScreens } from '../../../ui/voter-screens/voter-screens.ts'
import { testCode } from '../../fixtures/definition.ts'
import { measure } from '../measure.ts'
import { find, names, pressable } from '../read-screen.ts'
import { CHOOSING, COMPARING, lists, plain, REVIEWING, seen } from './seen.ts'

describe('what a voter can press', () => {
  it('every step of a vote has its key', () => {
    const digits = Array.from({ length: 10 }, (_, digit) => `digit-${digit}`)
    const chosen = seen({ ...CHOOSING, ballot: [[0, 3]] })
    expect(pressable(chosen).toSorted()).toEqual(
      [
        ...digits,
        'correct',
        'find',
        'options',
        `remove-${testCode(0)}`,
        `remove-${testCode(3)}`,
        'review',
      ].toSorted(),
    )
    expect(pressable(seen(CHOOSING))).toContain('blank')
    expect(pressable(seen({ ...CHOOSING, entry: '1' }))).not.toContain('blank')
    expect(pressable(seen({ ...CHOOSING, entry: '1' }))).not.toContain('review')
    expect(pressable(seen(REVIEWING))).toEqual(['options', 'finish', 'back'])
    expect(pressable(seen(COMPARING))).toEqual(['options', 'reject', 'accept'])
    expect(pressable(seen({ ...CHOOSING, alert: true }))).toEqual(['still-here'])
    expect(pressable(seen({ is: 'held', trouble: 'silent', at: { step: 'dropping' } }))).toEqual(['retry'])
    for (const is of ['reading', 'thanks', 'ended-without-vote'] as const)
      expect(pressable(seen({ is }))).toEqual([])
  })

  it('on the first screen each language of the package, in its own words', () => {
    const screen = seen({ is: 'idle' }, { language: 'fa' })
    expect(pressable(screen)).toEqual(['options', 'language-fa', 'language-en', 'language-ar', 'language-az'])
    expect(find(screen, 'language-en')).toMatchObject({ name: 'English', language: 'en', direction: 'ltr' })
    expect(find(screen, 'language-az')).toMatchObject({ language: 'az-Arab', direction: 'rtl' })
  })

  it('no language where the package has one', () => {
    const persian = { ...plain, languages: plain.languages.slice(0, 1) }
    const screens = new VoterScreens(persian, measure)
    const view = {
      contests: [],
      language: 'fa',
      look: USUAL_LOOK,
      glassBlocked: false,
      notes: [],
    } as const
    const idle = { ...view, state: { is: 'idle' } } as const
    for (const optionsOpen of [true, false])
      expect(names(screens.screenOf({ ...idle, optionsOpen }).screen)).not.toMatch(/English|فارسی/)
  })

  it('languages, four sizes and four contrasts among the options, what is in use standing out', () => {
    const screen = seen({ is: 'idle' }, { optionsOpen: true, language: 'ar', level: 3 })
    const primary = screen.elements.filter(({ emphasis }) => emphasis === 'primary').map(({ id }) => id)
    expect(primary).toEqual(['language-ar', 'text-3', 'contrast-light', 'options-done'])
    expect(pressable(screen)).toHaveLength(14)
  })

  it('each key in its middle, on every screen of a package, mirrored or not', () => {
    const screens = new VoterScreens(lists, measure)
    for (const { screen } of everyVoterScreen(
      { ...lists, languages: lists.languages.slice(0, 2) },
      screens,
    )) {
      for (const element of screen.elements) {
        const { x, y, width, height } = element.rect
        const hit = elementAt(screen, x + Math.floor(width / 2), y + Math.floor(height / 2))
        expect(hit?.id).toBe(isPressable(element) ? element.id : undefined)
      }
    }
  })

  it('the digits in the same place on every screen of typing, in every language and size', () => {
    const expected = find(seen(CHOOSING), 'digit-5').rect
    for (const level of TEXT_LEVELS) {
      for (const language of ['fa', 'en', 'ar', 'az'] as const) {
        for (const state of [CHOOSING, { ...CHOOSING, entry: '1' }, { ...CHOOSING, ballot: [[0, 1, 2, 3]] }])
          expect(find(seen(state, { level, language }), 'digit-5').rect).toEqual(expected)
      }
    }
  })

  it('nothing by tapping twice at one place: no vote is finished, cast or made blank by surprise', () => {
    for (const level of TEXT_LEVELS) {
      const at = (state: VoterState, id: string) => find(seen(state, { level }), id).rect
      expect(overlap(at(CHOOSING, 'review'), at(REVIEWING, 'finish'))).toBe(false)
      expect(overlap(at(CHOOSING, 'blank'), at(REVIEWING, 'finish'))).toBe(false)
      expect(overlap(at(REVIEWING, 'finish'), at(COMPARING, 'accept'))).toBe(false)
    }
  })

  it('the two answers to a slip at the two edges', () => {
    for (const language of ['fa', 'en'] as const) {
      const screen = seen(COMPARING, { language })
      const [a, b] = [find(screen, 'accept').rect, find(screen, 'reject').rect].sort((l, r) => l.x - r.x)
      expect((b?.x ?? 0) - (a?.x ?? 0) - (a?.width ?? 0)).toBeGreaterThanOrEqual(100)
    }
  })
})
