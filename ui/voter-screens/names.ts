/** All names that a voter may choose, in the order of the alphabet, and those that have the letters typed. */
import { type Option, optionsOf } from '../../core/election/ballot.ts'
import { foldForSearch } from '../../core/text/fold-for-search.ts'
import { nameIn, type Shown, tagOf } from '../strings.ts'
import type { Setting } from './setting.ts'

/** A name that can be found. */
export interface Listed {
  readonly option: Option
  readonly shown: Shown
  /** The words of the name as they are searched for. */
  readonly words: readonly string[]
}

/** Names of all candidates and lists of the voter's contests, sorted as the language sorts; the same names by code. */
export function listedNames(setting: Setting): readonly Listed[] {
  const { contests, language } = setting
  return setting.onceInAnySize('sorted', () => {
    const { compare } = new Intl.Collator(tagOf(language))
    return contests
      .flatMap((contest) => optionsOf(contest))
      .map((option): Listed => {
        const shown = nameIn(language, option.name)
        return { option, shown, words: foldForSearch(shown.text).split(' ') }
      })
      .sort((a, b) => compare(a.shown.text, b.shown.text) || (a.option.code < b.option.code ? -1 : 1))
  })
}

/** Names of which every word that was typed begins some word. */
export function withLetters(names: readonly Listed[], query: string): readonly Listed[] {
  const typed = foldForSearch(query).split(' ')
  return names.filter(({ words }) => typed.every((part) => words.some((word) => word.startsWith(part))))
}
