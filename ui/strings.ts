/** The typed catalogue of everything a person reads, in every language there is. */
import type { Names } from '../core/election/definition.ts'
import { persianDigits } from '../core/text/persian.ts'
import type { Direction } from './screen.ts'
import { en } from './strings/en.ts'
import { fa } from './strings/fa.ts'

export type Language = 'fa' | 'en'
export type Strings = typeof fa

/** All texts in a language. */
export function stringsIn(language: Language): Strings {
  return language === 'fa' ? fa : en
}

/** How a language runs. */
export function directionOf(language: Language): Direction {
  return language === 'fa' ? 'rtl' : 'ltr'
}

/** A text with the language it is really in. */
export interface Shown {
  readonly text: string
  readonly language: Language
}

/** A name in that language, or in Persian, which is always there. */
export function nameIn(language: Language, names: Names): Shown {
  if (language === 'en' && names.en !== undefined) return { text: names.en, language }
  return { text: names.fa, language: 'fa' }
}

/** Digits of a number or code as the language writes them. */
export function digitsIn(language: Language, value: string | number): string {
  return language === 'fa' ? persianDigits(value) : String(value)
}
