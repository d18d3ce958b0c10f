import { describe, expect, it } from 'vitest'
import { optionsOf } from '../../../core/election/ballot.ts'
import { contestsOfStyle } from '../../../core/election/definition.ts'
import { type Screen, USUAL_LOOK } from '../../../ui/screen.ts'
import { TEXT_LEVELS, TEXT_SIZE } from '../../../ui/tokens.ts'
import type { VoterState } from '../../../ui/voter-screens/view.ts'
import { VoterScreens } from '../../../ui/voter-screens/voter-screens.ts'
import { measureByWords } from '../../../ui/voter-screens/word-widths.ts'
import { PACKAGES } from '../../fixtures/packages.ts'
import { measure } from '../measure.ts'
import { lists } from './seen.ts'

describe('widths put together from words', () => {
  it('are those of the whole text, in every language, size and weight', () => {
    const byWords = measureByWords(measure)
    const options = Object.values(PACKAGES).flatMap(({ contests }) => contests.flatMap(optionsOf))
    const names = options.flatMap(({ code, name }) => {
      return [name.fa, name.en ?? name.fa, `${name.fa} · ${code}`, code, `۱۲۳ (${code})`]
    })
    const texts = lists.languages.flatMap((language) => Object.values(language.texts))
    for (const text of new Set([...names, ...texts])) {
      for (const bold of [false, true]) {
        for (const level of TEXT_LEVELS) {
          const size = TEXT_SIZE.normal[level]
          const whole = measure(text, size, bold)
          expect(Math.abs(byWords(text, size, bold) - whole), text).toBeLessThan(0.005 * whole + 1)
        }
      }
    }
  })

  it('hold nothing of whom voters choose: the same is measured in the same order whoever it is', () => {
    const contests = contestsOfStyle(lists, 'standard') ?? []
    const measuredOf = (positions: readonly number[]) => {
      const measured: string[] = []
      const screens = new VoterScreens(lists, (text, size, bold) => {
        measured.push(`${text} ${bold}`)
        return measure(text, size, bold)
      })
      const show = (state: VoterState): Screen =>
        screens.screenOf({
          contests,
          state,
          language: 'fa',
          look: USUAL_LOOK,
          optionsOpen: false,
          glassBlocked: false,
          notes: [],
        }).screen
      const page = { first: 0, alert: false }
      const ballot = [positions]
      show({ is: 'choosing', ballot: [[]], entry: '', ...page })
      for (const position of positions) {
        for (const is of ['added', 'removed'] as const) {
          const notice = { is, contest: 0, position }
          show({ is: 'choosing', ballot, entry: '', notice, ...page })
        }
      }
      show({ is: 'finding', query: '', ...page })
      show({ is: 'reviewing', ballot, repeated: [], finishPressed: false, seen: 0, ...page })
      show({ is: 'comparing', ballot, seen: 0, ...page })
      return measured
    }
    const one = measuredOf([0, 3])
    expect(one.length).toBeGreaterThan(50)
    expect(measuredOf([5, 6])).toEqual(one)
    expect(one.filter((text) => /[0-9۰-۹]{2}/.test(text))).toEqual([])
  })
})
