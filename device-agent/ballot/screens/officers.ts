/** The screens of the polls: what the two officers see before, between and after voting. */
import { clockTime } from '../../../core/text/solar-date.ts'
import { BUTTON_HEIGHT, button, type Draft, LEFT, WIDTH, words } from '../../../ui/drafts.ts'
import { incidentText } from '../../../ui/incidents.ts'
import { type Strings, stringsIn } from '../../../ui/strings.ts'
import { type CardStep, PIN_LENGTH } from '../polls/card-dialogue.ts'
import {
  type FinishedStep,
  mayDeclare,
  mayTurnBack,
  type OfficerRole,
  type Polls,
  wantedRoles,
} from '../polls/polls.ts'
import type { PrinterTrouble } from '../session/session.ts'
import { BODY_TOP, message, noteDrafts, pinKeys, WIDE_BUTTON } from './parts.ts'
import type { OfficersView } from './view.ts'

type Closed = Exclude<Polls, { is: 'open' }>

const ROLES: readonly OfficerRole[] = ['executive', 'supervisory', 'spare']
/** Of an official's name there is room for so many letters; the journal has all. */
const NAME_LETTERS = 30
const HEADING = { x: LEFT, y: BODY_TOP, width: WIDTH, height: 156 }

/** What the officers see while nobody may vote. */
export function officerDrafts(view: OfficersView<Closed>): readonly Draft[] {
  const { state } = view
  const { officers } = stringsIn(view.language)
  switch (state.is) {
    case 'closed':
      if (view.noVoters === 'clock-wrong')
        return [...message(officers.closed, officers.clockWrong, officers.clockHint), ...alarmDrafts(view)]
      return [
        ...message(
          officers.closed,
          ...(state.noRoom === true ? [officers.noRoom] : []),
          ...(view.tampered ? [officers.tampered] : []),
          keysHint(view, officers.closedHint),
        ),
        // Both texts leave no room for a note, and are graver than any.
        ...(state.noRoom === true && view.tampered ? [] : noteDrafts(view, 1400)),
        ...alarmDrafts(view),
      ]
    case 'admitting':
      return admittingDrafts({ ...view, state })
    case 'reporting-zero':
      return state.trouble === undefined
        ? message(officers.zeroReport, officers.zeroReportHint, officers.opening)
        : reportTrouble(view, state.trouble)
    case 'paused':
      return [
        ...message(
          officers.paused,
          pausedText(state, officers),
          // Where nothing is resumed no slip drops, no card is put in again, and keys that are turned once more open it no better.
          ...(state.box === 'damaged'
            ? [officers.stopVote[view.lastVote], officers.boxDamagedHint]
            : [officers.lastVote[view.lastVote], keysHint(view, officers.pausedHint)]),
        ),
        ...noteDrafts(view, BODY_TOP),
        ...alarmDrafts(view),
      ]
    case 'resuming':
      return state.trouble === undefined
        ? message(officers.resuming, officers.lastVote[view.lastVote])
        : slipTrouble(view, state.trouble)
    case 'kept-open': {
      const until = clockTime(state.until, view.definition.timeZone, view.language)
      const by = state.by
        .map((name) => [...name].slice(0, NAME_LETTERS).join(''))
        .join(view.language === 'fa' ? ' و ' : ' and ')
      const { heading, hint, order } = officers.keptOpen
      return message(heading(until), order(String(state.number), by), hint)
    }
    case 'closing':
      return message(officers.closing, officers.closingHint)
    case 'reporting-minutes':
      return state.trouble === undefined
        ? message(officers.minutes, officers.minutesHint)
        : reportTrouble(view, state.trouble)
    case 'reporting-totals':
      return state.trouble === undefined
        ? message(officers.totals, officers.totalsHint)
        : reportTrouble(view, state.trouble)
    case 'finished':
      return finishedDrafts({ ...view, state })
    case 'choosing-dead':
      return choosingDrafts(state, officers)
    case 'stopped':
      return message(
        officers.stopped,
        officers.stop[state.why],
        officers.stopHint,
        officers.stopVote[view.lastVote],
      )
    case 'failed':
      return message(
        state.what === 'program' ? officers.broke : officers.failed,
        officers.failedVote[state.vote],
        officers.failure[state.what],
        officers.failedHint,
      )
  }
}

