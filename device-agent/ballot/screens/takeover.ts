/** The screens of a spare that is to take the place of a device that died. */
import type { Definition } from '../../../core/election/definition.ts'
import { clockTime } from '../../../core/text/solar-date.ts'
import { button, type Draft, LEFT, WIDTH, words } from '../../../ui/drafts.ts'
import type { Screen } from '../../../ui/screen.ts'
import { type OfficerLanguage, stringsIn } from '../../../ui/strings.ts'
import type { PeripheralName } from '../peripherals.ts'
import { type FoundDevice, type Guide, TAKEOVER_ROLES } from '../takeover/guide.ts'
import { cardDrafts } from './officers.ts'
import { BODY_TOP, message, screenWith, WIDE_BUTTON } from './parts.ts'

/** What officers and technician see. @param missing parts that do not answer */
export function takeoverScreen(
  state: Guide,
  definition: Definition,
  language: OfficerLanguage,
  missing: readonly PeripheralName[] = [],
): Screen {
  const { peripherals } = stringsIn(language)
  if (missing.length > 0) {
    const names = missing.map((name) => peripherals.name[name]).join(peripherals.comma)
    return screenWith(
      'takeover.missing',
      language,
      definition,
      message(peripherals.missing, names, peripherals.hint),
    )
  }
  const name = state.is === 'admitting' ? `takeover.admitting.${state.card.is}` : `takeover.${state.is}`
  return screenWith(name, language, definition, draftsOf(state, definition, language))
}

function draftsOf(state: Guide, definition: Definition, language: OfficerLanguage): readonly Draft[] {
  const { takeover, officers } = stringsIn(language)
  const row = (y: number, height: number) => ({ x: LEFT, y, width: WIDTH, height })
  switch (state.is) {
    case 'waiting':
      return message(takeover.waiting, takeover.waitingHint, takeover.untouched)
    case 'other':
      if (state.found.isLeftBehind)
        return message(
          takeover.other,
          foundText(state.found, definition, language),
          takeover.leftBehind,
          ...(state.why === undefined ? [] : [takeover.why[state.why]]),
        )
      return [
        ...message(
          takeover.other,
          foundText(state.found, definition, language),
          state.why === undefined ? takeover.otherHint : takeover.why[state.why],
          ...(state.found.isOtherLost ? [takeover.otherWasLost] : []),
        ),
        button('other-lost', takeover.otherLost, WIDE_BUTTON, 'plain'),
      ]
    case 'admitting': {
      const roles = TAKEOVER_ROLES.map((role, i) => {
        const status = state.admitted[role] === undefined ? officers.wanted : officers.admitted
        const text = `${officers.role[role]}: ${status}`
        return words(`role-${role}`, 'list-item', text, row(276 + i * 92, 84), 'large')
      })
      return [
        words('heading', 'heading', takeover.purpose, row(BODY_TOP, 156), 'huge'),
        ...roles,
        ...cardDrafts(state.card, language, officers),
        ...(state.card.is === 'insert' ? hintDrafts(state.found, language) : []),
        words('stop', 'text', takeover.stop, row(1704, 64)),
        words('found', 'status', foundText(state.found, definition, language), row(1772, 108)),
      ]
    }
    case 'taking':
    case 'done':
      return message(takeover.taking, takeover.takingHint)
    case 'refused':
      return message(
        takeover.refused,
        takeover.why[state.why],
        ...(state.why === 'box-damaged' || state.why === 'boxes-damaged'
          ? [takeover.boxHint[state.why], takeover.untouched]
          : state.why === 'interrupted'
            ? []
            : [takeover.refusedHint]),
      )
  }
}

function foundText(
  { device, ballots, lastAt }: FoundDevice,
  { timeZone }: Definition,
  language: OfficerLanguage,
): string {
  return `${device}: ${stringsIn(language).takeover.found(ballots, clockTime(lastAt, timeZone, language))}`
}

/** Where no keypad is: what the cards are for, and the slip that may still hang in the printer of the device that died. */
function hintDrafts({ slip, media }: FoundDevice, language: OfficerLanguage): readonly Draft[] {
  const { takeover, incidents } = stringsIn(language)
  const row = (y: number, height: number) => ({ x: LEFT, y, width: WIDTH, height })
  return [
    words('cards', 'text', takeover.cardsHint[media], row(820, 300), 'large'),
    ...(slip === 'none'
      ? []
      : [words('slip', 'status', incidents.slipInHand[slip], row(1140, 280), 'large')]),
  ]
}
