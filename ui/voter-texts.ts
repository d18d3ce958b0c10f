/**
 * What a voter reads on the screens, by key. The texts themselves stand in the election package, in each of its languages, signed with it;
 * `ui/strings/voter/` holds those that a package is built with. Braces hold a place: `{chosen} of {allowed} chosen`.
 */
import type { Definition } from '../core/election/definition.ts'
import { ok, type Result, refuse } from '../core/result.ts'
import { LANGUAGE_NAMES } from './strings.ts'

/** Every key, with the places that its text must hold. */
export const VOTER_TEXTS = {
  rehearsal: [],
  'blank-vote': [],
  idle: [],
  'idle-hint': [],
  reading: [],
  'reading-hint': [],
  options: [],
  'options-heading': [],
  'options-language': [],
  'options-text-size': [],
  'options-contrast': [],
  'options-reset': [],
  'options-done': [],
  'text-level-1': [],
  'text-level-2': [],
  'text-level-3': [],
  'text-level-4': [],
  'contrast-light': [],
  'contrast-dark': [],
  'contrast-yellow-on-black': [],
  'contrast-cream': [],
  choosing: [],
  'choosing-with-lists': [],
  entry: [],
  'chosen-of': ['chosen', 'allowed'],
  added: [],
  'on-list': ['list'],
  independent: [],
  'photo-of': ['name'],
  removed: ['name'],
  'slip-cancelled': [],
  'problem-unknown-code': [],
  'problem-already-chosen': [],
  'problem-too-many': ['allowed'],
  'problem-covered-by-list': [],
  'problem-list-covers-chosen': [],
  'problem-list-with-individuals': [],
  remove: [],
  correct: [],
  blank: [],
  review: [],
  find: [],
  'members-heading': ['list'],
  'members-hint': ['count'],
  'go-on': [],
  'find-heading': [],
  'find-hint': [],
  'find-none': [],
  'find-space': [],
  'find-erase': [],
  'find-all': [],
  'find-close': [],
  page: ['page', 'pages'],
  'page-next': [],
  'page-previous': [],
  reviewing: [],
  'blank-whole': [],
  missing: ['left'],
  'typed-twice': ['codes'],
  'pages-first': [],
  'finish-first': [],
  'finish-again': [],
  finish: [],
  back: [],
  printing: [],
  'printing-hint': [],
  'printing-left': ['seconds'],
  comparing: [],
  'comparing-hint': [],
  accept: [],
  reject: [],
  voiding: [],
  'voiding-hint': [],
  recording: [],
  'recording-hint': [],
  dropping: [],
  'dropping-hint': [],
  'card-gone-void-hint': [],
  'card-gone-hint': [],
  thanks: [],
  'thanks-hint': [],
  ended: [],
  'ended-hint': [],
  alert: [],
  'alert-hint': [],
  'still-here': [],
  held: [],
  'held-printing': [],
  'held-voiding': [],
  'held-dropping': [],
  'held-worker': [],
  retry: [],
  leave: [],
  releasing: [],
  'trouble-paper-out': [],
  'trouble-cover-open': [],
  'trouble-error': [],
  'trouble-hot': [],
  'trouble-broken': [],
  'trouble-silent': [],
  'refused-heading-card': [],
  'refused-heading-unreadable': [],
  'refused-heading-released': [],
  'refused-heading-kept': [],
  'refused-unreadable': [],
  'refused-not-a-voter-card': [],
  'refused-forged': [],
  'refused-other-election': [],
  'refused-other-station': [],
  'refused-other-day': [],
  'refused-unknown-style': [],
  'refused-claimed-elsewhere': [],
  'refused-already-used': [],
  'refused-blank': [],
  'refused-released': [],
  'refused-kept': [],
  'glass-blocked': [],
  'glass-blocked-hint': [],
  'glass-blocked-worker': [],
} as const satisfies Readonly<Record<string, readonly string[]>>

export type VoterText = keyof typeof VOTER_TEXTS
export type VoterTexts = Readonly<Record<VoterText, string>>

/** The values of a text's places; none for one that has no place. */
type Places<K extends VoterText> = (typeof VOTER_TEXTS)[K][number]

/** Texts of one language, filled. Numbers and codes are given as the language writes them. */
export function voterText<K extends VoterText>(
  texts: VoterTexts,
  key: K,
  ...[values]: Places<K> extends never ? [] : [values: Readonly<Record<Places<K>, string>>]
): string {
  const filled: Readonly<Record<string, string>> = values ?? {}
  return texts[key].replace(/\{([a-z]+)\}/g, (place, name: string) => filled[name] ?? place)
}

/** Why a record of texts cannot be used: the first key that is missing, empty, unknown or holds other places than it must. */
export function voterTextsProblem(texts: Readonly<Record<string, string>>): string | undefined {
  const unknown = Object.keys(texts).find((key) => !Object.hasOwn(VOTER_TEXTS, key))
  if (unknown !== undefined) return `there is no text "${unknown}"`
  for (const [key, places] of Object.entries(VOTER_TEXTS)) {
    const text = texts[key]
    if (text === undefined || text.trim() === '') return `the text "${key}" is missing`
    const held = [...text.matchAll(/\{([^}]*)\}/g)].map(([, name = '']) => name)
    if (held.toSorted().join() !== [...places].toSorted().join())
      return `the text "${key}" must hold ${places.length === 0 ? 'no place in braces' : `${places.map((name) => `{${name}}`).join(' and ')} once`}`
  }
  return undefined
}

/** Refuses a definition of which a language lacks something that the voter's screens say in it. */
export function checkVoterTexts({ languages }: Definition, where: string): Result<void> {
  for (const [index, { language, texts }] of languages.entries()) {
    const problem = voterTextsProblem(texts)
    if (problem !== undefined) {
      return refuse(
        'package.texts',
        `${where} at languages[${index}].texts`,
        `in ${LANGUAGE_NAMES[language]} ${problem}`,
        'Correct the package at its source and sign it again.',
      )
    }
  }
  return ok(undefined)
}
