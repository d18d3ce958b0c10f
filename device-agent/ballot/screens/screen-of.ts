/** The screen of a ballot device: a pure function of what its two state machines are in. */
import type { Screen } from '../../../ui/screen.ts'
import { type OfficerLanguage, stringsIn } from '../../../ui/strings.ts'
import { officerDrafts } from './officers.ts'
import { type Draft, message, screenWith } from './parts.ts'
import type { View } from './view.ts'
import { voterDrafts } from './voter.ts'

export type { View } from './view.ts'

/**
 * Every screen of the device, Persian unless another language is asked for. Ids of pressable elements are exactly the inputs that
 * the state machines take. Throws where a ballot does not fit its contests: our own broken promise.
 */
export function screenOf(view: View, language: OfficerLanguage = 'fa'): Screen {
  return screenWith(nameOf(view), language, view.definition, draftsOf(view, language))
}

/** The state of the machine that has the screen. */
function nameOf({ polls, session, missing, glassBlocked }: View): string {
  if (missing.length > 0 && !isBusy({ polls, session, missing })) return 'device.missing'
  if (glassBlocked && polls.is !== 'stopped') return 'device.glass-blocked'
  if (polls.is === 'open') return 'alert' in session && session.alert ? 'voter.alert' : `voter.${session.is}`
  if (polls.is === 'admitting' || polls.is === 'finished') return `polls.${polls.is}.${polls.card.is}`
  return 'trouble' in polls && polls.trouble !== undefined ? `polls.${polls.is}.trouble` : `polls.${polls.is}`
}

function draftsOf(view: View, language: OfficerLanguage) {
  const { polls, session, definition, contests, missing, glassBlocked } = view
  const { lastVote, keysOn, caseOpen, alarms, handedOver, stationClosed } = view
  const shared = { definition, contests, language, paperLow: view.paperLow }
  if (missing.length > 0 && !isBusy({ polls, session, missing })) return missingDrafts(view, language)
  if (glassBlocked && polls.is !== 'stopped') {
    const { glass } = stringsIn(language)
    return message(glass.blocked, glass.blockedHint, glass.blockedWorker)
  }
  return polls.is === 'open'
    ? voterDrafts({ ...shared, state: session })
    : officerDrafts({
        ...shared,
        lastVote,
        keysOn,
        caseOpen,
        alarms,
        handedOver,
        stationClosed,
        state: polls,
      })
}

/** Whether something is under way that says by itself what a missing peripheral means, and must not be hidden from who began it. */
function isBusy({ polls, session, missing }: Pick<View, 'polls' | 'session' | 'missing'>): boolean {
  switch (polls.is) {
    case 'open':
      return session.is !== 'idle'
    case 'closing':
    case 'stopped':
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
