/** The screen of a device that found nothing at its start on which it could vote. */
import type { Definition } from '../../../core/election/definition.ts'
import type { Screen } from '../../../ui/screen.ts'
import { type OfficerLanguage, stringsIn } from '../../../ui/strings.ts'
import { message, screenWith } from './parts.ts'

/** Media that cannot be read, or take nothing, or of which only one can be read that is not the day, or that tell what nobody here can decide on. */
export type NoStore = 'lost' | 'refuse' | 'left-behind' | 'differ'

export function noStoreScreen(why: NoStore, definition: Definition, language: OfficerLanguage): Screen {
  const { noStore } = stringsIn(language)
  const drafts = message(noStore.heading, noStore.why[why], noStore.voters, noStore.officers)
  return screenWith('device.no-store', language, definition, drafts)
}
