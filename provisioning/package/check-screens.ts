/** Whether a package's texts and names have room on the voter's screens: measured in the typeface that the display draws with, before anybody votes. */
import type { Definition } from '../../core/election/definition.ts'
import { fail, ok, RefusalError, type Result, refuse } from '../../core/result.ts'
import { installedFontFiles, measureWith, registerFonts } from '../../ui/fonts.ts'
import { breachesOf, overflowsOf } from '../../ui/screen-faults.ts'
import { everyVoterScreen } from '../../ui/voter-screens/every-screen.ts'
import { VoterScreens } from '../../ui/voter-screens/voter-screens.ts'
import { measureByWords } from '../../ui/voter-screens/word-widths.ts'

/**
 * Lays out every screen of a package in every language and size of text. Refuses the first on which something has no room, lies over something else
 * or has a word that must be broken.
 */
export function checkScreens(definition: Definition, where: string): Result<void> {
  const measure = measureByWords(measureWith(registerFonts(installedFontFiles())))
  try {
    for (const { screen } of everyVoterScreen(definition, new VoterScreens(definition, measure))) {
      const fault = breachesOf(screen)[0] ?? overflowsOf(screen, measure)[0]
      if (fault !== undefined) {
        const next = 'Shorten the text or name at its source and build the package again.'
        return refuse('package.screen-overflow', where, fault, next)
      }
    }
    return ok(undefined)
  } catch (error) {
    if (error instanceof RefusalError) {
      const { where: screen, what, ...refusal } = error.refusal
      return fail({ ...refusal, where, what: `${screen}: ${what}` })
    }
    throw error
  }
}
