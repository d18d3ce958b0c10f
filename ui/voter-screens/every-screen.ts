/**
 * Every screen that a package can show a voter, in each language and size of text, with the fullest ballots and the longest names: what the
 * build of a package, the tests and the gallery look at.
 */
import type { Ballot } from '../../core/election/ballot.ts'
import {
  type Contest,
  contestsOfStyle,
  type Definition,
  type Language,
} from '../../core/election/definition.ts'
import { ALPHABETS } from '../alphabets.ts'
import type { Look } from '../screen.ts'
import { nameIn } from '../strings.ts'
import { type Contrast, TEXT_LEVELS } from '../tokens.ts'
import { VOTER_TEXTS } from '../voter-texts.ts'
import {
  MOST_TYPED,
  type PagedScreen,
  type Problem,
  type Refusal,
  SHOWN_NOTES,
  type Trouble,
  type VoterState,
  type VoterView,
} from './view.ts'
import type { VoterScreens } from './voter-screens.ts'

/** Of the longest names so many are tried, since the longest need not take the most lines. */
const LONGEST = 3

/** A screen with what it is of. */
interface SeenScreen extends PagedScreen {
  readonly view: VoterView
}

/** All of them, page by page. Throws a refusal at the first that has no room for what it must show. */
export function* everyVoterScreen(
  definition: Definition,
  screens: VoterScreens,
  contrast: Contrast = 'light',
): Generator<SeenScreen> {
  for (const { language } of definition.languages) {
    for (const textLevel of TEXT_LEVELS) {
      const look = { textLevel, contrast }
      for (const { id } of definition.styles) {
        const contests = contestsOfStyle(definition, id) ?? []
        for (const view of viewsOf(contests, language, look)) yield* pagesOf(screens, view)
      }
    }
  }
}

/** The pages of a view. Names to be found lie alike on all pages but the first and the last. */
function* pagesOf(screens: VoterScreens, view: VoterView): Generator<SeenScreen> {
  const { state } = view
  let seen = screens.screenOf(view)
  yield { view, ...seen }
  while ('first' in state && seen.page.end < seen.page.total) {
    const { end, total } = seen.page
    const next = { ...view, state: { ...state, first: state.is === 'finding' ? total - 1 : end } }
    seen = screens.screenOf(next)
    yield { view: next, ...seen }
  }
}

/** One view of everything that shows differently. */
function viewsOf(contests: readonly Contest[], language: Language, look: Look): readonly VoterView[] {
  const plain = { contests, language, look, optionsOpen: false, glassBlocked: false, notes: [] }
  const idle: VoterState = { is: 'idle' }
  return [
    ...statesOf(contests, language).map((state): VoterView => ({ ...plain, state })),
    ...SHOWN_NOTES.map((notes): VoterView => ({ ...plain, state: idle, notes })),
    { ...plain, state: idle, optionsOpen: true },
    { ...plain, state: idle, glassBlocked: true },
  ]
}

function statesOf(contests: readonly Contest[], language: Language): readonly VoterState[] {
  const nobody = contests.map(() => [])
  const full = contests.map(({ choices, candidates }) =>
    Array.from({ length: Math.min(choices, candidates.length) }, (_, position) => position),
  )
  const one = full.map((positions) => positions.slice(0, 1))
  const gone = [true, false]
  return [
    ...(['idle', 'reading', 'releasing', 'voiding', 'thanks', 'ended-without-vote'] as const).map((is) => ({
      is,
    })),
    ...after('refused').flatMap((why): readonly VoterState[] =>
      why.startsWith('heading-') ? [] : [{ is: 'refused', why: why as Refusal }],
    ),
    ...[nobody, full].flatMap((ballot) => choosingStates(contests, ballot, language)),
    ...memberStates(contests),
    ...ALPHABETS[language].map((letter) => findingState(letter.repeat(MOST_TYPED))),
    findingState(''),
    ...[nobody, one, full].flatMap((ballot) => readStates(contests, ballot)),
    { is: 'printing', cardGone: false, secondsLeft: 88 },
    ...gone.map((cardGone): VoterState => ({ is: 'printing', cardGone })),
    ...gone.map((cardGone): VoterState => ({ is: 'recording', cardGone })),
    ...gone.map((cardGone): VoterState => ({ is: 'dropping', cardGone })),
    ...after('trouble').flatMap((trouble) =>
      (['printing', 'voiding', 'dropping'] as const).map((step): VoterState => {
        return { is: 'held', trouble: trouble as Trouble, at: { step } }
      }),
    ),
  ]
}

