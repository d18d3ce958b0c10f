import { expect, test } from 'vitest'
import { persianDigits } from '../../../core/text/persian.ts'
import { installedFontFiles, measureWith, registerFonts } from '../../../ui/fonts.ts'
import { USUAL_LOOK } from '../../../ui/screen.ts'
import { stringsIn } from '../../../ui/strings.ts'
import type { VoterState } from '../../../ui/voter-screens/view.ts'
import { VoterScreens } from '../../../ui/voter-screens/voter-screens.ts'
import { councilContest, testDefinition } from '../../fixtures/definition.ts'
import { find } from '../read-screen.ts'

const definition = testDefinition()
const screens = new VoterScreens(definition, measureWith(registerFonts(installedFontFiles())))
const [candidate] = councilContest.candidates

function shown(is: 'reviewing' | 'comparing', ballot: readonly (readonly number[])[]) {
  const read = { ballot, first: 0, seen: 0, alert: false }
  const state: VoterState =
    is === 'comparing' ? { is, ...read } : { is, ...read, repeated: [], finishPressed: false }
  return screens.screenOf({
    contests: [councilContest],
    state,
    language: 'en',
    look: USUAL_LOOK,
    optionsOpen: false,
    glassBlocked: false,
    notes: [],
  }).screen
}

test('what is held beside the slip has the words of the slip, whatever language the voter reads', () => {
  const code = candidate?.code ?? ''
  expect(find(shown('reviewing', [[0]]), `name-${code}`)).toMatchObject({
    name: candidate?.name.en,
    language: 'en',
  })
  const comparing = shown('comparing', [[0]])
  expect(find(comparing, `name-${code}`)).toMatchObject({
    name: candidate?.name.fa,
    language: 'fa',
    direction: 'rtl',
  })
  expect(find(comparing, `code-${code}`).name).toBe(persianDigits(code))
  expect(find(comparing, `latin-${code}`).name).toBe(code)
  expect(find(comparing, 'accept').language).toBe('en')
})

test('a blank vote is held beside the slip in the words of the slip', () => {
  expect(find(shown('comparing', [[]]), 'blank-council')).toMatchObject({
    name: stringsIn('fa').blankVote,
    language: 'fa',
  })
})
