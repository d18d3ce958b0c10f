/** The letters by which a voter searches for a name, in the order in which each language has them. */
import type { Language } from '../core/election/definition.ts'

/**
 * Each letter stands for all that fold to the same (`core/text/fold-for-search.ts`), so that آ is typed as ا and the vowels of Azerbaijani (ۆ ۇ ێ)
 * as و and ی. Arabic has the four letters that Persian adds, at their places there, because names on lists in Iran have them.
 */
export const ALPHABETS: Readonly<Record<Language, readonly string[]>> = {
  fa: [...'ابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی'],
  en: [...'abcdefghijklmnopqrstuvwxyz'],
  ar: [...'ابپتثجچحخدذرزژسشصضطظعغفقكگلمنهوي'],
  az: [...'ابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی'],
}
