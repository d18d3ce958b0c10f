/** The screens of a voting session. */
import { nameIn, type Strings, stringsIn } from '../../../ui/strings.ts'
import type { Session } from '../session/session.ts'
import { choosingDrafts } from './choosing.ts'
import {
  BODY_TOP,
  button,
  commonSize,
  type Draft,
  LEFT,
  message,
  paperLowDrafts,
  shownName,
  WIDE_BUTTON,
  WIDTH,
  words,
} from './parts.ts'
import { comparingDrafts, reviewingDrafts } from './review.ts'
import type { ViewOf } from './view.ts'

/** What the voter sees in a state of the session. */
export function voterDrafts(view: ViewOf<Session>): readonly Draft[] {
  const { state, definition, language } = view
  const { voter } = stringsIn(language)
  if ('alert' in state && state.alert) {
    return [
      ...message(voter.alert, voter.alertHint),
      button('still-here', voter.stillHere, WIDE_BUTTON, 'primary'),
    ]
  }
  switch (state.is) {
    case 'idle': {
      const rect = { x: LEFT, y: BODY_TOP, width: WIDTH, height: 280 }
      const title = nameIn(language, definition.title)
      return [
        shownName('election', 'text', title, rect, commonSize([title.text], rect)),
        ...message(voter.idle, voter.idleHint),
        ...paperLowDrafts(view, 1400),
      ]
    }
    case 'reading':
      return message(voter.reading, voter.readingHint)
    case 'choosing':
      return choosingDrafts({ ...view, state })
    case 'reviewing':
      return reviewingDrafts({ ...view, state })
    case 'printing':
      return message(voter.printing, state.cardGone ? voter.cardGoneVoidHint : printingHint(state, voter))
    case 'comparing':
      return comparingDrafts({ ...view, state })
    case 'voiding':
      return message(voter.voiding, voter.voidingHint)
    case 'recording':
      return message(voter.recording, state.cardGone ? voter.cardGoneHint : voter.recordingHint)
    case 'dropping':
      return message(voter.dropping, state.cardGone ? voter.cardGoneHint : voter.droppingHint)
    case 'held':
      return heldDrafts({ ...view, state })
    case 'thanks':
      return message(voter.thanks, voter.thanksHint)
    case 'ended-without-vote':
      return message(voter.ended, voter.endedHint)
    case 'refused': {
      const { refused, refusedHeading } = stringsIn(language)
      const { why } = state
      const heading = why === 'unreadable' || why === 'inactive' ? refusedHeading[why] : refusedHeading.card
      return message(heading, refused[why])
    }
  }
}

function printingHint({ secondsLeft }: Session & { is: 'printing' }, voter: Strings['voter']): string {
  return secondsLeft === undefined ? voter.printingHint : voter.printingLeft(secondsLeft)
}

/** What happened to the vote, then what the poll worker does. */
function heldDrafts({ state, language }: ViewOf<Session & { is: 'held' }>): readonly Draft[] {
  const { held, trouble } = stringsIn(language)
  const rect = (y: number, height: number) => ({ x: LEFT, y, width: WIDTH, height })
  return [
    words('heading', 'heading', held.heading, rect(200, 280), 'huge'),
    words('vote', 'status', held.vote[state.at.step], rect(520, 320), 'large'),
    words('worker', 'text', held.worker, rect(880, 90), 'large'),
    words('trouble', 'status', trouble[state.trouble], rect(980, 400), 'large'),
    button('retry', held.retry, WIDE_BUTTON, 'primary'),
  ]
}