function pausedText({ why, box }: Closed & { is: 'paused' }, officers: Strings['officers']): string {
  if (box === undefined) return officers.pause[why]
  return box === 'damaged' ? officers.boxDamaged : officers.boxLocked
}

/** What a neighbour's head on an officer's card has shown. */
function alarmDrafts({ alarms, language }: OfficersView<Closed>): readonly Draft[] {
  if (alarms.length === 0) return []
  const text = alarms.map((entry) => incidentText(entry, language)).join(' · ')
  return [words('alarms', 'status', text, { x: LEFT, y: 1700, width: WIDTH, height: 210 })]
}

/**
 * What the two officers do with case and keys. Only turning both keys on counts: keys that are on already, since before the pause or
 * while the case was open, must be turned back first, so that nothing begins by itself.
 */
function keysHint({ language, caseOpen, keysOn }: OfficersView<Closed>, hint: string): string {
  const { officers } = stringsIn(language)
  const keys = keysOn ? officers.keysBack : hint
  return caseOpen ? `${officers.caseOpen} ${keys}` : keys
}

function admittingDrafts(view: OfficersView<Closed & { is: 'admitting' }>): readonly Draft[] {
  const { state, language, lastVote } = view
  const { officers } = stringsIn(language)
  const below = (y: number, height: number) => ({ x: LEFT, y, width: WIDTH, height })
  const vote = officers.lastVote[lastVote]
  // Large in the keypad's place while there is no keypad.
  const resumedVote =
    state.card.is === 'pin'
      ? words('last-vote', 'status', vote, below(1772, 108))
      : words('last-vote', 'status', vote, below(1080, 300), 'large')
  return [
    // With the name of a device there is no room for the largest.
    words(
      'heading',
      'heading',
      purposeOf(state, officers),
      HEADING,
      state.purpose === 'declaring' ? 'large' : 'huge',
    ),
    ...roleDrafts(state, officers),
    ...cardDrafts(state.card, language, officers),
    ...(state.purpose === 'declaring' ? [] : [words('cancel', 'text', officers.cancel, below(1704, 64))]),
    ...(state.purpose === 'declaring' && mayTurnBack(state)
      ? [button('back', officers.dead.back, WIDE_BUTTON, 'plain')]
      : []),
    ...(state.purpose === 'resuming' ? [resumedVote] : []),
  ]
}

function purposeOf(
  { purpose, dead = '' }: Closed & { is: 'admitting' },
  { purpose: of }: Strings['officers'],
) {
  return purpose === 'declaring' ? of.declaring(dead) : of[purpose]
}

/** Which device is dead, and then whether it is. */
function choosingDrafts(
  { open, chosen }: Closed & { is: 'choosing-dead' },
  { dead }: Strings['officers'],
): readonly Draft[] {
  const row = (y: number, height: number) => ({ x: LEFT, y, width: WIDTH, height })
  const back = button('back', dead.back, WIDE_BUTTON, 'plain')
  if (chosen === undefined)
    return [
      words('heading', 'heading', dead.heading, HEADING, 'large'),
      words('hint', 'text', dead.hint, row(276, 300), 'large'),
      ...open.map((id, i) => button(`dead-${id}`, id, row(620 + i * 132, BUTTON_HEIGHT), 'plain')),
      back,
    ]
  return [
    words('heading', 'heading', dead.confirm(chosen), HEADING, 'large'),
    words('hint', 'status', dead.confirmHint, row(276, 720), 'large'),
    // Far from where the first press was.
    button('confirm-dead', dead.go(chosen), row(1320, 160), 'primary'),
    back,
  ]
}

