/** The voter's screens: what each view of a session looks like, in every language and size. Pure but for what is made once for a package. */
import { type Contest, contestsOfStyle, type Definition } from '../../core/election/definition.ts'
import { type Draft, screenOfDrafts } from '../drafts.ts'
import { USUAL_LOOK } from '../screen.ts'
import { directionOf, tagOf } from '../strings.ts'
import type { Measure } from '../text-layout.ts'
import { choosing } from './choosing.ts'
import { finding, prepareSearch } from './finding.ts'
import { banner } from './frame.ts'
import { members } from './members.ts'
import { alert, glassBlocked, waiting } from './messages.ts'
import { options } from './options.ts'
import { comparing, reviewing } from './review.ts'
import { prepareRows } from './rows.ts'
import { type Setting, textsOf } from './setting.ts'
import { ONE_PAGE, type PagedDrafts, type PagedScreen, type VoterState, type VoterView } from './view.ts'
import { measureByWords } from './word-widths.ts'

const NOBODY = { state: { is: 'idle' }, optionsOpen: false, glassBlocked: false, notes: [] } as const

/** The screens of one package, for as long as a device runs: each name is measured once. */
export class VoterScreens {
  readonly #definition: Definition
  readonly #measure: Measure
  readonly #byWords: Measure
  readonly #made = new Map<string, unknown>()

  /** @param measure widths in the typeface that the display draws with */
  constructor(definition: Definition, measure: Measure) {
    this.#definition = definition
    this.#measure = measure
    this.#byWords = measureByWords(measure)
    this.#prepare()
  }

  /** The screen of a view. Throws a refusal where the package leaves no room for it: such a package is not built. */
  screenOf(view: VoterView): PagedScreen {
    const { language, look } = view
    const setting = this.#settingOf(view)
    const { drafts, page } = pagedDraftsOf(setting, view)
    const direction = directionOf(language)
    return { screen: screenOfDrafts(setting.screen, tagOf(language), direction, look, drafts), page }
  }

  /** What takes longer than a voter should wait for an answer, before there is a voter. */
  #prepare(): void {
    const { styles, languages } = this.#definition
    for (const { id } of styles) {
      const contests = contestsOfStyle(this.#definition, id) ?? []
      for (const { language } of languages) {
        const setting = this.#settingOf({ contests, language, look: USUAL_LOOK, ...NOBODY })
        prepareRows(setting)
        prepareSearch(setting)
        for (const state of firstStates(contests))
          this.screenOf({ ...NOBODY, contests, language, look: USUAL_LOOK, state })
      }
    }
  }

  #settingOf({ contests, language, look, ...view }: VoterView): Setting {
    const spoken = [language, ...contests.map(({ id }) => id)].join(' ')
    return {
      screen: nameOf(view),
      definition: this.#definition,
      contests,
      language,
      texts: textsOf(this.#definition, language),
      level: look.textLevel,
      measure: this.#byWords,
      measureTyped: this.#measure,
      once: (what, make) => this.#once(`${spoken} ${look.textLevel} ${what}`, make),
      onceInAnySize: (what, make) => this.#once(`${spoken} ${what}`, make),
    }
  }

  #once<T>(what: string, make: () => T): T {
    // Whoever asks for a thing under one name makes the same thing.
    const made = (this.#made.get(what) as T | undefined) ?? make()
    this.#made.set(what, made)
    return made
  }
}

/** What the screens of the first voter would make once: keypad, code being typed, whom it stands for, comparison. */
function firstStates(contests: readonly Contest[]): readonly VoterState[] {
  const shown = { ballot: contests.map(() => []), first: 0, alert: false } as const
  const typing = { is: 'choosing', ...shown } as const
  return [
    { ...typing, entry: '' },
    { ...typing, entry: '0' },
    { ...typing, entry: '', notice: { is: 'added', contest: 0, position: 0 } },
    { is: 'comparing', seen: 0, ...shown },
  ]
}

/** Which screen it is. */
function nameOf({
  state,
  optionsOpen,
  glassBlocked,
}: Pick<VoterView, 'state' | 'optionsOpen' | 'glassBlocked'>): string {
  if (glassBlocked) return 'device.glass-blocked'
  if ('alert' in state && state.alert) return 'voter.alert'
  return optionsOpen ? 'voter.options' : `voter.${state.is}`
}

function pagedDraftsOf(setting: Setting, view: VoterView): PagedDrafts {
  const around = banner(setting)
  const { drafts, page } = bodyOf(setting, view, around.edge)
  return { drafts: [...around.drafts, ...drafts], page }
}

function bodyOf(setting: Setting, view: VoterView, top: number): PagedDrafts {
  const { state } = view
  const whole = (drafts: readonly Draft[]): PagedDrafts => ({ drafts, page: ONE_PAGE })
  if (view.glassBlocked) return whole(glassBlocked(setting, top))
  if ('alert' in state && state.alert) return whole(alert(setting, top))
  if (view.optionsOpen) return whole(options(setting, view.look, top))
  switch (state.is) {
    case 'choosing':
      return choosing(setting, state, top)
    case 'members':
      return members(setting, state, top)
    case 'finding':
      return finding(setting, state, top)
    case 'reviewing':
      return reviewing(setting, state, top)
    case 'comparing':
      return comparing(setting, state, top)
    default:
      return whole(waiting(setting, state, view.notes, top))
  }
}
