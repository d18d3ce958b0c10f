/** The screen of a ballot device: a function of what its two state machines are in, and of how the voter wants it shown. */
import type { Draft } from '../../../ui/drafts.ts'
import { isPressable, type Screen } from '../../../ui/screen.ts'
import { type OfficerLanguage, stringsIn } from '../../../ui/strings.ts'
import { ONE_PAGE, type PagedScreen } from '../../../ui/voter-screens/view.ts'
import { type Presentation, presentationAtStart } from '../session/presentation.ts'
import { officerDrafts } from './officers.ts'
import { message, screenWith } from './parts.ts'
import type { NoVoters, View } from './view.ts'

export type { View } from './view.ts'

/**
 * Every screen of the device. Ids of pressable elements are exactly the inputs that the state machines take. Throws where a ballot does not
 * fit its contests: our own broken promise.
 * @param language of the officers' screens
 */
export function screenOf(view: View, language: OfficerLanguage = 'fa'): PagedScreen {
  const { polls, session, missing, glassBlocked } = view
  const isMissing = missing.length > 0 && !isBusy({ polls, session, missing })
  const noVoters = polls.is === 'open' && session.is === 'idle' && !isMissing ? view.noVoters : undefined
  if (noVoters !== undefined) {
    const screen = screenWith(
      'polls.no-voters',
      language,
      view.definition,
      noVotersDrafts(noVoters, language),
    )
    return { screen, page: ONE_PAGE }
  }
  if (
    !isMissing &&
    (polls.is === 'open' || (glassBlocked && polls.is !== 'stopped' && polls.is !== 'failed'))
  )
    return voterScreen(view)
  const name = isMissing ? 'device.missing' : nameOf(view)
  const drafts = isMissing ? missingDrafts(view, language) : closedDrafts(view, language)
  return { screen: screenWith(name, language, view.definition, drafts), page: ONE_PAGE }
}

/** What the voter sees; of a blocked glass, officers too, as the voter's session begins. */
function voterScreen(view: View): PagedScreen {
  const { contests, session, glassBlocked, notes, definition } = view
  const shown = view.polls.is === 'open' ? view.presentation : presentationAtStart(definition)
  const { language, look, optionsOpen } = shown
  const of = { contests, state: session, language, look, optionsOpen, glassBlocked, notes }
  const { screen, page } = view.voterScreens.screenOf(of)
  return { screen: focused(screen, shown), page }
}

/** With the focus of keyboard or switches, if what it is on is still there to be pressed. */
function focused(screen: Screen, { focus }: Presentation): Screen {
  if (focus === undefined || focus.screen !== screen.name) return screen
  const isThere = screen.elements.some((element) => element.id === focus.id && isPressable(element))
  return isThere ? { ...screen, focus: focus.id } : screen
}

/** Which screen of the polls it is. */
function nameOf({ polls }: View): string {
  if (polls.is === 'admitting' || polls.is === 'finished') return `polls.${polls.is}.${polls.card.is}`
  return 'trouble' in polls && polls.trouble !== undefined ? `polls.${polls.is}.trouble` : `polls.${polls.is}`
}

function closedDrafts(view: View, language: OfficerLanguage): readonly Draft[] {
  const { polls } = view
  if (polls.is === 'open') throw new Error('officers see no voter’s screen')
  return officerDrafts({ ...view, state: polls, language })
}

/** Whether something is under way that says by itself what a missing peripheral means, and must not be hidden from who began it. */
function isBusy({ polls, session, missing }: Pick<View, 'polls' | 'session' | 'missing'>): boolean {
  switch (polls.is) {
    case 'open':
      return session.is !== 'idle'
    case 'closing':
    case 'stopped':
    case 'failed':
      return true
    case 'finished':
      // Cards take leave without a printer or a board, but not without their reader or a glass to type on.
      return !missing.some((name) => name === 'card-reader' || name === 'touchscreen')
    case 'reporting-zero':
    case 'resuming':
    case 'reporting-minutes':
    case 'reporting-totals':
      return polls.trouble !== undefined
    default:
      return false
  }
}

/** Which parts do not answer and what the poll worker looks at; while voting is stopped, also what became of the vote in hand. */
function missingDrafts({ missing, polls, lastVote }: View, language: OfficerLanguage): readonly Draft[] {
  const { peripherals, officers } = stringsIn(language)
  const names = missing.map((name) => peripherals.name[name]).join(peripherals.comma)
  const vote = polls.is === 'paused' ? [officers.lastVote[lastVote]] : []
  return message(peripherals.missing, names, peripherals.hint, ...vote)
}

/** Nobody begins to vote: why, what a voter does, and what the poll worker does. */
function noVotersDrafts(why: NoVoters, language: OfficerLanguage): readonly Draft[] {
  const { noVoters } = stringsIn(language).peripherals
  return message(noVoters.heading, noVoters[why], noVoters.voters, noVoters.officers[why])
}
