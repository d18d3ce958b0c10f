/** The screens of the polls: what the two officers see before, between and after voting. */
import { type Strings, stringsIn } from '../../../ui/strings.ts'
import { type CardStep, type OfficerRole, PIN_LENGTH, type Polls, wantedRoles } from '../polls/polls.ts'
import type { PrinterTrouble } from '../session/session.ts'
import { BODY_TOP, button, type Draft, digitKeys, LEFT, message, WIDE_BUTTON, WIDTH, words } from './parts.ts'
import type { ViewOf } from './view.ts'

type Closed = Exclude<Polls, { is: 'open' }>

const ROLES: readonly OfficerRole[] = ['executive', 'supervisory', 'spare']
const HEADING = { x: LEFT, y: BODY_TOP, width: WIDTH, height: 156 }

/** What the officers see while nobody may vote. */
export function officerDrafts(view: ViewOf<Closed>): readonly Draft[] {
  const { state } = view
  const { officers } = stringsIn(view.language)
  switch (state.is) {
    case 'closed':
      return message(officers.closed, officers.closedHint)
    case 'admitting':
      return admittingDrafts({ ...view, state })
    case 'reporting-zero':
      return state.trouble === undefined
        ? message(officers.zeroReport, officers.zeroReportHint, officers.opening)
        : reportTrouble(view, state.trouble)
    case 'paused':
      return message(
        officers.paused,
        state.locked === true ? officers.boxLocked : officers.pause[state.why],
        officers.pausedHint,
      )
    case 'resuming':
      return state.trouble === undefined
        ? message(officers.resuming, officers.resumingHint)
        : reportTrouble(view, state.trouble)
    case 'closing':
      return message(officers.closing, officers.closingHint)
    case 'reporting-minutes':
      return state.trouble === undefined
        ? message(officers.minutes, officers.minutesHint)
        : reportTrouble(view, state.trouble)
    case 'finished':
      return finishedDrafts({ ...view, state })
  }
}

function admittingDrafts({ state, language }: ViewOf<Closed & { is: 'admitting' }>): readonly Draft[] {
  const { officers } = stringsIn(language)
  return [
    words('heading', 'heading', officers.purpose[state.purpose], HEADING, 'huge'),
    ...roleDrafts(state, officers),
    ...cardDrafts(state.card, language, officers),
    words('cancel', 'text', officers.cancel, WIDE_BUTTON),
  ]
}

/** Whose card is in already and whose is still needed. */
function roleDrafts(state: Closed & { is: 'admitting' }, officers: Strings['officers']): readonly Draft[] {
  const wanted = wantedRoles(state)
  const needed = state.purpose === 'resuming' ? officers.anyOf : officers.wanted
  const shown = ROLES.filter(
    (role) => wanted.includes(role) || state.admitted.some((admitted) => admitted.role === role),
  )
  return shown.map((role, i) => {
    const status = wanted.includes(role) ? needed : officers.admitted
    const rect = { x: LEFT, y: 276 + i * 92, width: WIDTH, height: 84 }
    return words(`role-${role}`, 'list-item', `${officers.role[role]}: ${status}`, rect, 'large')
  })
}

/** What to do with the card, and the keypad while its PIN is typed. The digits never show. */
function cardDrafts(
  card: CardStep | { readonly is: 'erased' },
  language: 'fa' | 'en',
  officers: Strings['officers'],
): readonly Draft[] {
  const status = (text: string) =>
    words('card', 'status', text, { x: LEFT, y: 570, width: WIDTH, height: 230 }, 'large')
  switch (card.is) {
    case 'refused':
      return [status(officers.refused[card.why])]
    case 'pin': {
      const again = card.triesLeft === undefined ? '' : `${officers.triesLeft(card.triesLeft)} `
      const typed = card.entry.length
      const dots = [...'•'.repeat(typed).padEnd(PIN_LENGTH, '_')].join(' ')
      const row = (y: number, height: number) => ({ x: LEFT, y, width: WIDTH, height })
      return [
        status(`${again}${officers.pin(officers.role[card.role])}`),
        words('pin-count', 'status', officers.pinDigits(typed, PIN_LENGTH), row(810, 64)),
        {
          element: { ...words('pin', 'text', dots, row(880, 140), 'huge').element, direction: 'ltr' },
          turns: true,
        },
        ...digitKeys(language, officers.correct),
      ]
    }
    default:
      return [status(officers[card.is])]
  }
}

function reportTrouble({ language }: ViewOf<Closed>, trouble: PrinterTrouble): readonly Draft[] {
  const { officers, trouble: troubles } = stringsIn(language)
  return [
    ...message(officers.troubleHeading, troubles[trouble], officers.troubleHint),
    button('retry', officers.retry, WIDE_BUTTON, 'primary'),
  ]
}

/** Taking the minutes; a card put in has its share of the day key erased. */
function finishedDrafts({ state, language }: ViewOf<Closed & { is: 'finished' }>): readonly Draft[] {
  const { officers } = stringsIn(language)
  const hint = { x: LEFT, y: 276, width: WIDTH, height: 280 }
  return [
    words('heading', 'heading', officers.finished, HEADING, 'huge'),
    words('hint', 'text', officers.finishedHint, hint, 'large'),
    ...(state.card.is === 'insert' ? [] : cardDrafts(state.card, language, officers)),
  ]
}
