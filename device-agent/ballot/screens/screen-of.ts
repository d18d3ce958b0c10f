/** The screen of a ballot device: a pure function of what its two state machines are in. */
import type { Screen } from '../../../ui/screen.ts'
import { type Language, stringsIn } from '../../../ui/strings.ts'
import { officerDrafts } from './officers.ts'
import { type Draft, message, screenWith } from './parts.ts'
import type { View } from './view.ts'
import { voterDrafts } from './voter.ts'

export type { View } from './view.ts'

/**
 * Every screen of the device, Persian unless another language is asked for. Ids of pressable elements are exactly the inputs that
 * the state machines take. Throws where a ballot does not fit its contests: our own broken promise.
 */
export function screenOf(view: View, language: Language = 'fa'): Screen {
  return screenWith(nameOf(view), language, view.definition, draftsOf(view, language))
}

/** The state of the machine that has the screen. */
function nameOf({ polls, session, missing }: View): string {
  if (missing.length > 0 && !isBusy({ polls, session })) return 'device.missing'
  if (polls.is === 'open') return 'alert' in session && session.alert ? 'voter.alert' : `voter.${session.is}`
  if (polls.is === 'admitting' || polls.is === 'finished') return `polls.${polls.is}.${polls.card.is}`
  return 'trouble' in polls && polls.trouble !== undefined ? `polls.${polls.is}.trouble` : `polls.${polls.is}`
}

function draftsOf(view: View, language: Language) {
  const { polls, session, definition, contests, missing, lastVote, keysOn, caseOpen, alarms, handedOver } =
    view
  const shared = { definition, contests, language }
  if (missing.length > 0 && !isBusy({ polls, session })) return missingDrafts(missing, language)
  return polls.is === 'open'
    ? voterDrafts({ ...shared, state: session })
    : officerDrafts({ ...shared, lastVote, keysOn, caseOpen, alarms, handedOver, state: polls })
}

/** Whether something is under way that says by itself what a missing peripheral means, and must not be hidden from who began it. */
function isBusy({ polls, session }: Pick<View, 'polls' | 'session'>): boolean {
  switch (polls.is) {
    case 'open':
      return session.is !== 'idle'
    case 'closing':
    case 'finished':
    case 'stopped':
      return true
    case 'reporting-zero':
    case 'resuming':
    case 'reporting-minutes':
    case 'reporting-totals':
      return polls.trouble !== undefined
    default:
      return false
  }
}

/** Which parts do not answer and what the poll worker looks at. */
function missingDrafts(missing: View['missing'], language: Language): readonly Draft[] {
  const { peripherals } = stringsIn(language)
  const names = missing.map((name) => peripherals.name[name]).join(peripherals.comma)
  return message(peripherals.missing, names, peripherals.hint)
}
