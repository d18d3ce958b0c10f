/**
 * How the voter's screens are shown: language, size of text, colours, and what keyboard or switches are on. Pure, and apart from the
 * session: nothing here touches a choice, and all of it begins anew with the next voter.
 */
import type { Definition, Language } from '../../../core/election/definition.ts'
import { isPressable, type Look, type Screen, USUAL_LOOK } from '../../../ui/screen.ts'
import { CONTRASTS, type Contrast, TEXT_LEVELS } from '../../../ui/tokens.ts'

/** Where nobody votes, what somebody chose and left is forgotten after so long. */
export const UNTOUCHED_MS = 60_000

export interface Presentation {
  readonly language: Language
  readonly look: Look
  readonly optionsOpen: boolean
  /** The element that keyboard or switches are on, and the screen that it is on. */
  readonly focus?: { readonly screen: string; readonly id: string }
}

export type PresentationInput =
  /** An element of the painted screen was pressed. */
  | { readonly is: 'pressed'; readonly id: string }
  | { readonly is: 'moved'; readonly way: 'next' | 'previous'; readonly on: Screen }
  /** A screen of that name is shown from now on. */
  | { readonly is: 'shown'; readonly screen: string }
  /** The session went on to another step, by itself or by a card: what was being chosen here is over. */
  | { readonly is: 'went-on' }
  /** A voter is done, or whoever came near the device has gone. */
  | { readonly is: 'left' }

/** What every voter finds. */
export function presentationAtStart({ languages }: Pick<Definition, 'languages'>): Presentation {
  const first = languages[0]
  if (first === undefined) throw new Error('a package without a language')
  return { language: first.language, look: USUAL_LOOK, optionsOpen: false }
}

/** The next state; the same one for a press that is not meant for it. */
export function stepPresentation(
  definition: Pick<Definition, 'languages'>,
  state: Presentation,
  input: PresentationInput,
): Presentation {
  switch (input.is) {
    case 'pressed':
      return pressed(definition, state, input.id)
    case 'moved': {
      const focus = moved(input.on, state.focus?.id, input.way)
      return focus === undefined ? unfocused(state) : { ...state, focus }
    }
    case 'shown':
      return state.focus === undefined || state.focus.screen === input.screen ? state : unfocused(state)
    case 'went-on':
      return state.optionsOpen ? { ...state, optionsOpen: false } : state
    case 'left':
      return presentationAtStart(definition)
  }
}

function pressed(definition: Pick<Definition, 'languages'>, state: Presentation, id: string): Presentation {
  if (id === 'options') return { ...state, optionsOpen: true }
  const language = definition.languages.find((known) => id === `language-${known.language}`)?.language
  if (language !== undefined) return { ...state, language }
  if (!state.optionsOpen) return state
  const textLevel = TEXT_LEVELS.find((level) => id === `text-${level}`)
  if (textLevel !== undefined) return { ...state, look: { ...state.look, textLevel } }
  const contrast = CONTRAST_NAMES.find((name) => id === `contrast-${name}`)
  if (contrast !== undefined) return { ...state, look: { ...state.look, contrast } }
  if (id === 'options-reset') return { ...presentationAtStart(definition), optionsOpen: true }
  return id === 'options-done' ? { ...state, optionsOpen: false } : state
}

const CONTRAST_NAMES = Object.keys(CONTRASTS) as readonly Contrast[]

/** The next or the previous element that can be pressed, around the end; the first or the last where none is focused. */
function moved({ name, elements }: Screen, from: string | undefined, way: 'next' | 'previous') {
  const inOrder = way === 'next' ? elements : elements.toReversed()
  const at = inOrder.findIndex(({ id }) => id === from)
  const found = [...inOrder.slice(at + 1), ...inOrder.slice(0, at + 1)].find(isPressable)
  return found && { screen: name, id: found.id }
}

function unfocused({ focus: _dropped, ...state }: Presentation): Presentation {
  return state
}
