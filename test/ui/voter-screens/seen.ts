/** Screens of a voter as tests ask for them: a state, in a language and a size. */
import { contestsOfStyle, type Definition } from '../../../core/election/definition.ts'
import { type Screen, USUAL_LOOK } from '../../../ui/screen.ts'
import type { TextLevel } from '../../../ui/tokens.ts'
import type { StateOf, VoterState, VoterView } from '../../../ui/voter-screens/view.ts'
import { VoterScreens } from '../../../ui/voter-screens/voter-screens.ts'
import { testDefinition, testDefinitionWithLists } from '../../fixtures/definition.ts'
import { measure } from '../measure.ts'

export const plain = testDefinition()
export const lists = testDefinitionWithLists()
const screensOf = new Map<Definition, VoterScreens>()

/** A state on a screen of the usual size, or another. */
export function seen(
  state: VoterState,
  {
    language = 'en',
    level = 2,
    of = plain,
    ...view
  }: Partial<VoterView> & { readonly level?: TextLevel; readonly of?: Definition } = {},
): Screen {
  const screens = screensOf.get(of) ?? new VoterScreens(of, measure)
  screensOf.set(of, screens)
  return screens.screenOf({
    contests: contestsOfStyle(of, 'standard') ?? [],
    state,
    language,
    look: { ...USUAL_LOOK, textLevel: level },
    optionsOpen: false,
    glassBlocked: false,
    notes: [],
    ...view,
  }).screen
}

export const CHOOSING: StateOf<'choosing'> = {
  is: 'choosing',
  ballot: [[]],
  entry: '',
  first: 0,
  alert: false,
}
export const REVIEWING: StateOf<'reviewing'> = {
  is: 'reviewing',
  ballot: [[0]],
  repeated: [],
  finishPressed: false,
  first: 0,
  seen: 0,
  alert: false,
}
export const COMPARING: StateOf<'comparing'> = {
  is: 'comparing',
  ballot: [[0]],
  first: 0,
  seen: 0,
  alert: false,
}
export const FINDING: StateOf<'finding'> = { is: 'finding', query: '', first: 0, alert: false }
