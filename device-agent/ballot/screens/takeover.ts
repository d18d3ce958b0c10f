/** The screens of a spare that is to take the place of a device that died. */
import type { Definition } from '../../../core/election/definition.ts'
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
  return screenWith(name, language, definition, draftsOf(state, language))
}

function draftsOf(state: Guide, language: OfficerLanguage): readonly Draft[] {
  const { takeover, officers } = stringsIn(language)
  const row = (y: number, height: number) => ({ x: LEFT, y, width: WIDTH, height })
  switch (state.is) {
    case 'waiting':
      return message(takeover.waiting, takeover.waitingHint, takeover.untouched)
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
        words('stop', 'text', takeover.stop, row(1704, 64)),
        words('found', 'status', foundText(state.found, language), row(1772, 108)),
      ]
    }
    case 'confirm':
      return [
        ...message(takeover.confirm, foundText(state.found, language), takeover.confirmHint),
        ...slipDrafts(state.found, language),
        button('go-on', takeover.goOn, WIDE_BUTTON, 'primary'),
      ]
    case 'taking':
    case 'done':
      return message(takeover.taking, takeover.takingHint)
    case 'refused':
      return message(takeover.refused, takeover.why[state.why], takeover.refusedHint)
  }
}

function foundText({ device, ballots }: FoundDevice, language: OfficerLanguage): string {
  return `${device}: ${stringsIn(language).takeover.found(ballots)}`
}

/** The slip that may still hang in the printer of the device that died: who reads this writes it down. */
function slipDrafts({ slip }: FoundDevice, language: OfficerLanguage): readonly Draft[] {
  if (slip === 'none') return []
  const text = stringsIn(language).incidents.slipInHand[slip]
  return [words('slip', 'status', text, { x: LEFT, y: 1380, width: WIDTH, height: 240 }, 'large')]
}
