/** The screens of a device that found nothing at its start on which, or with which, it could vote. */
import type { Definition } from '../../../core/election/definition.ts'
import type { Screen } from '../../../ui/screen.ts'
import { type OfficerLanguage, stringsIn } from '../../../ui/strings.ts'
import { message, screenWith } from './parts.ts'

/** Media that cannot be read, or take nothing, or of which only one can be read that is not the day, or that tell what nobody here can decide on. */
export type NoStore = 'lost' | 'refuse' | 'left-behind' | 'differ'

/** Files of the home folder do not hold: the package may be one of them, so not even whether it is a rehearsal is known. */
export function noHomeScreen(language: OfficerLanguage): Screen {
  const { heading, home, voters } = stringsIn(language).noStore
  const drafts = message(heading, home.why, voters, home.officers)
  return screenWith('device.no-home', language, { rehearsal: false }, drafts)
}

export function noStoreScreen(why: NoStore, definition: Definition, language: OfficerLanguage): Screen {
  const { noStore } = stringsIn(language)
  const drafts = message(noStore.heading, noStore.why[why], noStore.voters, noStore.officers)
  return screenWith('device.no-store', language, definition, drafts)
}
