/** From an election's definition to the signed package that devices take. */
import { parseDefinition } from '../../core/election/definition.ts'
import { openPackage, signPackage } from '../../core/package/package.ts'
import { collectPhotos, PHOTO_FOLDER, type ReadPhotoFile } from '../../core/package/photos.ts'
import { checkTimeZone } from '../../core/package/time-zone.ts'
import type { Signer } from '../../core/ports.ts'
import { ok, type Result } from '../../core/result.ts'
import { checkVoterTexts } from '../../ui/voter-texts.ts'
import { checkCharacters } from './check-characters.ts'
import { checkScreens } from './check-screens.ts'

/**
 * Signs a definition, if devices would take it: what they would refuse is refused here, before anyone signs.
 * @param value the definition as JSON
 * @param readPhoto reads a file of the folder of photos that goes with it
 * @param where the file it came from
 * @returns the text of `package.json`
 */
export function buildPackage(
  value: unknown,
  readPhoto: ReadPhotoFile,
  authority: Signer,
  where: string,
): Result<string> {
  const definition = parseDefinition(value, where)
  if (!definition.ok) return definition
  const zone = checkTimeZone(definition.value, where)
  if (!zone.ok) return zone
  const texts = checkVoterTexts(definition.value, where)
  if (!texts.ok) return texts
  const photos = collectPhotos(definition.value, readPhoto, PHOTO_FOLDER)
  if (!photos.ok) return photos
  const characters = checkCharacters(definition.value, where)
  if (!characters.ok) return characters
  const screens = checkScreens(definition.value, where)
  if (!screens.ok) return screens
  const text = signPackage(definition.value, authority)
  const opened = openPackage(text, authority.publicKey, where)
  return opened.ok ? ok(text) : opened
}
