import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { screenOf } from '../../../../device-agent/ballot/screens/screen-of.ts'
import {
  type Presentation,
  type PresentationInput,
  presentationAtStart,
  stepPresentation,
} from '../../../../device-agent/ballot/session/presentation.ts'
import { isPressable, type Screen, USUAL_LOOK } from '../../../../ui/screen.ts'
import { testDefinition } from '../../../fixtures/definition.ts'
import { ofSession } from '../screens/views.ts'

const definition = testDefinition()
const START = presentationAtStart(definition)
const IDLE_SCREEN = screenOf(ofSession(definition, { is: 'idle' })).screen

function run(inputs: readonly PresentationInput[], from: Presentation = START): Presentation {
  return inputs.reduce((state, input) => stepPresentation(definition, state, input), from)
}

const press = (id: string): PresentationInput => ({ is: 'pressed', id })
const move = (way: 'next' | 'previous', on: Screen = IDLE_SCREEN): PresentationInput => ({
  is: 'moved',
  way,
  on,
})

describe('how the voter’s screens are shown', () => {
  it('begins in Persian, in the usual size and colours', () => {
    expect(START).toEqual({ language: 'fa', look: USUAL_LOOK, optionsOpen: false })
  })

  it('is what the keys say: each language of the package, four sizes, four contrasts', () => {
    expect(run([press('language-en')]).language).toBe('en')
    const chosen = run(['options', 'text-4', 'contrast-cream', 'language-az', 'options-done'].map(press))
    expect(chosen).toEqual({
      language: 'az',
      look: { textLevel: 4, contrast: 'cream' },
      optionsOpen: false,
    })
    expect(run([press('options'), press('options-reset')], chosen)).toEqual({ ...START, optionsOpen: true })
  })

  it('takes no language that the package has not, no size while sizes are not offered, and nothing of the session’s', () => {
    for (const id of [
      'language-de',
      'language-',
      'text-4',
      'contrast-dark',
      'text-5',
      'options-done',
      'digit-1',
    ])
      expect(run([press(id)])).toBe(START)
    const open = run([press('options')])
    for (const id of ['text-5', 'contrast-pink', 'digit-1']) expect(run([press(id)], open)).toBe(open)
  })

  it('stays when the session goes on, but for the options that were open', () => {
    const open = run([press('language-ar'), press('options')])
    expect(run([{ is: 'went-on' }], open)).toEqual({ ...open, optionsOpen: false })
  })

  it('begins anew with the next voter, whatever was done', () => {
    const inputs = fc.constantFrom<PresentationInput>(
      ...['options', 'language-en', 'text-1', 'contrast-dark', 'options-done', 'x'].map(press),
      move('next'),
      move('previous'),
      { is: 'went-on' },
    )
    fc.assert(
      fc.property(fc.array(inputs), (given) => {
        expect(run([...given, { is: 'left' }])).toEqual(START)
      }),
    )
  })
})

describe('two switches', () => {
  const pressable = IDLE_SCREEN.elements.filter(isPressable).map(({ id }) => id)
  const focus = (inputs: readonly PresentationInput[]) => run(inputs).focus?.id

  it('go through all that can be pressed, in order, and around the end', () => {
    const steps = pressable.map((_, i) => Array.from({ length: i + 1 }, () => move('next')))
    expect(steps.map((inputs) => focus(inputs))).toEqual(pressable)
    expect(focus([...pressable, ''].map(() => move('next')))).toBe(pressable[0])
    expect(focus([move('next'), move('previous')])).toBe(pressable.at(-1))
    expect(focus([move('previous')])).toBe(pressable.at(-1))
  })

  it('step over what cannot be pressed now, and focus nothing where nothing can be', () => {
    const off = (screen: Screen, ids: readonly string[]): Screen => ({
      ...screen,
      elements: screen.elements.map((element) =>
        ids.includes(element.id) ? { ...element, enabled: false } : element,
      ),
    })
    const [first = '', second = ''] = pressable
    expect(focus([move('next', off(IDLE_SCREEN, [first]))])).toBe(second)
    expect(focus([move('next'), move('next', off(IDLE_SCREEN, pressable))])).toBeUndefined()
  })

  it('begin at the first key again on another screen, and go on where they were on the same one', () => {
    const focused = run([move('next'), move('next')])
    expect(run([{ is: 'shown', screen: IDLE_SCREEN.name }], focused)).toBe(focused)
    expect(run([{ is: 'shown', screen: 'voter.reading' }], focused).focus).toBeUndefined()
  })

  it('press nothing: what is focused is drawn, and only while it can be pressed', () => {
    const focused = run([move('next')])
    const view = ofSession(definition, { is: 'idle' })
    expect(screenOf({ ...view, presentation: focused }).screen.focus).toBe(pressable[0])
    expect(
      screenOf({ ...view, presentation: focused, session: { is: 'reading' } }).screen.focus,
    ).toBeUndefined()
  })
})
