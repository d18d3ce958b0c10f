/** What a screen is a function of. */

import type { Contest, Definition } from '../../../core/election/definition.ts'
import type { Day } from '../../../core/journal/day.ts'
import type { OfficerLanguage } from '../../../ui/strings.ts'
import type { PollWorkerNote } from '../../../ui/voter-screens/view.ts'
import type { VoterScreens } from '../../../ui/voter-screens/voter-screens.ts'
import type { FlushEnd } from '../../sync/sync.ts'
import type { PeripheralName } from '../peripherals.ts'
import type { Polls } from '../polls/polls.ts'
import type { Presentation } from '../session/presentation.ts'
import type { Session } from '../session/session.ts'

/** What became of the vote in hand when voting stopped. */
export type LastVote =
  /** It counts; its slip may still hang. */
  | 'recorded'
  /** It does not count; its slip may hang and is made void. */
  | 'not-recorded'
  /** No slip hangs. */
  | 'none'

export interface View {
  readonly definition: Definition
  /** Of the same package. */
  readonly voterScreens: VoterScreens
  /** Contests of the voter's ballot style; empty while no card is accepted. */
  readonly contests: readonly Contest[]
  readonly polls: Polls
  /** Shown only while the polls are open. */
  readonly session: Session
  /** How the voter's screens are shown. */
  readonly presentation: Presentation
  /** Peripherals that do not answer. */
  readonly missing: readonly PeripheralName[]
  /** Something lies on the touchscreen and does not go away. */
  readonly glassBlocked: boolean
  readonly lastVote: LastVote
  /** Both key switches are on. */
  readonly keysOn: boolean
  readonly caseOpen: boolean
  /** A tamper switch was opened since two officers last let voting begin or go on. */
  readonly tampered: boolean
  /** Neighbours that showed two histories, or two journals. */
  readonly alarms: Day['alarms']
  readonly handedOver: HandedOver
  /** Every device of the station is known to be closed. */
  readonly stationClosed: boolean
  /** Neighbours that officers declared dead. */
  readonly dead: readonly string[]
  /** Officers declared this device dead at another one. */
  readonly isDeclaredDead: boolean
  /** What a poll worker should see to; told to nobody in the middle of a vote. */
  readonly notes: readonly PollWorkerNote[]
  /** Why no new voter is let in. */
  readonly noVoters: NoVoters | undefined
}

/** Why no new voter is let in: officials forbade it, or the next vote might find no room, or not end before the power does, or nobody could say later when it was. */
export type NoVoters = 'locked' | 'storage-full' | 'battery-low' | 'clock-wrong'

/** What became of the day's records after closing. */
export interface HandedOver {
  readonly bundle: 'writing' | 'written' | 'missing'
  readonly centre: 'waiting' | FlushEnd | 'no-link'
}

/** What the officers' screens are a function of. */
export type OfficersView<S> = Pick<
  View,
  | 'definition'
  | 'lastVote'
  | 'keysOn'
  | 'caseOpen'
  | 'tampered'
  | 'alarms'
  | 'handedOver'
  | 'stationClosed'
  | 'dead'
  | 'isDeclaredDead'
  | 'notes'
  | 'noVoters'
> & { readonly state: S; readonly language: OfficerLanguage }