/** Whose card is in already and whose is still needed. */
function roleDrafts(state: Closed & { is: 'admitting' }, officers: Strings['officers']): readonly Draft[] {
  const wanted = wantedRoles(state)
  const any = state.admitted.length === 0 ? officers.anyTwo : officers.anyOf
  const needed = state.purpose === 'resuming' ? any : officers.wanted
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
export function cardDrafts(
  card: FinishedStep | CardStep<OfficerRole | 'technician'>,
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
        ...pinKeys(language),
      ]
    }
    case 'carried':
      return [status(officers.carried(card.open.join(' ')))]
    default:
      return [status(officers[card.is])]
  }
}

function reportTrouble({ language }: OfficersView<Closed>, trouble: PrinterTrouble): readonly Draft[] {
  const { officers, trouble: troubles } = stringsIn(language)
  return [
    ...message(officers.troubleHeading, troubles[trouble], officers.troubleHint),
    button('retry', officers.retry, WIDE_BUTTON, 'primary'),
  ]
}

/** While resuming, it is the last slip that has not dropped. */
function slipTrouble(
  { language, lastVote }: OfficersView<Closed>,
  trouble: PrinterTrouble,
): readonly Draft[] {
  const { officers, trouble: troubles } = stringsIn(language)
  return [
    ...message(officers.slipTroubleHeading, troubles[trouble], officers.lastVote[lastVote]),
    button('retry', officers.retry, WIDE_BUTTON, 'primary'),
  ]
}

/** Taking the minutes; a card put in takes leave. Below, where no keypad is, what became of the day's records. */
function finishedDrafts(view: OfficersView<Closed & { is: 'finished' }>): readonly Draft[] {
  const { state, language, handedOver } = view
  const { officers } = stringsIn(language)
  const row = (y: number, height: number) => ({ x: LEFT, y, width: WIDTH, height })
  const records = [
    words('bundle', 'status', officers.bundle[handedOver.bundle], row(1060, 220), 'large'),
    words('centre', 'status', officers.centre[handedOver.centre], row(1290, 220), 'large'),
    ...sheetDrafts(state, officers),
    ...alarmDrafts(view),
  ]
  return [
    words('heading', 'heading', officers.finished, HEADING, 'huge'),
    words(
      'hint',
      'text',
      view.stationClosed ? officers.allClosedHint : officers.finishedHint,
      row(276, 280),
      'large',
    ),
    ...(state.card.is === 'insert' ? deadDrafts(view, officers) : cardDrafts(state.card, language, officers)),
    ...(state.card.is === 'pin' ? [] : records),
  ]
}

/** Who was declared dead, and where one may still be. */
function deadDrafts(
  { state, dead, isDeclaredDead }: OfficersView<Closed & { is: 'finished' }>,
  { declaredDead, declaredHere, dead: { offer } }: Strings['officers'],
): readonly Draft[] {
  const row = (y: number, height: number) => ({ x: LEFT, y, width: WIDTH, height })
  const told = isDeclaredDead ? declaredDead : dead.length > 0 ? declaredHere(dead.join(' ')) : undefined
  return [
    ...(told === undefined ? [] : [words('dead', 'status', told, row(570, 250), 'normal')]),
    ...(mayDeclare(state) ? [button('declare-dead', offer, row(850, 160), 'plain')] : []),
  ]
}

/** What the station's sheet waits for. Totals that cannot be come first: no stick mends them. */
function sheetDrafts(
  { wanted, impossible }: Closed & { is: 'finished' },
  { sheetWaits, totalsImpossible }: Strings['officers'],
): readonly Draft[] {
  const place = { x: LEFT, y: 1520, width: WIDTH, height: 164 }
  if (impossible.length > 0)
    return [words('impossible', 'status', totalsImpossible(impossible.join(' ')), place)]
  return wanted.length === 0 ? [] : [words('wanted', 'status', sheetWaits(wanted.join(' ')), place)]
}
