/** The typed catalogue of everything that officers, technicians and auditors read, and how each language is written. */
import type { Language, Names } from '../core/election/definition.ts'
import { persianDigits } from '../core/text/persian.ts'
import type { Direction } from './screen.ts'
import { en } from './strings/en.ts'
import { fa } from './strings/fa.ts'

export type Strings = typeof fa
/** Languages of the officers' screens. */
export type OfficerLanguage = 'fa' | 'en'

/** All texts in a language that officers have. */
export function stringsIn(language: OfficerLanguage): Strings {
  return language === 'fa' ? fa : en
}

/** What technicians and the election office call a language. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = {
  fa: 'Persian',
  en: 'English',
  ar: 'Arabic',
  az: 'Azerbaijani',
}

/** How a language runs. */
export function directionOf(language: Language): Direction {
  return language === 'en' ? 'ltr' : 'rtl'
}

/** BCP 47 tag of a language as it is written here. */
export function tagOf(language: Language): string {
  return language === 'az' ? 'az-Arab' : language
}

/** A text with the language it is really in. */
export interface Shown {
  readonly text: string
  readonly language: Language
}

/** A name in that language, or in Persian, which is always there. */
export function nameIn(language: Language, names: Names): Shown {
  const text = names[language]
  return text === undefined ? { text: names.fa, language: 'fa' } : { text, language }
}

/** Digits of a number or code as the language writes them in Iran; the slip bears Persian ones, so every language there keeps them. */
export function digitsIn(language: Language, value: string | number): string {
  return language === 'en' ? String(value) : persianDigits(value)
}
