/** Whether every character of a package's names and texts is drawn: another typeface than the display's may not be asked for it. */
import type { Definition } from '../../core/election/definition.ts'
import { ok, type Result, refuse } from '../../core/result.ts'
import { characterCode } from '../../core/text/drawable.ts'
import { installedFontFiles } from '../../ui/fonts.ts'
import { drawnCharacters } from './font-characters.ts'

/** Refuses the first text of a definition that holds a character for which the typeface has no glyph; ids, keys and dates are ASCII. */
export function checkCharacters(definition: Definition, where: string): Result<void> {
  const isDrawn = drawnCharacters(installedFontFiles())
  for (const text of textsIn(definition)) {
    const missing = [...text].find((character) => !isDrawn(character))
    if (missing !== undefined) {
      return refuse(
        'package.character',
        where,
        `the typeface has no glyph for ${characterCode(missing)} in "${text}"`,
        'Write the text or name in letters of its language at its source and build the package again.',
      )
    }
  }
  return ok(undefined)
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}