function choosingStates(
  contests: readonly Contest[],
  ballot: Ballot,
  language: Language,
): readonly VoterState[] {
  const making = { is: 'choosing', ballot, entry: '', first: 0, alert: false } as const
  const most = Math.max(...contests.map(({ choices }) => choices))
  const entry = '8'.repeat((contests[0]?.candidates[0]?.code.length ?? 1) - 1)
  return [
    making,
    { ...making, entry },
    { ...making, alert: true },
    { ...making, notice: { is: 'slip-cancelled' } },
    ...after('problem').map((is): VoterState => {
      const problem = { is: is as Problem, allowed: most }
      return { ...making, notice: { is: 'problem', problem } }
    }),
    ...(isBlank(ballot)
      ? addedPositions(contests, language)
      : addedPositions(contests, language).slice(0, 1)
    ).flatMap((option) =>
      (['added', 'removed'] as const).map((is): VoterState => ({ ...making, notice: { is, ...option } })),
    ),
  ]
}

function isBlank(ballot: Ballot): boolean {
  return ballot.every((choice) => choice.length === 0)
}

/** The longest names of each list and of the independents, with a photo and without, and all lists. */
function addedPositions(contests: readonly Contest[], language: Language) {
  return contests.flatMap(({ candidates, lists }, contest) => {
    const groups = Map.groupBy(
      candidates.map((candidate, position) => ({ ...candidate, position })),
      ({ list, photo }) => `${list} ${photo !== undefined}`,
    )
    const length = ({ name }: { readonly name: Contest['title'] }) => nameIn(language, name).text.length
    const long = [...groups.values()].flatMap((group) =>
      group.sort((a, b) => length(b) - length(a)).slice(0, LONGEST),
    )
    return [
      ...long.map(({ position }) => ({ contest, position })),
      ...lists.map((_, i) => ({ contest, position: candidates.length + i })),
    ]
  })
}

function memberStates(contests: readonly Contest[]): readonly VoterState[] {
  return contests.flatMap(({ candidates, lists }, contest) =>
    lists.map((_, i): VoterState => {
      return { is: 'members', contest, position: candidates.length + i, first: 0, alert: false }
    }),
  )
}

function findingState(query: string): VoterState {
  return { is: 'finding', query, first: 0, alert: false }
}

/** Review and comparison, before and after everything was seen. */
function readStates(contests: readonly Contest[], ballot: Ballot): readonly VoterState[] {
  const codes = contests.flatMap(({ candidates }, i) =>
    (ballot[i] ?? []).map((position) => candidates[position]?.code ?? ''),
  )
  const read = { ballot, first: 0, alert: false }
  return [0, Number.MAX_SAFE_INTEGER].flatMap((seen): readonly VoterState[] => [
    ...[true, false].flatMap((finishPressed) =>
      [[], codes].map((repeated): VoterState => {
        return { is: 'reviewing', repeated, finishPressed, seen, ...read }
      }),
    ),
    { is: 'comparing', seen, ...read },
  ])
}

/** What may follow `prefix-` in the keys of the texts. */
function after(prefix: 'refused' | 'trouble' | 'problem'): readonly string[] {
  return Object.keys(VOTER_TEXTS).flatMap((key) =>
    key.startsWith(`${prefix}-`) ? [key.slice(prefix.length + 1)] : [],
  )
}
